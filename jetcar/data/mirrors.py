"""Mirrors are known by what they do to a picture, and refused where classes say left or right."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.pictures import Pixels
from jetcar.errors import UserError
from jetcar.wording import did_you_mean, printable

STEP = 4
"""Pixels between two places that are compared: steps of single pixels are lost in rounding."""

TURNED_SHARE = 0.25
"""Of the places, those that must be turned over in a mirror: a fold or a seam has fewer."""

BY_SIDE = (
    "lane_my_dir",
    "lane_driving_dir",
    "lane_wrong_dir",
    "yellow_solid_dashed_line",
    "yellow_dashed_solid_line",
)
"""Classes of the JetCar tools that are told apart by their side of the road alone."""

SIDES = re.compile(r"(?<![a-z])(left|right)|(left|right)(?![a-z])")
NO_SIDES = re.compile("bright|upright|copyright")


@lru_cache(1)
def ramps(height: int, width: int) -> dict[str, npt.NDArray[np.float32]]:
    """Says of each pixel where it came from: ``x`` and ``y``, from 1; each ``(H, W)``, float32."""
    y, x = np.mgrid[1 : height + 1, 1 : width + 1].astype(np.float32)
    return {"x": x, "y": y}


def turns_over(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> bool:
    """Whether a picture was mirrored, wherever to and however much it was turned besides.

    Args:
        x: Of ``ramps``, after the change, shape ``(H, W)``; 0 is what came from outside.
        y: Likewise.
    """
    here, right, below = np.s_[:-STEP, :-STEP], np.s_[:-STEP, STEP:], np.s_[STEP:, :-STEP]
    is_inside = (x[here] > 0) & (x[right] > 0) & (x[below] > 0)
    across_x, across_y = x[right] - x[here], y[right] - y[here]
    down_x, down_y = x[below] - x[here], y[below] - y[here]
    is_turned = (across_x * down_y - across_y * down_x < 0)[is_inside]
    return bool(is_turned.size) and float(is_turned.mean()) > TURNED_SHARE


def says_side(name: str) -> bool:
    """Whether a class is another one in a mirrored picture, as far as its name says."""
    words = NO_SIDES.sub(" ", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    found = {one for pair in SIDES.findall(words) for one in pair if one}
    return len(found) == 1 or name in BY_SIDE


def refuse_mirrors(mirrors: dict[str, str], table: ClassTable, swap: dict[str, str] | None) -> None:
    """Refuses a recipe that would show the classes of a table the wrong way round.

    Args:
        mirrors: The transforms that mirror, see ``check_transforms``.
        table: The classes.
        swap: What each class becomes in a mirrored picture, and the other way round.

    Raises:
        UserError: names the transform and the classes.
    """
    pairs = swap or {}
    paired = {*pairs, *pairs.values()}
    left_out = [one.name for one in table.classes if says_side(one.name) and one.name not in paired]
    if not mirrors or not left_out:
        return
    where, name = next(iter(mirrors.items()))
    first, more = left_out[0], len(left_out) - 1
    others = f" and {more} more" if more else ""
    raise UserError(
        f"{where}: {name} mirrors pictures, and {first}{others} would then be another class. Leave "
        f"it out, use augment=street, or say in augment.swap what each becomes, such as "
        f"{{lane_left_turn: lane_right_turn}}; a class that stays is paired with itself. Missing: "
        f"{', '.join(left_out)}"
    )


def exchanged_codes(swap: dict[str, str] | None, table: ClassTable) -> Pixels | None:
    """The code that each code becomes in a mirrored picture.

    Args:
        swap: Pairs of class names.
        table: The classes of the masks.

    Returns:
        Shape ``(256,)``, uint8; None when there are no pairs.

    Raises:
        UserError: a name is not in the table, or stands in two pairs.
    """
    if not swap:
        return None
    by_name = {one.name: one.code for one in table.classes}
    codes = np.arange(IGNORED + 1, dtype=np.uint8)
    for name in (*swap, *swap.values()):
        if name not in by_name:
            hint = did_you_mean(name, by_name, f"It has {', '.join(by_name)}.")
            raise UserError(f"augment.swap: the class table has no class {printable(name)}. {hint}")
    seen: dict[str, str] = {}
    for one, other in swap.items():
        for name, partner in ((one, other), (other, one)):
            if seen.setdefault(name, partner) != partner:
                raise UserError(
                    f"augment.swap pairs {name} with {seen[name]} and with {partner}; keep one"
                )
            codes[by_name[name]] = by_name[partner]
    return codes
