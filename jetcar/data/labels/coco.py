"""COCO: one JSON for many pictures, with outlines or runs of pixels."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from jetcar.data.labels import values
from jetcar.data.labels.folder import Folder, split_of, split_said, stem_of
from jetcar.data.labels.form import LabelSet, Picture, Region, Rings, Runs
from jetcar.data.labels.rle import checked, unpack_coco
from jetcar.data.labels.values import WrongError, noting
from jetcar.wording import counted, printable

KEYS = ("images", "annotations", "categories")
LISTS = rb'"(images|annotations|categories)"\s*:\s*(\[|null)'
SNIFFED = 1 << 16
OTHER_KINDS = ("captions", "image_info", "labels", "panoptic", "person_keypoints")
"""How files begin that stand beside COCO's own ``instances_*.json``."""

FIX = "Export it again as COCO with segmentation."


def is_coco(folder: Folder) -> bool:
    """Whether a folder has a JSON file of COCO."""
    return bool(_files(folder))


def read_coco(folder: Folder, line_width: float) -> LabelSet:
    """Reads COCO files; ``instances_*`` alone where there are others beside them.

    Later outlines lie over earlier ones, and crowds below all others. An annotation with several
    outlines is all of them; COCO has no holes but in runs. Boxes alone are no areas.

    Args:
        folder: The files.
        line_width: Not used: COCO has no lines.
    """
    del line_width
    found = LabelSet("a COCO file")
    boxes = outlines = 0
    for name in _files(folder):
        with noting(found.problems, folder.path(name), FIX):
            content = values.table(folder.json_of(name), "it")
            lists = {key: values.rows(content.get(key), key) for key in KEYS}
            names = _categories(lists["categories"], lists["annotations"])
            found.classes |= dict.fromkeys(names.values())
            boxes += _read_pictures(found, folder, name, lists, names)
            outlines += len(lists["annotations"])
    if boxes and boxes == outlines:
        found.problems.append(f"{folder.root} holds COCO files with boxes and no outlines. {FIX}")
    elif boxes:
        found.notes.append(f"{counted(boxes, 'box', 'boxes')} without an outline are left out")
    return found


def _files(folder: Folder) -> list[str]:
    names = [n for n in folder.names if n.lower().endswith(".json") and _begins_so(folder, n)]
    for kinds in ("instances", "stuff"):
        if some := [n for n in names if stem_of(n).lower().startswith(kinds)]:
            return some
    return [n for n in names if not stem_of(n).lower().startswith(OTHER_KINDS)]


def _begins_so(folder: Folder, name: str) -> bool:
    with open(folder.path(name), "rb") as file:
        start = file.read(SNIFFED)
    return start.lstrip()[:1] == b"{" and re.search(LISTS, start) is not None


def _categories(categories: list[Any], annotations: list[Any]) -> dict[int, str]:
    """The name of each category; Roboflow's heading of all others is none."""
    names = {}
    for one in categories:
        one = values.table(one, "a category")
        if not isinstance(one.get("id"), int):
            raise WrongError("a category has no id")
        names[one["id"]] = values.label(one.get("name"))
    above = [one.get("supercategory") for one in categories]
    used = {
        one["category_id"]
        for one in annotations
        if isinstance(one, dict) and isinstance(one.get("category_id"), int)
    }
    headings = [id_ for id_, name in names.items() if id_ not in used and name in above]
    return {id_: name for id_, name in names.items() if id_ not in headings}


def _read_pictures(
    found: LabelSet, folder: Folder, name: str, lists: dict[str, list[Any]], names: dict[int, str]
) -> int:
    """Notes the pictures of a file; how many of its annotations are boxes alone."""
    split = split_of(name) or _split_in(stem_of(name))
    regions: dict[Any, list[tuple[bool, Region]]] = {}
    sizes: dict[Any, tuple[int, int]] = {}
    files: dict[Any, str] = {}
    for image in lists["images"]:
        with noting(found.problems, folder.path(name), FIX):
            image = values.table(image, "an image")
            size = values.size(image.get("width"), image.get("height"))
            if size is None:
                raise WrongError("an image has no width and height")
            if (id_ := values.identity(image.get("id"), "an image")) in files:
                raise WrongError(f"two images have the id {printable(id_, 40)}")
            files[id_] = folder.find(str(image.get("file_name", "")), name, split)
            sizes[id_], regions[id_] = size, []
    boxes, broken = 0, len(found.problems)
    for one in lists["annotations"]:
        with noting(found.problems, folder.path(name), FIX):
            one = values.table(one, "an annotation")
            if (id_ := values.identity(one.get("image_id"), "the image")) not in files:
                if broken:
                    continue  # its image is told already
                raise WrongError(
                    f"an annotation is of image {printable(id_, 40)}, which is not there"
                )
            if not one.get("segmentation"):
                boxes += 1
                continue
            regions[id_].append((bool(one.get("iscrowd")), _region(one, names, *sizes[id_])))
    for id_, file in files.items():
        drawn = [region for _, region in sorted(regions[id_], key=lambda pair: not pair[0])]
        found.pictures.append(Picture(file, tuple(drawn), name, split, sizes[id_]))
    return boxes


def _split_in(stem: str) -> str | None:
    return next((s for part in re.split(r"[\W_]+", stem) if (s := split_said(part))), None)


def _region(one: dict[str, Any], names: dict[int, str], width: int, height: int) -> Region:
    category = one.get("category_id")
    if not isinstance(category, int) or category not in names:
        raise WrongError(
            f"an annotation has the category {printable(category, 40)}, which is not in the list"
        )
    label = names[category]
    segmentation = one["segmentation"]
    if isinstance(segmentation, dict):
        return Region(label, (_runs(segmentation, width, height),))
    rings = []
    for flat in values.rows(segmentation, "a segmentation"):
        if not isinstance(flat, list) or len(flat) % 2:
            raise WrongError("an outline is not a list of x and y")
        corners = values.points([flat[at : at + 2] for at in range(0, len(flat), 2)], 3)
        values.refuse_outside(corners, width, height)
        rings.append(Rings((corners,)))
    return Region(label, tuple(rings))


def _runs(segmentation: dict[str, Any], width: int, height: int) -> Runs:
    size, counts = segmentation.get("size"), segmentation.get("counts")
    if size != [height, width]:
        raise WrongError(
            f"a mask of runs has the size {printable(size, 40)}, and its image {height} x {width}"
        )
    try:
        if isinstance(counts, str):
            lengths = unpack_coco(counts)
        else:
            lengths = np.array(values.rows(counts, "counts")).astype(np.int64, casting="safe")
        return checked(lengths, height, width, by_columns=True)
    except WrongError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongError(f"a mask of runs is damaged ({printable(error, 80)})") from None
