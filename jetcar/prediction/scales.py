"""A network that looks at every picture in several sizes: slower, and surer of thin things."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.errors import UserError
from jetcar.model.onnx_network import OnnxNetwork
from jetcar.settings.rules import nearest_side


class AtScales(nn.Module):
    """The mean of what a network says about a picture in several sizes.

    Args:
        network: Takes and gives what ``jetcar.model.network.Network`` does, at any such size.
        scales: Factors of height and width, 1 for the picture as it is; the sides that come out
            are rounded to what a network takes.

    Source:
        Multi-scale inference as in Chen et al., "DeepLab" (2017), section 4.1.2, with the mean of
        the shares of the classes in place of the largest logit.
    """

    def __init__(self, network: nn.Module, scales: Sequence[float]) -> None:
        super().__init__()
        self.network, self.scales = network, scales

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Logarithms of the mean shares, which serve as logits: the largest is the likeliest.

        Args:
            image_bchw: RGB, shape ``(B, 3, H, W)``, uint8.

        Returns:
            Shape ``(B, C, H, W)``, float32.
        """
        height, width = image_bchw.shape[-2:]
        sizes = {
            (nearest_side(height * scale), nearest_side(width * scale)) for scale in self.scales
        }
        total: Tensor | None = None
        for size in sorted(sizes):
            shares = self._shares(image_bchw, size)
            total = shares if total is None else total.add_(shares)
        assert total is not None
        return total.div_(len(sizes)).clamp_(min=torch.finfo(torch.float32).tiny).log_()

    def _shares(self, image: Tensor, size: tuple[int, int]) -> Tensor:
        """The share of each class in each pixel, at the size of the picture."""
        own = image.shape[-2:]
        if size != own:
            image = functional.interpolate(image.float(), size, mode="bilinear", antialias=True)
        logits: Tensor = self.network(image)
        shares = logits.float().softmax(dim=1)
        return shares if size == own else functional.interpolate(shares, own, mode="bilinear")


def at_scales(network: nn.Module, scales: Sequence[float]) -> nn.Module:
    """The network at these scales; itself where it is only asked for pictures as they are.

    Raises:
        UserError: it is an ONNX file, which takes pictures of one size.
    """
    if list(scales) == [1]:
        return network
    if isinstance(network, OnnxNetwork):
        raise UserError(
            f"scales={list(scales)} needs pictures in several sizes, and an ONNX file takes one. "
            "Use scales=[1], or the checkpoint that it was made of."
        )
    return AtScales(network, scales)
