"""The colours of a map: what is beside the street, the street, and its two paints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Color = npt.NDArray[np.float64]
"""Red, green and blue."""

BACKGROUNDS = ((121, 105, 89), (121, 105, 89), (98, 112, 84), (134, 132, 128), (206, 204, 199))
"""What is printed beside the street: StreetMaker's brown, green, two greys."""

SHEEN = 40
"""The level that ink reflects on average of what is above it; it makes black ink's flaws seen."""


@dataclass(frozen=True)
class Inks:
    """Plain colours, less the ``SHEEN`` that is added to all of them."""

    background: Color
    black: Color
    white: Color
    yellow: Color


def printer_inks(rng: np.random.Generator) -> Inks:
    """What a printer prints."""
    return Inks(
        np.array(BACKGROUNDS[rng.integers(len(BACKGROUNDS))]) - SHEEN,
        rng.uniform(0, 22) + rng.normal(0, 2.5, 3),
        rng.uniform(228, 250) + np.array([0, -1, -4]) - SHEEN,
        np.array([246, 204, 40]) + rng.normal(0, 8, 3) - SHEEN,
    )
