"""How wrong logits are: a weighted sum of named parts, on class codes.

Where several processes train together, a loss is that of all their pictures: of the sums that its
parts are made of, and of the pixels that compete with each other (see ``over_ranks``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.classes import IGNORED
from jetcar.model.library import smp
from jetcar.model.over_ranks import all_rows, total, totals
from jetcar.model.thin import borders, thin

EASY_SHARE = 0.7
"""A pixel whose true class has a larger share than this is no hard one, ..."""

LEAST_HARD = 1 / 16
"""... unless fewer than this part of all pixels would be left."""


class Loss(nn.Module):
    """A weighted sum of parts.

    Args:
        weights: Weight of each part by name, from ``PARTS``; a part of weight 0 is left out.
        class_weights: Weight of each class by code, for the parts that are a cross-entropy; None
            for equal ones.
        smoothing: Share of the truth, in ``cross_entropy``, that is spread over all classes.
    """

    class_weights: Tensor | None

    def __init__(
        self,
        weights: Mapping[str, float],
        class_weights: Sequence[float] | None = None,
        smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.weights = {name: weight for name, weight in weights.items() if weight}
        self.smoothing = smoothing
        of_class = None if class_weights is None else torch.tensor(class_weights)
        # Not in the checkpoint: they follow from the settings and the data, which a run keeps.
        self.register_buffer("class_weights", of_class, persistent=False)

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
            case = Case(logits_bchw.float(), mask_bhw, self.class_weights, self.smoothing)
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
        class_weights: Shape ``(C,)``, float32; None for equal ones.
        smoothing: See ``Loss``.
    """

    def __init__(
        self,
        logits: Tensor,
        mask: Tensor,
        class_weights: Tensor | None = None,
        smoothing: float = 0.0,
    ) -> None:
        self.logits, self.mask, self.n_classes = logits, mask, logits.shape[1]
        self.class_weights, self.smoothing = class_weights, smoothing
        self.rows = logits.permute(0, 2, 3, 1).reshape(-1, self.n_classes)
        codes = mask.flatten()
        self.counts = codes != IGNORED
        self.codes = torch.where(self.counts, codes, 0).long()
        self.weights = self.counts.float()
        self.n_pixels = total(self.counts.sum()).clamp(min=1)

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
    def weights_by_class(self) -> Tensor:
        """Weight of each pixel's true class, shape ``(P,)``; 0 where it is ignored."""
        if self.class_weights is None:
            return self.weights
        return self.weights * self.class_weights[self.codes]

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
        hit, predicted, true = totals(hit, self.weights @ self.log_share.exp(), true)
        return hit, predicted, true

    def cross_entropy_where(self, chosen: Tensor) -> Tensor:
        """Mean of -log(share of the true class) over some pixels, weighted by class.

        Args:
            chosen: True or false for each pixel, shape ``(P,)``; ignored ones never count.
        """
        weights = self.weights_by_class * chosen
        log_share, weight = totals((self.log_share_of_truth * weights).sum(), weights.sum())
        return -log_share / weight.clamp(min=1e-7)


def cross_entropy(case: Case) -> Tensor:
    """Mean over the pixels of -log(share of the true class), weighted by class and smoothed.

    Source:
        ``CrossEntropyLoss(weight=..., label_smoothing=...)`` of torch, which it equals.
    """
    weights = case.weights_by_class
    log_share, weight = totals((case.log_share_of_truth * weights).sum(), weights.sum())
    weight = weight.clamp(min=1e-7)
    sharp = -log_share / weight
    if not case.smoothing:
        return sharp
    by_class = case.weights @ case.log_share  # of all pixels that count, whatever they are
    if case.class_weights is not None:
        by_class = by_class * case.class_weights
    (of_all_classes,) = totals(by_class.sum())
    spread = -of_all_classes / case.n_classes / weight
    return (1 - case.smoothing) * sharp + case.smoothing * spread


def ohem(case: Case) -> Tensor:
    """The cross-entropy of the hard pixels alone, for scenes that are mostly easy road and sky.

    Hard are those whose true class has a share of at most ``EASY_SHARE``; where they are few, the
    ``LEAST_HARD`` part of all pixels that has the smallest ones.

    Source:
        Online hard example mining, Shrivastava et al. (2016), by pixel as in ``OHEMPixelSampler``
        of mmsegmentation.
    """
    share = torch.where(case.counts, case.log_share_of_truth.detach().exp(), 1.0)
    shares = all_rows(share)
    least = max(1, int(len(shares) * LEAST_HARD))
    limit = shares.kthvalue(least).values.clamp(min=EASY_SHARE)
    return case.cross_entropy_where(share <= limit)


def thin_things(case: Case) -> Tensor:
    """The cross-entropy of what is thin alone: poles, lines, arrows; see ``thin.thin``."""
    return case.cross_entropy_where(thin(case.mask).flatten())


def edges(case: Case) -> Tensor:
    """The cross-entropy of the pixels near a border between classes; see ``thin.borders``."""
    return case.cross_entropy_where(borders(case.mask).flatten())


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
    (pixels,) = totals(((all_channels - case.of_truth(case.rows)) * case.weights).sum())
    return pixels / (case.n_pixels * case.n_classes)


def focal(case: Case) -> Tensor:
    """Binary focal loss of each channel, gamma 2 and alpha 0.25, by segmentation-models-pytorch."""
    loss = smp.losses.FocalLoss("multiclass", 0.25, 2.0, ignore_index=IGNORED)
    mean = _by_library(loss, case.logits, case.mask)
    (of_all,) = totals(mean * (case.counts.sum() / case.n_pixels))
    return of_all


def lovasz(case: Case) -> Tensor:
    """The Lovász extension of IoU over the classes in the batch, by segmentation-models-pytorch."""
    loss = smp.losses.LovaszLoss("multiclass", ignore_index=IGNORED)
    return _by_library(loss, all_rows(case.logits), all_rows(case.mask))


def weights_of_parts(settings: object) -> dict[str, float]:
    """The weight of each part, from settings that have an attribute of its name."""
    return {part: getattr(settings, part) for part in PARTS}


def _by_library(loss: nn.Module, logits: Tensor, mask: Tensor) -> Tensor:
    if not (mask != IGNORED).any():  # the library answers with NaN, or with no scalar at all
        return logits.sum() * 0
    result: Tensor = loss(logits, mask.long())
    return result


PARTS: dict[str, Callable[[Case], Tensor]] = {
    "cross_entropy": cross_entropy,
    "dice": dice,
    "jaccard": jaccard,
    "bce": bce,
    "focal": focal,
    "lovasz": lovasz,
    "ohem": ohem,
    "thin": thin_things,
    "edges": edges,
}
