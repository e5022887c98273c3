"""Writes an export of a labelling tool as a data set: ``Img``, ``Mask`` and the class table."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jetcar.classes import CLASSES_FILE, COLOR_MAP_FILE, write_classes, write_color_map
from jetcar.data.labels.class_codes import Choices, ClassCodes, class_codes
from jetcar.data.labels.drawing import draw
from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet, MaskValues, Picture
from jetcar.data.labels.mask_files import read_mask_file
from jetcar.data.labels.picture_files import picture_file
from jetcar.data.layout import same_name
from jetcar.data.pairs import Pairs, find_split
from jetcar.data.pictures import read_file
from jetcar.data.split import split_by_view
from jetcar.errors import UserError
from jetcar.png import grey_png
from jetcar.processes import each
from jetcar.progress import progress
from jetcar.whole import move
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

PROBLEMS_TOLD = 10

CHUNK = 8
"""Pictures that a process writes before it reports."""


@dataclass(frozen=True)
class Job:
    """One picture to write.

    Attributes:
        picture: What it is and what is drawn on it.
        source: Path of the file that holds the picture.
        mask: Path of its mask; empty where regions are drawn.
        image_out: Where it goes, without a suffix.
        mask_out: Where its mask goes.
    """

    picture: Picture
    source: str
    mask: str
    image_out: str
    mask_out: str


@dataclass(frozen=True)
class Done:
    """What became of a job: a problem or none, and pixels that got the nearest class."""

    problem: str | None = None
    moved: int = 0


def convert(found: LabelSet, folder: Path, choices: Choices, out: Path) -> None:
    """Fills an empty folder with the data set that an export is.

    Says what was read, which classes there are, and how the pictures were divided.

    Args:
        found: What a reader made of the export.
        folder: The export.
        choices: What a person wants of it.
        out: An empty folder.

    Raises:
        UserError: something in it cannot be used; tells all of it, ten lines at most.
    """
    if not found.problems and not found.pictures:
        found.problems.append(f"{folder} holds no picture with labels. Label some and export them.")
    _refuse(found)
    codes = class_codes(found, choices, folder)
    splits, told = _splits_of(found)
    jobs = _jobs(found, folder, splits, out)
    for kind in ("Img", "Mask"):
        for split in dict.fromkeys(splits):
            (out / kind / split).mkdir(parents=True)
    write_classes(codes.table, out / CLASSES_FILE)
    write_color_map(codes.table, out / COLOR_MAP_FILE)
    moved = 0
    write = partial(_write, codes=codes, masks=found.masks, nearest=choices.nearest_color)
    with progress(f"writing {found.tool}", len(jobs), "pictures") as advance:
        for done in each(write, jobs, chunk=CHUNK):
            moved += done.moved
            if done.problem is not None:
                found.problems.append(done.problem)
            advance(1)
    _refuse(found)
    if told:
        told = _divide(out, choices.seed, told)
    _say(found, codes, told, moved)


def _refuse(found: LabelSet) -> None:
    problems = list(dict.fromkeys(found.problems))
    if not problems:
        return
    if len(problems) == 1:
        raise UserError(problems[0])
    more = len(problems) - PROBLEMS_TOLD
    raise UserError(
        "\n  ".join(
            [
                f"{found.tool}: {len(problems)} things cannot be used:",
                *problems[:PROBLEMS_TOLD],
                *([f"... and {more} more"] if more > 0 else []),
            ]
        )
    )


def _splits_of(found: LabelSet) -> tuple[list[str], str]:
    """The split of each picture, and why Train is to be divided; empty where it is not."""
    said = [picture.split for picture in found.pictures]
    if None in said:
        return ["Test" if s == "Test" else "Train" for s in said], "it says no split"
    if "Val" not in said:
        return [str(s) for s in said], "it has no pictures for validation"
    if "Train" not in said:
        return ["Test" if s == "Test" else "Train" for s in said], "it has none for training"
    return [str(s) for s in said], ""


def _jobs(found: LabelSet, folder: Path, splits: list[str], out: Path) -> list[Job]:
    """What to write under which name: the file's own, or that of its path where it is not one."""
    names = [picture.file for picture in found.pictures]
    again = [name for name, times in Counter(names).items() if times > 1]
    if again:
        by = [picture.said_by for picture in found.pictures if picture.file == again[0]]
        found.problems.append(
            f"{printable(again[0])} is labelled {len(by)} times, in {printable(by[0])} and in "
            f"{printable(by[-1])}. Move one of them out."
        )
        _refuse(found)
    times = Counter(same_name(stem_of(name)) for name in names)
    plain = {name: times[same_name(stem_of(name))] == 1 for name in names}
    stems = [stem_of(n) if plain[n] else os.path.splitext(n)[0].replace("/", "_") for n in names]
    by_stem: dict[str, str] = {}
    for name, stem in zip(names, stems, strict=True):
        other = by_stem.setdefault(same_name(_mask_stem(stem)), name)
        if other != name:
            found.problems.append(
                f"{printable(other)} and {printable(name)} would become one file. Rename one."
            )
    _refuse(found)
    files = Folder(folder)
    return [
        Job(
            picture,
            files.path(picture.file),
            files.path(picture.labels) if isinstance(picture.labels, str) else "",
            f"{out / 'Img' / split / stem}",
            f"{out / 'Mask' / split / _mask_stem(stem)}.png",
        )
        for picture, split, stem in zip(found.pictures, splits, stems, strict=True)
    ]


def _mask_stem(stem: str) -> str:
    return f"Mask{stem[3:]}" if stem[:3].lower() == "img" else stem


def _write(job: Job, codes: ClassCodes, masks: MaskValues | None, nearest: bool) -> Done:
    try:
        data = _embedded(job.source) if job.picture.embedded else read_file(job.source)
        size, moved = job.picture.size, 0
        if masks is not None:
            read = read_mask_file(job.mask, masks, codes.code_of, nearest)
            mask, moved = read.codes, read.moved
            size = mask.shape[1], mask.shape[0]
        picture = picture_file(job.source, data, size)
        if masks is None and not isinstance(job.picture.labels, str):
            width, height = picture.size
            mask = draw(job.picture.labels, codes.code_of, height, width, codes.rest)
    except UserError as error:
        return Done(str(error))
    with open(job.image_out + picture.suffix, "xb") as file:
        file.write(picture.data)
    with open(job.mask_out, "xb") as file:
        file.write(grey_png(mask))
    return Done(moved=moved)


def _embedded(path: str) -> bytes:
    """The picture in a file of labelme."""
    try:
        return base64.b64decode(json.loads(read_file(path))["imageData"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise UserError(
            f"{path} holds a picture that is damaged. Put the picture itself beside it."
        ) from None


def _divide(out: Path, seed: int, why: str) -> str:
    """Moves some pictures of Train to Val, whole views at a time; a sentence about it."""
    train = find_split(out, "Train")
    _, val = split_by_view(train, Pairs([], [], []), seed)
    if not val.images:
        return (
            f"{why}, and all pictures show one view, as far as names and contents tell, so that "
            "there is nothing for validation: add pictures of other views"
        )
    for kind, paths in (("Img", val.images), ("Mask", val.masks)):
        (out / kind / "Val").mkdir(parents=True)
        for path in filter(None, paths):
            move(Path(path), out / kind / "Val" / os.path.basename(path))
    return (
        f"{why}, so {len(val)} of {counted(len(train), 'picture')} are for validation now, whole "
        f"views at a time (seed {seed})"
    )


def _say(found: LabelSet, codes: ClassCodes, told: str, moved: int) -> None:
    names = ", ".join(f"{c.code} {c.name}" for c in codes.table.classes)
    pictures = counted(len(found.pictures), "picture")
    log.info("%s: %s; classes: %s", found.tool, pictures, printable(names, 2000))
    if found.masks is None:
        log.info("what no shape covers is %s (unlabelled=...)", codes.rest_name)
        if empty := sum(not picture.labels for picture in found.pictures):
            log.warning("%s no label at all", counted(empty, "picture has", "pictures have"))
    if told:
        log.info("%s: %s", found.tool, told)
    if moved:
        log.warning("%s of no class got the nearest one's", counted(moved, "pixel"))
    for note in found.notes:
        log.warning("%s: %s", found.tool, note)
