"""What must hold for a recipe of augmentation; its names are looked up later."""

from __future__ import annotations

from typing import Any

from jetcar.errors import UserError
from jetcar.settings.limits import one_of, within
from jetcar.settings.schema import Augment

OUTSIDES = ("black", "edge", "reflect")

MOST_ZOOM = 4


def zoom_range(zoom: Any) -> tuple[float, float]:
    """Smallest and largest factor of the setting ``augment.zoom``.

    Raises:
        UserError: it is neither a factor, nor two of them, nor 0.
    """
    ends = zoom if isinstance(zoom, list) else [1, 1 if zoom == 0 else zoom]
    is_number = all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in ends)
    if len(ends) != 2 or not is_number or not 1 / MOST_ZOOM <= ends[0] <= ends[1] <= MOST_ZOOM:
        raise UserError(
            f"augment.zoom={zoom} must be a factor from 1 to {MOST_ZOOM}, two of them such as "
            f"[0.5,2.0] from {1 / MOST_ZOOM} to {MOST_ZOOM}, or 0 for off"
        )
    return ends[0], ends[1]


def augment_rules(augment: Augment) -> list[str]:
    """Every rule that a recipe breaks, each with its fix."""
    broken = [
        *within("augment.tilt", augment.tilt, 0, 180),
        *one_of("augment.outside", augment.outside, OUTSIDES),
        *within("augment.shift", augment.shift, 0, 1),
        *within("augment.brightness", augment.brightness, 0, 1),
        *within("augment.contrast", augment.contrast, 0, 1),
        *within("augment.noise", augment.noise, 0, 1),
        *within("augment.spot", augment.spot, 0, 1),
    ]
    try:
        zoom_range(augment.zoom)
    except UserError as error:
        broken.append(str(error))
    if not isinstance(augment.transforms, list):
        broken.append(
            f"augment.transforms={augment.transforms} must be a list such as "
            "[{MotionBlur:{blur_limit:5,p:0.2}}], or [] for none"
        )
    swap = augment.swap
    pairs = {} if swap is None else swap
    if not isinstance(pairs, dict) or not all(
        isinstance(one, str) for one in (*pairs, *pairs.values())
    ):
        broken.append(
            f"augment.swap={swap} must pair class names, such as "
            "{lane_left_turn:lane_right_turn}, or null for none"
        )
    return broken
