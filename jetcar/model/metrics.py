"""Scores, all from one confusion matrix: counted over every pixel, divided once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from jetcar.classes import IGNORED

if TYPE_CHECKING:
    from torchmetrics.classification import MulticlassConfusionMatrix


def predicted_codes(logits: Tensor, known: Sequence[int] | None = None) -> Tensor:
    """The code of each pixel's highest logit, the first of equals.

    Args:
        logits: Shape ``(B, C, H, W)``.
        known: The codes that have a class, ascending; no other is given. None for all.

    Returns:
        Shape ``(B, H, W)``, int64.
    """
    # What argmax gives, which takes three times as long on a CPU.
    if known is None or len(known) == logits.shape[1]:
        return logits.max(dim=1).indices
    codes = torch.tensor(known, device=logits.device)
    return codes[logits.index_select(1, codes).max(dim=1).indices]


def confusion_counter(n_classes: int) -> MulticlassConfusionMatrix:
    """Counts pixels by true and predicted code; ignored pixels count nowhere.

    Its ``compute()`` has the shape ``(C, C)``, int64; rows are truth, columns are prediction.
    """
    # Slow to load, and needed by training alone.
    from torchmetrics.classification import MulticlassConfusionMatrix

    # Codes were checked when the masks were read; looking at them again is 14 times slower.
    return MulticlassConfusionMatrix(n_classes, ignore_index=IGNORED, validate_args=False)


@dataclass(frozen=True)
class Scores:
    """Scores of one split.

    Attributes:
        iou: Intersection over union of each class, shape ``(C,)``; NaN for a class without true
            pixels, which is absent and left out of the mean.
        dice: 2 x intersection over the sum of both, likewise.
        precision: Share of the pixels predicted as a class that are of it, shape ``(C,)``; NaN
            for a class that is absent or predicted nowhere.
        recall: Share of a class's true pixels that are found, shape ``(C,)``; NaN when absent.
        pixels: True pixels of each class, shape ``(C,)``, and
        predicted: pixels predicted as it.
        share: Each class's share of the true pixels, shape ``(C,)``.
        mean_iou: Mean over the classes with true pixels; NaN when there are none.
        mean_dice: Likewise.
        accuracy: Share of the pixels whose class is right; NaN when there are none.
    """

    iou: Tensor
    dice: Tensor
    precision: Tensor
    recall: Tensor
    pixels: Tensor
    predicted: Tensor
    share: Tensor
    mean_iou: float
    mean_dice: float
    accuracy: float


def scores_of(confusion: Tensor) -> Scores:
    """Divides the counts of a confusion matrix into scores.

    Args:
        confusion: Pixel counts, shape ``(C, C)``, integers; rows are truth, columns prediction.

    Raises:
        ValueError: ``confusion`` is not square.

    Source:
        IoU is the overlap score of PASCAL VOC: summed over all pixels of all pictures, then
        divided once.
    """
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"a confusion matrix is square, not {tuple(confusion.shape)}")
    counts = confusion.double().cpu()
    hit, true, predicted = counts.diag(), counts.sum(1), counts.sum(0)
    absent = torch.where(true > 0, 0.0, torch.nan)
    iou = hit / (true + predicted - hit).clamp(min=1) + absent
    dice = 2 * hit / (true + predicted).clamp(min=1) + absent
    total = counts.sum()
    return Scores(
        iou=iou,
        dice=dice,
        precision=hit / predicted + absent,  # 0 / 0 is NaN
        recall=hit / true,
        pixels=true.long(),
        predicted=predicted.long(),
        share=true / total.clamp(min=1),
        mean_iou=float(iou.nanmean()),
        mean_dice=float(dice.nanmean()),
        accuracy=float(hit.sum() / total),
    )


@dataclass(frozen=True)
class OtherMeans:
    """The mean IoU as other tools count it, from the same confusion matrix.

    Attributes:
        all_classes: Over all classes; one that the truth does not have counts 0.
        truth_or_predicted: Over the classes in truth or prediction; one that is only predicted
            counts 0, one that is in neither is left out.
    """

    all_classes: float
    truth_or_predicted: float


def other_means(confusion: Tensor, codes: Sequence[int]) -> OtherMeans:
    """Mean IoU under the two other common rules.

    Args:
        confusion: As ``scores_of`` takes it.
        codes: Codes of the classes that count; a class that is ignored is not among them.

    Returns:
        NaN where there are no true pixels.
    """
    scores = scores_of(confusion)
    if not scores.pixels.any():
        return OtherMeans(math.nan, math.nan)
    of_codes = list(codes)
    total = float(scores.iou[of_codes].nansum())
    seen = int(((scores.pixels + scores.predicted)[of_codes] > 0).sum())
    return OtherMeans(total / len(of_codes), total / seen)
