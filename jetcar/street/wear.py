"""What becomes of a street: worn paint, older lines, dust, and the tracks of tyres."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from jetcar.settings.variety import Wear
from jetcar.street.floor import TILE, cloud
from jetcar.street.grid import FRACTION_BITS, Outline, Pixels
from jetcar.street.variety import between

GHOST = 0.35
"""Share of the worn maps on which older lines are seen beside the new ones."""

GHOST_AWAY = (4.0, 18.0)
"""Millimetres between an older line and the new one."""


def ghost(ink: Pixels, outlines: Sequence[Outline], mm: float, rng: np.random.Generator) -> None:
    """Draws faint older lines, which masks do not know, before the new ones; in place."""
    if rng.random() > GHOST:
        return
    angle = rng.uniform(0, 2 * np.pi)
    away = rng.uniform(*GHOST_AWAY) / mm * (1 << FRACTION_BITS)
    shift = np.rint([away * np.cos(angle), away * np.sin(angle)]).astype(np.int32)
    level = float(rng.uniform(15, 60))
    for outline in outlines:
        low = np.maximum((outline.min(0) >> FRACTION_BITS) - 20, 0)
        high = (outline.max(0) >> FRACTION_BITS) + 20
        patch = ink[low[1] : high[1], low[0] : high[0]]
        if patch.size:
            moved = outline + shift - (low << FRACTION_BITS).astype(np.int32)
            color = tuple(float(c) + level for c in patch[0, 0])
            cv2.fillPoly(patch, [moved], color, cv2.LINE_AA, FRACTION_BITS)


def worn(wear: Wear, mm: float, rng: np.random.Generator) -> Pixels:
    """255 where paint is gone, shape ``(TILE, TILE)``; it repeats."""
    field = cloud(max(1.5, rng.uniform(3, 16) / mm), rng) + 0.8 * cloud(
        rng.uniform(60, 300) / mm, rng
    )
    share = between(wear.worn, rng)
    gone = field < np.quantile(field[::8, ::8], share) if share else np.zeros(field.shape, bool)
    return np.where(gone, 255, 0).astype(np.uint8)


def dust(wear: Wear, mm: float, rng: np.random.Generator) -> tuple[Pixels, Pixels]:
    """Dust on a part of the ground that repeats.

    Returns:
        How much is seen through it, of 255, and what it adds, both ``(TILE, TILE, 3)``.
    """
    most = between(wear.dust, rng)
    cover = np.clip(0.4 + 0.6 * cloud(rng.uniform(50, 400) / mm, rng) + 0.25 * cloud(2, rng), 0, 1)
    cover = cover * np.float32(most)
    for _ in range(rng.integers(0, 40)):  # crumbs and hairs
        x, y = rng.integers(TILE, size=2)
        away = rng.normal(0, 5 / mm, (3, 2)).cumsum(0)
        ends = np.rint(away + np.array([x, y])).astype(np.int32)
        cv2.polylines(cover, [ends], False, (float(rng.uniform(0.3, 0.9)),), 1, cv2.LINE_AA)
    color = rng.uniform(60, 200) + np.array([8, 0, -10])
    through = np.rint(255 * (1 - cover)).astype(np.uint8)
    adds = np.clip(cover[:, :, None] * color, 0, 255).astype(np.uint8)
    return np.repeat(through[:, :, None], 3, axis=2), adds


def tyres(pixels: Pixels, mm: float, rng: np.random.Generator) -> None:
    """Draws the tracks of tyres across a map, in place."""
    rows, columns = pixels.shape[:2]
    for _ in range(rng.integers(0, 6)):
        start = rng.uniform(0, 1, 2) * (columns, rows)
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.12, 40))
        step = 60 / mm * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
        way = np.rint(start + step.cumsum(0)).astype(np.int32)
        low = np.clip(way.min(0) - 20, 0, (columns, rows))
        high = np.clip(way.max(0) + 20, 0, (columns, rows))
        patch = pixels[low[1] : high[1], low[0] : high[0]]
        if not patch.size:
            continue
        track = np.zeros(patch.shape[:2], np.uint8)
        wide = max(1, round(rng.uniform(6, 22) / mm))
        cv2.polylines(track, [way - low], False, (float(rng.uniform(8, 45)),), wide, cv2.LINE_AA)
        change = cv2.subtract if rng.random() < 0.6 else cv2.add
        change(patch, cv2.merge([track] * 3), patch)
