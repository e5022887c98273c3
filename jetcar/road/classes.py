"""What the classes of a table mean to a driver, by their names."""

from __future__ import annotations

from dataclasses import dataclass

from jetcar.classes import ClassTable
from jetcar.classes.matching import DRIVABLE

OWN = ("lane_my_dir", "lane_driving_dir")
WRONG = ("lane_wrong_dir",)
LINES = ("stop_line", "wait_line", "yield_line")
WORDS = ("stop_sign", "stop_text", "yield_sign", "yield_text", "merge_left", "merge_right")
ARROW = "arrow_"


@dataclass(frozen=True)
class RoadClasses:
    """Codes by what they mean.

    Attributes:
        own: Lanes of one's own direction, and what is painted on them but for lines along them.
        lanes: Lanes of one's own direction alone.
        wrong: Lanes of the wrong direction.
        signs: Lines across the lane and arrows, by their names.
        drivable: Where a car may drive, in a table without lanes.
    """

    own: tuple[int, ...]
    lanes: tuple[int, ...]
    wrong: tuple[int, ...]
    signs: dict[str, int]
    drivable: tuple[int, ...]

    @classmethod
    def of(cls, table: ClassTable) -> RoadClasses | None:
        """The classes of a table; None where it has neither lanes nor a road."""
        lanes = tuple(c.code for c in table.classes if c.name in OWN)
        if lanes:
            signs = {
                c.name: c.code for c in table.classes if c.name in LINES or c.name.startswith(ARROW)
            }
            words = (c.code for c in table.classes if c.name in WORDS)
            wrong = tuple(c.code for c in table.classes if c.name in WRONG)
            return cls((*lanes, *signs.values(), *words), lanes, wrong, signs, ())
        drivable = tuple(c.code for c in table.classes if c.name.lower() in DRIVABLE)
        return cls((), (), (), {}, drivable) if drivable else None
