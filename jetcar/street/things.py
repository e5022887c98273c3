"""What stands on the street and beside it: cones, signs, cars, boxes, people's legs, cables, walls.

Each thing has a place on the ground in mm ahead of the camera and to its left. It hides what lies
behind it in the picture and, to the pixel, in the mask.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from jetcar.street import thing_pictures as draw
from jetcar.street.panels import Panel
from jetcar.street.standing import Standing

MOST = 5
"""Things in a picture."""

AHEAD = (150.0, 1700.0)
"""Mm between the camera and a thing."""

TRIES = 8
"""Places that are drawn for a thing that is to be beside the street, or apart from others."""

CHANCES = {
    "box": 0.16,
    "cone": 0.13,
    "lump": 0.09,
    "car": 0.19,
    "sign": 0.14,
    "lights": 0.06,
    "legs": 0.1,
    "pole": 0.06,
    "wall": 0.04,
    "cable": 0.03,
}
"""How often a thing is one of these."""

BESIDE = ("sign", "lights", "legs", "pole", "wall")
"""Kinds that mostly stand beside the street, which the others do only by chance."""

ON_STREET = 0.25
"""Share of those that stand on it all the same."""

CLASSES = {
    "box": "obstacle",
    "cone": "cone",
    "lump": "obstacle",
    "car": "car",
    "sign": "sign",
    "lights": "lights",
    "legs": "person",
    "pole": "obstacle",
    "wall": "obstacle",
    "cable": "obstacle",
}
"""Class of each kind, in a table that has one for it."""

IsStreet = Callable[[float, float], bool]
"""Whether a place, in mm ahead of the camera and to its left, is on the street."""


def draw_things(
    codes: dict[str, int], height: float, is_street: IsStreet, rng: np.random.Generator
) -> tuple[Panel, ...]:
    """Draws what stands in one picture: panels, the farthest first.

    Args:
        codes: Code of each class of ``CLASSES``.
        height: Of the camera in mm.
        is_street: Where the street is.
        rng: Draws everything.
    """
    standing: list[Standing] = []
    for _ in range(rng.integers(1, MOST + 1)):
        kind = str(rng.choice(list(CHANCES), p=list(CHANCES.values())))
        thing = Standing(codes[CLASSES[kind]], 0, 0, 0, height)
        if _is_placed(thing, kind, standing, is_street, rng):
            BUILDERS[kind](thing, rng)
            standing.append(thing)
    standing.sort(key=lambda one: -math.hypot(one.x, one.y))
    lying = [panel for one in standing for panel in one.lying]
    return (*lying, *(panel for one in standing for panel in one.panels))


RADII = {"box": 120, "wall": 200, "car": 140, "legs": 120, "cable": 0}
"""Mm of ground that a thing takes, about; all others take ``SMALL``."""

SMALL = 60.0


def _is_placed(
    thing: Standing,
    kind: str,
    others: list[Standing],
    is_street: IsStreet,
    rng: np.random.Generator,
) -> bool:
    """Draws a place for a thing; whether one was found."""
    thing.radius = RADII.get(kind, SMALL)
    keeps_off = kind in BESIDE and rng.random() > ON_STREET
    for _ in range(TRIES):
        # Near places are as likely as far ones in the picture, where far ground is small.
        way = AHEAD[0] * (AHEAD[1] / AHEAD[0]) ** rng.random() + thing.radius
        side = rng.uniform(-1.1, 1.1)
        thing.x, thing.y = way * math.cos(side), way * math.sin(side)
        if keeps_off and is_street(thing.x, thing.y):
            continue
        gaps = [math.hypot(thing.x - o.x, thing.y - o.y) - o.radius for o in others]
        if min(gaps, default=math.inf) >= thing.radius:
            return True
    return False


def _box(thing: Standing, rng: np.random.Generator) -> None:
    length, width = rng.uniform(60, 300), rng.uniform(40, 150)
    color = draw.any_of((draw.WHITE, (190, 150, 100), *draw.BRIGHT), rng)
    turned = rng.uniform(0, math.pi)
    thing.block((length, width, rng.uniform(40, 260)), turned, color, rng)
    thing.shadow(0.75 * width, 0.6, (length - width) / 2, turned)


def _wall(thing: Standing, rng: np.random.Generator) -> None:
    length, high = rng.uniform(300, 600), rng.uniform(80, 400)
    color = draw.any_of((draw.WHITE, draw.GREY, (190, 160, 120), draw.DARK), rng)
    turned = rng.uniform(0, math.pi)
    thing.block((length, rng.uniform(15, 60), high), turned, color, rng, is_printed=False)
    thing.shadow(50, 0.5, length / 2 - 20, turned)


def _car(thing: Standing, rng: np.random.Generator) -> None:
    length, width = rng.uniform(180, 260), rng.uniform(120, 170)
    size, turned = rng.uniform(50, 75), rng.uniform(-math.pi, math.pi)
    color = draw.any_of(draw.BRIGHT, rng)
    picture = draw.wheel(rng)
    camera_side = 1 if math.sin(turned) * thing.x - math.cos(turned) * thing.y > 0 else -1
    thing.shadow(0.75 * width, 0.7, (length - width) / 2, turned)
    for side in (-camera_side, camera_side):
        if side == camera_side:
            body = (length, width - 36, rng.uniform(30, 60))
            thing.block(body, turned, color, rng, base=rng.uniform(18, 35))
            if rng.random() < 0.7:
                cabin = (length * rng.uniform(0.3, 0.6), width * 0.6, rng.uniform(30, 70))
                thing.block(cabin, turned, draw.any_of((draw.DARK, color), rng), rng, base=70)
        for x in (-0.33 * length, 0.33 * length):
            thing.disc(picture, x, side * width / 2, turned, size)


def _cone(thing: Standing, rng: np.random.Generator) -> None:
    high = rng.uniform(40, 130)
    thing.facing(draw.cone(rng), high * rng.uniform(0.6, 0.8), high)
    thing.shadow(0.5 * high, 0.55)


def _lump(thing: Standing, rng: np.random.Generator) -> None:
    wide = rng.uniform(30, 110)
    thing.facing(draw.lump(rng), wide, wide * rng.uniform(0.7, 1.2))
    thing.shadow(0.65 * wide, 0.6)


def _sign(thing: Standing, rng: np.random.Generator) -> None:
    high = rng.uniform(110, 300)
    thing.facing(draw.sign(rng), 0.4 * high, high)
    thing.shadow(0.15 * high, 0.4)


def _lights(thing: Standing, rng: np.random.Generator) -> None:
    high = rng.uniform(120, 320)
    thing.facing(draw.lights(rng), 0.3 * high, high)
    thing.shadow(0.14 * high, 0.45)


def _legs(thing: Standing, rng: np.random.Generator) -> None:
    cloth = draw.any_of(((45, 55, 85), draw.DARK, (120, 110, 95), (90, 95, 100)), rng)
    shoe = draw.any_of((*draw.BRIGHT, draw.DARK, draw.WHITE), rng)
    apart = rng.uniform(70, 110)
    for aside in (-apart, apart)[: rng.integers(1, 3)]:
        thing.facing(draw.leg(rng, cloth, shoe), 220, 400, aside)
    thing.shadow(150, 0.55)


def _pole(thing: Standing, rng: np.random.Generator) -> None:
    thing.facing(draw.pole(rng), rng.uniform(12, 45), rng.uniform(200, 700))
    thing.shadow(40, 0.4)


def _cable(thing: Standing, rng: np.random.Generator) -> None:
    length = rng.uniform(500, 900)
    turned = rng.uniform(0, math.pi)
    across = length * np.array([math.cos(turned), math.sin(turned), 0])
    back = length / 2 * np.array([-math.sin(turned), math.cos(turned), 0])
    corner = np.array([thing.x, thing.y, 0]) - across / 2 - back / 2
    thing.lying.append(Panel(corner, across, back, draw.cable(rng, length / 320), thing.code))


BUILDERS: dict[str, Callable[[Standing, np.random.Generator], None]] = {
    "box": _box,
    "cone": _cone,
    "lump": _lump,
    "car": _car,
    "sign": _sign,
    "lights": _lights,
    "legs": _legs,
    "pole": _pole,
    "wall": _wall,
    "cable": _cable,
}
"""What puts each kind together."""
