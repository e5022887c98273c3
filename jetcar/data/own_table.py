"""Which class table a data set in this project's own layout is read with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jetcar.classes import ClassTable, SegmClass
from jetcar.classes.choose import Chosen, choose_table
from jetcar.data.audit.doubts import looks_like_image_segmenter
from jetcar.data.coding import Coding
from jetcar.data.labels.form import voc_color
from jetcar.data.pairs import Pairs
from jetcar.data.palettes import known_coding
from jetcar.data.pictures import count_values
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.progress import progress

MOST = 255
"""Classes that a mask can hold."""


def own_table(setting: str, dataset: Path, splits: Mapping[str, Pairs]) -> Chosen:
    """The class table that ``data.classes`` asks for, and what there is where nothing says one.

    Without a table ImageSegmenter's is taken only where the files are called as ImageSegmenter
    does. Else the classes are called after the values of the masks, ``class_0`` and so on, as for
    the exports of labelling tools.

    Args:
        setting: As ``data.classes``.
        dataset: Folder of the data set.
        splits: Its pictures and masks.

    Raises:
        UserError: there is no such table, or nothing says what the colours of masks mean.
    """
    chosen = choose_table(setting, dataset)
    if not chosen.is_guess or looks_like_image_segmenter(splits):
        return chosen
    masks = [mask for pairs in splits.values() for mask in pairs.masks if mask is not None]
    origin = "class_0, class_1, ... after the values of the masks, as nothing says what they mean"
    return Chosen(_numbered(masks), origin, is_guess=True, others=chosen.others)


def _numbered(masks: list[str]) -> ClassTable:
    """A class for each value that occurs."""
    # Of palettes the index counts then; where they differ, nothing says what it means.
    coding = known_coding(masks, ClassTable((_class(0),)))
    seen = np.zeros(256, np.int64)
    with progress("looking for classes", len(masks), "masks") as advance:
        for counts in each(_values, [(coding, mask) for mask in masks]):
            seen += counts
            advance(1)
    codes = np.flatnonzero(seen[:MOST]).tolist() or [0]
    return ClassTable(tuple(_class(code) for code in codes))


def _class(code: int) -> SegmClass:
    return SegmClass(code, f"class_{code}", voc_color(code))


def _values(task: tuple[Coding, str]) -> np.ndarray:
    """How often each value occurs in a mask; none in one that cannot be read, as the audit tells.

    Returns:
        Shape ``(256,)``, int64.
    """
    coding, mask = task
    try:
        return count_values(coding.read(mask))
    except UserError:
        return np.zeros(256, np.int64)
