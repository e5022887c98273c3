"""ImageSegmenter: recordings, and one XML of polygons for each picture that is done.

How its files look was only read in its program: no session of anybody was at hand. So what is not
as the program writes it is an error. The data set that it makes of a session holds variants (zoom,
tilt, light, noise); here the recordings themselves are taken, and training varies them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from jetcar.classes import IMAGE_SEGMENTER, RGB
from jetcar.classes.table import to_rgb
from jetcar.data.labels import values
from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet, Picture, Points, Region, Rings
from jetcar.data.labels.values import WrongError
from jetcar.data.layout import same_name
from jetcar.errors import UserError
from jetcar.markup import MarkupError, parsed
from jetcar.wording import printable

SESSION = "SessionInfo.xml"
INFO = "Info"
SETTINGS = "ImageSegmenter.Cfg"
"""The settings of the program, beside it; they hold the list of classes."""

OUTPUT = ("dataset", "prediction", "predictions")
"""Folders of what was made of the recordings, whose pictures may have the same names."""

BEYOND = 1.0
"""Pixels that a point may be outside of its picture: at an edge the program stores the full width,
which is one more than the number of the last pixel."""

OWN_TABLE = (
    "its classes are taken for the 22 of ImageSegmenter, as their names and numbers are; put "
    f"{SETTINGS} beside the folders, or say others with classes=..."
)

RENUMBERED = (
    "its files do not agree on the numbers of classes, so that names count and some numbers are "
    f"new; put {SETTINGS} beside the folders to keep those of the program"
)

FIX = "Open it in ImageSegmenter and save it again."


@dataclass(frozen=True)
class _Class:
    """A class: its code, its place among those that lie over each other, and its colour."""

    code: int
    order: float
    color: RGB


def is_image_segmenter(folder: Folder) -> bool:
    """Whether a folder has a session of ImageSegmenter."""
    return any(b"<session" in folder.bytes_of(name)[:1000] for name in folder.named(SESSION))


def read_image_segmenter(folder: Folder, line_width: float) -> LabelSet:
    """Reads every session below a folder: the pictures that are done, with their polygons.

    Polygons lie over each other by the draw order of their class, then as they come in the file.

    Args:
        folder: ``Recording`` and ``Session``, and the program's settings if they are there.
        line_width: Of lines; it has none.
    """
    found = LabelSet("ImageSegmenter")
    listed = _class_list(folder, found)
    drawn: dict[str, _Class] = {}
    recordings = _recordings(folder)
    for session in folder.named(SESSION):
        try:
            names = list(_processed(_root(folder, session, "session")))
        except (WrongError, UserError) as error:
            found.problems.append(_told(folder, session, error))
            continue
        for name in names:
            said_by = session
            try:
                said_by = _info_of(folder, session, name)
                size, shapes = _shapes(_root(folder, said_by, "annotation"), name)
                some = recordings.get(same_name(name), [])
                file = _recording(folder, some, session, name)
            except (WrongError, UserError) as error:
                found.problems.append(_told(folder, said_by, error))
                continue
            regions = _in_order(shapes, listed)
            found.pictures.append(Picture(file, regions, said_by, None, size))
            for shape in shapes:
                drawn.setdefault(shape.region.label, shape.said)
                if drawn[shape.region.label].code != shape.said.code:
                    found.notes.append(RENUMBERED)
    _name_classes(found, listed, drawn)
    found.notes = list(dict.fromkeys(found.notes))
    return found


def _told(folder: Folder, name: str, error: Exception) -> str:
    text = str(error)
    return f"{folder.path(name)}: {text}. {FIX}" if isinstance(error, WrongError) else text


def _root(folder: Folder, name: str, tag: str) -> Element:
    try:
        root = parsed(folder.bytes_of(name))
    except MarkupError as error:
        raise WrongError(f"it is not a whole file of ImageSegmenter ({error})") from None
    if root.tag != tag:
        raise WrongError(f"it begins with {printable(root.tag, 40)} and not with {tag}")
    return root


def _processed(session: Element) -> Iterator[str]:
    """The names of the pictures that are done, without suffixes; others are not labelled yet."""
    for item in _child(session, "processed_files"):
        name = (item.text or "").strip()
        if not name or posixpath.basename(name.replace("\\", "/")) != name:
            raise WrongError(f"it lists the picture {printable(name, 80)!r}, which is no file name")
        yield name


def _info_of(folder: Folder, session: str, name: str) -> str:
    """The file of a picture's polygons."""
    said = posixpath.join(posixpath.dirname(session), INFO, f"{name}.xml")
    there = folder.by_key.get(same_name(said))
    if there is None:
        raise WrongError(
            f"it lists {printable(name, 80)} as done, and {INFO}/{printable(name, 80)}.xml is not "
            "beside it"
        )
    return there


@dataclass(frozen=True, eq=False)
class _Shape:
    """A polygon, and what its file says of its class."""

    region: Region
    said: _Class


def _shapes(root: Element, name: str) -> tuple[tuple[int, int], list[_Shape]]:
    """The size of a picture, and its polygons in the order of the file."""
    tags = "processed_image_filename", "original_image_filename", "image_filename"
    said = [text for tag in tags if (text := (root.findtext(f"file/{tag}") or "").strip())]
    if same_name(name) not in map(same_name, said):
        of = printable(said[0], 80) if said else "no picture"
        raise WrongError(f"it is said to be of {printable(name, 80)}, and is of {of}")
    size = values.size(*(_whole(_child(root, "size"), side) for side in ("width", "height")))
    assert size is not None  # both are numbers
    return size, [_shape(one, size) for one in _child(root, "object")]


def _shape(one: Element, size: tuple[int, int]) -> _Shape:
    label = values.label(one.findtext("name"))
    color = _color(_text(one, "draw_color"))
    said = _Class(_whole(one, "id"), float(_whole(one, "draw_order")), color)
    return _Shape(Region(label, (Rings((_corners(_child(one, "polygon"), size),)),)), said)


def _in_order(shapes: list[_Shape], listed: dict[str, _Class]) -> tuple[Region, ...]:
    """From below to above. What the settings say of a class counts, and goes by its name: the list
    may have become another one since the file was written.
    """
    return tuple(
        shape.region
        for shape in sorted(shapes, key=lambda s: listed.get(s.region.label, s.said).order)
    )


def _recordings(folder: Folder) -> dict[str, list[str]]:
    """Pictures by their names without suffixes, but for those that were made of recordings."""
    found: dict[str, list[str]] = {}
    for picture in folder.pictures():
        if not any(part.lower() in OUTPUT for part in picture.split("/")[:-1]):
            found.setdefault(same_name(stem_of(picture)), []).append(picture)
    return found


def _recording(folder: Folder, some: list[str], session: str, name: str) -> str:
    """Of the pictures of a name that which lies near the session."""
    around = posixpath.dirname(posixpath.dirname(session))
    near = [one for one in some if not around or one.startswith(f"{around}/")] or some
    if not near:
        raise UserError(
            f"The picture {printable(name, 80)} of {folder.path(session)} is not there. Put the "
            "folder Recording beside Session."
        )
    if len(near) > 1:
        raise UserError(
            f"{folder.path(session)} names the picture {printable(name, 80)}, and so are called "
            f"{printable(near[0])} and {printable(near[1])}. Rename one of them or move it out."
        )
    return near[0]


def _corners(polygon: Element, size: tuple[int, int]) -> Points:
    """Corners in pixels: 0 and 1 are the middles of the first and of the last pixel."""
    rows = []
    for point in polygon:
        x, y = (_number(point.get(side), f"{side} of a point") for side in "xy")
        rows.append((_number(point.get("idx"), "idx of a point"), x, y))
    rows.sort(key=lambda row: row[0])
    numbers = [row[0] for row in rows]
    if len(set(numbers)) < len(numbers):
        raise WrongError("two points of a polygon have the same idx")
    corners = values.points([row[1:] for row in rows], 3)
    last = np.array(size) - 1.0
    scaled: Points = corners * last
    outside = ((scaled < -BEYOND - 1e-4) | (scaled > last + BEYOND + 1e-4)).any(axis=1)
    if outside.any():
        where = corners[outside.argmax()]
        raise WrongError(
            f"a point lies outside its picture, at {where[0]:g}, {where[1]:g}, where inside is "
            "0 to 1"
        )
    return scaled + 0.5


def _class_list(folder: Folder, found: LabelSet) -> dict[str, _Class]:
    """The classes in the program's settings, by name; none where these are not there."""
    known: dict[str, _Class] = {}
    for name in folder.named(SETTINGS)[:1]:
        try:
            for item in _child(_root(folder, name, "settings"), "segm_class_defs"):
                code, order = (
                    int(_number(item.get(key), f"{key} of a class")) for key in ("id", "draw_order")
                )
                color = _color(item.get("draw_color") or "")
                known[values.label(item.text)] = _Class(code, order, color)
        except (WrongError, UserError) as error:
            found.problems.append(_told(folder, name, error))
    return known


def _name_classes(found: LabelSet, listed: dict[str, _Class], drawn: dict[str, _Class]) -> None:
    """Gives the classes their codes and colours: those of the settings, and free ones besides.

    Without that list they are those of the polygons. Where all of these are the program's own, its
    whole table is taken, so that the codes fit its other data sets.
    """
    known = listed or drawn
    own = {one.name: one.code for one in IMAGE_SEGMENTER.classes}
    if known is drawn and drawn and all(own.get(n) == one.code for n, one in drawn.items()):
        found.codes = own
        found.classes = {one.name: one.color for one in IMAGE_SEGMENTER.classes}
        found.notes.append(OWN_TABLE)
        return
    found.classes = {name: one.color for name, one in (drawn | listed).items()}
    found.codes = {name: one.code for name, one in known.items()}
    if len(set(found.codes.values())) < len(known):
        found.codes = {}
        found.notes.append(RENUMBERED)


def _child(one: Element, tag: str) -> Element:
    child = one.find(tag)
    if child is None:
        raise WrongError(f"it has no {tag}")
    return child


def _text(one: Element, tag: str) -> str:
    return (_child(one, tag).text or "").strip()


def _whole(one: Element, tag: str) -> int:
    number = _number(_text(one, tag), tag)
    if number != int(number):
        raise WrongError(f"{tag} is {number:g}, not a whole number")
    return int(number)


def _number(text: str | None, what: str) -> float:
    """A number, with a point or with the comma that some Windows write."""
    try:
        number = float((text or "").replace(",", "."))
    except ValueError:
        raise WrongError(f"{what} is {printable(text or '', 40)!r}, not a number") from None
    return values.number(number, what)


def _color(text: str) -> RGB:
    """The colour of AARRGGBB."""
    try:
        return to_rgb(text)
    except ValueError:
        raise WrongError(f"{printable(text, 40)!r} is no colour") from None
