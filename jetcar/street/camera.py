"""From a pixel to a place on the ground: a wide-angle camera that looks down on the street.

The equations, for a point of the picture ``x`` to the right and ``y`` down, each -1..1 from edge to
edge::

    half_width  = tan(fov / 2)                  of a picture plane at distance 1
    half_height = tan(fov / aspect / 2)
    r2          = x^2 + (y * half_height / half_width)^2
    bend        = 1 + k1 * r2 + k2 * r2^2       the lens: k1, k2 relative to the half-width
    u, v        = x * half_width * bend, -y * half_height * bend        right, up
    depth       = height / (cos(angle) - v * sin(angle))
    ahead, left = depth * (sin(angle) + v * cos(angle)), -depth * u

``angle`` is that of the axis, from straight down towards ahead. Where the divisor is not positive
the ray does not come down: it is above the horizon. The sensor is wider than high (``aspect``) and
its picture is squeezed into a square, as JetCar's camera driver and StreetMaker do it.

The lens alone gives ``u`` and ``v``: a table that is computed once. Everything else is linear in
``(u, v, 1)``, one 3 x 3 matrix a view.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jetcar.street.curves import Pose

ASPECT = 4 / 3
"""Horizontal to vertical field of view of the street's own camera."""

NEWTON_STEPS = 20

Rays = npt.NDArray[np.float32]
"""Points ``(u, v)`` of the picture plane at distance 1, shape ``(rows, columns, 2)``."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lens:
    """What the camera sees with.

    Attributes:
        fov: Nominal horizontal field of view in degrees, without the distortion.
        k1, k2: Radial distortion at the square and the fourth power of the distance from the
            middle, relative to half of the picture's width.
        aspect: Horizontal to vertical field of view.
    """

    fov: float
    k1: float
    k2: float
    aspect: float = ASPECT


@dataclass(frozen=True)
class Mount:
    """How the camera is held.

    Attributes:
        height: Above the ground in mm.
        angle: Of the optical axis in degrees, 0 straight down, 90 straight ahead.
        roll: Turn about the axis in degrees, clockwise.
    """

    height: float
    angle: float
    roll: float = 0.0


def rays(lens: Lens, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Rays:
    """Where on the picture plane points of the picture lie.

    Args:
        lens: The lens.
        x: Columns from -1, the left edge, to 1, shape ``(columns,)``.
        y: Rows from -1, the upper edge, to 1, shape ``(rows,)``; both float32 is quicker.

    Returns:
        ``(u, v)`` to the right and up, shape ``(rows, columns, 2)``.
    """
    half_width = math.tan(math.radians(lens.fov) / 2)
    half_height = math.tan(math.radians(lens.fov) / lens.aspect / 2)
    r2 = x[None, :] ** 2 + (y[:, None] * half_height / half_width) ** 2
    bend = 1 + lens.k1 * r2 + lens.k2 * r2 * r2
    return np.stack(
        [x[None, :] * half_width * bend, -y[:, None] * half_height * bend], axis=-1
    ).astype(np.float32)


def picture_points(lens: Lens, mount: Mount, ahead: Matrix, left: Matrix) -> tuple[Matrix, Matrix]:
    """Where in the picture places on the ground are: ``ground_point`` the other way round.

    Args:
        lens: The lens.
        mount: How the camera is held; its roll is left out.
        ahead: Millimetres ahead of the point below the camera, of any shape.
        left: Millimetres to its left, likewise.

    Returns:
        Columns and rows from -1 to 1, beyond which the picture ends; NaN behind the camera.
    """
    sin, cos = math.sin(math.radians(mount.angle)), math.cos(math.radians(mount.angle))
    half_width = math.tan(math.radians(lens.fov) / 2)
    half_height = math.tan(math.radians(lens.fov) / lens.aspect / 2)
    depth = ahead * sin + mount.height * cos
    depth = np.where(depth > 0, depth, np.nan)
    x = -left / depth / half_width
    y = -(ahead * cos - mount.height * sin) / depth / half_height
    flat = np.hypot(x, y * half_height / half_width)
    # The lens moves a point from r to r * bend(r), which rises: Newton's way back.
    r = np.minimum(flat, 1.0)
    for _ in range(NEWTON_STEPS):
        r2 = r * r
        too_far = r * (1 + lens.k1 * r2 + lens.k2 * r2 * r2) - flat
        r = r - too_far / (1 + 3 * lens.k1 * r2 + 5 * lens.k2 * r2 * r2)
    shrunk = r / np.where(flat > 0, flat, 1)
    return x * shrunk, y * shrunk


def centers(size: int, samples: int = 1) -> npt.NDArray[np.float64]:
    """The middles of ``samples`` equal parts of each of ``size`` pixels, from -1 to 1."""
    count = size * samples
    return (np.arange(count) + 0.5) * 2 / count - 1


def to_ground(mount: Mount) -> Matrix:
    """From ``(u, v, 1)`` to ``(ahead, left, 1)`` in mm, up to a factor that is positive below
    the horizon: a 3 x 3 matrix.
    """
    sin, cos = math.sin(math.radians(mount.angle)), math.cos(math.radians(mount.angle))
    down = np.array(
        [[0, mount.height * cos, mount.height * sin], [-mount.height, 0, 0], [0, -sin, cos]]
    )
    sin, cos = math.sin(math.radians(mount.roll)), math.cos(math.radians(mount.roll))
    matrix: Matrix = down @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    return matrix


def to_map(pose: Pose) -> Matrix:
    """From ``(ahead, left, 1)`` of a pose to map points ``(x, y, 1)``, all in mm."""
    sin, cos = math.sin(pose.heading), math.cos(pose.heading)
    return np.array([[cos, -sin, pose.x], [sin, cos, pose.y], [0, 0, 1]])


def above_horizon(middle: Rays, mount: Mount) -> npt.NDArray[np.float32]:
    """How much of each pixel is above the horizon, for the rows that the horizon touches.

    Args:
        middle: The ray of each pixel's middle.
        mount: How the camera is held.

    Returns:
        0..1, shape ``(rows, columns)`` with the upper rows only; all pixels below them are 0.
    """
    a, b, c = (np.float32(value) for value in to_ground(mount)[2])
    # The lens lifts the picture's corners most, so the outer columns know how far down it goes.
    outer = middle[:, :: max(1, middle.shape[1] - 1)]
    divisor = outer[:, :, 0] * a + outer[:, :, 1] * b + c
    step = float((divisor[1:] - divisor[:-1]).min())
    rows = int((divisor < step).sum(0).max())
    divisor = middle[:rows, :, 0] * a + middle[:rows, :, 1] * b + c
    share: npt.NDArray[np.float32] = np.clip(0.5 - divisor / np.float32(step), 0, 1)
    return share


def ground_point(lens: Lens, mount: Mount, x: float, y: float) -> tuple[float, float] | None:
    """The place on the ground that a point of the picture shows.

    Args:
        lens: The lens.
        mount: How the camera is held.
        x: From -1, the left edge, to 1.
        y: From -1, the upper edge, to 1.

    Returns:
        Millimetres ahead of the point below the camera, and to its left; None above the horizon.
    """
    u, v = rays(lens, np.array([x]), np.array([y]))[0, 0]
    ahead, left, divisor = to_ground(mount) @ (float(u), float(v), 1.0)
    return (ahead / divisor, left / divisor) if divisor > 0 else None
