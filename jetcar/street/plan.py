"""A map from above, as it would be printed, without floor, light and camera."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from PIL import Image

from jetcar.errors import UserError
from jetcar.settings.street import Street
from jetcar.street.dataset import jobs_of
from jetcar.street.grid import SEAMLESS, Grid, Pixels
from jetcar.street.inks import BACKGROUNDS, Inks
from jetcar.street.map import Map, draw_map
from jetcar.street.printing import print_map
from jetcar.street.smap.smap import StreetMakerMap, load_map
from jetcar.whole import whole_file
from jetcar.wording import counted

log = logging.getLogger("jetcar.street")

MOST = 2400
"""Pixels of the longer side."""

INKS = Inks(
    np.array(BACKGROUNDS[0], float), np.zeros(3), np.full(3, 255.0), np.array([255.0, 215.0, 0.0])
)
"""StreetMaker's colours of the ground, the lanes, white lines and yellow ones."""


def write_plan(settings: Street, out: Path) -> None:
    """Writes a picture of the map that is named, else of the first map that is drawn.

    Raises:
        UserError: the map that is named cannot be drawn, or ``out`` is no name of a PNG file.
        OSError: the disk is full or may not be written to.
    """
    if out.suffix.lower() != ".png":
        raise UserError(f"plan={out} must be a file that ends in .png")
    street_map: Map
    if settings.map is not None:
        street_map = load_map(settings.map)
        _tell(settings.map, street_map)
    else:
        first = next(jobs_of(settings)).number
        street_map = draw_map(np.random.default_rng([settings.seed, first]))
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as file:
        Image.fromarray(plan(street_map)).save(file, "PNG")
    log.info("%s: the map from above", out)


def plan(street_map: Map) -> Pixels:
    """The picture: RGB, north up, at most ``MOST`` pixels on a side."""
    grid = Grid(street_map.corner, street_map.size, max(1.0, max(street_map.size) / MOST))
    paved = [polygon for _, polygon in street_map.areas()] + street_map.paved()
    return print_map(street_map, grid.outlines(paved, SEAMLESS), grid, INKS)


def _tell(path: str, street_map: StreetMakerMap) -> None:
    log.info(
        "%s: %.0f x %.0f mm, %s, %d joints, %s, %d places to look from",
        path,
        *street_map.size,
        counted(len(street_map.drawing.items), "item"),
        len(street_map.joints.joined) // 2,
        counted(len(street_map.used.classes), "class", "classes"),
        len(street_map.places),
    )
