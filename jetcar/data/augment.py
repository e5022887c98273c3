"""What training may change in a picture: tilt, zoom, light, noise; never left and right.

Every picture's parameters are drawn from the seed, the epoch and the picture's number alone, so
neither the worker that loads it nor what was loaded before has a say. They are applied to one
picture with OpenCV (``augment_pair``), or to a batch on its device (``batch_changes``).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED
from jetcar.data.pictures import Pixels
from jetcar.settings.augment import zoom_range
from jetcar.settings.schema import Augment

MIDDLE = 127.5
"""The grey that a change of contrast leaves as it is."""

NOISE_VALUES = 1 << 20
"""Length of the table of noise that pictures take their noise from, each at a place of its own."""

SPOT_RADIUS = (0.05, 0.25)
"""Standard deviation of a spot's brightness, as a share of the picture's shorter side."""

SPOT_LIGHT = (60.0, 200.0)
"""Levels that a spot adds in its middle."""

ANGLE, ZOOM, GAIN, BIAS, SIGMA, NOISE_AT, SPOT_X, SPOT_Y, SPOT_SIZE, SPOT_LEVEL = range(10)
MOVE_X, MOVE_Y = 10, 11
"""Columns of the parameters: see ``draw``."""

OUTSIDES = {
    "black": cv2.BORDER_CONSTANT,
    "edge": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
}
"""What a picture shows where something turns in from outside, and OpenCV's word for it."""


@dataclass(frozen=True)
class AugmentRange:
    """How far each change goes; 0 switches it off.

    Attributes:
        tilt: Degrees to either side.
        zoom: Smallest and largest factor.
        shift: How far the zoomed picture moves: 0 keeps its middle, 1 goes up to its edge.
        outside: What is seen beyond the edge, see ``OUTSIDES``.
        brightness: Added or taken away, as a share of full white.
        contrast: Gain up or down by this share.
        noise: Largest standard deviation, as a share of full white.
        spot: Share of the pictures that get a spot of light.
    """

    tilt: float = 0
    zoom: tuple[float, float] = (1, 1)
    shift: float = 0
    outside: str = "black"
    brightness: float = 0
    contrast: float = 0
    noise: float = 0
    spot: float = 0

    @classmethod
    def of(cls, settings: Augment) -> AugmentRange:
        """The ranges among the settings ``augment``."""
        values = {one.name: getattr(settings, one.name) for one in fields(cls)}
        return cls(**{**values, "zoom": zoom_range(settings.zoom)})

    @property
    def is_off(self) -> bool:
        """Whether nothing is changed at all."""
        others = (self.tilt, self.brightness, self.contrast, self.noise, self.spot)
        return not any(others) and self.zoom == (1, 1)


def draw(
    ranges: AugmentRange, seed: int, epoch: int, n_pictures: int, repeat: int = 0
) -> npt.NDArray[np.float32]:
    """Draws the parameters of every picture for one epoch.

    Args:
        ranges: How far each change goes.
        seed: The run's seed.
        epoch: Number of the epoch; each has other parameters.
        n_pictures: Pictures in the set; picture i gets row i, whatever their number.
        repeat: How often a picture has come before in this epoch; each time it has others.

    Returns:
        Shape ``(n_pictures, 12)``, float32: angle in radians, zoom, gain and bias in levels,
        standard deviation of the noise in levels and its place in the noise table (0..1), the
        spot: x and y (0..1 of width and height), size (of the shorter side), levels added; and
        how far the picture moves to the right and down, in halves of its width and height.
    """
    # Up to four numbers, a zero at the end changes nothing: runs of former versions go on.
    u = np.random.default_rng([seed, epoch, 1, repeat]).random((n_pictures, 10), dtype=np.float32)
    both = 2 * u - 1  # -1..1
    p = np.empty((n_pictures, 12), np.float32)
    p[:, ANGLE] = np.deg2rad(ranges.tilt) * both[:, ANGLE]
    smallest, largest = ranges.zoom
    p[:, ZOOM] = smallest + (largest - smallest) * u[:, ZOOM]
    p[:, GAIN] = 1 + ranges.contrast * both[:, GAIN]
    p[:, BIAS] = MIDDLE * (1 - p[:, GAIN]) + 255 * ranges.brightness * both[:, BIAS]
    p[:, SIGMA] = 255 * ranges.noise * u[:, SIGMA]
    p[:, NOISE_AT] = u[:, NOISE_AT]
    p[:, SPOT_X], p[:, SPOT_Y] = u[:, SPOT_X], u[:, SPOT_Y]
    p[:, SPOT_SIZE] = SPOT_RADIUS[0] + (SPOT_RADIUS[1] - SPOT_RADIUS[0]) * u[:, SPOT_SIZE]
    # One draw decides both whether there is a spot and, stretched again to 0..1, how bright it is.
    share = u[:, SPOT_LEVEL] / ranges.spot if ranges.spot else np.ones(n_pictures, np.float32)
    light = SPOT_LIGHT[0] + (SPOT_LIGHT[1] - SPOT_LIGHT[0]) * share
    p[:, SPOT_LEVEL] = np.where(share < 1, light, 0)
    # So far that a larger picture still fills the frame, and a smaller one still is in it.
    far = np.random.default_rng([seed, epoch, 3, repeat]).random((n_pictures, 2), dtype=np.float32)
    p[:, MOVE_X:] = ranges.shift * (2 * far - 1) * np.abs(p[:, ZOOM, None] - 1)
    return p


def augment_pair(
    image: Pixels, mask: Pixels, parameters: npt.NDArray[np.float32], outside: str = "black"
) -> tuple[Pixels, Pixels]:
    """Applies one row of ``draw`` to a picture.

    Args:
        image: RGB, shape ``(H, W, 3)``, uint8.
        mask: Codes, shape ``(H, W)``, uint8.
        parameters: Shape ``(12,)``.
        outside: What the image shows where something turns in from outside, see ``OUTSIDES``.

    Returns:
        New image and mask of the same shapes. What turns in from outside is ``IGNORED`` in the
        mask.
    """
    p = [float(value) for value in parameters]
    height, width = mask.shape
    if p[ANGLE] or p[ZOOM] != 1:
        middle = ((width - 1) / 2, (height - 1) / 2)
        turn = cv2.getRotationMatrix2D(middle, np.rad2deg(p[ANGLE]), p[ZOOM])
        turn[:, 2] += p[MOVE_X] * width / 2, p[MOVE_Y] * height / 2
        size = (width, height)
        image = cv2.warpAffine(  # type: ignore[assignment]
            image, turn, size, flags=cv2.INTER_LINEAR, borderMode=OUTSIDES[outside]
        )
        mask = cv2.warpAffine(  # type: ignore[assignment]
            mask, turn, size, flags=cv2.INTER_NEAREST, borderValue=(IGNORED,)
        )
    if p[GAIN] != 1 or p[BIAS] or p[SIGMA]:
        table = noise_table()
        start = int(p[NOISE_AT] * max(0, len(table) - image.size))
        noise = np.resize(table[start : start + image.size], image.shape)
        image = cv2.addWeighted(  # type: ignore[assignment]
            image.astype(np.float32), p[GAIN], noise, p[SIGMA], p[BIAS], dtype=cv2.CV_8U
        )
    if p[SPOT_LEVEL]:
        size_in_pixels = p[SPOT_SIZE] * min(height, width)
        across = _bell(width, p[SPOT_X], size_in_pixels)
        down = _bell(height, p[SPOT_Y], size_in_pixels)
        light = np.rint(p[SPOT_LEVEL] * np.outer(down, across)).astype(np.uint8)
        image = cv2.add(image, cv2.merge([light, light, light]))  # type: ignore[assignment]
    return image, mask


def _bell(length: int, center: float, size: float) -> npt.NDArray[np.float32]:
    place = np.arange(length, dtype=np.float32) - center * length
    bell: npt.NDArray[np.float32] = np.exp(-0.5 * np.square(place / size))
    return bell


@cache
def noise_table() -> npt.NDArray[np.float32]:
    """``NOISE_VALUES`` values of standard normal noise, the same in every process."""
    return np.random.default_rng(0).standard_normal(NOISE_VALUES, dtype=np.float32)
