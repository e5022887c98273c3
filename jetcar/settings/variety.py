"""How the street's training pictures differ from the street as it is meant to be, by groups.

Every group has a ``share``: of the maps or pictures that it changes; 0 switches it off as a whole.
All of them leave some maps as they are, so that the street as it is meant is learned as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from jetcar.settings.limits import within


@dataclass
class OtherCamera:
    """Other cameras, one for each picture."""

    share: float = 0  # as runs have it that do not say; the value is in conf/street
    height: list[float] = field(default_factory=list)
    angle: list[float] = field(default_factory=list)
    fov: list[float] = field(default_factory=list)
    fisheye: list[float] = field(default_factory=list)
    aspect: list[float] = field(default_factory=list)


@dataclass
class Movement:
    """A car that drives while the picture is taken."""

    share: float = 0
    speed: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    shutter: list[float] = field(default_factory=list)
    readout: list[float] = field(default_factory=list)


@dataclass
class Sensor:
    """What is behind the lens."""

    share: float = 0
    focus: list[float] = field(default_factory=list)
    contrast: list[float] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)
    tint: list[float] = field(default_factory=list)
    shading: list[float] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)
    quality: list[float] = field(default_factory=list)


@dataclass
class Light:
    """Shadows with an edge, patches of sun, and what a glossy ground reflects."""

    share: float = 0
    shadow: list[float] = field(default_factory=list)
    glare: list[float] = field(default_factory=list)
    gloss: list[float] = field(default_factory=lambda: [0.0, 0.0])  # as before there was any
    haze: list[float] = field(default_factory=lambda: [0.0, 0.0])


@dataclass
class OtherGround:
    """What the street is made of, and what lies beside it; one for each map."""

    share: float = 0
    brightness: list[float] = field(default_factory=list)
    askew: list[float] = field(default_factory=list)
    mats: float = 0
    steps: list[float] = field(default_factory=list)


@dataclass
class OtherLines:
    """How lines are painted or taped; the same on a whole map."""

    share: float = 0
    width: list[float] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)
    tape: float = 0
    pieces: list[float] = field(default_factory=list)


@dataclass
class Wear:
    """What becomes of lines and ground; one for each map."""

    share: float = 0
    worn: list[float] = field(default_factory=list)
    dust: list[float] = field(default_factory=list)


@dataclass
class OtherRoom:
    """A room with windows, lamps and furniture; one for each map."""

    share: float = 0
    windows: list[float] = field(default_factory=list)


@dataclass
class Paper:
    """How the sheets of a printed street lie beside each other; one for each map."""

    share: float = 0
    offset: list[float] = field(default_factory=list)
    curl: list[float] = field(default_factory=list)


@dataclass
class Variety:
    """Every group; each can be switched off alone, and all of them at once."""

    share: float = 0  # of the maps that any group changes
    camera: OtherCamera = field(default_factory=OtherCamera)
    movement: Movement = field(default_factory=Movement)
    sensor: Sensor = field(default_factory=Sensor)
    light: Light = field(default_factory=Light)
    ground: OtherGround = field(default_factory=OtherGround)
    lines: OtherLines = field(default_factory=OtherLines)
    wear: Wear = field(default_factory=Wear)
    room: OtherRoom = field(default_factory=OtherRoom)
    paper: Paper = field(default_factory=Paper)  # new groups come last: random numbers go by place

    @property
    def is_off(self) -> bool:
        """Whether every picture is as without any of this."""
        return not (self.share and any(getattr(self, group).share for group in GROUPS))


GROUPS = tuple(one.name for one in fields(Variety) if one.name != "share")
"""The names of all groups."""

PARTS = ("ground.mats", "lines.tape")
"""Shares of the maps that a group changes."""

LIMITS: dict[str, tuple[float, float]] = {
    "camera.height": (30, 1000),
    "camera.angle": (0, 88),
    "camera.fov": (30, 165),
    "camera.fisheye": (0, 1),
    "camera.aspect": (0.5, 2),
    "movement.speed": (0, 5000),
    "movement.turn": (0, 720),
    "movement.shutter": (0, 100),
    "movement.readout": (0, 100),
    "sensor.focus": (0.1, 6),
    "sensor.contrast": (0.1, 2),
    "sensor.brightness": (0, 255),
    "sensor.tint": (0, 0.5),
    "sensor.shading": (0, 1),
    "sensor.noise": (0, 60),
    "sensor.quality": (1, 100),
    "light.shadow": (0, 1),
    "light.glare": (0, 255),
    "light.gloss": (0, 1),
    "light.haze": (0, 1),
    "ground.brightness": (0, 255),
    "ground.askew": (0, 20),
    "ground.steps": (0, 12),
    "lines.width": (4, 30),
    "lines.brightness": (60, 255),
    "lines.pieces": (60, 5000),
    "wear.worn": (0, 0.9),
    "wear.dust": (0, 1),
    "room.windows": (0, 20),
    "paper.offset": (0, 12),
    "paper.curl": (0, 0.9),
}
"""Smallest and largest value of each range."""


def variety_rules(variety: Variety, prefix: str) -> Iterator[str]:
    """Every rule that the groups break, each with its fix.

    Args:
        variety: The groups.
        prefix: Put before each name, such as ``street.variety.``.
    """
    yield from within(f"{prefix}share", variety.share, 0, 1)
    for group in GROUPS:
        yield from within(f"{prefix}{group}.share", getattr(variety, group).share, 0, 1)
    for name in PARTS:
        group, value = name.split(".")
        yield from within(prefix + name, getattr(getattr(variety, group), value), 0, 1)
    for name, (low, high) in LIMITS.items():
        group, value = name.split(".")
        ends = getattr(getattr(variety, group), value)
        if len(ends) != 2 or not low <= ends[0] <= ends[1] <= high:
            text = ",".join(f"{end:g}" for end in ends)
            yield (
                f"{prefix}{name}=[{text}] must be two numbers from {low:g} to {high:g}, the "
                f"smaller first, such as [{low:g},{high:g}]"
            )
