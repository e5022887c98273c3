"""The same network with plainer layers, for what does not train: prediction and export."""

from __future__ import annotations

import copy
from functools import reduce
from operator import add
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.model.library import reparameterize_model, smp

MergeBlock = smp.decoders.fpn.decoder.MergeBlock
MLP = smp.decoders.segformer.decoder.MLP

Net = TypeVar("Net", bound=nn.Module)


def plainer(network: Net) -> Net:
    """A network that gives the same logits, to rounding, from fewer and plainer layers.

    Blocks that train several branches side by side, as those of MobileOne and RepVGG do, become
    the one convolution that their sum is. What else needs pixels in another shape than
    ``(B, C, H, W)``, which small computers are bad at, becomes layers that do not.

    Args:
        network: Stays as it is.

    Returns:
        A copy on the CPU, in evaluation mode.
    """
    slim = copy.deepcopy(network).cpu().eval()
    with torch.no_grad():
        reparameterize_model(slim, inplace=True)
        for name, module in list(slim.named_modules()):
            if isinstance(module, MLP):  # of Segformer
                slim.set_submodule(name, _convolution(module.linear))
            elif isinstance(module, MergeBlock) and module.policy == "add":  # of FPN
                slim.set_submodule(name, Sum())
            elif isinstance(module, nn.GroupNorm):
                slim.set_submodule(name, PlainGroupNorm(module))
    return slim.eval()


def _convolution(linear: nn.Linear) -> nn.Conv2d:
    """What a linear layer does to the channels of each pixel."""
    conv = nn.Conv2d(linear.in_features, linear.out_features, 1)
    conv.weight = nn.Parameter(linear.weight[:, :, None, None])
    conv.bias = linear.bias
    return conv


class Sum(nn.Module):
    """The sum of several maps, all ``(B, C, H, W)``, without stacking them."""

    def forward(self, maps: list[Tensor]) -> Tensor:
        """The sum, of the same shape."""
        return reduce(add, maps)


class PlainGroupNorm(nn.Module):
    """A group normalisation that never splits its channels.

    ONNX would write it as an instance normalisation between two changes of shape, for which
    TensorRT 7 and 8 have a plug-in with another epsilon.

    Args:
        norm: What it does the same as, to rounding.
    """

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        size = norm.num_channels // norm.num_groups
        average = torch.eye(norm.num_groups).repeat_interleave(size, 0).repeat_interleave(size, 1)
        self.average = nn.Buffer(average[:, :, None, None] / size)
        weight, bias = (
            torch.full((norm.num_channels,), default) if given is None else given.detach()
            for given, default in ((norm.weight, 1.0), (norm.bias, 0.0))
        )
        self.weight, self.bias = nn.Buffer(weight[:, None, None]), nn.Buffer(bias[:, None, None])
        self.eps = norm.eps

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Each group of channels with mean 0 and variance 1, then scaled and shifted."""
        centred = image_bchw - self._of_group(image_bchw)
        variance = self._of_group(centred * centred)
        return centred / (variance + self.eps).sqrt() * self.weight + self.bias

    def _of_group(self, image_bchw: Tensor) -> Tensor:
        """The mean over each group, at each of its channels: ``(B, C, 1, 1)``."""
        return functional.conv2d(image_bchw.mean((2, 3), keepdim=True), self.average)
