"""Scores of one split, as a table to read and as plain values to keep."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.audit.look import odd_values
from jetcar.data.codes import Codes, refuse_other_shape
from jetcar.data.pictures import Pixels, read_mask, resize_mask
from jetcar.data.views import origin_of
from jetcar.model.metrics import Scores, other_means, scores_of
from jetcar.prediction.soft import SoftIou
from jetcar.road.ground import Geometry, near_field
from jetcar.road.meter import RoadMeter

Counts = npt.NDArray[np.int64]
"""Pixels by true code (row) and predicted code (column), shape ``(C, C)``."""


@dataclass(frozen=True)
class Compared:
    """One picture against its true mask.

    Attributes:
        true: True codes, shape ``(H, W)``, uint8; 255 counts nowhere.
        confusion: Its own pixel counts.
        meter: What its road was measured with; None for classes without one.
        road: Its road score; None where its truth has no lane to compare with.
    """

    true: Pixels
    confusion: Counts
    meter: RoadMeter | None = None
    road: float | None = None


STRIP_PIXELS = 1 << 20
"""Pixels that are counted together: counting takes eight bytes for each."""


class PixelCounter:
    """Counts predicted against true codes, one picture at a time.

    Args:
        table: The classes of the network.
        codes: What the values of the true masks mean.
        geometry: How the camera sees the ground, for the road score; None where nobody knows.
    """

    def __init__(self, table: ClassTable, codes: Codes, geometry: Geometry | None = None) -> None:
        self.table, self.codes, self.geometry = table, codes, geometry
        self.road = RoadMeter.of(table, geometry)
        self.near_counts = _no_counts(table)
        self.pictures = 0
        self.oddities: dict[str, list[str]] = {}
        """What is odd with true masks: sentences by kind, as the audit says them."""
        self.counts = _no_counts(table)
        self.origins: dict[str, tuple[int, Counts]] = {}
        self.soft = SoftIou(self.counting)

    @property
    def counting(self) -> list[int]:
        """Codes of the network's classes that true masks may hold and that are not ignored."""
        wanted = np.unique(self.codes.wanted[self.codes.allowed])
        return [int(code) for code in wanted if code != IGNORED]

    def add(
        self,
        predicted: Pixels,
        mask_path: str,
        image_path: str = "",
        image: Pixels | None = None,
    ) -> Compared:
        """Compares a picture with its true mask.

        Args:
            predicted: Codes, shape ``(H, W)``, uint8; the mask is resized to it.
            mask_path: File of the true mask.
            image_path: File of the picture.
            image: The picture, shape ``(H, W, 3)``, at its own size; None where it is known that
                the mask fits it.

        Raises:
            UserError: the mask cannot be read, shows another frame, or holds codes that the table
                lacks.
        """
        mask = read_mask(mask_path)
        if image is not None:
            refuse_other_shape(image, mask, image_path, mask_path)
        values = np.flatnonzero(np.bincount(mask.ravel(), minlength=256)).tolist()
        for kind, sentence in odd_values(values, mask_path):
            self.oddities.setdefault(kind, []).append(sentence)
        true = self.codes.checked(resize_mask(mask, *predicted.shape), mask_path)
        return self.add_codes(predicted, true, mask_path)

    def add_codes(self, predicted: Pixels, true: Pixels, mask_path: str) -> Compared:
        """Compares a picture with true codes that are known already.

        Args:
            predicted: Codes, shape ``(H, W)``, uint8.
            true: Likewise; 255 counts nowhere.
            mask_path: File that they come from, by whose name the picture's origin is told.
        """
        own = count_pixels(true, predicted, self.table.n_outputs)
        self.pictures += 1
        self.counts += own
        road = math.nan
        if self.road is not None and self.geometry is not None:
            (road,) = self.road.add(true[None], predicted[None]).tolist()
            near = near_field(self.geometry, *true.shape)
            self.near_counts += count_pixels(true[near][None], predicted[near][None], len(own))
        origin = origin_of(mask_path) or "other"
        pictures, counts = self.origins.get(origin, (0, _no_counts(self.table)))
        self.origins[origin] = pictures + 1, counts + own
        return Compared(true, own, self.road, None if math.isnan(road) else road)

    def join(self, other: PixelCounter) -> None:
        """Adds what another one has counted, of the pictures that come after this one's."""
        self.pictures += other.pictures
        self.counts += other.counts
        self.near_counts += other.near_counts
        if self.road is not None and other.road is not None:
            self.road.join(other.road)
        for kind, sentences in other.oddities.items():
            self.oddities.setdefault(kind, []).extend(sentences)
        for origin, (more, counts) in other.origins.items():
            pictures, own = self.origins.get(origin, (0, _no_counts(self.table)))
            self.origins[origin] = pictures + more, own + counts
        self.soft.join(other.soft)

    @property
    def confusion(self) -> Tensor:
        """Pixel counts, shape ``(C, C)``, int64; rows are truth."""
        return torch.from_numpy(self.counts)

    @property
    def scores(self) -> Scores:
        """Scores over everything that was counted."""
        return scores_of(self.confusion)


def count_pixels(true: Pixels, predicted: Pixels, n_outputs: int) -> Counts:
    """Pixels by true and predicted code; ignored ones count nowhere.

    Args:
        true: Codes, shape ``(H, W)``, uint8.
        predicted: Likewise.
        n_outputs: C, more than any code but 255.
    """
    counts = np.zeros(256 * 256, np.int64)
    rows = max(1, STRIP_PIXELS // true.shape[1])
    for top in range(0, len(true), rows):
        strip = slice(top, top + rows)
        pairs = true[strip].astype(np.uint16) << 8 | predicted[strip]
        counts += np.bincount(pairs.ravel(), minlength=256 * 256)
    return counts.reshape(256, 256)[:n_outputs, :n_outputs].copy()


def _no_counts(table: ClassTable) -> Counts:
    return np.zeros((table.n_outputs, table.n_outputs), np.int64)


def plain_scores(counter: PixelCounter) -> dict[str, Any]:
    """Scores as plain values; an absent class has the IoU null.

    The keys ``iou_...`` are the mean IoU under other rules: see ``OtherMeans`` and ``SoftIou``.
    """
    scores, table = counter.scores, counter.table
    others = other_means(counter.confusion, counter.counting)
    return {
        "pictures": counter.pictures,
        "iou": scores.mean_iou,
        "dice": scores.mean_dice,
        "accuracy": scores.accuracy,
        "iou_all_classes": others.all_classes,
        "iou_truth_or_predicted": others.truth_or_predicted,
        "iou_soft": counter.soft.value,
        "classes": {
            c.name: {
                "code": c.code,
                "iou": float(scores.iou[c.code]),
                "dice": float(scores.dice[c.code]),
                "precision": float(scores.precision[c.code]),
                "recall": float(scores.recall[c.code]),
                "pixels": int(scores.pixels[c.code]),
                "share": float(scores.share[c.code]),
            }
            for c in table.classes
        },
        "origins": {
            origin: _origin_scores(pictures, scores_of(torch.from_numpy(counts)))
            for origin, (pictures, counts) in sorted(counter.origins.items())
        },
        **_road_scores(counter),
        "confusion": counter.counts.tolist(),
    }


def _road_scores(counter: PixelCounter) -> dict[str, Any]:
    """The road score, where there is one; ``near_iou`` is of the first 500 mm alone."""
    if counter.road is None:
        return {}
    near = scores_of(torch.from_numpy(counter.near_counts))
    return {"road": {**counter.road.values(), "near_iou": near.mean_iou}}


def _origin_scores(pictures: int, scores: Scores) -> dict[str, Any]:
    return {
        "pictures": pictures,
        "iou": scores.mean_iou,
        "dice": scores.mean_dice,
        "accuracy": scores.accuracy,
    }


def score_table(
    scores: Scores, table: ClassTable, split: str, ignored: Collection[str] = ()
) -> str:
    """The scores of each class with its share of the pixels, best first, as text.

    Args:
        scores: What to show.
        table: Names of the classes.
        split: What was scored.
        ignored: Names of the classes that count nowhere, so that they are not absent.
    """
    present = [c for c in table.classes if not scores.iou[c.code].isnan()]
    lacking = [c.name for c in table.classes if scores.iou[c.code].isnan()]
    absent = [name for name in lacking if name not in ignored]
    width = max(len(split), 4, *(len(c.name) for c in present))
    rows = [f"{split:<{width}}      IoU     Dice   share of pixels"]
    for c in sorted(present, key=lambda c: -float(scores.iou[c.code])):
        iou, dice, share = (float(of[c.code]) for of in (scores.iou, scores.dice, scores.share))
        rows.append(f"{c.name:<{width}}   {iou:.4f}   {dice:.4f}   {100 * share:6.2f} %")
    rows.append(f"{'mean':<{width}}   {scores.mean_iou:.4f}   {scores.mean_dice:.4f}")
    rows.append(f"{100 * scores.accuracy:.2f} % of the pixels are right")
    if absent:
        rows.append(f"absent: {', '.join(absent)}")
    if ignored:
        rows.append(f"ignored: {', '.join(ignored)}")
    return "\n".join(rows)
