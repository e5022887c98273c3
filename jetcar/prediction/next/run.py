"""What ``jetcar next`` does: ranks pictures, and writes a list, a sheet and labels to correct."""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from jetcar.data.layout import IMAGE_SUFFIXES
from jetcar.data.pairs import find_pairs, find_split
from jetcar.data.pictures import Pixels
from jetcar.data.source.of_run import dataset_of_run
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.chosen import chosen_checkpoint
from jetcar.model.device import choose_device, choose_precision
from jetcar.model.fold import folded
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.early import AUTO, NONE
from jetcar.prediction.forward import Predicted, predict_pictures
from jetcar.prediction.next.features import Features, Pooled, directions
from jetcar.prediction.next.rank import chosen, doubts_of, scores_of
from jetcar.prediction.next.sheet import write_sheet
from jetcar.prediction.prelabels import write_prelabels
from jetcar.prediction.readback import Written, checksum
from jetcar.prediction.writer import encode_mask
from jetcar.progress import progress
from jetcar.settings.schema import Next
from jetcar.whole import whole_folder
from jetcar.wording import counted, table_cell

log = logging.getLogger(__name__)

LIST, SHEET, MASKS = "next.csv", "next.png", "masks"


@dataclass(frozen=True)
class Ranked:
    """Pictures in the order in which to label them.

    Attributes:
        paths: Of those that are chosen.
        scores: Of each.
    """

    paths: list[str]
    scores: list[float]


def run_next(settings: Next) -> Path:
    """Chooses pictures, and writes what is needed to label them.

    Returns:
        The folder that holds ``next.csv``, ``next.png``, the predicted masks, and pictures with
        labels for the tool.

    Raises:
        UserError: the checkpoint or the pictures are missing, or ``out`` is there already.
    """
    out = Path(settings.out)
    refuse_out(out)
    paths = find_pairs(Path(settings.images), None).images
    if not paths:
        suffixes = ", ".join(IMAGE_SUFFIXES)
        raise UserError(f"{settings.images} holds no picture ({suffixes}). Name another.")
    path = chosen_checkpoint(settings.checkpoint, settings.runs)
    card, network = read_trained(path)
    log.info("checkpoint %s", path)
    predict = _Predict(settings, card, network)
    ranked = _ranked(predict, paths, _labelled(settings, card, path), settings.count)
    out.parent.mkdir(parents=True, exist_ok=True)
    written: list[Written] = []
    with whole_folder(out) as part:
        (part / MASKS).mkdir()
        shown: list[tuple[str, Pixels, Pixels]] = []
        for one, _ in predict(ranked.paths, "predicting the chosen"):
            image = ranked.paths[one.index]
            name = f"{Path(image).stem}.png"
            (part / MASKS / name).write_bytes(encode_mask(one.codes))
            written.append(Written(image, name, checksum(one.codes)))
            caption = f"{one.index + 1}  {Path(image).name}"
            shown.append((caption, one.image, one.codes))
        _write_list(part / LIST, ranked)
        write_sheet(part / SHEET, shown, card.table)
    log.info(
        "%d of %s to label next: %s", len(ranked.paths), counted(len(paths), "picture"), out / LIST
    )
    log.info("to look at: %s", out / SHEET)
    write_prelabels(settings.layout, out / MASKS, written, card.table)
    return out


def refuse_out(out: Path) -> None:
    """Refuses a folder that is there, as somebody may have corrected labels in it."""
    if os.path.lexists(out):
        raise UserError(
            f"out={out} is there already, and what was corrected in it would be lost. Move it "
            "away, or choose another folder."
        )


class _Predict:
    """Predicts pictures with one network, as the settings say."""

    def __init__(self, settings: Next, card: Card, network: nn.Module) -> None:
        self._network = folded(network, *card.image_size)
        self._device = choose_device(settings.device)
        self._precision = choose_precision(settings.precision, self._device)
        self._size, self._batch_size = card.image_size, settings.batch_size
        self.codes = list(card.table.codes)
        self._pooled = Pooled(self._network, self.codes)

    def __call__(self, paths: list[str], what: str) -> Iterator[tuple[Predicted, Features]]:
        """What the network says of each picture, and what it sees in it."""
        height, width = self._size
        with progress(what, len(paths), "pictures") as advance:
            for one in predict_pictures(
                self._network,
                paths,
                height,
                width,
                self._batch_size,
                self._device,
                self._precision,
                self.codes,
            ):
                yield one, self._pooled.of(one)
                advance(1)


def _labelled(settings: Next, card: Card, checkpoint: Path) -> list[str]:
    """Pictures that have labels already: those named, or Train of the run's own data set."""
    if settings.labelled in (None, NONE):
        return []
    if settings.labelled != AUTO:
        return find_pairs(Path(settings.labelled), None).images
    try:
        dataset = dataset_of_run(card.settings, checkpoint)
    except UserError as error:
        log.info("what is labelled already is not known: %s", error)
        return []
    found = find_split(dataset, "Train", allow_missing=True).images
    log.info("labelled already: %s of %s", counted(len(found), "picture"), dataset)
    return found


def _ranked(predict: _Predict, paths: list[str], labelled: list[str], count: int) -> Ranked:
    shares, doubts, seen = [], [], []
    for one, features in predict(paths, "looking for doubts"):
        share, doubt = doubts_of(one.logits[predict.codes])
        shares.append(share)
        doubts.append(doubt)
        seen.append(features)
    known = [features for _, features in predict(labelled, "looking at what is labelled")]
    none = np.empty((0, len(seen[0])), np.float32)
    ours, theirs = directions(np.stack(seen), np.stack(known) if known else none)
    scores = scores_of(np.stack(shares), np.stack(doubts))
    best = chosen(scores, ours, theirs, count)
    return Ranked([paths[i] for i in best], scores[best].tolist())


def _write_list(path: Path, ranked: Ranked) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["rank", "picture", "score"])
        for rank, (picture, score) in enumerate(zip(ranked.paths, ranked.scores, strict=True), 1):
            rows.writerow([rank, table_cell(picture), f"{score:.6g}"])
