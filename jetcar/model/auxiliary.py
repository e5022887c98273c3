"""A head for training alone, which looks at what the encoder knows in the middle."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from jetcar.model.network import Network

CHANNELS = 64
STEP = 4


class Auxiliary(nn.Module):
    """Gives every pixel its class from the encoder's features at a sixteenth of the size.

    Its loss reaches the encoder on a short way, beside the long one through the decoder. Only
    training has it: it is in a checkpoint to continue from, not in what predicts or is exported.

    Args:
        network: Whose encoder it looks at. The head hears from it in training mode alone.

    Source:
        Zhao et al., "Pyramid Scene Parsing Network" (2017), section 3.3.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        encoder = network.net.encoder
        assert isinstance(encoder, nn.Module)
        channels: int = encoder.out_channels[-2]  # type: ignore[index, assignment]
        self.layers = nn.Sequential(
            nn.Conv2d(channels, CHANNELS, 3, padding=1, bias=False),
            nn.BatchNorm2d(CHANNELS),
            nn.ReLU(inplace=True),
            nn.Conv2d(CHANNELS, network.architecture.n_outputs, 1),
        )
        self._features: Tensor | None = None
        encoder.register_forward_hook(self._hear)

    def forward(self, mask_bhw: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the pictures that the network has seen last, and the truth of their size.

        Both have one pixel of each ``STEP`` x ``STEP``: the features are coarser still, and a loss
        of all pixels would cost a tenth of the step.

        Args:
            mask_bhw: Codes, shape ``(B, H, W)``, uint8.

        Returns:
            Shapes ``(B, C, H / STEP, W / STEP)``, float32, and ``(B, H / STEP, W / STEP)``, uint8.
        """
        features, self._features = self._features, None
        assert features is not None, "the network has seen nothing in training mode"
        mask = mask_bhw[:, STEP // 2 :: STEP, STEP // 2 :: STEP]
        logits = self.layers(features).float()
        return functional.interpolate(logits, tuple(mask.shape[1:]), mode="bilinear"), mask

    def _hear(self, encoder: nn.Module, _: object, features: list[Tensor]) -> None:
        if encoder.training:
            self._features = features[-2]
