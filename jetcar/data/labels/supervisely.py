"""Supervisely: a list of classes, and a JSON for each picture in a folder beside the pictures'."""

from __future__ import annotations

import base64
import posixpath
import re
import zlib
from typing import Any

import numpy as np

from jetcar.classes import RGB
from jetcar.classes.table import to_rgb
from jetcar.data.labels import values
from jetcar.data.labels.drawing import rectangle, stroke
from jetcar.data.labels.folder import Folder, split_of
from jetcar.data.labels.form import LabelSet, Picture, Region, Rings, Runs
from jetcar.data.labels.opening import opened
from jetcar.data.labels.rle import lengths_of
from jetcar.data.labels.values import WrongError, noting
from jetcar.errors import UserError
from jetcar.wording import counted, printable

META = "meta.json"
MOST_BYTES = 1 << 26
"""Of a mask when it is unpacked; those of pictures are smaller."""

NO_AREA = ("point", "graph", "cuboid", "alpha_mask_link")
FIX = "Export it from Supervisely again."


def is_supervisely(folder: Folder) -> bool:
    """Whether there is Supervisely's list of classes, and a folder of its labels."""
    return bool(folder.named(META)) and bool(_files(folder))


def read_supervisely(folder: Folder, line_width: float) -> LabelSet:
    """Reads the JSON files of Supervisely; later objects lie over earlier ones.

    Args:
        folder: The files.
        line_width: Of lines, in pixels.
    """
    found = LabelSet("Supervisely")
    meta = folder.named(META)[0]
    try:
        for one in values.rows(values.table(folder.json_of(meta), "it").get("classes"), "classes"):
            one = values.table(one, "a class")
            found.classes[values.label(one.get("title"))] = _color(one.get("color"))
    except WrongError as error:
        raise UserError(f"{folder.path(meta)}: {error}. {FIX}") from None
    left_out = 0
    for name in _files(folder):
        with noting(found.problems, folder.path(name), FIX):
            content = values.table(folder.json_of(name), "it")
            picture, more = _picture(folder, name, content, line_width)
            found.pictures.append(picture)
            left_out += more
    if left_out:
        found.notes.append(f"{counted(left_out, 'shape')} without an area are left out")
    return found


def _files(folder: Folder) -> list[str]:
    return [
        name
        for name in folder.names
        if name.lower().endswith(".json")
        and posixpath.basename(posixpath.dirname(name)).lower() == "ann"
    ]


def _color(said: Any) -> RGB | None:
    is_color = isinstance(said, str) and re.fullmatch("#[0-9A-Fa-f]{6}", said)
    return to_rgb(said[1:]) if is_color else None


def _picture(
    folder: Folder, name: str, content: dict[str, Any], line_width: float
) -> tuple[Picture, int]:
    """The picture of a file, and how many of its objects have no area."""
    said = values.table(content.get("size"), "size")
    size = values.size(said.get("width"), said.get("height"))
    if size is None:
        raise WrongError("it does not say the size of its picture")
    regions, left_out = [], 0
    for one in values.rows(content.get("objects"), "objects"):
        one = values.table(one, "an object")
        if one.get("geometryType") in NO_AREA:
            left_out += 1
        else:
            areas = _areas(one, size, line_width)
            regions.append(Region(values.label(one.get("classTitle")), areas))
    home = posixpath.dirname(posixpath.dirname(name))
    picture = posixpath.join("..", "img", posixpath.basename(name)[: -len(".json")])
    file = folder.find(picture, name, split_of(name) or split_of(f"{home}/x"))
    return Picture(file, tuple(regions), name, split_of(name), size), left_out


def _areas(
    one: dict[str, Any], size: tuple[int, int], line_width: float
) -> tuple[Rings | Runs, ...]:
    kind = one.get("geometryType")
    if kind == "bitmap":
        return (_mask(values.table(one.get("bitmap"), "a bitmap")),)
    if kind not in ("polygon", "rectangle", "line"):
        raise WrongError(f"an object is of the kind {printable(kind, 40)}, which is not known here")
    points = values.table(one.get("points"), "points")
    corners = values.points(points.get("exterior"), 3 if kind == "polygon" else 2)
    values.refuse_outside(corners, *size)
    if kind == "line":
        return stroke(corners, line_width)
    if kind == "rectangle":
        return (Rings((rectangle(*corners.min(axis=0), *corners.max(axis=0)),)),)
    holes = values.rows(points.get("interior", []), "interior")
    return (Rings((corners, *(values.points(hole, 3) for hole in holes))),)


def _mask(bitmap: dict[str, Any]) -> Runs:
    """A mask that is packed twice, as a PNG; what is not transparent in it is covered."""
    try:
        packed = base64.b64decode(bitmap.get("data") or "", validate=True)
        data = zlib.decompressobj().decompress(packed, MOST_BYTES)
        with opened("the bitmap", data) as image:
            last = image.convert("RGBA").getchannel("A") if len(image.getbands()) == 4 else image
            bits = np.asarray(last.convert("L")) > 0
    except (TypeError, ValueError, zlib.error, UserError):
        raise WrongError("an object has a bitmap that is damaged") from None
    origin = values.points([bitmap.get("origin")], 1)
    left, top = int(origin[0, 0]), int(origin[0, 1])
    if left < 0 or top < 0:
        raise WrongError("an object has a bitmap that begins outside its picture")
    return Runs(lengths_of(bits), bits.shape[0], bits.shape[1], left=left, top=top)
