"""Pictures and masks in folders of any such name, with a list of classes or without."""

from __future__ import annotations

import posixpath
import re

from jetcar.data.labels.folder import Folder
from jetcar.data.labels.form import LabelSet, MaskValues
from jetcar.data.labels.known_sets import CAMVID_12, CAMVID_COLORS
from jetcar.data.labels.mask_files import values_in
from jetcar.data.labels.name_tables import find_names
from jetcar.data.labels.pairing import is_mask, pair, with_names

LOOKED_AT = 20
"""So many masks are opened to see whether they are in colours."""

IMAGES = r"(images?|imgs?|pictures?|photos?|rgb|701_stillsraw_full)"
LABELS = r"(masks?|labels?|annotations?|gt|ground_?truth|segmentations?|labeledapproved_full)"
BOTH = r"(train|val|valid|validation|test)_?(masks?|labels?|annot|annotations?|gt)"
"""Names of folders; the last is a split's with masks, such as ``trainannot``."""


def is_paired(folder: Folder) -> bool:
    """Whether pictures and masks lie in folders of their own."""
    pictures, masks = _sorted_out(folder)
    return bool(pictures and masks)


def read_paired(folder: Folder, line_width: float) -> LabelSet:
    """Folders such as ``images`` and ``masks``, with or without those of the splits; CamVid too.

    The classes are those of a list beside them. Else CamVid's, where the folders are as it has
    them; else each value that occurs is a class that is called after it.
    """
    del line_width
    pictures, masks = _sorted_out(folder)
    listed = find_names(folder)
    seen = [values_in(folder.path(name)) for name in masks[:LOOKED_AT]]
    in_colours = any(coloured for _, coloured in seen)
    is_camvid = any(re.search("annot/", name.lower()) or name.endswith("_L.png") for name in masks)
    if listed is not None:
        found = with_names("pictures and masks", listed[1])
        names = listed[1].by_value
        greys = {color[0] for color in listed[1].by_color if len({*color}) == 1}
        used = set().union(*(some for some, _ in seen))
        # Masks in colours of which the first ones happen to show grey classes alone.
        in_colours = in_colours or (not used <= {*names, 255} and used <= greys)
        if not in_colours and names:
            # Of two classes many programs paint the second white.
            is_white = len(names) == 2 and used == {0, 255}
            white = [*names.values()][1] if is_white else None
            found.masks = MaskValues({**names, 255: white})
    elif is_camvid:
        found = LabelSet("CamVid")
        found.masks = MaskValues(
            None if in_colours else CAMVID_12, CAMVID_COLORS if in_colours else None
        )
        colors = {name: color for color, name in CAMVID_COLORS.items() if name}
        own = CAMVID_COLORS.values() if in_colours else CAMVID_12.values()
        found.classes = {name: colors.get(name) for name in own if name}
    else:
        found = LabelSet("pictures and masks")
        _name_by_values(found, folder, masks)
    pair(found, folder, pictures, masks, _key)
    return found


def _name_by_values(found: LabelSet, folder: Folder, masks: list[str]) -> None:
    """Calls classes after their values, where nothing else says their names."""
    used: set[int] = set()
    for name in masks:
        some, coloured = values_in(folder.path(name))
        if coloured:
            found.problems.append(
                f"{folder.path(name)} holds colours, and no list of classes says what they mean. "
                f"Put a classes.csv with the columns code,name,color into {folder.root}."
            )
            return
        used |= some
    most = 255 if used == {0, 255} else 254  # black and white: then white is a class too
    names = {value: f"class_{value}" for value in sorted(used) if 0 <= value <= most}
    found.masks = MaskValues({255: None, **names})
    found.classes = dict.fromkeys(names.values())
    found.codes = {name: value for value, name in names.items() if value < 255}
    found.notes.append(
        "no list says what the classes are called, so they are class_0, class_1, ...; put a "
        "classes.csv with the columns code,name,color beside them to name them"
    )


def _sorted_out(folder: Folder) -> tuple[list[str], list[str]]:
    """Pictures and masks by the names of their folders."""
    masks = [name for name in folder.names if is_mask(name) and _is_labels(name)]
    if not masks:
        return [], []
    return [name for name in folder.pictures() if not _is_labels(name)], masks


def _is_labels(name: str) -> bool:
    parts = posixpath.dirname(name).lower().split("/")
    return any(re.fullmatch(f"{LABELS}|{BOTH}", part) for part in parts)


def _key(name: str) -> str:
    """What a picture and its mask have in common: the path without the folder that differs."""
    *parts, file = name.lower().split("/")
    kept = [re.sub(f"^{BOTH}$", r"\1", part) for part in parts]
    kept = [part for part in kept if not re.fullmatch(f"{LABELS}|{IMAGES}", part)]
    stem = posixpath.splitext(file)[0]
    if _is_labels(name):
        stem = re.sub(r"^mask_|_(mask|l|label|gt)$", "", stem)
    return "/".join([*kept, stem])
