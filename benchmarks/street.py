"""How fast the street is drawn: finished pairs a second, JPEG and PNG written, by processes."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import simplejpeg
from pictures import street_settings
from rows import Bench, Row, Rows, in_turn, per_second

from jetcar.png import grey_png
from jetcar.settings.variety import GROUPS, PARTS
from jetcar.street.dataset import JPEG_QUALITY, make_street
from jetcar.street.map import draw_map
from jetcar.street.poses import draw_view
from jetcar.street.render import Scene


def measure(bench: Bench) -> Rows:
    """The default pictures (224 x 224, 2 x 2 samples a pixel) with one and two processes in turn.

    The start of the processes counts; that of Python does not.
    """
    pairs = bench.size(1600, 8)

    def drawing(processes: int, share: float | None = 0, things: float = 0) -> Callable[[], float]:
        images = {"train": pairs, "val": 0, "test": 0}
        settings = street_settings(images=images, processes=processes, things=things)
        if share is not None:
            settings.variety.share = share
            for group in GROUPS:
                getattr(settings.variety, group).share = share
            for name in PARTS:
                group, part = name.split(".")
                setattr(getattr(settings.variety, group), part, share)
        folder = bench.work / "drawn"

        def draw() -> int:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make_street(settings, folder)
            return pairs

        return per_second(draw)

    two, one = in_turn(drawing(2), drawing(1), bench.size(3, 1))
    yield Row(
        "drawing the built-in street, one process",
        "100 pairs a second",
        "pairs/s",
        one,
        [100.0] * len(one),
        1,
    )
    yield Row("drawing the built-in street, two processes", "one", "pairs/s", two, one)
    as_set, everything = in_turn(drawing(1, None), drawing(1, 1, 1), bench.size(3, 1))
    yield Row(
        "drawing the street with all variety, and things in every picture, one process",
        "40 pairs a second",
        "pairs/s",
        everything,
        [40.0] * len(everything),
        1,
    )
    yield Row(
        "drawing the street as it is set, one process", "all of that", "pairs/s", as_set, everything
    )
    yield from parts(bench)


def parts(bench: Bench) -> Rows:
    """What a map costs, and each step of a pair, in milliseconds of one core."""
    cv2.setNumThreads(1)
    settings = street_settings()
    times = bench.size(200, 3)

    def scene(number: int) -> Scene:
        rng = np.random.default_rng([0, number])
        return Scene(settings, draw_map(rng), rng)

    one = scene(0)
    rngs = [np.random.default_rng([0, 0, number]) for number in range(times)]
    views = [draw_view(one.map, settings.camera, settings.spread, rng) for rng in rngs]
    images = [one.image(view, rng) for view, rng in zip(views, rngs, strict=True)]
    masks = [one.mask(view) for view in views]
    for name, work, repeats in (
        ("a map", scene, bench.size(12, 1)),
        ("an image", lambda i: one.image(views[i], rngs[i]), times),
        ("a mask", lambda i: one.mask(views[i]), times),
        ("JPEG", lambda i: simplejpeg.encode_jpeg(images[i], JPEG_QUALITY, "RGB", "420"), times),
        ("PNG", lambda i: grey_png(masks[i]), times),
    ):
        yield Row(f"the street: {name}", "", "ms", [milliseconds(work, repeats)], [])


def milliseconds(work: Callable[[int], object], times: int) -> float:
    """Median of CPU time, which other programs on the machine disturb less than time itself."""
    work(0)
    costs = []
    for number in range(times):
        start = time.process_time()
        work(number)
        costs.append(time.process_time() - start)
    return 1000 * statistics.median(costs)
