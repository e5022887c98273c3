"""Rooms with something in them: windows, lamps, shelves, chairs and boxes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.variety import OtherRoom
from jetcar.street.room import HEIGHT, WIDTH, Room, Shares

Floats = npt.NDArray[np.float64]

Number = int | np.integer[Any]

LAMP = np.full(3, 255.0)
"""The colour of a lamp that is on."""


def draw_interior(room: OtherRoom, floor: Floats, rng: np.random.Generator) -> Room:
    """Draws a room.

    Args:
        room: How many windows it has.
        floor: RGB of the floor, which goes on up to the walls.
        rng: Draws what is in it.
    """
    grey = rng.uniform(70, 235)
    panorama = np.empty((HEIGHT, WIDTH, 3), np.float32)
    shade = np.linspace(0, 1, HEIGHT)[:, None, None] * rng.uniform(-0.3, 0.3)
    panorama[:] = (grey + rng.normal(0, 8, 3)) * (1 + shade)
    foot = rng.integers(0, 5)
    panorama[:foot] = rng.uniform(30, 230)
    low, high = room.windows
    for _ in range(int(rng.integers(round(low), round(high) + 1))):
        _window(panorama, rng)
    for _ in range(rng.integers(0, 4)):
        _shelf(panorama, rng)
    for _ in range(rng.integers(3, 22)):
        _box(panorama, rng)
    for _ in range(rng.integers(0, 10)):
        _chair(panorama, rng)
    for _ in range(rng.integers(0, 6)):  # lamps, high up
        _fill(
            panorama,
            rng.integers(HEIGHT // 2, HEIGHT),
            4,
            rng.integers(WIDTH),
            24,
            np.full(3, 255.0),
        )
    wrapped = np.concatenate([panorama[:, -20:], panorama, panorama[:, :20]], axis=1)
    blurred = cv2.GaussianBlur(wrapped, (0, 0), rng.uniform(0.5, 2))[:, 20:-20]
    red, green, blue = (int(level) for level in np.clip(floor, 0, 255)[:3])
    return Room(np.clip(blurred, 0, 255).astype(np.uint8), (red, green, blue))


def _fill(
    panorama: Shares, bottom: Number, height: Number, left: Number, width: Number, color: Floats
) -> None:
    columns = np.arange(left, left + width) % WIDTH
    panorama[bottom : bottom + height, columns] = color


def _color(rng: np.random.Generator, low: float, high: float) -> Floats:
    """More often grey than coloured."""
    spread = 6 if rng.random() < 0.7 else 45
    color: Floats = np.clip(rng.uniform(low, high) + rng.normal(0, spread, 3), 0, 255)
    return color


def _window(panorama: Shares, rng: np.random.Generator) -> None:
    bottom, height = rng.integers(0, 40), rng.integers(20, HEIGHT)
    left, pane = rng.integers(WIDTH), rng.integers(10, 45)
    light = rng.uniform(225, 255) + rng.normal(0, 6, 3)
    for i in range(rng.integers(1, 5)):
        _fill(panorama, bottom, height, left + i * (pane + 3), pane, light)


def _shelf(panorama: Shares, rng: np.random.Generator) -> None:
    left, width, height = rng.integers(WIDTH), rng.integers(30, 120), rng.integers(15, 60)
    _fill(panorama, 0, height, left, width, _color(rng, 30, 160))
    for bottom in range(1, height, rng.integers(6, 16)):
        for x in range(0, width, rng.integers(3, 14)):
            _fill(panorama, bottom, 5, left + x, rng.integers(2, 8), _color(rng, 20, 235))


def _box(panorama: Shares, rng: np.random.Generator) -> None:
    height = rng.integers(3, 40)
    _fill(panorama, 0, height, rng.integers(WIDTH), rng.integers(4, 60), _color(rng, 20, 235))


def _chair(panorama: Shares, rng: np.random.Generator) -> None:
    """Legs, and a seat on them."""
    left, width, height = rng.integers(WIDTH), rng.integers(8, 40), rng.integers(8, 45)
    color = _color(rng, 15, 120)
    for x in np.linspace(0, width - 1, rng.integers(2, 5)).astype(int):
        _fill(panorama, 0, height, left + int(x), rng.integers(1, 3), color)
    _fill(panorama, height, rng.integers(2, 6), left, width, color)
