"""Scores, all from one confusion matrix: counted over every pixel, divided once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchmetrics.classification import MulticlassConfusionMatrix

from jetcar.classes import IGNORED


def confusion_counter(n_classes: int) -> MulticlassConfusionMatrix:
    """Counts pixels by true and predicted code; ignored pixels count nowhere.

    Its ``compute()`` has the shape ``(C, C)``, int64; rows are truth, columns are prediction.
    """
    # Codes were checked when the masks were read; looking at them again is 14 times slower.
    return MulticlassConfusionMatrix(n_classes, ignore_index=IGNORED, validate_args=False)


@dataclass(frozen=True)
class Scores:
    """Scores of one split.

    Attributes:
        iou: Intersection over union of each class, shape ``(C,)``; NaN for a class without true
            pixels, which is absent and left out of the mean.
        dice: 2 x intersection over the sum of both, likewise.
        share: Each class's share of the true pixels, shape ``(C,)``.
        mean_iou: Mean over the classes with true pixels; NaN when there are none.
        mean_dice: Likewise.
        accuracy: Share of the pixels whose class is right; NaN when there are none.
    """

    iou: Tensor
    dice: Tensor
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
        share=true / total.clamp(min=1),
        mean_iou=float(iou.nanmean()),
        mean_dice=float(dice.nanmean()),
        accuracy=float(hit.sum() / total),
    )
