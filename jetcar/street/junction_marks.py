"""What is painted at junctions: crosswalks, stop and yield lines with their words, edges."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Points, Pose
from jetcar.street.marks import LINE, SPACE, Mark, line, sign
from jetcar.street.network import FILLET, LANE, Junction, Network, Road
from jetcar.street.shapes import WORD_HEIGHT, word

RECESS = 30.0
"""Distance in mm from the edge of a junction to what is painted before it."""

CROSSWALK = 60.0
"""Width of a crosswalk in mm."""

CROSSWALK_LINE = 8.0
"""Width in mm of the two lines that a crosswalk may have instead of stripes."""

STRIPE = 12.0
"""Width of a zebra stripe, and of the gap after it, in mm."""

STOP = 16.0
"""Width of a stop or yield line in mm."""


@dataclass(frozen=True)
class Approach:
    """How one arm of a junction is furnished.

    Attributes:
        crosswalk: ``crosswalk_lines``, ``crosswalk_zebra`` or None.
        control: ``stop``, ``yield`` or None, for those who come in.
        word: The word painted before the line, or None.
    """

    crosswalk: str | None
    control: str | None
    word: str | None

    @property
    def line_at(self) -> float:
        """Distance in mm from the junction's edge to its stop line, or to where lanes begin."""
        return RECESS + (CROSSWALK + 12.0 if self.crosswalk else 0.0)

    @property
    def depth(self) -> float:
        """Distance in mm from the junction's edge to the end of all that is painted there."""
        depth = self.line_at + (STOP if self.control else 0.0)
        return depth + (WORD_HEIGHT + 24.0 if self.word else 0.0)


def furnish(junction: Junction, rng: np.random.Generator) -> dict[int, Approach]:
    """Draws who has to stop or yield, and where people cross.

    At a T-junction the stem always waits. At a crossing all stop, or one street waits.
    """
    control = str(rng.choice(["stop", "yield"]))
    if len(junction.arms) == 3:
        stem = next(arm for arm in junction.arms if (arm + 2) % 4 not in junction.arms)
        waiting = {stem} if rng.random() < 0.65 else set(junction.arms)
    else:
        minor = int(rng.integers(2))
        waiting = {minor, minor + 2} if rng.random() < 0.55 else set(junction.arms)
    if len(waiting) > 2 and rng.random() < 0.8:
        control = "stop"
    texts = {"stop": ["STOP"], "yield": ["YIELD", "WAIT"]}[control]
    text = str(rng.choice(texts)) if rng.random() < 0.75 else None
    crosswalk = str(rng.choice(["crosswalk_lines", "crosswalk_zebra"]))
    return {
        arm: Approach(
            crosswalk if rng.random() < 0.4 else None,
            control if arm in waiting else None,
            text if arm in waiting else None,
        )
        for arm in junction.arms
    }


def junction_marks(
    number: int, network: Network, approaches: dict[int, Approach], rng: np.random.Generator
) -> Iterator[Mark]:
    """Everything that is painted at one junction."""
    junction = network.junctions[number]
    yield from _edges(junction)
    yield from _through_line(junction, approaches, rng)
    for arm, approach in approaches.items():
        road, out = network.road_at[number, arm]
        yield from _crossing(junction, arm, approach)
        yield from _waiting(junction, arm, approach, (road, 1 - out), network.roads[road])


def _edges(junction: Junction) -> Iterator[Mark]:
    """Rounded edges between neighbouring arms, and the straight one where an arm is missing."""
    for arm in range(4):
        after = (arm + 1) % 4
        out, side = junction.reach(arm), junction.reach(after)
        pose = junction.pose(arm)
        if arm in junction.arms and after in junction.arms:
            start = pose.to_map(np.array([[out + FILLET, side]]))[0]
            # Going in along the arm, the edge turns away to the right onto the next one.
            edge = Curve(
                Pose(start[0], start[1], pose.heading + math.pi), [Arc(FILLET, -math.pi / 2)]
            )
            yield line("shoulder", edge, (0, edge.length), LINE / 2, 40)
        elif after not in junction.arms:
            back = junction.reach((arm + 2) % 4)
            start = pose.to_map(np.array([[-back, side]]))[0]
            edge = Curve(Pose(start[0], start[1], pose.heading), [Line(back + out)])
            yield line("shoulder", edge, (0, edge.length), -LINE / 2, 40)


def _through_line(
    junction: Junction, approaches: dict[int, Approach], rng: np.random.Generator
) -> Iterator[Mark]:
    """The dashed centre line of the street that need not wait at a T-junction, at times."""
    if len(junction.arms) == 4 or rng.random() < 0.4:
        return
    stem = next(arm for arm in junction.arms if (arm + 2) % 4 not in junction.arms)
    arm = (stem + 1) % 4
    if approaches[arm].control:
        return
    length = junction.reach(arm) + junction.reach((arm + 2) % 4)
    start = junction.pose(arm).to_map(np.array([[-junction.reach((arm + 2) % 4), 0.0]]))[0]
    centre = Curve(Pose(start[0], start[1], junction.pose(arm).heading), [Line(length)])
    yield line("yellow_dashed", centre, (0, length), 0.0, 30)


def _crossing(junction: Junction, arm: int, approach: Approach) -> Iterator[Mark]:
    """The crosswalk of an arm, from edge to edge: two lines or zebra stripes."""
    if not approach.crosswalk:
        return
    near = junction.reach(arm) + RECESS
    far = near + CROSSWALK
    left, right = junction.reach((arm + 1) % 4), -junction.reach((arm + 3) % 4)
    field = [
        (near, left + _flare(junction, arm, 1, RECESS)),
        (far, left + _flare(junction, arm, 1, RECESS + CROSSWALK)),
        (far, right - _flare(junction, arm, 3, RECESS + CROSSWALK)),
        (near, right - _flare(junction, arm, 3, RECESS)),
    ]
    if approach.crosswalk == "crosswalk_lines":
        share = CROSSWALK_LINE / CROSSWALK
        paint = [_slice(field, 0.0, share), _slice(field, 1 - share, 1.0)]
    else:
        first, last = field[1][1], field[2][1]
        count = int((first - last - 2 * LINE) // (2 * STRIPE))
        rest = (first - last - (2 * count - 1) * STRIPE) / 2
        tops = [first - rest - 2 * STRIPE * i for i in range(count)]
        paint = [
            np.array([(near, y), (far, y), (far, y - STRIPE), (near, y - STRIPE)]) for y in tops
        ]
    pose = junction.pose(arm)
    middle = pose.to_map(np.array([[(near + far) / 2, (left + right) / 2]]))[0]
    here = Pose(float(middle[0]), float(middle[1]), pose.heading)
    move = np.array([(near + far) / 2, (left + right) / 2])
    area = (np.array(field) - move,)
    yield sign(approach.crosswalk, here, tuple(np.asarray(p) - move for p in paint), area)


def _flare(junction: Junction, arm: int, turn: int, distance: float) -> float:
    """How much wider an arm is on one side, ``distance`` mm from the junction's edge."""
    if (arm + turn) % 4 not in junction.arms or distance >= FILLET:
        return -LINE
    return FILLET - math.sqrt(FILLET**2 - (FILLET - distance) ** 2) - LINE


def _slice(field: list[tuple[float, float]], start: float, end: float) -> Points:
    """A part of a crosswalk's field, between two shares of its width."""
    near_left, far_left, far_right, near_right = (np.array(corner) for corner in field)
    return np.array(
        [
            near_left + (far_left - near_left) * start,
            near_left + (far_left - near_left) * end,
            near_right + (far_right - near_right) * end,
            near_right + (far_right - near_right) * start,
        ]
    )


def _waiting(
    junction: Junction, arm: int, approach: Approach, owner: tuple[int, int], road: Road
) -> Iterator[Mark]:
    """The line at which cars wait, across all lanes that come in, and its word on each lane."""
    if not approach.control:
        return
    lanes = junction.entering(arm)
    start = junction.reach(arm) + approach.line_at
    right = lanes * LANE + _flare(junction, arm, 1, approach.line_at)
    left = LINE + SPACE  # clear of any centre line
    # Seen by the driver, who comes in: ahead is towards the junction.
    out = junction.pose(arm)
    x, y = out.to_map(np.array([[start + STOP / 2, (left + right) / 2]]))[0]
    pose = Pose(float(x), float(y), out.heading + math.pi)
    half = (right - left) / 2
    bar = np.array([[-STOP, -2 * half], [STOP, -2 * half], [STOP, 2 * half], [-STOP, 2 * half]]) / 2
    paint = (bar,) if approach.control == "stop" else tuple(_teeth(half))
    # Direction 1 comes in where the road starts.
    way = approach.line_at if owner[1] else road.curve.length - approach.line_at
    yield sign(f"{approach.control}_line", pose, paint, (bar,), owner, None, way)
    if approach.word:
        letters, box = word(approach.word)
        for number in range(lanes):
            ahead = start + STOP + 12.0 + WORD_HEIGHT / 2
            x, y = out.to_map(np.array([[ahead, (number + 0.5) * LANE]]))[0]
            here = Pose(float(x), float(y), out.heading + math.pi)
            yield sign(f"{approach.control}_word", here, letters, (box,), owner, None, way)


def _teeth(half: float) -> Iterator[Points]:
    """The triangles of a yield line; they point at the driver."""
    width, gap = 12.0, 6.0
    count = int((2 * half + gap) // (width + gap))
    first = (2 * half - count * width - (count - 1) * gap) / 2 - half
    for i in range(count):
        y = first + i * (width + gap)
        yield np.array([[STOP / 2, y], [STOP / 2, y + width], [-STOP / 2, y + width / 2]])
