"""What must hold for the loss."""

from __future__ import annotations

from jetcar.settings.limits import one_of, within
from jetcar.settings.schema import Loss

CLASS_WEIGHTS = ("enet", "median_frequency", "square_root", "fourth_root", "effective")

SHAPES_THE_LOSS = ("auxiliary", "class_weights", "smoothing")
"""What among the settings of the loss is no part of it."""

LARGEST_SMOOTHING = 0.5
"""With more, the true class would no longer be the one to learn."""


def loss_rules(loss: Loss) -> list[str]:
    """Every rule that the settings of the loss break, each with its fix."""
    parts = {part: weight for part, weight in vars(loss).items() if part not in SHAPES_THE_LOSS}
    broken = [
        *one_of("loss.class_weights", loss.class_weights, (None, *CLASS_WEIGHTS)),
        *within("loss.auxiliary", loss.auxiliary, 0),
        *within("loss.smoothing", loss.smoothing, 0, LARGEST_SMOOTHING),
    ]
    for part, weight in parts.items():
        broken += within(f"loss.{part}", weight, 0)
    if not any(parts.values()):
        broken.append(
            "all parts of the loss are 0; give one a weight, such as loss.cross_entropy=1"
        )
    return broken
