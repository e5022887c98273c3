"""Pascal VOC: coloured masks in SegmentationClass, also as CVAT and labelme write them."""

from __future__ import annotations

import posixpath
import re

from jetcar.classes import RGB
from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet, MaskValues, voc_color
from jetcar.data.labels.known_sets import VOC_COLORS
from jetcar.data.labels.name_tables import find_names
from jetcar.data.labels.pairing import is_in, is_mask, pair, with_names


def is_voc(folder: Folder) -> bool:
    """Whether masks lie in a folder ``SegmentationClass``."""
    return any(is_in(name, "segmentationclass") for name in folder.names)


def read_voc(folder: Folder, line_width: float) -> LabelSet:
    """Masks of Pascal VOC, also as CVAT and labelme's converter write them.

    The list of classes is ``labelmap.txt`` or ``class_names.txt``, else it is VOC's.
    """
    del line_width
    masks = [name for name in folder.names if is_in(name, "segmentationclass") and is_mask(name)]
    listed = find_names(folder)
    if listed is None:
        found = LabelSet("Pascal VOC masks")
        numbers = {number: VOC_COLORS.get(voc_color(number)) for number in range(256)}
        by_value = {n: name for n, name in numbers.items() if name is not None or n == 255}
        found.masks = MaskValues(by_value, VOC_COLORS)
        found.classes = {name: color for color, name in VOC_COLORS.items() if name is not None}
        found.notes.append("no labelmap.txt says the classes, so they are those of Pascal VOC")
    else:
        found = with_names("masks with a folder SegmentationClass", listed[1])
        if not listed[1].by_color:
            names = listed[1].by_value
            colors: dict[RGB, str | None] = {voc_color(n): name for n, name in names.items()}
            colors[voc_color(255)] = None
            found.masks = MaskValues({**names, 255: None}, colors)
            found.classes = {name: voc_color(n) for n, name in names.items()}
    pictures = [n for n in folder.pictures() if not re.search(r"(^|/)segmentation", n.lower())]
    pair(found, folder, pictures, masks, lambda name: stem_of(name).lower(), _voc_splits(folder))
    return found


def _voc_splits(folder: Folder) -> dict[str, str]:
    """The split of each picture that the lists of ``ImageSets/Segmentation`` name."""
    splits = {}
    for split in ("test", "val", "train"):
        for name in folder.named(f"{split}.txt"):
            if posixpath.dirname(name).lower().endswith("imagesets/segmentation"):
                for line in folder.text_of(name).split():
                    splits[stem_of(f"{line}.").lower()] = split.capitalize()
    return splits
