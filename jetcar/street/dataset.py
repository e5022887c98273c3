"""Writes the street as a data set: pictures, masks and the class table, in JetCar's layout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from jetcar.classes import (
    CLASSES_FILE,
    COLOR_MAP_FILE,
    TABLES,
    ClassTable,
    write_classes,
    write_color_map,
)
from jetcar.errors import UserError
from jetcar.png import grey_png
from jetcar.processes import how_many, pool_of
from jetcar.progress import progress
from jetcar.settings.street import Street
from jetcar.street.grid import Pixels
from jetcar.street.kinds import thing_codes
from jetcar.street.legend import Codes
from jetcar.street.map import draw_map
from jetcar.street.poses import View, draw_view, stand
from jetcar.street.render import Scene
from jetcar.street.shots import draw_shot
from jetcar.street.smap.places import shared_out
from jetcar.street.smap.smap import load_map
from jetcar.street.things import draw_things
from jetcar.street.variety import Dice, is_varied
from jetcar.whole import whole_folder

SPLITS = ("Train", "Val", "Test")

JPEG_QUALITY = 92

OF_THINGS = 1
"""Keeps the random numbers of what stands there apart, so that all else is the same without it."""


@dataclass(frozen=True)
class Job:
    """The pictures of one map.

    Attributes:
        split: ``Train``, ``Val`` or ``Test``.
        number: Of the map among all maps of the data set; no two splits share one.
        pictures: How many to take.
    """

    split: str
    number: int
    pictures: int


def make_street(settings: Street, folder: Path) -> None:
    """Fills a folder with a data set; the same settings give the same bytes.

    Train, Val and Test show different maps, or different parts of the one that is named. The number
    of processes makes no difference.

    Args:
        settings: What to draw; its rules hold.
        folder: An empty folder.

    Raises:
        OSError: the disk is full or may not be written to.
        UserError: a process was stopped from outside, or the map that is named cannot be drawn.
    """
    jobs = list(jobs_of(settings))
    table = class_table(settings)
    for split in dict.fromkeys(job.split for job in jobs):
        for kind in ("Img", "Mask"):
            (folder / kind / split).mkdir(parents=True)
    write_classes(table, folder / CLASSES_FILE)
    write_color_map(table, folder / COLOR_MAP_FILE)
    total = sum(job.pictures for job in jobs)
    workers = min(how_many(settings.processes), len(jobs))
    with progress("drawing the street", total, "pictures") as advance:
        for done in _each(jobs, settings, folder, workers):
            advance(done)


def class_table(settings: Street) -> ClassTable:
    """The classes of the masks."""
    if settings.map is None:
        return TABLES[settings.classes]
    return load_map(settings.map).table(settings.classes)


def write_street(settings: Street, out: Path) -> None:
    """Makes a folder that holds a data set; it appears when it is whole, or not at all.

    Raises:
        UserError: the folder is there already.
        OSError: the disk is full or may not be written to.
    """
    if os.path.lexists(out):
        raise UserError(f"out={out} is there already. Delete it, or choose another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with whole_folder(out) as part:
            make_street(settings, part)
    except FileExistsError as error:
        if error.filename != str(out):
            raise
        raise UserError(
            f"out={out} has appeared while the street was drawn, and stays. Choose another folder."
        ) from None


def jobs_of(settings: Street) -> Iterator[Job]:
    """The maps of a data set, at most ``settings.views`` pictures each."""
    for place, split in enumerate(SPLITS):
        left = getattr(settings.images, split.lower())
        for i in range(-(-left // settings.views)):
            yield Job(split, len(SPLITS) * i + place, min(settings.views, left))
            left -= settings.views


def _each(jobs: list[Job], settings: Street, folder: Path, workers: int) -> Iterator[int]:
    """Does the jobs, and yields the number of pictures whenever some are done."""
    if workers == 1:
        for job in jobs:
            with _one_thread():
                yield from draw(job, settings, folder)
        return
    try:
        with pool_of(workers) as pool:
            # Only as many as are worked on are handed out, so that an error ends all the sooner.
            running: set[Future[int]] = set()
            for job in jobs:
                running.add(pool.submit(_draw_all, job, settings, folder))
                if len(running) < 2 * workers:
                    continue
                finished = next(as_completed(running))
                running.discard(finished)
                yield finished.result()
            for finished in as_completed(running):
                yield finished.result()
    except BrokenProcessPool:
        raise UserError(
            "A process that drew the street was stopped from outside, perhaps because the memory "
            "is full. Use processes=1."
        ) from None


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV's own threads are slower than one, for pictures as small as these."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _draw_all(job: Job, settings: Street, folder: Path) -> int:
    return sum(draw(job, settings, folder))


def draw(job: Job, settings: Street, folder: Path) -> Iterator[int]:
    """Draws one map and writes its pictures and masks; yields 1 after each pair."""
    for number, (view, image, mask) in enumerate(pictures(job, settings)):
        name = _name(job, view, number)
        jpeg = simplejpeg.encode_jpeg(image, JPEG_QUALITY, "RGB", "420")
        (folder / "Img" / job.split / f"Img_{name}.jpg").write_bytes(jpeg)
        (folder / "Mask" / job.split / f"Mask_{name}.png").write_bytes(grey_png(mask))
        yield 1


def pictures(job: Job, settings: Street) -> Iterator[tuple[View, Pixels, Codes]]:
    """Takes the pictures of one map: the view, the image (RGB) and the mask of each."""
    for scene, view, rng in views(job, settings):
        yield view, scene.image(view, rng), scene.mask(view)


def views(job: Job, settings: Street) -> Iterator[tuple[Scene, View, np.random.Generator]]:
    """Draws one map, and where each of its pictures is taken.

    Each picture has random numbers of its own, so it depends neither on those before it nor on
    who draws it.
    """
    if settings.map is not None:
        yield from _views_of_map(job, settings, settings.map)
        return
    rng = np.random.default_rng([settings.seed, job.number])
    street_map = draw_map(rng)
    scene = Scene(settings, street_map, rng, _dice(job, settings, 0))
    for number in range(job.pictures):
        rng = np.random.default_rng([settings.seed, job.number, number])
        view = draw_view(street_map, settings.camera, settings.spread, rng)
        yield scene, _varied(view, scene, job, settings, number), rng


def _views_of_map(
    job: Job, settings: Street, path: str
) -> Iterator[tuple[Scene, View, np.random.Generator]]:
    """The same of a map that is named: each place of its part in turn."""
    street_map = load_map(path)
    places = shared_out(street_map.places, settings.images, settings.seed)[job.split]
    rng = np.random.default_rng([settings.seed, job.number])
    scene = Scene(settings, street_map, rng, _dice(job, settings, 0))
    first = job.number // len(SPLITS) * settings.views
    for number in range(job.pictures):
        rng = np.random.default_rng([settings.seed, job.number, number])
        time, which = divmod(first + number, len(places))
        at = places[which]
        view = stand(at.viewer, at.pose, at.lane, settings.camera, settings.spread, rng)
        view = replace(view, name=at.name(time))
        yield scene, _varied(view, scene, job, settings, number), rng


def _dice(job: Job, settings: Street, number: int) -> Dice | None:
    """What is different about a map (0) or its pictures (from 1 on).

    Nothing is in Val and Test, as their scores are of the street as it is meant.
    """
    seed = settings.seed, job.number
    if job.split != "Train" or not is_varied(settings.variety, (*seed, 0)):
        return None
    return Dice(settings.variety, (*seed, number))


def _varied(view: View, scene: Scene, job: Job, settings: Street, number: int) -> View:
    """A view as another camera may take it, with what stands there, if anything does."""
    if (dice := _dice(job, settings, number + 1)) is not None:
        shot, mount = draw_shot(dice, settings.spread)
        view = replace(view, shot=shot, mount=mount or view.mount)
    rng = np.random.default_rng([settings.seed, job.number, number, OF_THINGS])
    if rng.random() >= settings.things:
        return view
    codes, height = thing_codes(settings.classes), view.mount.height
    things = draw_things(codes, height, partial(scene.is_street, view), rng)
    return replace(view, things=things)


def _name(job: Job, view: View, number: int) -> str:
    """A name as StreetMaker gives it: item, lane, step, direction, and no variant of the view.

    The item is the map, the lane counts all lanes of a map, and the step is the picture's number
    on the map, so that no name occurs twice in a data set.
    """
    if view.name is not None:
        return view.name
    direction = view.viewer.direction
    lane = 4 * view.viewer.road + 2 * direction + view.lane
    return f"i{job.number:03}_l{lane:03}_s{number:03}_d{direction}_s0_a0_b0_c0_r0_n0"
