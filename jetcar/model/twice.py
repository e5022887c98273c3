"""A UNet that looks at the picture twice as large."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from jetcar.model.library import smp


class UnetTwice(smp.Unet):
    """A UNet for things of a few pixels: it enlarges the picture, and leaves out its last block.

    The first layer of an encoder halves the picture, so a pole of one pixel is gone before anything
    has looked at it. Here that layer gives features of the picture's own size, from which the
    logits come. It sees four times the pixels; the decoder has fewer channels in return.

    Args:
        encoder_name: As segmentation-models-pytorch names it.
        encoder_weights: ``imagenet`` or None.
        classes: Channels of the logits.
        decoder_channels: Of the blocks, from the smallest features on.
    """

    def __init__(
        self,
        encoder_name: str,
        encoder_weights: str | None = None,
        classes: int = 1,
        decoder_channels: tuple[int, ...] = (96, 64, 48, 32),
    ) -> None:
        unused = decoder_channels[-1]
        super().__init__(
            encoder_name,
            encoder_weights=encoder_weights,
            decoder_channels=(*decoder_channels, unused),
            classes=classes,
        )
        self.decoder.blocks = self.decoder.blocks[:-1]

    def forward(self, x: Tensor) -> Tensor:
        """Logits of each class, ``(B, C, H, W)``, of normalised pictures ``(B, 3, H, W)``."""
        # Corner to corner, as TensorRT 7 on the Nano calculates no other enlargement alike.
        large = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        logits: Tensor = super().forward(large)
        return logits
