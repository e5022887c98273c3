"""Cityscapes, and BDD100K, whose masks have the same codes."""

from __future__ import annotations

import re

from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet, MaskValues
from jetcar.data.labels.known_sets import CITYSCAPES, CITYSCAPES_IDS, CITYSCAPES_TRAIN_IDS
from jetcar.data.labels.pairing import is_in, pair

KINDS = ("_labelids", "_labeltrainids", "_instanceids")
"""How the names of masks end, the best first."""


def is_cityscapes(folder: Folder) -> bool:
    """Whether pictures lie in ``leftImg8bit``."""
    return any(is_in(name, "leftimg8bit") for name in folder.names)


def read_cityscapes(folder: Folder, line_width: float) -> LabelSet:
    """Cityscapes, with the 19 classes that its evaluation counts; all others count nowhere."""
    del line_width
    masks, kind = [], ""
    for kind in KINDS:
        masks = [name for name in folder.names if stem_of(name).lower().endswith(kind)]
        if masks:
            break
    found = LabelSet("Cityscapes")
    found.classes = {name: color for name, (_, color) in CITYSCAPES.items()}
    is_train = kind == "_labeltrainids"
    by_value = CITYSCAPES_TRAIN_IDS if is_train else CITYSCAPES_IDS
    found.masks = MaskValues(by_value, divisor=1000 if kind == "_instanceids" else 1)
    found.codes = {name: number for number, name in enumerate(CITYSCAPES)}
    found.notes.append("the 19 classes that its evaluation counts; the others count nowhere")
    pictures = [name for name in folder.pictures() if is_in(name, "leftimg8bit")]
    pair(found, folder, pictures, masks, _scene)
    return found


def _scene(name: str) -> str:
    """City, sequence and frame of a Cityscapes file."""
    return "_".join(stem_of(name).lower().split("_")[:3])


def is_bdd(folder: Folder) -> bool:
    """Whether masks lie as in BDD100K."""
    return any(re.search(r"(^|/)sem_seg/masks/", name.lower()) for name in folder.names)


def read_bdd(folder: Folder, line_width: float) -> LabelSet:
    """BDD100K, whose masks have the codes of Cityscapes."""
    del line_width
    found = LabelSet("BDD100K")
    found.classes = {name: color for name, (_, color) in CITYSCAPES.items()}
    found.masks = MaskValues(CITYSCAPES_TRAIN_IDS)
    found.codes = {name: number for number, name in enumerate(CITYSCAPES)}
    masks = [name for name in folder.names if re.search(r"(^|/)sem_seg/masks/", name.lower())]
    pictures = [name for name in folder.pictures() if not is_in(name, "sem_seg")]
    pair(found, folder, pictures, masks, lambda name: stem_of(name).lower())
    return found
