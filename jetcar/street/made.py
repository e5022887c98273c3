"""Streets that are not printed: of asphalt, mats or foam tiles, or taped on the floor itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from jetcar.settings.variety import OtherGround
from jetcar.street.floor import Field, cloud, draw_floor
from jetcar.street.grid import Pixels
from jetcar.street.inks import SHEEN, Inks
from jetcar.street.surfaces import asphalt, foam, lino, ribbed
from jetcar.street.variety import between

SURFACES: tuple[tuple[Callable[[float, np.random.Generator], Field], float], ...] = (
    (asphalt, 0.35),
    (foam, 0.3),
    (ribbed, 0.15),
    (lino, 0.2),
)
"""What a street may be made of, and how often it is."""

BESIDE = {"same": 0.4, "other": 0.3, "floor": 0.3}
"""What lies beside the street: the same as on it, so that only lines say where it ends; the same in
another colour; or the floor.
"""


@dataclass(frozen=True)
class Made:
    """A street's material.

    Attributes:
        inks: Its colours.
        surface: Levels to be added, ``SHEEN`` on average; a picture that repeats.
        floor: What it lies on; a picture that repeats.
        is_cut: Whether it ends at the edges of the street.
        reach: Millimetres beside the street at which it then ends.
    """

    inks: Inks
    surface: Pixels
    floor: Pixels
    is_cut: bool
    reach: float


def make_ground(inks: Inks, mm: float, ground: OtherGround, rng: np.random.Generator) -> Made:
    """Draws a material.

    Args:
        inks: Colours; those of the paints stay.
        mm: Side of a pixel in mm.
        ground: The range of its brightness.
        rng: Draws material, colours and texture.
    """
    level = between(ground.brightness, rng)
    street = level + rng.normal(0, 0.04 * level + 1, 3)
    beside = str(rng.choice(list(BESIDE), p=list(BESIDE.values())))
    if beside == "other":
        other = rng.uniform(45, 215)
        background = other + rng.normal(0, 0.1 * other, 3)
    else:
        background = street + rng.normal(0, 2)
    numbers = [share for _, share in SURFACES]
    texture = SURFACES[int(rng.choice(len(SURFACES), p=numbers))][0](mm, rng)
    texture += 0.04 * cloud(60, rng)
    field = SHEEN + (texture - 1) * np.clip(level, 60, 120)
    grey = np.clip(field, 0, 255).astype(np.uint8)
    return Made(
        replace(inks, black=street - SHEEN, background=background - SHEEN),
        np.repeat(grey[:, :, None], 3, axis=2),
        draw_floor(mm, rng),
        beside == "floor",
        rng.uniform(8, 50),
    )
