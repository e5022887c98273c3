"""Which pictures of a split a page shows, and what it says about each of them."""

from __future__ import annotations

import heapq
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from jetcar.classes import IGNORED
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, resize_image, resize_mask
from jetcar.errors import UserError
from jetcar.model.metrics import scores_of
from jetcar.prediction.forward import Predicted
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.packing import as_json, pack_codes, pack_image
from jetcar.prediction.report.shelf import Shelf
from jetcar.prediction.report.unsure import pack_unsure
from jetcar.prediction.score import Compared, Counts, count_pixels


@dataclass(frozen=True)
class PictureScore:
    """How well one picture is predicted.

    Attributes:
        iou: Mean over the classes in its truth.
        of_class: IoU by code, of the classes in truth or prediction; None for one that is only
            predicted.
    """

    iou: float
    of_class: dict[int, float | None]


def score_picture(confusion: Counts) -> PictureScore | None:
    """The scores of one picture from its own pixel counts; None when no pixel counts."""
    if not confusion.any():
        return None
    scores = scores_of(torch.from_numpy(confusion))
    seen = np.flatnonzero(confusion.sum(axis=0) + confusion.sum(axis=1))
    iou = scores.iou.tolist()
    has_truth = (scores.pixels > 0).tolist()
    return PictureScore(
        scores.mean_iou, {int(code): iou[code] if has_truth[code] else None for code in seen}
    )


class Gallery:
    """The pictures of one split, added one at a time as they are predicted.

    Every picture gets a row; those with the worst scores and a sample spread over the others are
    kept to be shown.

    Args:
        split: Its name, for the keys of the pictures.
        pairs: The pictures.
        n_outputs: Codes that a network can predict.
        shown: Pictures to be kept, half of them the worst; None keeps all.
        shelf: Takes the pictures that are kept.
        other: A second prediction of the same pictures.
    """

    def __init__(
        self,
        split: str,
        pairs: Pairs,
        n_outputs: int,
        shown: int | None,
        shelf: Shelf,
        other: OtherPrediction | None,
    ) -> None:
        self.split = split
        self.pairs, self.shelf, self.other = pairs, shelf, other
        self.n_outputs = n_outputs
        self.fault: Exception | None = None
        self.rows: list[dict[str, Any]] = []
        total = len(pairs)
        shown = total if shown is None else min(shown, total)
        has_worst = shown < total and (any(pairs.masks) or other is not None)
        n_worst = shown // 2 if has_worst else 0
        self._sample = {round(i) for i in np.linspace(0, total - 1, shown - n_worst)}
        self._n_worst = n_worst
        self._worst: list[tuple[float, int]] = []
        """A heap of (-IoU or -road score, -index): the best of the worst comes first."""
        self.has_unsure = False
        """Whether it is known of any picture how unsure the network is."""

    def add(self, one: Predicted, compared: Compared | None) -> None:
        """Adds a picture; a fault ends the gallery, not the prediction, and is kept in ``fault``.

        Args:
            one: What was predicted.
            compared: Its comparison with its true mask; None without one.

        Raises:
            UserError: the second prediction has no mask for it.
        """
        if self.fault is not None:
            return
        try:
            self._add(one, compared)
        except UserError:
            raise
        except Exception as error:  # the masks and scores are worth more than the page
            self.fault = error

    def _add(self, one: Predicted, compared: Compared | None) -> None:
        path = self.pairs.images[one.index]
        score = score_picture(compared.confusion) if compared else None
        # At the size that is scored, so that a prediction beside itself differs nowhere.
        height, width = one.small_codes.shape if compared is None else compared.true.shape
        others = self.other.codes(path, height, width) if self.other else None
        row: dict[str, Any] = {
            "key": self._key(one.index),
            "name": os.path.basename(path),
            "ignored": compared is not None and bool((compared.true == IGNORED).any()),
            **_plain(score),
        }
        if compared is not None and compared.meter is not None:
            row["road"] = None if compared.road is None else round(compared.road, 4)
        if compared is not None:
            row["confusions"] = _confusions(compared.confusion)
        if others is not None:
            ours = one.codes if one.codes.shape == others.shape else one.small_codes
            row["differs"] = round(float(np.mean(ours != others)), 4)
        if others is not None and compared is not None:
            counts = count_pixels(compared.true, others, self.n_outputs)
            assert self.other is not None
            self.other.counts += counts
            row["other"] = _plain(score_picture(counts))
        self.rows.append(row)
        # What is bad for a driver is shown, too, where nearly all pixels are right.
        worth = [score.iou] if score else []
        if compared is not None and compared.road is not None:
            worth.append(compared.road)
        if compared is None and others is not None:
            worth.append(1 - row["differs"])
        if self._is_kept(one.index, min(worth, default=None)):
            unsure = pack_unsure(one.logits)
            self.has_unsure = self.has_unsure or unsure is not None
            self.shelf.put(self._key(one.index), _picture(one, compared, others, unsure))

    def _key(self, index: int) -> str:
        return f"{self.split}-{index}"

    def _is_kept(self, index: int, worth: float | None) -> bool:
        if index in self._sample:
            return True
        if worth is None or not self._n_worst:
            return False
        item = -worth, -index
        if len(self._worst) < self._n_worst:
            heapq.heappush(self._worst, item)
            return True
        dropped = heapq.heappushpop(self._worst, item)
        if dropped == item:
            return False
        self.shelf.drop(self._key(-dropped[1]))
        return True


def _plain(score: PictureScore | None) -> dict[str, Any]:
    if score is None:
        return {"iou": None, "classes": []}
    return {
        "iou": round(score.iou, 4),
        "classes": [
            [code, None if iou is None else round(iou, 4)] for code, iou in score.of_class.items()
        ],
    }


def _confusions(confusion: Counts) -> list[int]:
    """True code, predicted code and number of pixels of each confusion, one after another."""
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    places = np.argwhere(wrong)
    return [int(value) for place in places for value in (*place, wrong[tuple(place)])]


def _picture(
    one: Predicted,
    compared: Compared | None,
    others: Pixels | None,
    unsure: dict[str, Any] | None,
) -> str:
    height, width = one.small_codes.shape
    true = compared.true if compared else None
    meter = compared.meter if compared else None
    lines = None
    if meter is not None and true is not None:
        lines = [meter.middle_line(true), meter.middle_line(one.small_codes)]
    return as_json(
        {
            "height": height,
            "width": width,
            "image": pack_image(resize_image(one.image, height, width)),
            "true": _packed(true, height, width),
            "predicted": pack_codes(one.small_codes),
            "other": _packed(others, height, width),
            "lines": lines,
            "unsure": unsure,
        }
    )


def _packed(codes: Pixels | None, height: int, width: int) -> str | None:
    return None if codes is None else pack_codes(resize_mask(codes, height, width))
