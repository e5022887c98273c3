"""What a cheap camera makes of the light: blur, washed-out colours, dark corners, spots, noise."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.street import Street
from jetcar.street.grid import Pixels

MIDDLE = 127.0
"""The level of a print that the camera shows as its ``offset``."""

VIGNETTE = (0.02, 0.2)
"""Share of the light that the corners lose."""

BLUR = (0.35, 0.85)
"""Standard deviation of the lens's blur in pixels, for a picture of 224."""

SPOT_SIZE = (0.1, 0.38)
"""Half of a light spot's width and of its height, as a share of the picture."""

SPOT_LIGHT = (20.0, 95.0)
"""Levels that a light spot adds in its middle."""

Field = npt.NDArray[np.float32]


def develop(image: Pixels, settings: Street, rng: np.random.Generator) -> Pixels:
    """Turns what comes in through the lens into the picture that the camera gives.

    Args:
        image: Colours of the scene, RGB, shape ``(size, size, 3)``.
        settings: The camera's response and how far it spreads.
        rng: Draws this picture's light, blur and noise.
    """
    size = len(image)
    camera, spread = settings.camera, settings.spread
    both = 2 * rng.random(8) - 1
    sigma = rng.uniform(*BLUR) * size / 224
    image = cv2.GaussianBlur(image, (0, 0), sigma)  # type: ignore[assignment]

    # One exposure for all channels, and a little white balance.
    gain = np.array(camera.gain) * (1 + spread.gain * (0.8 * both[0] + 0.2 * both[1:4]))
    offset = np.array(camera.offset) + spread.offset * (0.8 * both[4] + 0.2 * both[5:8])
    levels = (np.arange(256)[:, None] - MIDDLE) * gain + offset
    picture = cv2.LUT(image, levels.astype(np.float32)[None])
    cv2.multiply(picture, 1 - np.float32(rng.uniform(*VIGNETTE)) * corners(size), picture)
    if rng.random() < spread.spots:
        cv2.add(picture, cv2.merge([_spot(size, rng)] * 3), picture)
    noise = noise_part(size, rng)
    level = spread.noise * rng.uniform(0.3, 1)
    return cv2.addWeighted(picture, 1, noise, level, 0, dtype=cv2.CV_8U)  # type: ignore[return-value]


@cache
def corners(size: int) -> Field:
    """Squared distance from the middle: 0 there, 1 in the corners, shape ``(size, size, 3)``."""
    x = np.linspace(-1, 1, size, dtype=np.float32) ** 2
    square: Field = np.repeat((x[:, None, None] + x[None, :, None]) / 2, 3, axis=2)
    return square


def _spot(size: int, rng: np.random.Generator) -> Field:
    """A soft reflection, more often in the lower part, shape ``(size, size)``."""
    x, y = rng.uniform(0, 1), rng.uniform(0.2, 1)
    width, height = rng.uniform(*SPOT_SIZE, 2)
    place = (np.arange(size, dtype=np.float32) + 0.5) / size
    across = np.exp(-1.5 * ((place - x) / width) ** 2)
    down = np.exp(-1.5 * ((place - y) / height) ** 2)
    spot: Field = (rng.uniform(*SPOT_LIGHT) * np.outer(down, across)).astype(np.float32)
    return spot


def noise_part(size: int, rng: np.random.Generator) -> Field:
    """Noise of standard deviation 1 for one picture, shape ``(size, size, 3)``."""
    y, x = rng.integers(_noise_room(size), size=2)
    return _noise(size)[y : y + size, x : x + size]


def _noise_room(size: int) -> int:
    return size // 2


@cache
def _noise(size: int) -> Field:
    """Noise of standard deviation 1, larger than a picture: each takes a part of it.

    Brightness is noisier than colour, and colour noise has larger grains, as after the camera's
    own processing.
    """
    side = size + _noise_room(size)
    rng = np.random.default_rng(0)
    light = cv2.GaussianBlur(rng.standard_normal((side, side), np.float32), (0, 0), 0.5)
    color = cv2.GaussianBlur(rng.standard_normal((side, side, 3), np.float32), (0, 0), 1.2)
    noise = light[:, :, None] / light.std() * 0.85 + color / color.std() * 0.5
    field: Field = noise.astype(np.float32)
    return field
