"""Mapillary Vistas: masks of values, and a list of classes a version."""

from __future__ import annotations

import re

from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet, MaskValues
from jetcar.data.labels.name_tables import find_names
from jetcar.data.labels.pairing import is_in, pair, with_names

MASKS = r"(^|/)(v\d\.\d/)?labels/[^/]+\.png$"


def is_mapillary(folder: Folder) -> bool:
    """Whether there is Mapillary's list of classes."""
    return bool(folder.named("config_v1.2.json", "config_v2.0.json"))


def read_mapillary(folder: Folder, line_width: float) -> LabelSet:
    """Mapillary Vistas, the newest version of its masks that is there with its list."""
    del line_width
    listed = find_names(folder)
    assert listed is not None  # is_mapillary has seen it
    found = with_names("Mapillary Vistas", listed[1])
    found.masks = MaskValues(listed[1].by_value)
    version = listed[0].rpartition("config_")[2].removesuffix(".json").lower()
    masks = [n for n in folder.names if re.search(MASKS, n.lower())]
    masks = [n for n in masks if f"/{version}/" in n.lower()] or masks
    pictures = [name for name in folder.pictures() if is_in(name, "images")]
    pair(found, folder, pictures, masks, lambda name: stem_of(name).lower())
    return found
