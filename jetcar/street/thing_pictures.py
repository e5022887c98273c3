"""Pictures of what stands on a street, drawn from random numbers.

They hold RGB times coverage, and the coverage, 0..255, shape ``(h, w, 4)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.grid import Pixels

Color = tuple[float, float, float]

FRACTION = 4
"""OpenCV draws to 1/16 of a pixel."""

BRIGHT: tuple[Color, ...] = (
    *((214, 60, 40), (236, 110, 30), (240, 196, 40), (30, 90, 190), (40, 140, 70)),
    *((235, 235, 230), (70, 70, 75), (150, 110, 70)),
)
"""Paints and plastics."""

WHITE: Color = (242, 242, 238)
DARK: Color = (38, 38, 42)
RED: Color = (205, 40, 40)
GREY: Color = (150, 152, 155)


def any_of(colors: Sequence[Color], rng: np.random.Generator) -> Color:
    """One of them, a little lighter or darker, and a little off."""
    chosen = np.array(colors[int(rng.integers(len(colors)))]) * rng.uniform(0.7, 1.1)
    red, green, blue = np.clip(chosen + rng.normal(0, 6, 3), 0, 255)
    return float(red), float(green), float(blue)


def clear(width: int, height: int) -> Pixels:
    """A picture of nothing."""
    return np.zeros((height, width, 4), np.uint8)


def polygon(picture: Pixels, points: npt.ArrayLike, color: Color) -> None:
    """Fills a polygon, its points as shares of width and height from the upper left corner."""
    size = np.array([picture.shape[1], picture.shape[0]])
    at = np.rint((np.asarray(points) * size - 0.5) * (1 << FRACTION)).astype(np.int32)
    cv2.fillPoly(picture, [at], (*color, 255), cv2.LINE_AA, FRACTION)


def ellipse(picture: Pixels, x: float, y: float, across: float, down: float, color: Color) -> None:
    """Fills an ellipse; middle and half axes as shares of width and height."""
    way = np.linspace(0, 2 * math.pi, 33)[:-1]
    polygon(picture, np.column_stack([x + across * np.cos(way), y + down * np.sin(way)]), color)


def shaded(picture: Pixels, rng: np.random.Generator, depth: float = 0.4) -> Pixels:
    """Light from one side, as on something round."""
    across = np.linspace(-1, 1, picture.shape[1])
    light = 1 - depth * np.clip(across * rng.choice([-1, 1]), 0, 1) ** 2 - 0.15 * across**2
    picture[:, :, :3] = (picture[:, :, :3] * light[None, :, None]).astype(np.uint8)
    return picture


def cone(rng: np.random.Generator) -> Pixels:
    """A traffic cone, or one of a toy box, with a band or two."""
    picture = clear(64, 96)
    color = any_of(BRIGHT[:3], rng)
    top, foot = rng.uniform(0.03, 0.1), rng.uniform(0.3, 0.42)
    polygon(
        picture, [(0.5 - top, 0), (0.5 + top, 0), (0.5 + foot, 0.93), (0.5 - foot, 0.93)], color
    )
    for middle in rng.choice([0.35, 0.6], rng.integers(0, 3), replace=False):
        low, high = middle - 0.08, middle + 0.08
        sides = [top + (foot - top) * at / 0.93 for at in (low, high)]
        polygon(
            picture,
            [
                *((0.5 - sides[0], low), (0.5 + sides[0], low)),
                *((0.5 + sides[1], high), (0.5 - sides[1], high)),
            ],
            WHITE,
        )
    polygon(picture, [(0.02, 0.92), (0.98, 0.92), (1, 1), (0, 1)], color)
    return shaded(picture, rng)


def lump(rng: np.random.Generator) -> Pixels:
    """Something with facets: a stone, a toy, a crumpled bag."""
    picture = clear(80, 80)
    color = np.array(any_of(BRIGHT, rng))
    way = np.sort(rng.uniform(0, 2 * math.pi, rng.integers(6, 12)))
    reach = rng.uniform(0.36, 0.5, len(way))
    outline = np.column_stack([0.5 + reach * np.cos(way), 0.5 + reach * np.sin(way)])
    outline[:, 1] = np.minimum(outline[:, 1] + 0.06, 0.99)
    middle = rng.uniform(0.35, 0.65, 2)
    polygon(picture, outline, tuple(color * 0.8))
    for one, other in zip(outline, np.roll(outline, -1, 0), strict=True):
        polygon(picture, [middle, one, other], tuple(color * rng.uniform(0.55, 1)))
    return picture


def sign(rng: np.random.Generator) -> Pixels:
    """A traffic sign on a post with a foot."""
    picture = clear(80, 200)
    post = any_of((GREY, WHITE, DARK), rng)
    half, plate = rng.uniform(0.025, 0.06), rng.uniform(0.3, 0.5)
    polygon(
        picture,
        [(0.5 - half, 0.2), (0.5 + half, 0.2), (0.5 + half, 0.97), (0.5 - half, 0.97)],
        post,
    )
    ellipse(picture, 0.5, 0.965, rng.uniform(0.2, 0.45), 0.032, post)
    shaded(picture, rng)
    down = plate * 0.4  # the picture is 2.5 times as high as wide
    sides = int(rng.choice([3, 4, 8, 30]))
    turn = math.pi / 2 if sides == 3 else math.pi / sides
    way = np.arange(sides) * 2 * math.pi / sides + turn * rng.choice([1, -1])
    for share, color in (
        (1.0, RED),
        (0.8, any_of((WHITE, RED, (30, 80, 190), (240, 200, 40)), rng)),
    ):
        shape = [
            (0.5 + share * plate * math.cos(a), down + 0.005 + share * down * math.sin(a))
            for a in way
        ]
        polygon(picture, shape, color)
    ink = any_of((DARK, WHITE), rng)
    x, y = rng.uniform(0.05, 0.2, 2) * plate / 0.4
    polygon(
        picture,
        [
            (0.5 - x, down - y * 0.4),
            (0.5 + x, down - y * 0.4),
            (0.5 + x, down + y * 0.4),
            (0.5 - x, down + y * 0.4),
        ],
        ink,
    )
    return picture


def lights(rng: np.random.Generator) -> Pixels:
    """A traffic light on a post."""
    picture = clear(60, 200)
    post, case = any_of((GREY, DARK, WHITE), rng), any_of((DARK, (30, 60, 45), (210, 180, 40)), rng)
    half = rng.uniform(0.05, 0.12)
    polygon(
        picture,
        [(0.5 - half, 0.4), (0.5 + half, 0.4), (0.5 + half, 0.98), (0.5 - half, 0.98)],
        post,
    )
    ellipse(picture, 0.5, 0.96, rng.uniform(0.3, 0.5), 0.035, post)
    polygon(picture, [(0.15, 0), (0.85, 0), (0.85, 0.45), (0.15, 0.45)], case)
    shaded(picture, rng)
    lit = rng.integers(3)
    for number, color in enumerate(((230, 40, 40), (240, 180, 40), (50, 200, 90))):
        strength = 1 if number == lit else 0.3
        red, green, blue = (strength * value for value in color)
        ellipse(picture, 0.5, 0.08 + 0.145 * number, 0.22, 0.066, (red, green, blue))
    return picture


def leg(rng: np.random.Generator, cloth: Color, shoe: Color) -> Pixels:
    """The lower end of a trouser leg in a shoe, which points to one side or ahead."""
    picture = clear(110, 200)
    side = float(rng.choice([-1, 0, 1])) * rng.uniform(0.1, 0.3)
    top, cuff = rng.uniform(0.2, 0.3), rng.uniform(0.13, 0.24)
    polygon(
        picture, [(0.5 - top, 0), (0.5 + top, 0), (0.5 + cuff, 0.88), (0.5 - cuff, 0.88)], cloth
    )
    for _ in range(rng.integers(1, 4)):  # folds
        x = rng.uniform(-0.15, 0.15)
        red, green, blue = (0.8 * value for value in cloth)
        polygon(picture, [(0.5 + x, 0), (0.53 + x, 0), (0.51 + x / 2, 0.85)], (red, green, blue))
    toe = 0.5 + side
    ellipse(picture, (0.5 + toe) / 2, 0.9, 0.16 + abs(side) / 2, 0.07, shoe)
    ellipse(picture, toe, 0.935, 0.15, 0.045, shoe)
    left, right = min(0.36, toe - 0.14), max(0.64, toe + 0.14)
    sole = any_of((WHITE, DARK, (170, 120, 80)), rng)
    polygon(picture, [(left, 0.96), (right, 0.96), (right - 0.02, 1), (left + 0.02, 1)], sole)
    return shaded(picture, rng, 0.25)


def pole(rng: np.random.Generator) -> Pixels:
    """The leg of a chair or a table, or a post."""
    picture = clear(8, 64)
    polygon(picture, [(0, 0), (1, 0), (1, 1), (0, 1)], any_of((GREY, DARK, WHITE, BRIGHT[-1]), rng))
    return shaded(picture, rng, 0.6)


def face(color: Color, light: float, rng: np.random.Generator) -> Pixels:
    """One side of a box, with tape, a label or lines of print on it."""
    picture = np.empty((64, 64, 4), np.uint8)
    picture[:, :, :3] = np.clip(np.array(color) * light, 0, 255)
    picture[:, :, 3] = 255
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform(0, 0.7, 2)
        width, height = rng.uniform(0.1, 0.6), rng.uniform(0.03, 0.25)
        red, green, blue = (light * value for value in any_of((*BRIGHT, WHITE, DARK), rng))
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        polygon(picture, np.minimum(corners, 0.97), (red, green, blue))
    return picture


def plain(color: Color, light: float) -> Pixels:
    """A side of one colour."""
    picture = np.full((8, 8, 4), 255, np.uint8)
    picture[:, :, :3] = np.clip(np.array(color) * light, 0, 255)
    return picture


def wheel(rng: np.random.Generator) -> Pixels:
    """A tyre with its rim."""
    picture = clear(48, 48)
    ellipse(picture, 0.5, 0.5, 0.49, 0.49, (30, 30, 32))
    ellipse(picture, 0.5, 0.5, 0.27, 0.27, any_of((GREY, DARK, (200, 160, 40)), rng))
    ellipse(picture, 0.5, 0.5, 0.08, 0.08, (60, 60, 62))
    return picture


def cable(rng: np.random.Generator, mm: float) -> Pixels:
    """A cable that lies in bends, seen from above; ``mm`` is the side of a pixel."""
    picture = clear(320, 160)
    way = np.linspace(0, 1, 60)
    y = 0.5 + 0.08 * np.cumsum(rng.normal(0, 1, 6)) @ _bumps(way)
    points = np.column_stack([way * 320, np.clip(y, 0.05, 0.95) * 160])
    thickness = max(1, round(rng.uniform(5, 10) / mm))
    color = any_of((DARK, GREY, WHITE, BRIGHT[3]), rng)
    at = np.rint(points * (1 << FRACTION)).astype(np.int32)
    cv2.polylines(picture, [at], False, (*color, 255), thickness, cv2.LINE_AA, FRACTION)
    return picture


def _bumps(way: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Six smooth bumps along a way from 0 to 1, shape ``(6, N)``; their sum is 1."""
    bumps = np.exp(-(((way[None] - np.linspace(0, 1, 6)[:, None]) / 0.15) ** 2))
    smooth: npt.NDArray[np.float64] = bumps / bumps.sum(0)
    return smooth


def shadow(strength: float) -> Pixels:
    """A soft dark spot; ``strength`` is the share of the light that its middle takes."""
    way = np.linspace(-1, 1, 32)
    dark = np.clip(1 - np.hypot(way[None], way[:, None]), 0, 1)
    picture = clear(32, 32)
    picture[:, :, 3] = 255 * strength * np.minimum(1, 1.8 * dark)
    return picture
