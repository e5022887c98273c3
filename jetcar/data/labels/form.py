"""What every reader makes of an export: pictures, regions or masks on them, and class names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from jetcar.classes import RGB
from jetcar.data.coding import Coding

Points: TypeAlias = npt.NDArray[np.float64]
"""Corners in pixels, shape ``(N, 2)``, x before y; (0, 0) is the upper left corner of a picture."""


@dataclass(frozen=True, eq=False)
class Rings:
    """The area inside of some rings: what an odd number of them encloses, so that holes are rings.

    Attributes:
        rings: Corners of each, at least three.
    """

    rings: tuple[Points, ...]


@dataclass(frozen=True, eq=False)
class Runs:
    """A mask as the lengths of its runs, which begin outside of the area.

    Attributes:
        lengths: Pixels of each run, shape ``(N,)``; they add up to height times width.
        height: Of the mask.
        width: Of the mask.
        by_columns: Whether a run goes down the columns, as in COCO, or along the rows.
        left: Column of the picture where the mask begins.
        top: Row of the picture where the mask begins.
    """

    lengths: npt.NDArray[np.int64]
    height: int
    width: int
    by_columns: bool = False
    left: int = 0
    top: int = 0


@dataclass(frozen=True, eq=False)
class Region:
    """What one class covers: the union of some areas."""

    label: str
    areas: tuple[Rings | Runs, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of an export, and what is known of it.

    Attributes:
        file: Name below the folder, with slashes; of the JSON that holds the picture, if
            ``embedded``.
        labels: Regions in the order in which they are drawn, or the name of a mask.
        said_by: The file that holds the labels, to be named when something is wrong with them.
        split: ``Train``, ``Val`` or ``Test``; None where nobody says.
        size: Width and height of the picture that was labelled; None where nobody says.
        embedded: Whether the picture is in a labelme file, as base64.
    """

    file: str
    labels: tuple[Region, ...] | str
    said_by: str
    split: str | None = None
    size: tuple[int, int] | None = None
    embedded: bool = False


@dataclass(frozen=True)
class MaskValues:
    """What the pixels of mask files mean; None is what counts nowhere.

    Attributes:
        by_value: The class of each grey value or palette index; None where colours say it.
        by_color: The class of each colour; None where values say it.
        divisor: Of values of 16 bits, as in Cityscapes, where 26003 is the third object of 26.
        coding: How masks of this project say their values; None for those of other tools.
    """

    by_value: Mapping[int, str | None] | None = None
    by_color: Mapping[RGB, str | None] | None = None
    divisor: int = 1
    coding: Coding | None = None


@dataclass
class LabelSet:
    """A whole export.

    Attributes:
        tool: Whose it is, in words: ``labelme``, ``a COCO file``.
        pictures: All pictures that have labels.
        classes: Names in the order of the tool, also of classes that no picture shows; the colour
            of each, or None.
        masks: What masks mean; None where regions are drawn.
        codes: Codes that classes keep; the others get those that are free, in their order.
        ignored: Names of labels that count nowhere.
        notes: Sentences about what was left out or decided.
        problems: Sentences about what cannot be used; the export is refused then.
    """

    tool: str
    pictures: list[Picture] = field(default_factory=list)
    classes: dict[str, RGB | None] = field(default_factory=dict)
    masks: MaskValues | None = None
    codes: dict[str, int] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def voc_color(number: int) -> RGB:
    """The colour of a class in Pascal VOC's colour map, in which no two of 256 are the same.

    Source:
        The bits of the number, spread over the upper bits of red, green and blue.
    """
    color = [0, 0, 0]
    for place in range(8):
        for channel in range(3):
            color[channel] |= (number & 1) << (7 - place)
            number >>= 1
    return color[0], color[1], color[2]
