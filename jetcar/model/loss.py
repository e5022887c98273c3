"""How wrong logits are: a weighted sum of named parts, on class codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import segmentation_models_pytorch as smp
import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.classes import IGNORED


class Loss(nn.Module):
    """A weighted sum of parts.

    Args:
        weights: Weight of each part by name, from ``PARTS``; a part of weight 0 is left out.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = {name: weight for name, weight in weights.items() if weight}

    def forward(self, logits_bchw: Tensor, mask_bhw: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss and its parts.

        Args:
            logits_bchw: Shape ``(B, C, H, W)``, any float type; everything runs in float32.
            mask_bhw: Codes, shape ``(B, H, W)``, uint8; 255 counts nowhere.

        Returns:
            The weighted sum, and each part before its weight; all are scalars, and 0 where every
            pixel is ignored.
        """
        with torch.autocast(logits_bchw.device.type, enabled=False):
            case = Case(logits_bchw.float(), mask_bhw)
            parts = {name: PARTS[name](case) for name in self.weights}
            weighted = [weight * parts[name] for name, weight in self.weights.items()]
            return torch.stack(weighted).sum(), parts


class Case:
    """Logits and the truth, with what several parts of a loss need of both.

    Pixels are in rows, the channels of each side by side: logits whose channels are last in
    memory, as a convolution leaves them, are then read where they are.

    Args:
        logits: Shape ``(B, C, H, W)``, float32.
        mask: Codes, shape ``(B, H, W)``, uint8.
    """

    def __init__(self, logits: Tensor, mask: Tensor) -> None:
        self.logits, self.mask, self.n_classes = logits, mask, logits.shape[1]
        self.rows = logits.permute(0, 2, 3, 1).reshape(-1, self.n_classes)
        codes = mask.flatten()
        self.counts = codes != IGNORED
        self.codes = torch.where(self.counts, codes, 0).long()
        self.weights = self.counts.float()
        self.n_pixels = self.counts.sum().clamp(min=1)

    def of_truth(self, rows: Tensor) -> Tensor:
        """Of each pixel the value of its true class, ``(P,)`` of ``(P, C)``."""
        return rows.gather(1, self.codes[:, None])[:, 0]

    @cached_property
    def log_share(self) -> Tensor:
        """Logarithm of each class's share of each pixel, shape ``(P, C)``."""
        return functional.log_softmax(self.rows, dim=1)

    @cached_property
    def log_share_of_truth(self) -> Tensor:
        """The same of the true class alone, shape ``(P,)``."""
        return self.of_truth(self.log_share)

    @cached_property
    def overlap(self) -> tuple[Tensor, Tensor, Tensor]:
        """Of each class, summed over all pixels: predicted where true, predicted, and true.

        No tensor of C true channels is made: the share of the true class is gathered instead.

        Returns:
            Three tensors of shape ``(C,)``.
        """
        of_truth = self.log_share_of_truth.exp() * self.weights
        zeros = of_truth.new_zeros(self.n_classes)
        hit = zeros.scatter_add(0, self.codes, of_truth)
        true = zeros.scatter_add(0, self.codes, self.weights)
        return hit, self.weights @ self.log_share.exp(), true


def cross_entropy(case: Case) -> Tensor:
    """Mean over the pixels of -log(share of the true class)."""
    return -(case.log_share_of_truth * case.weights).sum() / case.n_pixels


def dice(case: Case) -> Tensor:
    """Mean over the classes of 1 - Dice, 0 for a class that the batch does not have.

    Source:
        ``DiceLoss(mode="multiclass")`` of segmentation-models-pytorch, which it equals.
    """
    hit, predicted, true = case.overlap
    score = 2 * hit / (predicted + true).clamp(min=1e-7)
    return ((1 - score) * (true > 0)).mean()


def jaccard(case: Case) -> Tensor:
    """Mean over the classes of 1 - IoU, 0 for a class that the batch does not have.

    Source:
        ``JaccardLoss(mode="multiclass")`` of segmentation-models-pytorch, which it equals.
    """
    hit, predicted, true = case.overlap
    score = hit / (predicted + true - hit).clamp(min=1e-7)
    return ((1 - score) * (true > 0)).mean()


def bce(case: Case) -> Tensor:
    """Mean over pixels and channels of the binary cross-entropy of each channel's sigmoid."""
    # -log(sigmoid(x)) where true and -log(1 - sigmoid(x)) elsewhere sum to softplus(x) - x[true].
    all_channels = functional.softplus(case.rows).sum(dim=1)
    pixels = (all_channels - case.of_truth(case.rows)) * case.weights
    return pixels.sum() / (case.n_pixels * case.n_classes)


def focal(case: Case) -> Tensor:
    """Binary focal loss of each channel, gamma 2 and alpha 0.25, by segmentation-models-pytorch."""
    return _by_library(smp.losses.FocalLoss("multiclass", 0.25, 2.0, ignore_index=IGNORED), case)


def lovasz(case: Case) -> Tensor:
    """The Lovász extension of IoU over the classes in the batch, by segmentation-models-pytorch."""
    return _by_library(smp.losses.LovaszLoss("multiclass", ignore_index=IGNORED), case)


def _by_library(loss: nn.Module, case: Case) -> Tensor:
    if not case.counts.any():  # the library answers with NaN, or with no scalar at all
        return case.logits.sum() * 0
    result: Tensor = loss(case.logits, case.mask.long())
    return result


PARTS: dict[str, Callable[[Case], Tensor]] = {
    "cross_entropy": cross_entropy,
    "dice": dice,
    "jaccard": jaccard,
    "bce": bce,
    "focal": focal,
    "lovasz": lovasz,
}
