"""How fast the street is drawn: finished pairs a second, JPEG and PNG written, by processes.

``python benchmarks/street.py`` draws the default pictures (224 x 224, 2 x 2 samples a pixel) into a
temporary folder, several times with one and with two processes in turn, and prints medians. The
start of the processes counts; that of Python does not. ``--parts`` shows what one pair costs.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from omegaconf import OmegaConf

from jetcar.street.dataset import JPEG_QUALITY, make_street, png
from jetcar.street.map import draw_map
from jetcar.street.poses import draw_view
from jetcar.street.render import Scene
from jetcar.street.settings import Street

VALUES = Path(__file__).parents[1] / "conf/street/default.yaml"


def settings_of(**changes) -> Street:
    """The default settings, with changes."""
    values = OmegaConf.merge(OmegaConf.structured(Street), OmegaConf.load(VALUES), changes)
    return OmegaConf.to_object(values)


def pairs_a_second(pairs: int, processes: int) -> float:
    """Draws so many pairs into a folder that is removed afterwards."""
    settings = settings_of(images={"train": pairs, "val": 0, "test": 0}, processes=processes)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        make_street(settings, Path(folder))
        return pairs / (time.perf_counter() - start)


def milliseconds(work: Callable[[int], object], times: int) -> float:
    """Median of CPU time, which other programs on the machine disturb less than time itself."""
    work(0)
    costs = []
    for number in range(times):
        start = time.process_time()
        work(number)
        costs.append(time.process_time() - start)
    return 1000 * statistics.median(costs)


def parts() -> None:
    """Prints what a map costs, and each step of a pair."""
    cv2.setNumThreads(1)
    settings = settings_of()

    def scene(number: int) -> Scene:
        rng = np.random.default_rng([0, number])
        return Scene(settings, draw_map(rng), rng)

    one = scene(0)
    rngs = [np.random.default_rng([0, 0, number]) for number in range(200)]
    views = [draw_view(one.map, settings.camera, settings.spread, rng) for rng in rngs]
    images = [one.image(view, rng) for view, rng in zip(views, rngs, strict=True)]
    masks = [one.mask(view) for view in views]
    whole = milliseconds(scene, 12)
    print(f"a map            {whole:8.2f} ms, {whole / settings.views:.2f} ms a pair")
    for name, work in (
        ("a view's place", lambda i: draw_view(one.map, settings.camera, settings.spread, rngs[i])),
        ("an image", lambda i: one.image(views[i], rngs[i])),
        ("a mask", lambda i: one.mask(views[i])),
        ("JPEG", lambda i: simplejpeg.encode_jpeg(images[i], JPEG_QUALITY, "RGB", "420")),
        ("PNG", lambda i: png(masks[i])),
    ):
        print(f"{name:16} {milliseconds(work, 200):8.2f} ms")


def main() -> None:
    """Measures with one and with two processes in turn, so that both meet the same machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1600, help="pictures in one measurement")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--parts", action="store_true", help="what one pair costs, part by part")
    arguments = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}, OpenCV {cv2.__version__}, NumPy {np.__version__}"
    )
    if arguments.parts:
        parts()
        return
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(arguments.repeats):
        for processes, found in rates.items():
            found.append(pairs_a_second(arguments.pairs, processes))
    for processes, found in rates.items():
        print(
            f"{processes} process{'es' if processes > 1 else '  '}: "
            f"{statistics.median(found):6.1f} pairs a second "
            f"({min(found):.1f} to {max(found):.1f} in {len(found)} repeats)"
        )
    peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (0, resource.RUSAGE_CHILDREN)]
    print(f"largest memory of a process: {max(peak):.0f} MB")


if __name__ == "__main__":
    main()
