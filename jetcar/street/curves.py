"""Centre lines: straights and arcs one after the other, sampled so closely that chords do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""Ground points in mm, shape ``(N, 2)``: x to the east, y to the north."""

STEP = 20.0
"""Largest distance in mm between two samples on a straight, where widths may still change."""

ARC_STEP = 12.0
"""Largest distance in mm between two samples on an arc."""

ARC_ANGLE = 0.2
"""Largest angle in radians between two samples."""

PIECE = 400.0
"""Length of the polygons that ``Curve.pieces`` makes, in mm."""

Offset = float | Callable[[Points], Points]
"""A distance to the left of a curve in mm: a number, or a function of the way ``s``, ``(N,)``."""


@dataclass(frozen=True)
class Pose:
    """A place and a direction: x, y in mm, heading in radians counter-clockwise from east."""

    x: float
    y: float
    heading: float

    def to_map(self, points: Points) -> Points:
        """Points given as (ahead, left) of this pose, shape ``(N, 2)``, as map points."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        turned: Points = points @ np.array([[cos, sin], [-sin, cos]])
        turned += (self.x, self.y)
        return turned


@dataclass(frozen=True)
class Line:
    """A straight piece of a curve, ``length`` in mm."""

    length: float


@dataclass(frozen=True)
class Arc:
    """A piece of a circle: ``radius`` in mm, ``angle`` in radians, positive to the left."""

    radius: float
    angle: float


Piece = Line | Arc


class Curve:
    """A line across the map that knows its direction everywhere.

    Attributes:
        s: Way from the start in mm, shape ``(N,)``, rising.
        points: Shape ``(N, 2)``.
        heading: Radians, shape ``(N,)``, without jumps of a full turn.
        bend: Curvature of each sample in 1/mm, shape ``(N,)``, positive to the left.
    """

    def __init__(self, start: Pose, pieces: Sequence[Piece]) -> None:
        s, x, y, heading, bend = [0.0], [start.x], [start.y], [start.heading], [0.0]
        for piece in pieces:
            if isinstance(piece, Arc):
                length = abs(piece.radius * piece.angle)
                curvature = math.copysign(1 / piece.radius, piece.angle)
                finest = max(length / ARC_STEP, abs(piece.angle) / ARC_ANGLE)
            else:
                length, curvature, finest = piece.length, 0.0, piece.length / STEP
            if length <= 0:
                continue
            s0, x0, y0, h0 = s[-1], x[-1], y[-1], heading[-1]
            n = max(1, math.ceil(finest))
            for i in range(1, n + 1):
                way = length * i / n
                h = h0 + curvature * way
                # The chord of an arc of this way, turned by half of its angle; exact, not summed.
                chord = 2 / curvature * math.sin(curvature * way / 2) if curvature else way
                middle = (h0 + h) / 2
                s.append(s0 + way)
                x.append(x0 + chord * math.cos(middle))
                y.append(y0 + chord * math.sin(middle))
                heading.append(h)
                bend.append(curvature)
        self.s = np.array(s)
        self.points: Points = np.column_stack([x, y])
        self.heading = np.array(heading)
        self.bend = np.array(bend)
        self._frame = np.column_stack([x, y, -np.sin(heading), np.cos(heading)])

    @classmethod
    def slanted(cls, points: Points, heading: float) -> Curve:
        """A curve through points, of which all that lies beside it is moved one way.

        What is so many mm to its left is the curve itself, moved so far to the left of
        ``heading``, as the lanes of an S-bend lie in a map of StreetMaker.

        Args:
            points: Shape ``(N, 2)``.
            heading: Of its start and its end, in radians.
        """
        curve = cls(Pose(float(points[0, 0]), float(points[0, 1]), heading), [])
        steps = np.diff(points, axis=0)
        curve.s = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
        curve.points = points
        slopes = np.gradient(points, axis=0)
        slopes[[0, -1]] = math.cos(heading), math.sin(heading)
        curve.heading = np.unwrap(np.arctan2(slopes[:, 1], slopes[:, 0]))
        curve.bend = np.gradient(curve.heading, curve.s)
        left = np.array([-math.sin(heading), math.cos(heading)])
        curve._frame = np.column_stack([points, np.broadcast_to(left, points.shape)])
        return curve

    @property
    def length(self) -> float:
        """Way from start to end in mm."""
        return float(self.s[-1])

    def at(self, s: float, left: float = 0.0) -> Pose:
        """The pose at a way ``s``, moved ``left`` mm to the left."""
        x, y = (float(np.interp(s, self.s, self.points[:, i])) for i in (0, 1))
        heading = float(np.interp(s, self.s, self.heading))
        return Pose(x - left * math.sin(heading), y + left * math.cos(heading), heading)

    def ways(self, start: float, end: float) -> Points:
        """All samples' ways between two, both ends included; shape ``(N,)``."""
        inside = self.s[(self.s > start + 1e-6) & (self.s < end - 1e-6)]
        return np.concatenate([[start], inside, [end]])

    def beside(self, s: Points, *lefts: Offset) -> list[Points]:
        """For each offset the points that lie so far to the left of the ways ``s``, ``(N, 2)``."""
        after = np.maximum(np.minimum(np.searchsorted(self.s, s), len(self.s) - 1), 1)
        start = self.s[after - 1]
        share = ((s - start) / (self.s[after] - start))[:, None]
        frame = self._frame[after - 1] * (1 - share) + self._frame[after] * share
        offsets = [left(s)[:, None] if callable(left) else left for left in lefts]
        return [frame[:, :2] + frame[:, 2:] * offset for offset in offsets]

    def band(self, start: float, end: float, one: Offset, other: Offset) -> Points:
        """The polygon between two offsets, from way ``start`` to way ``end``."""
        there, back = self.beside(self.ways(max(0.0, start), min(self.length, end)), one, other)
        return np.concatenate([there, back[::-1]])

    def pieces(self, start: float, end: float, one: Offset, other: Offset) -> Iterator[Points]:
        """The same band as short polygons, whose bounding boxes hold little else.

        Neighbours share the way from one sample to the next, so that no gap is seen.
        """
        s = self.ways(max(0.0, start), min(self.length, end))
        there, back = self.beside(s, one, other)
        cuts = np.searchsorted(s, np.arange(start + PIECE, end - PIECE / 2, PIECE))
        for first, last in pairwise([0, *cuts, len(s) - 1]):
            part = slice(max(0, first - 1), last + 1)
            yield np.concatenate([there[part], back[part][::-1]])


def s_bend(length: float, left: float, radius: float, share: float) -> list[Piece]:
    """Pieces that go ``length`` mm ahead and end ``left`` mm aside in the same direction.

    Args:
        length: Way ahead in mm; see ``s_bend_length`` for how much it takes at least.
        left: Way to the left in mm, negative to the right.
        radius: Of both arcs, in mm.
        share: Where the bend lies in what is left of the length, 0..1.

    Raises:
        ValueError: the bend does not fit into the length.
    """
    taken = s_bend_length(left, radius)
    if taken > length + 1e-6:
        raise ValueError(f"an S-bend of {taken:.0f} mm does not fit into {length:.0f} mm")
    if not left:
        return [Line(length)]
    angle = math.copysign(math.acos(1 - abs(left) / (2 * radius)), left)
    before = (length - taken) * share
    return [Line(before), Arc(radius, angle), Arc(radius, -angle), Line(length - taken - before)]


def s_bend_length(left: float, radius: float) -> float:
    """How far ahead two arcs of that radius go while they move ``left`` mm aside."""
    return math.sqrt(max(0.0, 4 * radius * abs(left) - left * left))
