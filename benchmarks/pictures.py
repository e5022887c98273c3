"""The pictures that the benchmarks work on: the built-in street, or a data set of the user's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from omegaconf import OmegaConf
from rows import Bench

from jetcar.classes import CLASSES_FILE
from jetcar.data.pairs import find_split
from jetcar.data.source.fetch import fetch
from jetcar.settings.street import Street
from jetcar.street.dataset import write_street

STREET = Path(__file__).parents[1] / "conf/street/default.yaml"
DRAWN = {"train": 400, "val": 100, "test": 100}
QUICK = {"train": 24, "val": 8, "test": 8}


def street_settings(**changes) -> Street:
    """The street's own settings, with changes."""
    values = OmegaConf.merge(OmegaConf.structured(Street), OmegaConf.load(STREET), changes)
    return OmegaConf.to_object(values)


def all_pictures(bench: Bench) -> Path:
    """A data set with as many different pictures as a benchmark needs."""
    if bench.data is not None:
        return fetch(bench.data, bench.work / "data")
    folder = bench.work / "street"
    if not folder.exists():
        images = QUICK if bench.quick else DRAWN
        write_street(street_settings(images=images), folder)
    return folder


def dataset(bench: Bench, name: str, **counts: int) -> Path:
    """A data set of exactly so many pairs, such as ``Train=200, Val=16``.

    The files are links to those of ``all_pictures``, which are used again and again when there are
    fewer: as files, and decoded, they are as many as asked for.
    """
    source, folder = all_pictures(bench), bench.work / name
    for split, count in counts.items():
        pairs = find_split(source, split).with_masks()
        if not pairs.images:
            pairs = find_split(source, "Train")
        for kind in ("Img", "Mask"):
            (folder / kind / split).mkdir(parents=True)
        for i in range(count):
            image, mask = pairs.images[i % len(pairs)], pairs.masks[i % len(pairs)]
            number = f"{i:06}"
            suffix = os.path.splitext(image)[1]
            _link(image, folder / "Img" / split / f"Img_{number}{suffix}")
            _link(mask, folder / "Mask" / split / f"Mask_{number}.png")
    if (source / CLASSES_FILE).exists():
        shutil.copy(source / CLASSES_FILE, folder)
    return folder


def _link(source: str | None, target: Path) -> None:
    assert source is not None
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file that has all the links it may have
        shutil.copy(source, target)
