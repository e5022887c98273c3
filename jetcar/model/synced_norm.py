"""Batch normalisation over the pictures of all processes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist

from jetcar.model.library import BatchNormAct2d, convert_sync_batchnorm
from jetcar.model.over_ranks import count_ranks

PIXELS = (0, 2, 3)
"""Everything but the channels."""


def synchronise(network: nn.Module, on_gpu: bool) -> nn.Module:
    """Has every batch normalisation of a network take the statistics of all processes together.

    Args:
        network: Its names of weights stay; changed in place on a CPU.
        on_gpu: Whether it will run on a GPU. For that torch has a layer, which timm puts in place:
            torch's own conversion would take the activations out of timm's layers. On a CPU
            torch's layer refuses to work (2.15), and the one below takes its place.

    Returns:
        The network to go on with.
    """
    if on_gpu:
        converted: nn.Module = convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        return converted
    for module in network.modules():
        if type(module) in SYNCED:
            module.__class__ = SYNCED[type(module)]
    return network


class SyncedBatchNorm2d(nn.BatchNorm2d):
    """A ``BatchNorm2d`` whose statistics are of the pictures of all processes while it trains.

    A process may have more pictures than another.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  # as torch calls it
        """Normalises; shapes as in ``BatchNorm2d``."""
        normalised: Tensor = _normalised(self, input)
        return normalised


class SyncedBatchNormAct2d(BatchNormAct2d):
    """The same of timm's layer, which has an activation in it."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalises and activates."""
        activated: Tensor = self.act(self.drop(_normalised(self, x)))
        return activated


SYNCED: dict[type[nn.Module], type[nn.Module]] = {
    nn.BatchNorm2d: SyncedBatchNorm2d,
    BatchNormAct2d: SyncedBatchNormAct2d,
}


@torch.compiler.disable  # it asks other processes, which a compiler only warns of, and gives up
def _normalised(norm: nn.BatchNorm2d, image: Tensor) -> Tensor:
    if not norm.training or count_ranks() == 1:
        return nn.BatchNorm2d.forward(norm, image)
    normalised: Tensor
    normalised, mean, variance, count = _Normalise.apply(image, norm.weight, norm.bias, norm.eps)
    if norm.track_running_stats:
        assert norm.running_mean is not None
        assert norm.running_var is not None
        assert norm.num_batches_tracked is not None
        norm.num_batches_tracked.add_(1)
        share = norm.momentum
        if share is None:  # the mean of all batches so far
            share = 1 / float(norm.num_batches_tracked)
        unbiased = variance * (count / (count - 1))
        norm.running_mean.lerp_(mean, share)
        norm.running_var.lerp_(unbiased, share)
    return normalised


class _Normalise(torch.autograd.Function):
    """Normalises by mean and variance over all processes, in float32.

    Source:
        The backward pass is that of Ioffe and Szegedy, "Batch Normalization" (2015), section 3,
        with its two sums over all processes; means and variances are put together as in Chan,
        Golub and LeVeque, "Updating Formulae" (1979).
    """

    @staticmethod
    def forward(
        ctx: Any, image: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
    ) -> Any:
        pixels = image.float()
        variance, mean = torch.var_mean(pixels, PIXELS, correction=0)
        count = pixels.new_tensor([pixels.numel() / pixels.shape[1]])
        mine = torch.cat([mean, variance, count])
        found = [torch.empty_like(mine) for _ in range(count_ranks())]
        dist.all_gather(found, mine)
        every = torch.stack(found)
        means, variances, counts = every.tensor_split((len(mean), 2 * len(mean)), dim=1)
        shares = counts / counts.sum()
        mean = (shares * means).sum(0)
        variance = (shares * (variances + (means - mean) ** 2)).sum(0)
        scale = (variance + eps).rsqrt()
        ctx.save_for_backward(image, weight, mean, scale)
        ctx.share = 1 / float(counts.sum())
        normalised = (pixels - _by_channel(mean)) * _by_channel(scale)
        if weight is not None and bias is not None:
            normalised = normalised * _by_channel(weight) + _by_channel(bias)
        ctx.mark_non_differentiable(mean, variance)
        return normalised.to(image.dtype), mean, variance, float(counts.sum())

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        image, weight, mean, scale = ctx.saved_tensors
        gradient = gradients[0].float()
        normalised = (image.float() - _by_channel(mean)) * _by_channel(scale)
        of_bias = gradient.sum(PIXELS)
        of_weight = (gradient * normalised).sum(PIXELS)
        sums = torch.cat([of_bias, of_weight])
        dist.all_reduce(sums)
        constant, slope = (sums * ctx.share).chunk(2)
        of_image = gradient - _by_channel(constant) - normalised * _by_channel(slope)
        of_image = of_image * _by_channel(scale if weight is None else scale * weight)
        if weight is None:
            return of_image.to(image.dtype), None, None, None
        return of_image.to(image.dtype), of_weight, of_bias, None


def _by_channel(values: Tensor) -> Tensor:
    return values[:, None, None]
