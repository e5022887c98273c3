"""Roboflow: a mask beside each picture, and a list of values."""

from __future__ import annotations

import posixpath

from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet
from jetcar.data.labels.name_tables import find_names
from jetcar.data.labels.pairing import pair, with_names


def is_roboflow(folder: Folder) -> bool:
    """Whether there is Roboflow's list of classes."""
    return bool(folder.named("_classes.csv"))


def read_roboflow(folder: Folder, line_width: float) -> LabelSet:
    """Roboflow's masks, which are called ``x_mask.png`` and lie beside the picture ``x.jpg``."""
    del line_width
    listed = find_names(folder)
    assert listed is not None  # is_roboflow has seen it
    found = with_names("Roboflow masks", listed[1])
    masks = [name for name in folder.names if stem_of(name).lower().endswith("_mask")]
    pictures = [name for name in folder.pictures() if name not in set(masks)]
    pair(found, folder, pictures, masks, _beside)
    return found


def _beside(name: str) -> str:
    stem = posixpath.splitext(name)[0].lower()
    return stem.removesuffix("_mask")
