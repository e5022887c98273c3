"""CVAT for images: one XML for many pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from jetcar.classes.table import to_rgb
from jetcar.data.labels import values
from jetcar.data.labels.drawing import ellipse, rectangle, stroke, turned
from jetcar.data.labels.folder import Folder, split_said
from jetcar.data.labels.form import LabelSet, Picture, Region, Rings, Runs
from jetcar.data.labels.rle import checked
from jetcar.data.labels.values import WrongError, noting
from jetcar.data.labels.xml_file import root_of
from jetcar.data.pictures import MAX_PIXELS
from jetcar.wording import counted, printable

SHAPES = ("polygon", "box", "ellipse", "mask", "polyline")
LEFT_OUT = ("points", "skeleton", "cuboid")
FIX = "Export the task from CVAT again, as CVAT for images 1.1."


def is_cvat(folder: Folder) -> bool:
    """Whether a folder has an XML file of CVAT."""
    return bool(_files(folder))


def read_cvat(folder: Folder, line_width: float) -> LabelSet:
    """Reads XML files of CVAT.

    Shapes lie over each other as ``z_order`` says, then in the order of the file.

    Args:
        folder: The files.
        line_width: Of polylines, in pixels.
    """
    found = LabelSet("a CVAT file")
    left_out = 0
    for name in _files(folder):
        with noting(found.problems, folder.path(name), FIX):
            left_out += _read_file(found, folder, name, line_width)
    if left_out:
        found.notes.append(f"{counted(left_out, 'shape')} without an area are left out")
    return found


def _read_file(found: LabelSet, folder: Folder, name: str, line_width: float) -> int:
    """Notes classes and pictures of a file; how many of its shapes have no area."""
    root = root_of(folder, name, "CVAT", FIX)
    if root.find("track") is not None:
        found.problems.append(f"{folder.path(name)} is of a video. {FIX}")
    for one in root.iterfind("meta//label"):
        if label := (one.findtext("name") or "").strip():
            color = (one.findtext("color") or "").lstrip("#")
            is_color = re.fullmatch("[0-9A-Fa-f]{6}", color)
            found.classes[label] = to_rgb(color) if is_color else None
    for image in root.iterfind("image"):
        which = printable(image.get("name", ""))
        with noting(found.problems, f"{folder.path(name)}, image {which}", FIX):
            found.pictures.append(_picture(folder, name, image, line_width))
    return sum(len(root.findall(f"image/{kind}")) for kind in LEFT_OUT)


def _files(folder: Folder) -> list[str]:
    return [
        name
        for name in folder.names
        if name.lower().endswith(".xml") and b"<annotations>" in _start_of(folder.path(name))
    ]


def _start_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(1000)


def _picture(folder: Folder, name: str, image: ElementTree.Element, line_width: float) -> Picture:
    size = values.size(_number(image, "width"), _number(image, "height"))
    assert size is not None  # both are numbers
    split = split_said(image.get("subset"))
    said = image.get("name", "")
    file = folder.find(said, name, split)
    shapes = [one for one in image if one.tag in SHAPES]
    shapes.sort(key=lambda one: int(_number(one, "z_order", "0")))
    regions = [_region(one, size, line_width) for one in shapes]
    return Picture(file, tuple(regions), name, split, size)


def _region(one: ElementTree.Element, size: tuple[int, int], line_width: float) -> Region:
    label = values.label(one.get("label"))
    if one.tag == "mask":
        return Region(label, (_mask(one),))
    degrees = _number(one, "rotation", "0")
    if one.tag == "ellipse":
        x, y, radius_x, radius_y = (_number(one, key) for key in ("cx", "cy", "rx", "ry"))
        corners = ellipse(x, y, radius_x, radius_y, degrees)
    elif one.tag == "box":
        left, top, right, bottom = (_number(one, key) for key in ("xtl", "ytl", "xbr", "ybr"))
        corners = rectangle(left, top, right, bottom)
        corners = turned(corners, (left + right) / 2, (top + bottom) / 2, degrees)
    else:
        pairs = [pair.split(",") for pair in (one.get("points") or "").split(";") if pair]
        corners = values.points(pairs, 2 if one.tag == "polyline" else 3)
    values.refuse_outside(corners, *size)
    is_line = one.tag == "polyline"
    return Region(label, stroke(corners, line_width) if is_line else (Rings((corners,)),))


def _mask(one: ElementTree.Element) -> Runs:
    left, top, width, height = (
        int(_number(one, key)) for key in ("left", "top", "width", "height")
    )
    try:
        lengths = np.array([int(run) for run in (one.get("rle") or "").split(",")], np.int64)
        if min(left, top, width - 1, height - 1) < 0 or width * height > MAX_PIXELS:
            raise ValueError(f"it has {width} x {height} pixels at {left}, {top}")
        runs = checked(lengths, height, width)
    except (ValueError, OverflowError) as error:
        raise WrongError(f"a mask is damaged ({printable(error, 80)})") from None
    return Runs(runs.lengths, height, width, left=left, top=top)


def _number(one: ElementTree.Element, key: str, otherwise: str | None = None) -> float:
    text = one.get(key, otherwise)
    try:
        return values.number(float(text or ""), f"{key} of {one.tag}")
    except ValueError as error:
        if isinstance(error, WrongError):
            raise
        what = "is missing" if text is None else f"is {printable(text, 40)}, not a number"
        raise WrongError(f"{key} of {one.tag} {what}") from None
