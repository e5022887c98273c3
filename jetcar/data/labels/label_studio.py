"""Label Studio: a JSON list of tasks, with outlines in percent and packed brushes."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

from jetcar.data.labels import values
from jetcar.data.labels.drawing import ellipse, rectangle, turned
from jetcar.data.labels.folder import PICTURES, WITH_PLUGIN, Folder
from jetcar.data.labels.form import LabelSet, Picture, Points, Region, Rings, Runs
from jetcar.data.labels.rle import unpack_label_studio
from jetcar.data.labels.values import WrongError, noting
from jetcar.wording import counted, printable

SNIFFED = 1 << 16
UPLOADED = r"^[0-9a-f]{8}-"
"""What Label Studio puts before the name of an uploaded picture."""

SHAPES = {"points", "rle", "width", "radiusX"}
"""A value with one of these is an area."""

NO_AREA = ("keypoint", "choices", "textarea", "rating", "number", "taxonomy", "relation")
FIX = "Export it from Label Studio again, as JSON."


def is_label_studio(folder: Folder) -> bool:
    """Whether a folder has a JSON export of Label Studio."""
    return bool(_files(folder))


def read_label_studio(folder: Folder, line_width: float, predicted: bool = False) -> LabelSet:
    """Reads JSON exports of Label Studio; of several annotations of a picture the first.

    Args:
        folder: The files.
        line_width: Not used: Label Studio has no lines.
        predicted: Whether to read predictions in place of annotations, which nobody has seen.
    """
    del line_width
    key = "predictions" if predicted else "annotations"
    found = LabelSet("Label Studio")
    others = 0
    for name in _files(folder):
        tasks: list[Any] = []
        with noting(found.problems, folder.path(name), FIX):
            tasks = values.rows(folder.json_of(name), "it")
        for task in tasks:
            which = printable(task.get("id", "?"), 40) if isinstance(task, dict) else "?"
            with noting(found.problems, f"{folder.path(name)}, task {which}", FIX):
                task = values.table(task, "a task")
                done = [
                    one
                    for one in values.rows(task.get(key, []), key)
                    if isinstance(one, dict) and not one.get("was_cancelled")
                ]
                if done:
                    found.pictures.append(_picture(folder, name, task, done[0]))
                    others += len(done) - 1
    if others:
        found.notes.append(
            f"{counted(others, 'further annotation')} of pictures that have one are left out"
        )
    return found


def _files(folder: Folder) -> list[str]:
    return [n for n in folder.names if n.lower().endswith(".json") and _begins_so(folder.path(n))]


def _begins_so(path: str) -> bool:
    with open(path, "rb") as file:
        start = file.read(SNIFFED).lstrip()
    has_labels = b'"annotations"' in start or b'"predictions"' in start
    return start[:1] == b"[" and has_labels and b'"data"' in start


def _picture(folder: Folder, name: str, task: dict[str, Any], done: dict[str, Any]) -> Picture:
    regions, size = [], None
    results = [values.table(one, "a result") for one in values.rows(done.get("result"), "result")]
    labels = _labels(results)
    for one in results:
        kind = str(one.get("type", ""))
        value = one.get("value")
        if kind.startswith(NO_AREA) or not isinstance(value, dict) or not SHAPES & set(value):
            continue
        size = _size(one)
        label = labels.get(_id(one))
        if label is None:
            raise WrongError("a shape has no label")
        regions.append(Region(label, (_area(value, *size),)))
    return Picture(_file(folder, name, task), tuple(regions), name, size=size)


def _labels(results: list[dict[str, Any]]) -> dict[int | str, str]:
    """The label of each shape, which may stand in a result of its own with the same id."""
    found = {}
    for one in results:
        value = one.get("value")
        for key, names in value.items() if isinstance(value, dict) else ():
            if key.endswith("labels") and isinstance(names, list) and names:
                found[_id(one)] = values.label(names[0])
    return found


def _id(one: dict[str, Any]) -> int | str:
    """What a result has in common with its label; its own where it has no such thing."""
    given = one.get("id")
    return given if isinstance(given, str) and given else id(one)


def _size(one: dict[str, Any]) -> tuple[int, int]:
    size = values.size(one.get("original_width"), one.get("original_height"))
    if size is None:
        raise WrongError("a shape does not say the size of its picture")
    if one.get("image_rotation"):
        raise WrongError("its picture was turned in Label Studio; turn the file itself instead")
    return size


def _area(value: dict[str, Any], width: int, height: int) -> Rings | Runs:
    if "rle" in value:
        packed = value["rle"]
        if not isinstance(packed, list) or not all(type(b) is int and 0 <= b < 256 for b in packed):
            raise WrongError("a brush is not a list of bytes")
        try:
            return Runs(unpack_label_studio(packed, height, width), height, width)
        except ValueError as error:
            raise WrongError(f"a brush is damaged ({error})") from None
    scale = np.array([width / 100, height / 100])
    corners: Points
    if "points" in value:
        corners = values.points(value["points"], 3) * scale
    else:
        keys = ("x", "y", *(("radiusX", "radiusY") if "radiusX" in value else ("width", "height")))
        x, y, across, down = (values.number(value.get(key), key) for key in keys)
        (x, y), (across, down) = (x, y) * scale, (across, down) * scale
        degrees = values.number(value.get("rotation", 0), "rotation")
        if "radiusX" in value:
            corners = ellipse(x, y, across, down, degrees)
        else:
            corners = turned(rectangle(x, y, x + across, y + down), x, y, degrees)
    values.refuse_outside(corners, width, height)
    return Rings((corners,))


def _file(folder: Folder, name: str, task: dict[str, Any]) -> str:
    """The picture of a task, which names where Label Studio had it: a link, or an upload."""
    data = values.table(task.get("data"), "data")
    told = [text for text in data.values() if isinstance(text, str)]
    links = [_path_in(text) for text in told]
    pictures = [path for path in links if path.lower().endswith((*PICTURES, *WITH_PLUGIN))]
    if not pictures:
        raise WrongError("it names no picture")
    file = posixpath.basename(pictures[0])
    if not folder.named(file) and re.match(UPLOADED, file):
        return folder.find(re.sub(UPLOADED, "", file), name)
    return folder.find(file, name)


def _path_in(link: str) -> str:
    if "://" not in link and "?" not in link:
        return unquote(link) if "%" in link else link
    try:
        parts = urlsplit(link)
        local = parse_qs(parts.query).get("d")
    except ValueError:
        return ""  # it is no link
    return local[0] if local else unquote(parts.path)
