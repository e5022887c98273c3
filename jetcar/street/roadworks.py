"""Builds the network that a layout calls for: lanes, turns, centre lines with their bends."""

from __future__ import annotations

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Piece, Pose, s_bend, s_bend_length
from jetcar.street.layout import STEPS, Site, Way, lay_out
from jetcar.street.network import APPROACH, Junction, Network, Road, Taper

BEND_RADIUS = (380.0, 520.0)
"""Radii in mm that the centre line takes round a corner; two lanes fit inside the smallest."""

S_RADIUS = 400.0
"""Radius in mm of both arcs of an S-bend."""

STRAIGHT = 120.0
"""Length in mm that stays straight between a junction and the corner beside it."""

TAPER = 300.0
"""Length in mm over which a lane ends or begins."""


def build(rng: np.random.Generator) -> Network:
    """Draws a closed network in which every lane leads on."""
    layout = lay_out(rng)
    junctions = tuple(_junction(site, rng) for site in layout.sites)
    roads = tuple(_road(way, junctions, rng) for way in layout.ways)
    return Network(junctions, roads)


def _junction(site: Site, rng: np.random.Generator) -> Junction:
    counts = 1 + (rng.random(4) < 0.4)
    lanes = (int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3]))
    bare = Junction(site.x, site.y, site.arms, lanes, {})
    turns = {arm: _shared_out(bare.moves(arm), bare.entering(arm), rng) for arm in site.arms}
    return Junction(site.x, site.y, site.arms, lanes, turns)


def _shared_out(moves: str, lanes: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Shares the moves of an approach out among its lanes, from the inner to the outer lane.

    Every move is allowed to one lane at least, and no lane's way crosses that of another.
    """
    if lanes == 1:
        return (moves,)
    choices = {
        "LSR": (("L", "SR"), ("LS", "R"), ("LS", "SR")),
        "LS": (("L", "S"), ("LS", "S")),
        "SR": (("S", "R"), ("S", "SR")),
        "LR": (("L", "R"), ("LR", "R"), ("L", "LR")),
    }[moves]
    return choices[rng.integers(len(choices))]


def _road(way: Way, junctions: tuple[Junction, ...], rng: np.random.Generator) -> Road:
    curve = _centre_line(way, junctions, rng)
    start, end = junctions[way.start], junctions[way.end]
    counts = (
        (start.leaving(way.start_arm), end.entering(way.end_arm)),
        (start.entering(way.start_arm), end.leaving(way.end_arm)),
    )
    tapers: list[Taper | None] = []
    for direction, (first, last) in enumerate(counts):
        if first == last:
            tapers.append(None)
            continue
        # The approach to a junction keeps its lanes; what leaves it may change sooner.
        low, high = 80.0, curve.length - APPROACH - TAPER
        if direction == 1:
            low, high = APPROACH, curve.length - TAPER - 80.0
        at = rng.uniform(low, high)
        tapers.append(Taper(at, at + TAPER, bool(rng.random() < 0.6)))
    ends = ((way.start, way.start_arm), (way.end, way.end_arm))
    return Road(ends, curve, counts, (tapers[0], tapers[1]))


def _centre_line(way: Way, junctions: tuple[Junction, ...], rng: np.random.Generator) -> Curve:
    """The curve from edge to edge: straights, S-bends where the line is shifted, and corners."""
    start, end = junctions[way.start], junctions[way.end]
    reach = start.reach(way.start_arm)
    step = STEPS[way.start_arm]
    here = np.array([start.x + reach * step[0], start.y + reach * step[1]])
    first = Pose(float(here[0]), float(here[1]), way.start_arm * np.pi / 2)
    goal = np.array([end.x, end.y]) + end.reach(way.end_arm) * np.array(STEPS[way.end_arm])
    stops = [np.array([corner.x, corner.y]) for corner in way.corners] + [goal]

    legs = []
    direction = way.start_arm
    for number, stop in enumerate(stops):
        along, left = np.array(STEPS[direction]), np.array(STEPS[(direction + 1) % 4])
        ahead, aside = float((stop - here) @ along), float((stop - here) @ left)
        legs.append((ahead, aside))
        here = stop
        if number < len(way.corners):
            direction = (direction + way.corners[number].turn) % 4
    # Between two corners each takes half of what their leg has to spare.
    spare = [ahead - s_bend_length(aside, S_RADIUS) for ahead, aside in legs]
    room = [spare[0] - STRAIGHT, *(mm / 2 for mm in spare[1:-1]), spare[-1] - STRAIGHT]
    radii = [
        min(float(rng.uniform(*BEND_RADIUS)), room[i], room[i + 1]) for i in range(len(way.corners))
    ]
    pieces: list[Piece] = []
    for number, (ahead, aside) in enumerate(legs):
        before = radii[number - 1] if number else 0.0
        after = radii[number] if number < len(radii) else 0.0
        straight = ahead - before - after
        share = float(rng.uniform(0.3, 0.7))
        pieces += s_bend(straight, aside, S_RADIUS, share) if aside else [Line(straight)]
        if number < len(radii):
            pieces.append(Arc(radii[number], way.corners[number].turn * np.pi / 2))
    return Curve(first, pieces)
