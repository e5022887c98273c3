"""Where the junctions lie, and which ways join them: a closed network on a bent grid.

Directions are numbers of quarter turns: 0 east, 1 north, 2 west, 3 south. An arm of a junction
has the direction in which it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Cell = tuple[int, int]
"""A column and a row of the grid."""

STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""From one cell to the next, by direction."""

SPACING = (1450.0, 1700.0)
"""Smallest and largest distance between two columns or rows in mm."""

SHIFT = (70.0, 150.0)
"""How far one part of a row or column is moved aside in mm, which bends the way between."""

TRIES = 200


@dataclass(frozen=True)
class Site:
    """A junction: its place in mm and the directions of its arms, three or four of them."""

    x: float
    y: float
    arms: tuple[int, ...]


@dataclass(frozen=True)
class Corner:
    """A place in mm where a way turns by a quarter: +1 to the left, -1 to the right."""

    x: float
    y: float
    turn: int


@dataclass(frozen=True)
class Way:
    """What joins an arm of one junction to an arm of another, with the corners between."""

    start: int
    start_arm: int
    end: int
    end_arm: int
    corners: tuple[Corner, ...]


@dataclass(frozen=True)
class Layout:
    """A network: every arm of every junction is the end of one way."""

    sites: tuple[Site, ...]
    ways: tuple[Way, ...]


def lay_out(rng: np.random.Generator) -> Layout:
    """Draws a network of at least four junctions, in which no way leads back to its start.

    A way that returned to its own junction would be seen as the left turn and as the way straight
    on at the same time.
    """
    columns, rows = ((3, 3), (4, 3), (3, 4), (3, 3))[rng.integers(4)]
    for _ in range(TRIES):
        edges = _thinned(columns, rows, rng)
        layout = _traced(edges, _places(columns, rows, rng))
        if len(layout.sites) >= 4 and all(way.start != way.end for way in layout.ways):
            return layout
    raise RuntimeError("no network was found; the rules of the layout contradict each other")


def _thinned(columns: int, rows: int, rng: np.random.Generator) -> set[frozenset[Cell]]:
    """Edges of a grid after some were removed, so that every cell keeps two at least."""
    cells = [(i, j) for i in range(columns) for j in range(rows)]
    edges = {
        frozenset((cell, other))
        for cell in cells
        for other in ((cell[0] + 1, cell[1]), (cell[0], cell[1] + 1))
        if other in cells
    }
    corners = [(i, j) for i in (0, columns - 1) for j in (0, rows - 1)]
    for corner in corners:
        if rng.random() < 0.2:
            edges = _without(edges, {edge for edge in edges if corner in edge})
    order = sorted(edges, key=sorted)
    for index in rng.permutation(len(order))[: rng.integers(0, 4)]:
        edges = _without(edges, {order[index]})
    return edges


def _without(edges: set[frozenset[Cell]], gone: set[frozenset[Cell]]) -> set[frozenset[Cell]]:
    """The edges that are left, or all where a cell would become a dead end or be cut off."""
    left = edges - gone
    degree = {cell: sum(cell in edge for edge in left) for edge in left for cell in edge}
    cells = set(degree)
    reached, front = set(), {min(cells)}
    while front:
        reached |= front
        front = {c for edge in left if edge & front for c in edge} - reached
    return left if reached == cells and min(degree.values()) >= 2 else edges


def _places(columns: int, rows: int, rng: np.random.Generator) -> dict[Cell, tuple[float, float]]:
    """Where each cell lies in mm. A part of each row and column is shifted aside."""
    x = np.concatenate([[0.0], np.cumsum(rng.uniform(*SPACING, columns - 1))])
    y = np.concatenate([[0.0], np.cumsum(rng.uniform(*SPACING, rows - 1))])
    shift_x = _shifts(columns, rows, rng)
    shift_y = _shifts(rows, columns, rng)
    return {
        (i, j): (float(x[i] + shift_x[i][j]), float(y[j] + shift_y[j][i]))
        for i in range(columns)
        for j in range(rows)
    }


def _shifts(lines: int, places: int, rng: np.random.Generator) -> list[list[float]]:
    """For each line, how far each place on it is moved aside: none up to one, the same after."""
    shifts = []
    for _ in range(lines):
        after = rng.integers(1, places)
        size = rng.uniform(*SHIFT) * rng.choice([-1.0, 0.0, 1.0])
        shifts.append([size if place >= after else 0.0 for place in range(places)])
    return shifts


def _traced(edges: set[frozenset[Cell]], places: dict[Cell, tuple[float, float]]) -> Layout:
    """Turns cells of three or four edges into junctions, and what lies between into ways."""
    arms = {
        cell: tuple(d for d in range(4) if frozenset((cell, _next(cell, d))) in edges)
        for cell in sorted({cell for edge in edges for cell in edge})
    }
    junctions = [cell for cell, directions in arms.items() if len(directions) > 2]
    number = {cell: index for index, cell in enumerate(junctions)}
    sites = tuple(Site(*places[cell], arms[cell]) for cell in junctions)
    ways = []
    for cell in junctions:
        for arm in arms[cell]:
            steps = list(_steps(cell, arm, arms))
            corners = tuple(
                Corner(*places[at], 1 if (leaving - arriving) % 4 == 1 else -1)
                for at, arriving, leaving in steps
                if leaving != arriving
            )
            end, direction, _ = steps[-1]
            way = Way(number[cell], arm, number[end], (direction + 2) % 4, corners)
            if (way.start, way.start_arm) < (way.end, way.end_arm):  # found from both ends
                ways.append(way)
    return Layout(sites, tuple(ways))


def _steps(
    cell: Cell, direction: int, arms: dict[Cell, tuple[int, ...]]
) -> Iterator[tuple[Cell, int, int]]:
    """Each cell that is come to, with the directions of arrival and of leaving."""
    while True:
        cell = _next(cell, direction)
        if len(arms[cell]) > 2:
            yield cell, direction, direction
            return
        (leaving,) = (d for d in arms[cell] if d != (direction + 2) % 4)
        yield cell, direction, leaving
        direction = leaving


def _next(cell: Cell, direction: int) -> Cell:
    return cell[0] + STEPS[direction][0], cell[1] + STEPS[direction][1]
