"""The values of all epochs as line charts: where each point stands, and what the axes say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 26
"""Pixels of the drawing, and of its margins, which hold the numbers of the axes."""

OF_CLASS = "val/iou/"
CLASSES_A_CHART = 6

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One value over the epochs.

    Attributes:
        name: As ``metrics.csv`` has it.
        values: One an epoch; None where it is not a number.
        path: The line as an SVG path.
    """

    name: str
    values: list[float | None]
    path: str


@dataclass(frozen=True)
class Chart:
    """Lines over the epochs.

    Attributes:
        title: What they show.
        summary: The chart in a sentence, for those who do not see it.
        epochs: Numbers of the epochs.
        lines: At least one.
        x_ticks: Place and text of the numbers on the axis of the epochs.
        y_ticks: Likewise.
    """

    title: str
    summary: str
    epochs: list[int]
    lines: list[Line]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]


def charts_of(history: Sequence[Row]) -> list[Chart]:
    """The charts of a run; none before its first epoch is over."""
    if not history:
        return []
    names = list(dict.fromkeys(name for row in history for name in row))
    parts = [n for n in names if n.startswith(("train/loss/", "val/loss/"))]
    wanted: dict[str, list[str]] = {
        "Loss": [n for n in ("train/loss", "val/loss") if n in names],
        "Parts of the loss": parts if len(parts) > 2 else [],
        "Scores on Val": [
            n for n in ("val/iou", "val/dice", "val/accuracy", "val/road") if n in names
        ],
        **_of_classes(history, names),
        "Learning rates": [n for n in names if n.startswith("lr/")],
    }
    return [_chart(title, history, of_chart) for title, of_chart in wanted.items() if of_chart]


def _of_classes(history: Sequence[Row], names: Sequence[str]) -> dict[str, list[str]]:
    """Charts of the IoU of the classes, those that are lowest at the end together in the first.

    A class that is never a number, as Val does not show it, is left out.
    """
    last: dict[str, float] = {}
    for row in history:
        for name in names:
            value = _number(row.get(name)) if name.startswith(OF_CLASS) else None
            if value is not None:
                last[name] = value
    lowest_first = sorted(last, key=lambda name: last[name])
    charts = {}
    for start in range(0, len(lowest_first), CLASSES_A_CHART):
        some = lowest_first[start : start + CLASSES_A_CHART]
        charts[f"IoU of classes on Val, {start + 1} to {start + len(some)} from the lowest"] = some
    return charts


def _chart(title: str, history: Sequence[Row], names: list[str]) -> Chart:
    values = {name: [_number(row.get(name)) for row in history] for name in names}
    seen = [v for of_line in values.values() for v in of_line if v is not None]
    logarithmic = title == "Learning rates" and bool(seen) and min(seen) > 0
    low, high, ticks = (_log_axis if logarithmic else _axis)(seen)
    epochs = [int(row["epoch"]) for row in history]
    first, last = epochs[0], epochs[-1]

    def x(epoch: float) -> float:
        share = (epoch - first) / (last - first) if last > first else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        place = math.log10(value) if logarithmic else value
        share = (place - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    step = max(1, math.ceil((last - first) / 7))
    lines = [Line(name, values[name], _path(epochs, values[name], x, y)) for name in names]
    return Chart(
        title,
        " ".join(_in_words(line) for line in lines),
        epochs,
        lines,
        [(x(epoch), str(epoch)) for epoch in range(first, last + 1, step)],
        [(y(tick), f"{tick:g}") for tick in ticks],
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _axis(values: list[float]) -> tuple[float, float, list[float]]:
    """Bottom and top of an axis, and round numbers on it."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    bottom, top = math.floor(low / step), math.ceil(high / step)
    ticks = [round(n * step, 10) for n in range(bottom, top + 1)]
    return ticks[0], ticks[-1], ticks


def _log_axis(values: list[float]) -> tuple[float, float, list[float]]:
    """The same in powers of ten; bottom and top are exponents."""
    low = math.floor(math.log10(min(values)))
    high = max(low + 1, math.ceil(math.log10(max(values))))
    return low, high, [10.0**n for n in range(low, high + 1)]


def _path(
    epochs: Sequence[int],
    values: Sequence[float | None],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    """A line through the points, interrupted where a value is not a number."""
    commands, pen = [], "M"
    for epoch, value in zip(epochs, values, strict=True):
        if value is None:
            pen = "M"
            continue
        commands.append(f"{pen}{x(epoch)} {y(value)}")
        pen = "L"
    # A point alone has no length; round caps make it a dot.
    return " ".join(commands) + (" h0" if len(commands) == 1 else "")


def _in_words(line: Line) -> str:
    known = [value for value in line.values if value is not None]
    if not known:
        return f"{line.name} is not a number in any epoch."
    return f"{line.name} goes from {known[0]:.4g} to {known[-1]:.4g}."
