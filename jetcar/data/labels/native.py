"""A data set in this project's own layout, to be written again with other classes."""

from __future__ import annotations

import os
from pathlib import Path

from jetcar.classes import RGB
from jetcar.data.coding import own_colours
from jetcar.data.labels.form import LabelSet, MaskValues, Picture
from jetcar.data.layout import SPLITS
from jetcar.data.own_table import own_table
from jetcar.data.pairs import find_split
from jetcar.data.palettes import find_coding


def read_native(dataset: Path, classes: str) -> LabelSet:
    """Pictures and masks in ``Img`` and ``Mask``, with the class table that ``classes`` asks for.

    Masks without a picture and pictures without a mask are left to whoever reads the result.

    Raises:
        UserError: there is no such table, or files cannot be paired.
    """
    splits = {split: find_split(dataset, split, optional=split != "Train") for split in SPLITS}
    table = own_table(classes, dataset, splits).table
    found = LabelSet("a data set of JetCar", classes={c.name: c.color for c in table.classes})
    found.codes = {c.name: c.code for c in table.classes}
    masks: list[str] = []
    for split, pairs in splits.items():
        for image, mask in zip(pairs.images, pairs.masks, strict=True):
            if mask is None:
                continue
            masks.append(mask)
            image, mask = (
                os.path.relpath(one, dataset).replace(os.sep, "/") for one in (image, mask)
            )
            found.pictures.append(Picture(image, mask, mask, split))
    how = find_coding(masks, table)
    found.problems += how.errors
    by_value: dict[int, str | None] = {**table.names, 255: None}
    names = table.names
    by_color: dict[RGB, str | None] = {color: names[code] for color, code in own_colours(table)}
    found.masks = MaskValues(by_value, by_color, coding=how.coding)
    return found
