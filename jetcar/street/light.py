"""Shadows and sun on the ground, and what a glossy ground reflects of the room."""

from __future__ import annotations

import math

import cv2
import numpy as np

from jetcar.settings.variety import Light
from jetcar.street.camera import Lens, Matrix, Mount, centers, rays
from jetcar.street.grid import Pixels
from jetcar.street.photo import Field
from jetcar.street.room import SCALE, Compass, Room, Shares, compass
from jetcar.street.variety import between

COARSE = 4
"""Pixels of a map to one of the raster that shadows are drawn on."""

SUN = 1.45
"""Light on a patch of sun, where 1 is that of the room."""

MIRRORS = 10
"""Factor of the gloss above which a place mirrors walls as well as any other."""

NEUTRAL = 128
"""The value of a multiplier that changes nothing."""

SOFT = 4
"""Pixels of a picture to one of the field that its glare is computed on."""

HAZE = math.radians(8)
"""The same of the walls, which even a dull ground mirrors where it is looked at flatly enough."""

SHINE = math.radians(18)
"""Reflections fade by this angle below the horizon: a flat look at the ground shines most."""


def cast_light(shape: tuple[int, int], mm: float, light: Light, rng: np.random.Generator) -> Pixels:
    """A multiplier for a whole map, with shadows of furniture and people and patches of sun.

    Args:
        shape: Rows and columns of the map's picture.
        mm: Side of its pixels in mm.
        light: How dark shadows are.
        rng: Draws what stands in the light.

    Returns:
        ``NEUTRAL`` where nothing changes, shape ``(rows / COARSE, columns / COARSE)``.
    """
    rows, columns = shape[0] // COARSE, shape[1] // COARSE
    field = np.full((rows, columns), NEUTRAL, np.uint8)
    unit = 1 / (mm * COARSE)
    sun = rng.uniform(0, 2 * math.pi)
    if rng.random() < 0.5:  # panes of a window, one beside the other
        pane = rng.uniform(250, 700, 2) * unit
        across = np.array([math.cos(sun), math.sin(sun)])
        corner = rng.uniform(0, 1, 2) * (columns, rows)
        level = NEUTRAL * rng.uniform(1.1, SUN)
        slant = rng.uniform(-0.5, 0.5)
        for i in range(rng.integers(1, 4)):
            for j in range(rng.integers(1, 3)):
                _quad(field, corner + across * (i * pane[0] * 1.1), across, pane, slant, level, j)
    for _ in range(rng.integers(2, 7)):
        level = NEUTRAL * between(light.shadow, rng)
        start = rng.uniform(-0.1, 1.1, 2) * (columns, rows)
        angle = sun + rng.normal(0, 0.1)
        along = np.array([math.cos(angle), math.sin(angle)])
        size = rng.uniform(30, 400) * unit, rng.uniform(300, 2500) * unit
        _quad(field, start, along[::-1] * (1, -1), size, 0.0, level, 0)
    sharp = rng.uniform(6, 60) * unit
    return cv2.GaussianBlur(field, (0, 0), max(sharp, 0.4))  # type: ignore[return-value]


def _quad(
    field: Pixels,
    corner: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    across: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    size: tuple[float, float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    slant: float,
    level: float,
    row: int,
) -> None:
    down = np.array([-across[1], across[0]]) + slant * across
    corner = corner + down * (row * size[1] * 1.1)
    points = [corner, corner + across * size[0]]
    points += [points[1] + down * size[1], corner + down * size[1]]
    cv2.fillPoly(field, [np.rint(points).astype(np.int32)], (level,))


def light_up(
    image: Pixels,
    gloss: Pixels,
    light: Light,
    room: Room,
    lens: Lens,
    mount: Mount,
    heading: Matrix,
    rng: np.random.Generator,
) -> Pixels:
    """A picture with a shadow that goes with the camera, and with the room's reflection.

    Args:
        image: RGB, shape ``(size, size, 3)``.
        gloss: How much of the room each pixel mirrors, 255 for all, shape ``(size, size)``.
        light: How dark and how bright.
        room: What is reflected.
        lens: The camera's.
        mount: How it is held.
        heading: Where it looks when each row is read, in radians, shape ``(size,)``.
        rng: Draws which of the two there is, and how much.
    """
    kind = rng.random()
    glare = None
    looks = _looks(len(image), lens, mount)
    if kind < 0.7:
        glare = _glare(looks, len(image), room, heading, between(light.glare, rng), rng)
    if kind > 0.5:
        field = _near_shadow(len(image), between(light.shadow, rng), rng)
        image = cv2.multiply(image, cv2.merge([field] * 3), scale=1 / NEUTRAL)  # type: ignore[assignment]
    if glare is not None:  # a shadow on the ground takes no light from what is mirrored in it
        cv2.multiply(glare, cv2.merge([gloss] * 3), glare, scale=1 / 255)
        image = cv2.add(image, glare)  # type: ignore[assignment]
    if haze := between(light.haze, rng):
        # Nothing but what stands there is so dull that it mirrors no wall.
        dull = cv2.convertScaleAbs(gloss, alpha=MIRRORS)
        pale = cv2.multiply(
            _haze(looks, len(image), haze * room.pale), cv2.merge([dull] * 3), scale=1 / 255
        )
        image = cv2.add(image, pale)  # type: ignore[assignment]
    return image


def _looks(size: int, lens: Lens, mount: Mount) -> Compass:
    small = max(8, size // SOFT)
    return compass(rays(lens, centers(small), centers(small)), mount.angle, below=True)


def _haze(looks: Compass, size: int, color: Shares) -> Pixels:
    """The walls, mirrored in the ground: most at the horizon, RGB."""
    fade = np.where(looks.up < 0, np.exp(looks.up / np.float32(HAZE * SCALE)), 0)
    soft = np.clip(fade[:, :, None] * color, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR))


def _glare(
    looks: Compass,
    size: int,
    room: Room,
    heading: Matrix,
    level: float,
    rng: np.random.Generator,
) -> Pixels:
    """The room's brightest things, mirrored in the ground."""
    rows = np.linspace(0, size - 1, len(looks.up)).round().astype(int)
    turned = (heading[rows, None] * SCALE + room.gloss.shape[1] / 2).astype(np.float32)
    seen = cv2.remap(
        room.gloss,
        looks.across + turned,
        np.abs(looks.up),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    fade = np.exp(looks.up / np.float32(SHINE * SCALE) * np.float32(rng.uniform(0.2, 1)))
    share: Field = np.where(looks.up < 0, fade, 0).astype(np.float32)[:, :, None]
    tint = np.array([1, 1, 1], np.float32) + rng.normal(0, 0.06, 3).astype(np.float32)
    soft = np.clip(seen[:, :, None] * share * tint * level, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR))


def _near_shadow(size: int, share: float, rng: np.random.Generator) -> Pixels:
    """The shadow of the car itself, from below, or of somebody beside it."""
    small = size // 2
    field = np.full((small, small), NEUTRAL, np.uint8)
    if rng.random() < 0.5:
        left, right = np.sort(rng.uniform(-0.3, 1.3, 2))
        top = rng.uniform(0.45, 0.95)
        corners = [(left, 1.1), (left + rng.normal(0, 0.1), top), (right, top), (right, 1.1)]
    else:
        x, width = rng.uniform(-0.2, 1.2), rng.uniform(0.08, 0.45)
        lean = rng.normal(0, 0.5)
        top = rng.uniform(0, 0.5)
        corners = [(x, 1.1), (x + lean, top), (x + lean + width * 0.7, top), (x + width, 1.1)]
    points = np.rint(np.array(corners) * small).astype(np.int32)
    cv2.fillPoly(field, [points], (NEUTRAL * share,))
    soft = cv2.GaussianBlur(field, (0, 0), rng.uniform(0.6, 7) * size / 224)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]
