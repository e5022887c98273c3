"""Ultralytics: a YAML file that names the folders and the classes, and masks of values."""

from __future__ import annotations

import posixpath
from typing import Any

import yaml

from jetcar.data.labels import values
from jetcar.data.labels.folder import Folder, split_said
from jetcar.data.labels.form import LabelSet, MaskValues
from jetcar.data.labels.pairing import is_mask, pair
from jetcar.data.labels.values import WrongError
from jetcar.errors import UserError
from jetcar.wording import printable

MOST_LETTERS = 1 << 20
FIX = "It needs names, masks_dir, train and val, as Ultralytics describes them"


def is_ultralytics(folder: Folder) -> bool:
    """Whether there is a YAML file that names a folder of masks."""
    return bool(_files(folder))


def read_ultralytics(folder: Folder, line_width: float) -> LabelSet:
    """Masks whose values are counted as the YAML file says; 255 counts nowhere.

    Folders that it names are looked for below its own, as its ``path`` is one of the computer where
    it was written.
    """
    del line_width
    found = LabelSet("an Ultralytics data set")
    name = _files(folder)[0]
    try:
        try:
            text = folder.text_of(name)
            # What refers to itself may have no end when it is shown.
            if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
                raise WrongError("it has references, which Ultralytics does not write")
            content = values.table(yaml.safe_load(text), "it")
        except (yaml.YAMLError, RecursionError, OverflowError, ValueError) as error:
            if isinstance(error, WrongError):
                raise
            raise WrongError(f"it is no YAML ({printable(error, 80)})") from None
        names = _names(content.get("names"))
        masks_dir = str(content.get("masks_dir", "masks")).strip("/")
        splits = {split_said(key): content.get(key) for key in ("train", "val", "test")}
    except WrongError as error:
        raise UserError(f"{folder.path(name)}: {error}. {FIX}.") from None
    found.masks = MaskValues({**names, 255: None})
    found.classes = dict.fromkeys(names.values())
    found.codes = {one: value for value, one in names.items()}
    home = posixpath.dirname(name)
    of_split: dict[str, str] = {}
    masks: list[str] = []
    for split, said in splits.items():
        if said is None or split is None:
            continue
        place = posixpath.normpath(posixpath.join(home, str(said)))
        parts = [masks_dir if part == "images" else part for part in place.split("/")]
        here = [one for one in folder.names if one.startswith("/".join(parts) + "/")]
        here = [one for one in here if is_mask(one)]
        masks += here
        of_split |= {_key(one, masks_dir): split for one in here}
    if not masks:
        raise UserError(f"{folder.path(name)} names no folder with masks that is there. {FIX}.")
    pictures = [one for one in folder.pictures() if masks_dir not in one.split("/")]
    pair(found, folder, pictures, masks, lambda one: _key(one, masks_dir), of_split)
    return found


def _files(folder: Folder) -> list[str]:
    return [
        name
        for name in folder.names
        if name.lower().endswith((".yaml", ".yml"))
        and "masks_dir" in folder.text_of(name)[:MOST_LETTERS]
    ]


def _names(said: Any) -> dict[int, str]:
    names: dict[Any, Any] = (
        dict(enumerate(said)) if isinstance(said, list) else values.table(said, "names")
    )
    if not names or not all(isinstance(n, int) and 0 <= n < 255 for n in names):
        raise WrongError("names are not counted from 0 to 254 at most")
    return {number: values.label(one) for number, one in names.items()}


def _key(name: str, masks_dir: str) -> str:
    parts = posixpath.splitext(name.lower())[0].split("/")
    return "/".join(part for part in parts if part not in ("images", masks_dir.lower()))
