"""Lists of class names, and of their colours, as they lie beside masks."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jetcar.classes import CLASSES_FILE, RGB, ClassTable, read_classes, read_csv
from jetcar.data.labels import values
from jetcar.data.labels.folder import Folder
from jetcar.data.labels.values import WrongError
from jetcar.errors import UserError
from jetcar.wording import printable

MOST = 255
"""Values of a mask that can be classes."""

FIX = "Write one class a line, as the tool does"


@dataclass(frozen=True)
class Names:
    """Classes of masks: by value where the list is counted, by colour where it has colours."""

    by_value: dict[int, str] = field(default_factory=dict)
    by_color: dict[RGB, str] = field(default_factory=dict)

    @property
    def colors(self) -> dict[str, RGB | None]:
        """The colour of each class, or None; in the order of the list."""
        color_of = {name: color for color, name in reversed(self.by_color.items())}
        names = [*self.by_value.values(), *self.by_color.values()]
        return {name: color_of.get(name) for name in dict.fromkeys(names)}


def find_names(folder: Folder) -> tuple[str, Names] | None:
    """The list that an export has of its classes, and its file; None where there is none.

    Any table of classes at the top is one; other tables are passed over.

    Raises:
        UserError: it cannot be understood, or two lists of one name differ.
    """
    for file, read in FILES.items():
        found = folder.named(file)
        if not found:
            continue
        lists = [_read(folder, name, read) for name in found]
        if any(one != lists[0] for one in lists):
            raise UserError(
                f"{folder.path(found[0])} and {folder.path(found[-1])} are not the same. Give all "
                "parts of the data set one list of classes."
            )
        return found[0], lists[0]
    for name in folder.names:
        if "/" not in name and name.lower().endswith(".csv"):
            try:
                return name, _of_table(read_csv(folder.root / name))
            except UserError:
                if name.lower().startswith("class"):
                    raise
    return None


def _read(folder: Folder, name: str, read: Callable[[Folder, str], Names]) -> Names:
    try:
        try:
            found = read(folder, name)
        except csv.Error as error:
            raise WrongError(printable(error, 80)) from None
        if not found.by_value and not found.by_color:
            raise WrongError("it names no class")
    except WrongError as error:
        raise UserError(f"{folder.path(name)}: {error}. {FIX}.") from None
    return found


def _labelmap(folder: Folder, name: str) -> Names:
    """CVAT's ``# label:color_rgb:parts:actions``, with lines such as ``car:0,128,255::``."""
    found: dict[RGB, str] = {}
    for line in folder.text_of(name).splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.rsplit(":", 3)
        if len(parts) != 4:
            raise WrongError(f"the line {printable(line, 60)} is not label:color_rgb:parts:actions")
        _add(found, _color(re.split(r"[ ,]+", parts[1].strip()), line), parts[0].strip())
    return Names(by_color=found)


def _label_colors(folder: Folder, name: str) -> Names:
    """CamVid's lines such as ``64 128 64  Animal``."""
    found: dict[RGB, str] = {}
    for line in folder.text_of(name).splitlines():
        if line.strip():
            parts = line.split(maxsplit=3)
            if len(parts) != 4:
                raise WrongError(f"the line {printable(line, 60)} is not r, g, b and a name")
            _add(found, _color(parts[:3], line), parts[3].strip())
    return Names(by_color=found)


def _class_dict(folder: Folder, name: str) -> Names:
    """A table with the columns ``name,r,g,b``."""
    rows = list(csv.reader(folder.text_of(name).splitlines(), skipinitialspace=True))
    columns = [cell.strip().casefold() for cell in rows[0]] if rows else []
    wanted = [[one for one in names if one in columns] for names in CLASS_DICT]
    if not all(wanted):
        raise WrongError("it has no columns name,r,g,b")
    places = [columns.index(found[0]) for found in wanted]
    found: dict[RGB, str] = {}
    for row in filter(any, rows[1:]):
        if len(row) <= max(places):
            raise WrongError(f"the line {printable(','.join(row), 60)} is too short")
        name_, *color = (row[place].strip() for place in places)
        _add(found, _color(color, ",".join(row)), name_)
    return Names(by_color=found)


CLASS_DICT = (("name", "class", "label"), ("r", "red"), ("g", "green"), ("b", "blue"))
"""What the columns of such a table may be called."""


def _pixel_values(folder: Folder, name: str) -> Names:
    """Roboflow's ``Pixel Value, Class``."""
    rows = list(csv.reader(folder.text_of(name).splitlines(), skipinitialspace=True))
    if not rows or [cell.strip().casefold() for cell in rows[0]][:2] != ["pixel value", "class"]:
        raise UserError(
            f"{folder.path(name)} is a list of pictures and not of classes. Export the data set as "
            "semantic segmentation masks."
        )
    found: dict[int, str] = {}
    for row in filter(any, rows[1:]):
        if len(row) < 2 or not re.fullmatch(r"\d{1,3}", row[0].strip()) or int(row[0]) > 254:
            raise WrongError(f"the line {printable(','.join(row), 60)} is not a value and a class")
        if int(row[0]) in found:
            raise WrongError(f"it has the value {int(row[0])} twice")
        found[int(row[0])] = values.label(row[1])
    return Names(by_value=found)


def _one_a_line(folder: Folder, name: str) -> Names:
    """Names alone, which are counted from 0; ``__ignore__`` before the first is labelme's."""
    lines = [line.strip() for line in folder.text_of(name).splitlines()]
    names = [line for line in lines if line and line != "__ignore__"]
    if len(names) > MOST:
        raise WrongError(f"it has {len(names)} names, and a mask holds {MOST} values")
    return Names(by_value=dict(enumerate(names)))


def _meta(folder: Folder, name: str) -> Names:
    """The ``label_map`` and ``segmentation_colors`` of datumaro."""
    content = values.table(folder.json_of(name), "it")
    label_map = values.table(content.get("label_map", {}), "label_map")
    if not all(re.fullmatch(r"\d{1,3}", number) for number in label_map):
        raise WrongError("a number in label_map is none")
    names = {int(number): values.label(one) for number, one in label_map.items()}
    colors = values.rows(content.get("segmentation_colors", []), "segmentation_colors")
    found: dict[RGB, str] = {}
    for one, color in zip(names.values(), colors, strict=False):
        _add(found, _color(values.rows(color, "a colour"), str(color)), one)
    return Names(names, found)


def _mapillary(folder: Folder, name: str) -> Names:
    """The ``labels`` of Mapillary, which are counted from 0."""
    labels = values.rows(values.table(folder.json_of(name), "it").get("labels"), "labels")
    if len(labels) > MOST:
        raise WrongError(f"it has {len(labels)} labels, and a mask holds {MOST} values")
    rows = [values.table(one, "a label") for one in labels]
    short = {str(one.get("readable")) for one in rows}
    key = "readable" if len(short) == len(rows) else "name"
    names = {number: values.label(one.get(key)) for number, one in enumerate(rows)}
    found: dict[RGB, str] = {}
    for number, one in enumerate(rows):
        color = _color(values.rows(one.get("color"), "a colour"), str(one.get("color")))
        found.setdefault(color, names[number])
    return Names(names, found)


def _of_table(table: ClassTable) -> Names:
    return Names(table.names, {c.color: c.name for c in reversed(table.classes)})


def _color(parts: list[object] | list[str], line: str) -> RGB:
    texts = [str(part) for part in parts]
    if len(texts) != 3 or not all(re.fullmatch(r"\d{1,3}", t) and int(t) < 256 for t in texts):
        raise WrongError(f"{printable(line, 60)} holds no colour of red, green and blue")
    return int(texts[0]), int(texts[1]), int(texts[2])


def _add(found: dict[RGB, str], color: RGB, name: str) -> None:
    if color in found:
        raise WrongError(
            f"{printable(found[color], 40)} and {printable(name, 40)} have the same colour, so "
            "that masks cannot tell them apart"
        )
    found[color] = values.label(name)


FILES: dict[str, Callable[[Folder, str], Names]] = {
    "labelmap.txt": _labelmap,
    "_classes.csv": _pixel_values,
    "label_colors.txt": _label_colors,
    "class_dict.csv": _class_dict,
    "dataset_meta.json": _meta,
    "config_v2.0.json": _mapillary,
    "config_v1.2.json": _mapillary,
    CLASSES_FILE: lambda folder, name: _of_table(read_classes(folder.root / name)),
    "class_names.txt": _one_a_line,
    "classes.txt": _one_a_line,
    "labels.txt": _one_a_line,
}
"""Files that list classes, and how each is read; the surest first."""
