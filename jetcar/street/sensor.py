"""Another camera's sensor: focus, exposure, white balance, shading, noise and its JPEG."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import simplejpeg

from jetcar.settings.variety import Sensor
from jetcar.street.grid import Pixels
from jetcar.street.photo import MIDDLE, Field, corners, noise_part
from jetcar.street.variety import between

SHARPENED = 0.4
"""Share of the cameras that sharpen what they give."""

GAMMA = (0.75, 1.3)
"""Exponent of the response; below 1 dark places are brighter."""


def develop_other(image: Pixels, sensor: Sensor, rng: np.random.Generator) -> Pixels:
    """What another sensor makes of the light; where things are in the picture stays the same.

    Args:
        image: Colours of the scene, RGB, shape ``(size, size, 3)``.
        sensor: Ranges of what it does.
        rng: Draws this picture's.
    """
    size = len(image)
    sigma = between(sensor.focus, rng) * size / 224
    image = cv2.GaussianBlur(image, (0, 0), max(sigma, 0.1))  # type: ignore[assignment]
    if rng.random() < SHARPENED:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        strength = rng.uniform(0.3, 1.2)
        image = cv2.addWeighted(image, 1 + strength, soft, -strength, 0)  # type: ignore[assignment]

    tint = between(sensor.tint, rng) * rng.uniform(-1, 1, 3)
    gain = between(sensor.contrast, rng) * (1 + tint)
    offset = between(sensor.brightness, rng) * (1 + tint)
    curve = 255 * np.linspace(0, 1, 256) ** rng.uniform(*GAMMA)
    levels = (curve[:, None] - MIDDLE) * gain + offset
    picture = cv2.LUT(image, np.maximum(levels, 0).astype(np.float32)[None])
    # Corners lose light, and not the same of each colour; across the picture it slopes a little.
    loss = between(sensor.shading, rng) * (0.5 + 0.5 * rng.random(3))
    slope = 0.5 * loss.mean() * rng.uniform(-1, 1, (2, 3))
    shade = 1 - loss.astype(np.float32) * corners(size)
    shade += _ramp(size) * slope[0].astype(np.float32)
    shade += _ramp(size).transpose(1, 0, 2) * slope[1].astype(np.float32)
    cv2.multiply(picture, shade, picture)
    noise = noise_part(size, rng)
    level = between(sensor.noise, rng)
    done = cv2.addWeighted(picture, 1, noise, level, 0, dtype=cv2.CV_8U)
    quality = round(between(sensor.quality, rng))
    jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(done), quality, "RGB", "420")
    decoded: Pixels = simplejpeg.decode_jpeg(jpeg, "RGB")
    return decoded


@lru_cache(maxsize=2)
def _ramp(size: int) -> Field:
    """From -1 on the left to 1 on the right, shape ``(1, size, 1)``."""
    ramp: Field = np.linspace(-1, 1, size, dtype=np.float32)[None, :, None]
    return ramp
