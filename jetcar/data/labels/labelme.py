"""labelme: one JSON a picture, beside it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from jetcar.data.labels import values
from jetcar.data.labels.drawing import ellipse, rectangle, stroke
from jetcar.data.labels.folder import Folder, split_of
from jetcar.data.labels.form import LabelSet, Picture, Region, Rings, Runs
from jetcar.data.labels.opening import opened
from jetcar.data.labels.rle import lengths_of
from jetcar.data.labels.values import WrongError, noting
from jetcar.errors import UserError
from jetcar.wording import counted, printable

NAMES_FILE = "labels.txt"
IGNORE = "__ignore__"
"""The first line of labelme's own list of names; what it covers counts nowhere."""

AREAS = {"polygon": 3, "oriented_rectangle": 4, "rectangle": 2, "circle": 2, "mask": 2}
LINES = {"line": 2, "linestrip": 2}
DOTS = ("point", "points")


def is_labelme(folder: Folder) -> bool:
    """Whether a folder has JSON files of labelme."""
    return any(_looks_right(folder, name) for name in _candidates(folder)[:5])


def read_labelme(folder: Folder, line_width: float) -> LabelSet:
    """Reads all JSON files of labelme.

    Later shapes lie over earlier ones, as in labelme. Points are no areas and are left out. Where
    the picture is not there, it is taken out of the JSON, if it is in it.

    Args:
        folder: The files.
        line_width: Of lines, in pixels.
    """
    found = LabelSet("labelme")
    for names in folder.named(NAMES_FILE)[:1]:
        lines = (line.strip() for line in folder.text_of(names).splitlines())
        found.classes = {line: None for line in lines if line and line != IGNORE}
    found.ignored.add(IGNORE)
    dots = 0
    candidates = _candidates(folder)
    for name in candidates:
        with noting(found.problems, folder.path(name), "Correct it in labelme."):
            content = folder.json_of(name)
            if not isinstance(content, dict) or "shapes" not in content:
                continue  # such as a file of settings
            picture, more = _picture(folder, name, content, line_width)
            found.pictures.append(picture)
            dots += more
    if dots:
        found.notes.append(f"{counted(dots, 'point')} cover no pixel and are left out")
    return found


def _candidates(folder: Folder) -> list[str]:
    return [name for name in folder.names if name.lower().endswith(".json")]


def _looks_right(folder: Folder, name: str) -> bool:
    """Whether the file is labelme's, or is cut off and begins so."""
    with open(folder.path(name), "rb") as file:
        start = file.read(1 << 16)
    if b'"shapes"' in start:
        return True
    if b'"imageData"' not in start and b'"imagePath"' not in start:
        return False
    try:
        content = folder.json_of(name)
    except UserError:
        return True
    return isinstance(content, dict) and "shapes" in content


def _picture(
    folder: Folder, name: str, content: dict[str, Any], line_width: float
) -> tuple[Picture, int]:
    """The picture of a file, and how many of its shapes are points."""
    size = values.size(content.get("imageWidth"), content.get("imageHeight"))
    regions, dots = [], 0
    for shape in values.rows(content["shapes"], "shapes"):
        shape = values.table(shape, "a shape")
        if shape.get("shape_type") in DOTS:
            dots += 1
            continue
        regions.append(_region(shape, size, line_width))
    said = content.get("imagePath")
    file, embedded = name, False
    try:
        file = folder.find(said if isinstance(said, str) else "", name)
    except UserError:
        if not isinstance(content.get("imageData"), str):
            raise
        embedded = True
    return Picture(file, tuple(regions), name, split_of(name), size, embedded), dots


def _region(shape: dict[str, Any], size: tuple[int, int] | None, line_width: float) -> Region:
    label = values.label(shape.get("label"))
    kind = shape.get("shape_type") or "polygon"
    if not isinstance(kind, str) or kind not in (*AREAS, *LINES):
        raise WrongError(
            f"the shape {printable(label, 40)} is of the kind {printable(kind, 40)}, which is not "
            "known here"
        )
    corners = values.points(shape.get("points"), AREAS.get(kind) or LINES[kind])
    areas: tuple[Rings | Runs, ...]
    if kind in LINES:
        areas = stroke(corners, line_width)
    elif kind == "circle":
        (x, y), (edge_x, edge_y) = corners[:2]
        radius = float(np.hypot(edge_x - x, edge_y - y))
        corners = ellipse(x, y, radius, radius)
        areas = (Rings((corners,)),)
    elif kind == "rectangle":
        low, high = corners.min(axis=0), corners.max(axis=0)
        areas = (Rings((rectangle(*low, *high),)),)
    elif kind == "mask":
        areas = (_mask(shape.get("mask"), int(corners[0, 0]), int(corners[0, 1])),)
    else:
        areas = (Rings((corners,)),)
    if size is not None:
        values.refuse_outside(corners, *size)
    return Region(label, areas)


def _mask(text: Any, left: int, top: int) -> Runs:
    """A mask that is in the file as a PNG; its values other than 0 are covered."""
    try:
        with opened("the mask", base64.b64decode(text, validate=True)) as image:
            bits = np.asarray(image.convert("L")) > 0
    except (TypeError, ValueError, UserError):
        raise WrongError("a shape has a mask that is damaged") from None
    if left < 0 or top < 0:
        raise WrongError("a shape has a mask that begins outside its picture")
    return Runs(lengths_of(bits), bits.shape[0], bits.shape[1], left=left, top=top)
