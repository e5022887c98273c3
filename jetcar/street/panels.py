"""Flat pictures that stand or lie in front of the camera, seen through the lens of a picture.

Whatever stands on the street is made of panels: rectangles in space with a picture on them, parts
of which may be clear. A ray ``(u, v, 1)`` of the camera hits the plane of a panel at::

    camera + t * (to_directions @ (u, v, 1)) = corner + s * across + r * up

so that ``(s, r, 1)`` is a 3 x 3 matrix times the ray, up to a factor whose sign says whether the
panel is ahead. The lens is in the rays; nothing here knows what kind it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.camera import Matrix, Mount, Rays, centers, to_ground
from jetcar.street.grid import Pixels
from jetcar.street.motion import Motion

HIDES = 128
"""Of 255: a pixel that a panel covers so much is the panel's in the mask."""

STEP = 8
"""Pixels between the rays with which the part of the picture is found that a panel may be in."""

AHEAD = 1e-6
"""Of a ray that hits a panel's plane, 1 / mm at least; OpenCV takes less than 1.2e-7 for none."""

FAR = 1e4
"""Pixels: farther than any picture of a panel reaches."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A rectangle in space, in mm ahead, to the left and up from the ground below the camera.

    Attributes:
        corner: Its lower left corner, shape ``(3,)``.
        across: From there to the lower right corner.
        up: From there to the upper left corner.
        picture: What is on it: RGB times coverage, and the coverage 0..255, shape ``(h, w, 4)``.
        code: Of the class that it is in a mask; None for a shadow, which hides nothing.
    """

    corner: Matrix
    across: Matrix
    up: Matrix
    picture: Pixels
    code: int | None


@dataclass(frozen=True, eq=False)
class Layer:
    """A panel as one picture shows it.

    Attributes:
        where: Rows and columns of the picture.
        pixels: As ``Panel.picture``, one for each of those.
        code: See ``Panel``.
    """

    where: tuple[slice, slice]
    pixels: Pixels
    code: int | None

    def paint(self, image: Pixels) -> None:
        """Lays it over a picture, RGB, in place."""
        clear = cv2.cvtColor(255 - self.pixels[:, :, 3], cv2.COLOR_GRAY2RGB)
        below = cv2.multiply(image[self.where], clear, None, 1 / 255)
        image[self.where] = cv2.add(below, cv2.cvtColor(self.pixels, cv2.COLOR_RGBA2RGB))

    def dull(self, gloss: Pixels) -> None:
        """Lets nothing be mirrored in what stands there; a shadow leaves the ground its gloss."""
        if self.code is not None:
            part = gloss[self.where]
            cv2.multiply(part, 255 - self.pixels[:, :, 3], part, 1 / 255)

    def cover(self, mask: Pixels) -> None:
        """Hides in a mask, in place, what it hides in the picture."""
        if self.code is not None:
            mask[self.where][self.pixels[:, :, 3] >= HIDES] = self.code


def layers(
    panels: Sequence[Panel], middle: Rays, mount: Mount, motion: Motion | None = None
) -> Iterator[Layer]:
    """What a picture shows of panels, in their order; those out of sight are left out.

    Args:
        panels: The farthest first.
        middle: The ray of each pixel's middle.
        mount: How the camera is held.
        motion: How it moves while one row after the other is read; None: not at all.
    """
    rows, columns = (_steps(n) for n in middle.shape[:2])
    coarse = middle[np.ix_(rows, columns)]
    rolls = motion is not None and motion.readout > 0
    timed = _timed(middle, motion) if motion is not None and rolls else None
    directions = to_directions(mount)
    camera = np.array([0, 0, mount.height])
    for panel in panels:
        plane = np.column_stack([panel.across, panel.up, panel.corner - camera])
        if abs(np.linalg.det(plane)) < 1e-3:  # seen from its edge
            continue
        if timed is None or motion is None:
            to_panel = np.linalg.inv(plane) @ directions
            hits = coarse @ to_panel[:, :2].T.astype(np.float32) + to_panel[:, 2].astype(np.float32)
        else:
            to_panel = _rolled(plane, directions, motion)
            hits = np.moveaxis(_hits(timed[:, rows[:, None], columns], to_panel), 0, 2)
        found = _bounds(hits)
        if found is None:
            continue
        (top, bottom), (left, right), width, height, is_ahead = found
        where = slice(rows[top], rows[bottom] + 1), slice(columns[left], columns[right] + 1)
        picture, widened = _reduced(panel.picture, width * STEP, height * STEP)
        to_picture = _to_pixels(picture) @ widened @ to_panel
        if timed is None:
            places = _places(middle[where], to_picture, is_ahead)
        else:
            places = _rolled_places(timed[(slice(None), *where)], to_picture, is_ahead)
        yield Layer(where, _seen(picture, places), panel.code)


def _timed(middle: Rays, motion: Motion) -> Rays:
    """Rays ``(u, v, 1)`` and the same times ``t``, when their row is read in seconds, one a plane.

    Returns:
        Shape ``(6, rows, columns)``.
    """
    timed = np.ones((6, *middle.shape[:2]), np.float32)
    timed[0], timed[1] = middle[:, :, 0], middle[:, :, 1]
    timed[3:] = timed[:3] * motion.times(centers(len(middle))).astype(np.float32)[:, None]
    return timed


def _rolled(plane: Matrix, directions: Matrix, motion: Motion) -> Matrix:
    """From the rays of ``_timed`` to a panel, as the camera has moved when their row is read.

    Args:
        plane: Across, up, and from the camera to the corner of the panel, one a column.
        directions: See ``to_directions``.
        motion: How the camera moves; its turn is small, as in ``Motion.roll``.

    Returns:
        Shape ``(3, 6)``. The panel's plane is ``plane - t * speed`` in its first and last place,
        whose inverse is linear in ``t`` up to a factor, by Cramer's rule.
    """
    across, up = plane[:, 0], plane[:, 1]
    still = np.linalg.inv(plane)
    turned = motion.turn * np.array([[0, -1, 0], [1, 0, 0], [0, 0, 0]])
    driven = np.array([[0, -up[2], up[1]], [0, across[2], -across[1]], [0, 0, 0]])
    driven *= motion.speed / np.linalg.det(plane)
    moving = (still @ turned + driven) @ directions
    return np.column_stack([still @ directions, moving])


def _hits(timed: Rays, to_panel: Matrix) -> Rays:
    """Where rays of ``_timed`` hit a panel, times the third plane, shape ``(3, rows, columns)``."""
    hits: Rays = to_panel.astype(np.float32) @ timed.reshape(6, -1)
    return hits.reshape(3, *timed.shape[1:])


def to_directions(mount: Mount) -> Matrix:
    """From a ray ``(u, v, 1)`` to its direction ahead, to the left and up: a 3 x 3 matrix."""
    ground = to_ground(mount)
    return np.stack([ground[0] / mount.height, ground[1] / mount.height, -ground[2]])


def _steps(count: int) -> npt.NDArray[np.int64]:
    return np.unique([*range(0, count, STEP), count - 1])


def _bounds(
    hits: Rays,
) -> tuple[tuple[int, int], tuple[int, int], float, float, bool] | None:
    """The coarse rays around all that may hit a panel; None where none does.

    Args:
        hits: Where they hit its plane, times the third number.

    Returns:
        First and last row, first and last column; the panel's width and height in steps from one
        ray to the next; and whether none of the rays looks back.
    """
    ahead = hits[:, :, 2] > AHEAD
    places = hits[:, :, :2] / np.where(ahead, hits[:, :, 2], 1)[:, :, None]
    cells = np.stack([places[:-1, :-1], places[1:, :-1], places[:-1, 1:], places[1:, 1:]])
    known = np.stack([ahead[:-1, :-1], ahead[1:, :-1], ahead[:-1, 1:], ahead[1:, 1:]])
    low, high = cells.min(0), cells.max(0)
    is_hit = ((low < 1) & (high > 0)).all(-1) | (known.any(0) & ~known.all(0))
    sure = ((low < 1) & (high > 0)).all(-1) & known.all(0)
    if not sure.any():
        return None
    is_hit &= known.any(0)
    rows, columns = np.flatnonzero(is_hit.any(1)), np.flatnonzero(is_hit.any(0))
    width, height = np.median((high - low)[sure], axis=0)
    return (
        (int(rows[0]), int(rows[-1]) + 1),
        (int(columns[0]), int(columns[-1]) + 1),
        1 / max(float(width), 1e-6),
        1 / max(float(height), 1e-6),
        bool(ahead[rows[0] : rows[-1] + 2, columns[0] : columns[-1] + 2].all()),
    )


def _reduced(picture: Pixels, width: float, height: float) -> tuple[Pixels, Matrix]:
    """A picture with about as many pixels as the panel has in the camera's, so that none is lost.

    Args:
        picture: RGB and coverage.
        width: Pixels of the camera's picture that the panel is wide.
        height: Pixels that it is high.

    Returns:
        That picture, and what makes a panel that is narrower than a pixel as wide as one; it covers
        so much less there.
    """
    size = (
        int(np.clip(round(width), 1, picture.shape[1])),
        int(np.clip(round(height), 1, picture.shape[0])),
    )
    if size != (picture.shape[1], picture.shape[0]):
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    wide, high = min(width, 1), min(height, 1)
    if wide * high < 1:
        picture = (picture.reshape(size[1], size[0], 4) * (wide * high)).astype(np.uint8)
    widened = np.array([[wide, 0, (1 - wide) / 2], [0, high, (1 - high) / 2], [0, 0, 1]])
    return picture, widened


def _to_pixels(picture: Pixels) -> Matrix:
    height, width = picture.shape[:2]
    return np.array([[width, 0, -0.5], [0, -height, height - 0.5], [0, 0, 1]])


Places = tuple[Rays, Rays | None]
"""Columns and rows of a panel's picture that rays hit, as OpenCV takes them."""


def _places(rays: Rays, to_picture: Matrix, is_ahead: bool) -> Places:
    """Where rays hit a panel's picture; all of them look ahead where that is known."""
    places = cv2.perspectiveTransform(np.ascontiguousarray(rays), to_picture)
    if not is_ahead:
        third = to_picture[2].astype(np.float32)
        behind = rays[:, :, 0] * third[0] + rays[:, :, 1] * third[1] + third[2] <= AHEAD
        places[behind] = -FAR
    np.clip(places, -FAR, FAR, places)  # OpenCV counts places in so few bits that others wrap
    return places, None  # type: ignore[return-value]


def _rolled_places(timed: Rays, to_picture: Matrix, is_ahead: bool) -> Places:
    """The same of rays of ``_timed``."""
    across, down, third = _hits(timed, to_picture)
    behind = None if is_ahead else third <= AHEAD
    np.maximum(third, np.float32(AHEAD), out=third)
    for places in (across, down):
        places /= third
        if behind is not None:
            places[behind] = -FAR
        np.clip(places, -FAR, FAR, places)
    return across, down


def _seen(picture: Pixels, places: Places) -> Pixels:
    one, other = places
    seen = cv2.remap(picture, one, other, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[arg-type]
    return np.asarray(seen, np.uint8)
