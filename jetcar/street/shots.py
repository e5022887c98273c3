"""How a picture is taken: by which lens, at which height and angle, and while the car moves how."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jetcar.settings.street import Spread
from jetcar.settings.variety import Movement, OtherCamera
from jetcar.street.camera import Lens, Mount, rays
from jetcar.street.motion import Motion
from jetcar.street.variety import Dice, between

HORIZON = (-1.1, -0.25)
"""Where the horizon lies in other cameras' pictures, from -1, the upper edge, to 0, the middle."""

STRAIGHT = 110.0
"""Degrees of the field of view from which on a lens is more and more of a fisheye."""

LOW = 1.5
"""Above 1, low cameras are more frequent: most cars are small beside their lanes.
"""

ROLL = 2.0
"""Degrees by which another camera is turned about its axis at most, beyond the street's own."""

BETWEEN = 0.6
"""Distance from the middle at which ``bend`` is that of the lens, as it is at the edge."""


@dataclass(frozen=True)
class Shot:
    """What is different about one picture.

    Attributes:
        lens: Another camera's, or None for the street's.
        motion: How the car moves, or None where it stands.
        dice: The random numbers of this picture's light and sensor.
    """

    lens: Lens | None = None
    motion: Motion | None = None
    dice: Dice | None = None


PLAIN = Shot()
"""As the street's own camera takes it, of a car that stands."""


def draw_shot(dice: Dice, spread: Spread) -> tuple[Shot, Mount | None]:
    """Draws what is different about a picture.

    Args:
        dice: The picture's random numbers.
        spread: How far the street's own camera may be tilted.

    Returns:
        The shot, and how another camera is held; None for the street's own.
    """
    lens = mount = motion = None
    if (rng := dice.of("camera")) is not None:
        lens, mount = _other_camera(dice.variety.camera, spread, rng)
    if (rng := dice.of("movement")) is not None:
        motion = _movement(dice.variety.movement, rng)
    return Shot(lens, motion, dice), mount


def lens_of(fov: float, fisheye: float, aspect: float) -> Lens:
    """A lens between a pinhole and a fisheye.

    A ray at the angle ``theta`` to the axis meets the picture at ``tan(a * theta) / a`` from its
    middle, with ``a = 1 - fisheye``: that of a pinhole for 0, and ``theta`` for 1. The polynomial
    of ``Lens`` is made to agree with it at the edge and between edge and middle.

    Args:
        fov: Degrees from the left edge to the right.
        fisheye: 0..1; wide lenses are some fisheye at least.
        aspect: Horizontal to vertical field of view.
    """
    least = (fov - STRAIGHT) / (170 - STRAIGHT)
    a = max(1 - min(max(fisheye, least), 1), 1e-3)
    edge = math.radians(fov) / 2
    half_width = math.tan(a * edge) / a
    at_edge = math.tan(edge) / half_width - 1
    theta = math.atan(a * BETWEEN * half_width) / a
    inside = math.tan(theta) / (BETWEEN * half_width) - 1
    k2 = min(max((BETWEEN**2 * at_edge - inside) / (BETWEEN**2 - BETWEEN**4), 0), at_edge)
    return Lens(math.degrees(2 * math.atan(half_width)), at_edge - k2, k2, aspect)


def _other_camera(
    camera: OtherCamera, spread: Spread, rng: np.random.Generator
) -> tuple[Lens, Mount]:
    lens = lens_of(
        between(camera.fov, rng), between(camera.fisheye, rng), between(camera.aspect, rng)
    )
    low, high = camera.height
    height = low * (high / low) ** (rng.random() ** LOW)
    # Held so that the horizon is near the upper edge, as it is where the street is looked at.
    _, v = rays(lens, np.zeros(1), np.array([between(HORIZON, rng)]))[0, 0]
    angle = min(max(90 - math.degrees(math.atan(v)), camera.angle[0]), camera.angle[1])
    roll = (2 * rng.random() - 1) * (spread.roll + ROLL)
    return lens, Mount(height, angle, roll)


def _movement(movement: Movement, rng: np.random.Generator) -> Motion:
    return Motion(
        between(movement.speed, rng),
        math.radians(between(movement.turn, rng)) * float(rng.choice((-1, 1))),
        between(movement.shutter, rng) / 1000,
        between(movement.readout, rng) / 1000,
    )
