"""Scores of one split, as a table to read and as plain values to keep."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.data.codes import Codes
from jetcar.data.pictures import Pixels
from jetcar.model.metrics import Scores, confusion_counter


class Counter:
    """Counts predicted against true codes, one picture at a time.

    Args:
        table: The classes of the network.
        codes: What the values of the true masks mean.
    """

    def __init__(self, table: ClassTable, codes: Codes) -> None:
        self.codes = codes
        self._count = confusion_counter(table.n_outputs)
        self.pictures = 0

    def add(self, predicted: Pixels, mask_path: str) -> None:
        """Compares a picture with its true mask.

        Args:
            predicted: Codes, shape ``(H, W)``, uint8; the mask is resized to it.
            mask_path: File of the true mask.

        Raises:
            UserError: the mask cannot be read, or holds codes that the table lacks.
        """
        true = self.codes.read_mask(mask_path, *predicted.shape)
        self._count.update(torch.from_numpy(predicted), torch.from_numpy(true))
        self.pictures += 1

    @property
    def confusion(self) -> Tensor:
        """Pixel counts, shape ``(C, C)``, int64; rows are truth."""
        confusion: Tensor = self._count.compute()
        return confusion


def plain_scores(scores: Scores, table: ClassTable) -> dict[str, Any]:
    """Scores as plain values; an absent class has the IoU null."""
    return {
        "iou": scores.mean_iou,
        "dice": scores.mean_dice,
        "accuracy": scores.accuracy,
        "classes": {
            c.name: {
                "code": c.code,
                "iou": float(scores.iou[c.code]),
                "dice": float(scores.dice[c.code]),
                "share": float(scores.share[c.code]),
            }
            for c in table.classes
        },
    }


def score_table(scores: Scores, table: ClassTable, split: str) -> str:
    """The scores of each class with its share of the pixels, best first, as text."""
    present = [c for c in table.classes if not scores.iou[c.code].isnan()]
    absent = [c.name for c in table.classes if scores.iou[c.code].isnan()]
    width = max(len(split), 4, *(len(c.name) for c in present))
    rows = [f"{split:<{width}}      IoU     Dice   share of pixels"]
    for c in sorted(present, key=lambda c: -float(scores.iou[c.code])):
        iou, dice, share = (float(of[c.code]) for of in (scores.iou, scores.dice, scores.share))
        rows.append(f"{c.name:<{width}}   {iou:.4f}   {dice:.4f}   {100 * share:6.2f} %")
    rows.append(f"{'mean':<{width}}   {scores.mean_iou:.4f}   {scores.mean_dice:.4f}")
    rows.append(f"{100 * scores.accuracy:.2f} % of the pixels are right")
    if absent:
        rows.append(f"absent: {', '.join(absent)}")
    return "\n".join(rows)
