"""LabelMe of the web, which is no longer made: an XML file for each picture."""

from __future__ import annotations

import posixpath
from xml.etree import ElementTree

import numpy as np

from jetcar.data.labels import values
from jetcar.data.labels.folder import Folder, split_of
from jetcar.data.labels.form import LabelSet, Picture, Region, Rings, Runs
from jetcar.data.labels.opening import opened
from jetcar.data.labels.rle import lengths_of
from jetcar.data.labels.values import WrongError, noting
from jetcar.data.labels.xml_file import root_of
from jetcar.data.pictures import read_file
from jetcar.wording import printable

FIX = "Correct it, or move it out."
LOOKED_AT = 5
SNIFFED = 1 << 16


def is_labelme_xml(folder: Folder) -> bool:
    """Whether a folder has XML files with outlines or masks, as LabelMe's are."""
    return any(_has_outlines(folder.path(name)) for name in _candidates(folder)[:LOOKED_AT])


def read_labelme_xml(folder: Folder, line_width: float) -> LabelSet:
    """Reads all XML files of LabelMe; later objects lie over earlier ones.

    Objects that somebody has deleted are left out. Masks lie in files of their own, where what is
    not transparent is covered.

    Args:
        folder: The files.
        line_width: Not used: LabelMe has no lines.
    """
    del line_width
    found = LabelSet("LabelMe (XML)")
    for name in _candidates(folder):
        with noting(found.problems, folder.path(name), FIX):
            root = root_of(folder, name, "LabelMe", FIX)
            if root.tag == "annotation":
                found.pictures.append(_picture(folder, name, root))
    return found


def _candidates(folder: Folder) -> list[str]:
    return [name for name in folder.names if name.lower().endswith(".xml")]


def _has_outlines(path: str) -> bool:
    with open(path, "rb") as file:
        start = file.read(SNIFFED)
    return b"<annotation>" in start and (b"<pt>" in start or b"<segm>" in start)


def _picture(folder: Folder, name: str, root: ElementTree.Element) -> Picture:
    size = values.size(_number(root, "imagesize/ncols"), _number(root, "imagesize/nrows"))
    place, said = _text(root, "folder"), _text(root, "filename")
    file = folder.find(posixpath.join(place, said) if said else "", name)
    regions = [
        _region(folder, name, one, size)
        for one in root.iterfind("object")
        if _text(one, "deleted") != "1"
    ]
    return Picture(file, tuple(regions), name, split_of(name), size)


def _region(
    folder: Folder, name: str, one: ElementTree.Element, size: tuple[int, int] | None
) -> Region:
    label = values.label(_text(one, "name"))
    if one.find("segm") is not None:
        return Region(label, (_mask(folder, name, _text(one, "segm/mask"), size),))
    corners = values.points(
        [(_number(pt, "x"), _number(pt, "y")) for pt in one.iterfind("polygon/pt")], 3
    )
    if size is not None:
        values.refuse_outside(corners, *size)
    return Region(label, (Rings((corners,)),))


def _mask(folder: Folder, name: str, said: str, size: tuple[int, int] | None) -> Runs:
    path = folder.path(folder.find(said, name))
    with opened(path, read_file(path)) as image:
        has_alpha = "A" in image.getbands()
        covers = image.getchannel("A") if has_alpha else image.convert("L")
        bits = np.asarray(covers) > 0
    if size is not None and bits.shape != size[::-1]:
        raise WrongError(f"the mask {printable(said, 60)} is not as large as its picture")
    return Runs(lengths_of(bits), *bits.shape)


def _text(one: ElementTree.Element, path: str) -> str:
    return (one.findtext(path) or "").strip()


def _number(one: ElementTree.Element, path: str) -> float | None:
    """A number; None where there is none."""
    text = _text(one, path)
    try:
        return float(text) if text else None
    except ValueError:
        raise WrongError(f"{path} is {printable(text, 40)}, not a number") from None
