"""Values out of files of labelling tools, taken with distrust: numbers, points, names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from jetcar.data.labels.form import Points
from jetcar.data.pictures import MAX_PIXELS
from jetcar.errors import UserError
from jetcar.wording import printable

FARTHEST = 1e6
"""Pixels: no picture reaches so far, and no drawing outside of it either."""


class WrongError(ValueError):
    """What is wrong with a value, as a part of a sentence; the reader adds the file."""


@contextmanager
def noting(problems: list[str], where: str, fix: str) -> Iterator[None]:
    """Notes what is wrong in a part of an export, and goes on behind it.

    Args:
        problems: Receives a sentence.
        where: The file, or a part of it.
        fix: What to do about a wrong value, a sentence.
    """
    try:
        yield
    except WrongError as error:
        problems.append(f"{where}: {error}. {fix}")
    except UserError as error:
        problems.append(str(error))


def table(value: Any, what: str) -> dict[str, Any]:
    """A value that is a table of values by name."""
    if not isinstance(value, dict):
        raise WrongError(f"{what} is not a table")
    return value


def rows(value: Any, what: str) -> list[Any]:
    """A value that is a list."""
    if not isinstance(value, list):
        raise WrongError(f"{what} is not a list")
    return value


def number(value: Any, what: str) -> float:
    """A value that is a number, and not endless."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= FARTHEST:
        return float(value)
    raise WrongError(f"{what} is {printable(value, 40)}, not a number of pixels")


def identity(value: Any, what: str) -> int | str:
    """A value that tells one thing from others of its kind."""
    if isinstance(value, (int, str)):
        return value
    raise WrongError(f"{what} has the id {printable(value, 40)}, which is none")


def label(value: Any) -> str:
    """The name of a class, without spaces around it."""
    if not isinstance(value, str) or not value.strip():
        raise WrongError(f"a shape has the label {printable(value, 40)}, which is no name")
    return value.strip()


def points(value: Any, least: int) -> Points:
    """Corners, such as ``[[1, 2], [3, 4]]``, so many at least."""
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise WrongError("a shape has points that are not pairs of numbers") from None
    if found.ndim != 2 or found.shape[1:] != (2,):
        if found.ndim and not len(found):
            raise WrongError(f"a shape has 0 points, and needs {least}")
        raise WrongError("a shape has points that are not pairs of numbers")
    if len(found) < least:
        raise WrongError(f"a shape has {len(found)} points, and needs {least}")
    if not (np.abs(found) <= FARTHEST).all():  # NaN is not, either
        raise WrongError("a shape has a point that is not a number of pixels")
    return found


def size(width: Any, height: Any) -> tuple[int, int] | None:
    """Width and height that a file says; None where it says neither."""
    if width is None and height is None:
        return None
    sides = [number(width, "the width"), number(height, "the height")]
    if (
        not all(side >= 1 and side == int(side) for side in sides)
        or sides[0] * sides[1] > MAX_PIXELS
    ):
        raise WrongError(f"it says that the picture has {sides[0]:g} x {sides[1]:g} pixels")
    return int(sides[0]), int(sides[1])


def refuse_outside(corners: Points, width: float, height: float) -> None:
    """Refuses a shape of which nothing can be in the picture."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high < 0).any() or low[0] > width or low[1] > height:
        raise WrongError(
            f"a shape lies outside its picture of {width:g} x {height:g} pixels, around "
            f"{low[0]:.0f}, {low[1]:.0f}"
        )
