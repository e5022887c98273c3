"""Names, types and rules of the street's settings; their values are in ``conf/street/``."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

from jetcar.classes import TABLES
from jetcar.settings.limits import one_of, within
from jetcar.settings.paths import path_setting
from jetcar.settings.variety import Variety, variety_rules

MISSING: Any = "???"
"""OmegaConf's sign for a value that must be given. OmegaConf itself is not imported here: it would
be half of what a process needs to start drawing.
"""

VERSION = 1
"""Of the generator: raised whenever the same settings would give other pictures."""


@dataclass
class Images:
    """Pictures in each part of the data set."""

    train: int = MISSING
    val: int = MISSING
    test: int = MISSING


@dataclass
class Camera:
    """The camera, and how it sees what was printed."""

    height: float = MISSING
    angle: float = MISSING
    fov: float = MISSING
    k1: float = MISSING
    k2: float = MISSING
    gain: list[float] = MISSING
    offset: list[float] = MISSING


CAMERA_LIMITS = {
    "height": (30, 1000),
    "angle": (0, 80),
    "fov": (30, 150),
    "k1": (0, 1),
    "k2": (0, 1),
}
"""Smallest and largest value of each part of the camera's geometry."""


@dataclass
class Spread:
    """How far each picture may be from the middle of its setting; 0 switches a part off."""

    side: float = MISSING
    turn: float = MISSING
    height: float = MISSING
    angle: float = MISSING
    roll: float = MISSING
    gain: float = MISSING
    offset: float = MISSING
    noise: float = MISSING
    spots: float = MISSING


@dataclass
class Sight:
    """How far masks reach."""

    ahead: float = MISSING
    aside: float = MISSING
    signs: float = MISSING


@dataclass
class Street:
    """Every setting that makes the built-in street's pictures."""

    map: str | None = path_setting()
    seed: int = MISSING
    images: Images = field(default_factory=Images)
    size: int = MISSING
    classes: str = MISSING
    views: int = MISSING
    processes: int | None = MISSING
    camera: Camera = field(default_factory=Camera)
    spread: Spread = field(default_factory=Spread)
    sight: Sight = field(default_factory=Sight)
    things: float = 0  # as runs have it that do not say; the value is in conf/street
    variety: Variety = field(default_factory=Variety)


@dataclass
class MakeStreet(Street):
    """Every setting of ``python -m jetcar.street``."""

    out: str | None = path_setting()
    plan: str | None = path_setting()


def street_key(settings: Street, content: bytes = b"") -> str:
    """Eight letters and digits that differ whenever the pictures would.

    They follow from every setting that has a say in the files, and from the generator's version;
    not from the number of processes, the folder, and the place of a map.

    Args:
        settings: What to draw.
        content: Of the file of its map, if it has one.
    """
    values = asdict(settings)
    for name in ("processes", "out", "plan", "map"):
        values.pop(name, None)
    if not settings.things:
        del values["things"]  # what was drawn before there were any is the same
    if settings.variety.is_off:
        del values["variety"]  # likewise
    if settings.map is not None:
        values["map"] = hashlib.sha256(content).hexdigest()
    text = json.dumps([VERSION, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def street_rules(s: Street, prefix: str = "") -> list[str]:
    """Every rule that the settings break, each with its fix.

    Args:
        s: The settings.
        prefix: Put before each name, such as ``street.`` where they are a section of others.
    """
    camera, spread, sight = s.camera, s.spread, s.sight
    limits: list[tuple[str, float | None, float, float]] = [
        ("seed", s.seed, 0, math.inf),
        *((f"images.{split}", n, 0, 1_000_000) for split, n in vars(s.images).items()),
        ("size", s.size, 32, 1024),
        ("views", s.views, 1, math.inf),
        ("things", s.things, 0, 1),
        ("processes", s.processes, 1, 256),
        *((f"camera.{name}", getattr(camera, name), *of) for name, of in CAMERA_LIMITS.items()),
        ("spread.side", spread.side, 0, 40),
        ("spread.turn", spread.turn, 0, 30),
        ("spread.height", spread.height, 0, 20),
        ("spread.angle", spread.angle, 0, 5),
        ("spread.roll", spread.roll, 0, 10),
        ("spread.gain", spread.gain, 0, 0.5),
        ("spread.offset", spread.offset, 0, 60),
        ("spread.noise", spread.noise, 0, 60),
        ("spread.spots", spread.spots, 0, 1),
        ("sight.ahead", sight.ahead, 100, 5000),
        ("sight.aside", sight.aside, 100, 5000),
        ("sight.signs", sight.signs, 0, 5000),
    ]
    broken = [
        text
        for name, value, low, high in limits
        for text in within(prefix + name, value, low, high)
    ]
    broken += variety_rules(s.variety, f"{prefix}variety.")
    broken += one_of(f"{prefix}classes", s.classes, tuple(TABLES))
    if not any(vars(s.images).values()):
        broken.append(f"{prefix}images asks for no picture at all; use {prefix}images.train=1000")
    for name, values, high in (("gain", camera.gain, 2), ("offset", camera.offset, 255)):
        if len(values) != 3 or not all(0 <= v <= high for v in values):
            example = "[0.7,0.64,0.69]" if name == "gain" else "[130,129,140]"
            broken.append(
                f"{prefix}camera.{name}={_plain(values)} must be three numbers from 0 to {high} "
                f"for red, green and blue, such as {example}"
            )
    return broken


def make_street_rules(s: MakeStreet) -> list[str]:
    """The same for the command that draws it."""
    broken = street_rules(s)
    if s.out is None and s.plan is None:
        broken.append("out has no value; give it as out=data/street, or ask for plan=plan.png")
    return broken


def _plain(values: list[float]) -> str:
    return f"[{','.join(f'{value:g}' for value in values)}]"
