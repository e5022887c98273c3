"""What the tests of the street share: its settings, and a road as straight as a ruler."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from omegaconf import OmegaConf

from jetcar.settings.street import Street
from jetcar.street.curves import Curve, Line, Pose
from jetcar.street.map import StreetMap, draw_map
from jetcar.street.marks import Mark, line
from jetcar.street.network import Junction, Network, Road
from jetcar.street.render import Scene

VALUES = Path(__file__).parents[2] / "conf/street/default.yaml"

ROAD = 4000.0
"""Length in mm of the straight road."""


def _settings(**changes: Any) -> Street:
    values = OmegaConf.merge(OmegaConf.structured(Street), OmegaConf.load(VALUES), changes)
    return OmegaConf.to_object(values)


@pytest.fixture(scope="session")
def settings_of() -> Callable[..., Street]:
    """The values of conf/street/default.yaml, with changes: ``settings_of(size=64)``."""
    return _settings


@pytest.fixture(scope="session")
def scene_of() -> Callable[..., Scene]:
    """A drawn map by its seed: ``scene_of(3, size=64)``."""

    def scene(seed: int, **changes: Any) -> Scene:
        rng = np.random.default_rng(seed)
        return Scene(_settings(**changes), draw_map(rng), rng)

    return scene


@pytest.fixture(scope="session")
def straight_map() -> Callable[..., StreetMap]:
    """A road from west to east, one lane each way, its centre line on y = 0, x from 0 to 4000.

    Its only lines are those at its edges. More marks can be given.
    """

    def street_map(*marks: Mark) -> StreetMap:
        ends = (
            Junction(-120, 0, (0,), (1, 1, 1, 1), {0: ("",)}),
            Junction(ROAD + 120, 0, (2,), (1, 1, 1, 1), {2: ("",)}),
        )
        curve = Curve(Pose(0, 0, 0), [Line(ROAD)])
        road = Road(((0, 0), (1, 2)), curve, ((1, 1), (1, 1)), (None, None))
        edges = [line("shoulder", curve, (0, ROAD), side * 115.0, 40) for side in (1, -1)]
        corner, size = (-400.0, -1000.0), (ROAD + 800, 2000.0)
        return StreetMap(Network(ends, (road,)), (*edges, *marks), (), corner, size)

    return street_map


@pytest.fixture(scope="session")
def straight_scene(straight_map: Callable[..., StreetMap]) -> Callable[..., Scene]:
    """The straight road, ready for pictures."""

    def scene(*marks: Mark, **changes: Any) -> Scene:
        return Scene(_settings(**changes), straight_map(*marks), np.random.default_rng(0))

    return scene
