"""From masks to outlines: rings around what is covered and around its holes, with few corners."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.data.labels.form import Points

TOLERANCE = 0.75
"""Pixels by which a corner may be off that is left out; with the quarter by which a ring lies
inside its edge, no pixel is off by more than one."""

SCALE = 2
"""Masks are traced at twice their size, where each pixel has a rim of its own."""


def outlines(bits: npt.NDArray[np.bool_], tolerance: float = TOLERANCE) -> list[list[Points]]:
    """The rings around each connected part of a mask, the outer one first, then its holes.

    Args:
        bits: Shape ``(H, W)``.
        tolerance: Pixels; with 0, ``drawing.inside`` draws the very same mask of them.

    Returns:
        Parts, the largest first.
    """
    large = bits.astype(np.uint8).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    how = cv2.CHAIN_APPROX_SIMPLE
    found, tree = cv2.findContours(large, cv2.RETR_CCOMP, how)
    contours = [contour.reshape(-1, 2).astype(np.float32) for contour in found]
    parts: dict[int, list[Points]] = {}
    for number, contour in enumerate(contours):
        parent = int(tree[0][number][3])
        parts.setdefault(number if parent < 0 else parent, [])
        ring = _simple(contour, tolerance)
        if parent < 0:
            parts[number].insert(0, ring)
        else:
            parts[parent].append(ring)
    return sorted(parts.values(), key=lambda rings: -abs(_area(rings[0])))


def in_one_ring(rings: list[Points]) -> Points:
    """An outer ring with its holes cut in, each by a line to it and back, which has no area."""
    outer, *holes = rings
    ring = outer
    for hole in holes:
        near = int(((outer - hole[0]) ** 2).sum(axis=1).argmin())
        at = int((ring == outer[near]).all(axis=1).argmax())
        ring = np.concatenate([ring[: at + 1], hole, hole[:1], ring[at:]])
    return ring


def _simple(contour: npt.NDArray[np.float32], tolerance: float) -> Points:
    if tolerance:
        fewer = cv2.approxPolyDP(contour, tolerance * SCALE, closed=True).reshape(-1, 2)
        contour = fewer.astype(np.float32) if len(fewer) >= 3 else contour
    corners: Points = (contour.astype(np.float64) + 0.5) / SCALE
    return corners


def _area(ring: Points) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
