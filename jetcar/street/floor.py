"""What a street map lies on: carpet, concrete, wood or tiles, as a picture that repeats."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.grid import Pixels

Field = npt.NDArray[np.float32]

TILE = 720
"""Side of the picture in pixels."""


def draw_floor(mm: float, rng: np.random.Generator) -> Pixels:
    """Draws one of four floors.

    Args:
        mm: Side of a pixel in mm.
        rng: Draws kind, colour and texture.

    Returns:
        RGB, shape ``(TILE, TILE, 3)``; it goes on without a seam on all sides.
    """
    kind = rng.integers(4)
    texture, color = (_carpet, _concrete, _wood, _tiles)[kind](mm, rng)
    picture = texture[:, :, None] * np.asarray(color, np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


Part = tuple[slice, slice]
"""Rows and columns."""


def tiles(shape: tuple[int, int]) -> Iterator[tuple[Part, Part]]:
    """Parts of a picture that a repeating one covers, and the part of it that lies there."""
    rows, columns = shape
    for top in range(0, rows, TILE):
        for left in range(0, columns, TILE):
            height, width = min(TILE, rows - top), min(TILE, columns - left)
            here = slice(top, top + height), slice(left, left + width)
            yield here, (slice(0, height), slice(0, width))


def cloud(cell: float, rng: np.random.Generator, stretch: float = 1.0) -> Field:
    """Smooth noise that repeats, about -1..1.

    Args:
        cell: Distance in pixels over which it changes.
        rng: Draws the noise.
        stretch: How many times longer the changes are from left to right.
    """
    if cell <= 1:
        down, across = rng.integers(TILE, size=2)
        return np.roll(_grain(), (int(down), int(across)), (0, 1))
    rows = max(2, round(TILE / cell))
    columns = max(2, round(TILE / (cell * stretch)))
    small = rng.standard_normal((rows, columns), dtype=np.float32)
    # Wrapped round before it is enlarged, so that the edges meet.
    wrapped = np.pad(small, 2, mode="wrap")
    large = cv2.resize(
        wrapped,
        None,
        fx=TILE / columns,
        fy=TILE / rows,
        interpolation=cv2.INTER_CUBIC,
    )
    top, left = round(2 * TILE / rows), round(2 * TILE / columns)
    part: Field = 0.6 * large[top : top + TILE, left : left + TILE]
    return part


@cache
def _grain() -> Field:
    """Noise of single pixels, the same in every process; users move it about."""
    grain: Field = 0.5 * np.random.default_rng(0).standard_normal((TILE, TILE), dtype=np.float32)
    return grain


def _carpet(mm: float, rng: np.random.Generator) -> tuple[Field, Field]:
    fibre = cloud(1, rng) * 0.16 + cloud(2.5, rng) * 0.12
    texture = 1 + fibre + 0.05 * cloud(160 / mm, rng)
    grey = rng.uniform(90, 190)
    return texture, _tinted(grey, 14, rng)


def _concrete(mm: float, rng: np.random.Generator) -> tuple[Field, Field]:
    blotches = 0.06 * cloud(300 / mm, rng) + 0.05 * cloud(60 / mm, rng) + 0.04 * cloud(14 / mm, rng)
    texture = 1 + blotches + 0.04 * cloud(1, rng)
    return texture, _tinted(rng.uniform(120, 190), 6, rng)


def _wood(mm: float, rng: np.random.Generator) -> tuple[Field, Field]:
    """Planks from left to right, or turned by a quarter."""
    planks = max(4, round(TILE * mm / rng.uniform(85, 150)))
    plank = np.arange(TILE) * planks // TILE
    tone = rng.normal(1, 0.09, planks).astype(np.float32)[plank][:, None]
    grain = 0.06 * cloud(3, rng, 24) + 0.05 * cloud(12, rng, 14)
    texture = tone * (1 + grain) * (1 + 0.02 * cloud(1, rng))
    edges = np.flatnonzero(np.diff(plank, prepend=plank[-1]))
    texture[edges] *= 0.45
    for i in range(planks):  # each plank has an end somewhere
        texture[plank == i, rng.integers(TILE)] *= 0.5
    color = np.array([162, 128, 96], np.float32) * rng.uniform(0.65, 1.15)
    color += rng.normal(0, 8, 3).astype(np.float32)
    return (np.ascontiguousarray(texture.T) if rng.random() < 0.5 else texture), color


def _tiles(mm: float, rng: np.random.Generator) -> tuple[Field, Field]:
    count = max(2, round(TILE * mm / rng.uniform(200, 400)))
    number = np.arange(TILE) * count // TILE
    tone = rng.normal(1, 0.03, (count, count)).astype(np.float32)[number][:, number]
    texture = tone * (1 + 0.03 * cloud(80 / mm, rng) + 0.02 * cloud(4, rng))
    joint = np.flatnonzero(np.diff(number, prepend=number[-1]))
    width = max(1, round(4 / mm))
    grout = rng.uniform(0.55, 0.8)
    for offset in range(width):
        texture[(joint + offset) % TILE] = grout
        texture[:, (joint + offset) % TILE] = grout
    return texture, _tinted(rng.uniform(140, 205), 9, rng)


def _tinted(grey: float, spread: float, rng: np.random.Generator) -> Field:
    warm = rng.normal(0, spread)
    color: Field = (grey + np.array([warm, rng.normal(0, spread / 3), -warm])).astype(np.float32)
    return color
