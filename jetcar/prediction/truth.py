"""What the values of true masks mean, and which class table says so."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from jetcar.classes import CLASSES_FILE, KNOWN, ClassTable, differences, find_file
from jetcar.classes.choose import choose_table
from jetcar.data.audit.doubts import looks_like_jetcar
from jetcar.data.codes import Codes
from jetcar.data.layout import split_folder
from jetcar.data.pairs import Pairs
from jetcar.data.palettes import find_coding
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.settings.schema import Predict

log = logging.getLogger(__name__)


def codes_of_truth(settings: Predict, card: Card, pairs: Pairs) -> Codes:
    """What the true masks' values mean; their data set may have a class table of its own.

    Says which table is taken, and warns where nothing tells that it is the right one.

    Raises:
        UserError: that table differs from the checkpoint's, and ``remap`` is not set; or the masks
            say their codes in no way that is known.
    """
    masks = [mask for mask in pairs.masks if mask is not None]
    if not masks:
        return Codes.of(card.table, card.ignored)
    dataset = Path(masks[0]).parent.parent.parent
    if find_file(dataset, CLASSES_FILE) is None:
        log.info("true masks: read with the checkpoint's class table, as they have none")
        table, codes = card.table, Codes.of(card.table, card.ignored)
        if _is_doubtful(settings, card, pairs, dataset):
            some = ", ".join(f"{c.code} {c.name}" for c in card.table.classes[:3])
            log.warning(
                "the true masks have no class table, nor names of the JetCar tools, but "
                "are scored with the checkpoint's classes (%s, ...). If their codes mean other "
                "classes, every score is wrong: put a %s beside the folder Mask",
                some,
                CLASSES_FILE,
            )
    else:
        chosen = choose_table("auto", dataset)
        log.info("true masks: read with %s", chosen)
        table, codes = chosen.table, _matched(settings, card, chosen.table, dataset)
    found = find_coding(masks, table)
    for sentence in found.warnings:
        log.warning("true masks: %s", sentence)
    if found.errors:
        raise UserError(found.errors[0])
    return codes.said_by(found.coding)


def _is_doubtful(settings: Predict, card: Card, pairs: Pairs, dataset: Path) -> bool:
    """Whether masks that a person has named may have nothing to do with JetCar's own classes."""
    is_named = settings.images is not None or settings.masks != "auto"
    is_jetcars = any(not differences(card.table, known) for known in KNOWN.values())
    if not is_named or not is_jetcars or looks_like_jetcar({"Val": pairs}):
        return False
    # Recordings among the Test pictures of ImageSegmenter have any name, those of Train have not.
    folders = (split_folder(dataset, "Img", split) for split in ("Train", "Val"))
    names = [name for folder in folders if folder for name in os.listdir(folder)]
    return not names or not looks_like_jetcar({"Train": Pairs(names, [None] * len(names), [])})


def _matched(settings: Predict, card: Card, table: ClassTable, dataset: Path) -> Codes:
    if not (rows := differences(card.table, table)):
        return Codes.of(card.table, card.ignored)
    if not settings.remap:
        raise UserError(
            f"The masks in {dataset} have other codes than the checkpoint (code: checkpoint | "
            f"masks): {'; '.join(rows[:10])}. Match them by name with remap=true, or predict "
            "without masks from another folder."
        )
    known = {c.name for c in table.classes}
    return Codes.of(table, [name for name in card.ignored if name in known], network=card.table)
