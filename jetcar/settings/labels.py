"""What must hold for the settings of exports of labelling tools."""

from __future__ import annotations

from typing import Any

from jetcar.settings.limits import within

WIDEST_LINE = 1000
"""Pixels."""


def label_rules(merge: Any, unlabelled: str, line_width: float, section: str = "") -> list[str]:
    """Every rule that they break, each with its fix.

    Args:
        merge: Lists of labels by the class that they become, or None.
        unlabelled: The class of what no shape covers.
        line_width: Of lines that are labels, in pixels.
        section: Put before the name of each setting.
    """
    broken = within(f"{section}line_width", line_width, 1, WIDEST_LINE)
    merge = {} if merge is None else merge
    parts = merge.values() if isinstance(merge, dict) else ["not a list"]
    if not all(isinstance(one, list) and all(isinstance(n, str) for n in one) for one in parts):
        broken.append(
            f"{section}merge={merge} must list labels for each class, such as "
            f"{section}merge={{car: [truck, bus]}}"
        )
        return broken
    labels = [label for names in parts for label in names]
    if twice := sorted({label for label in labels if labels.count(label) > 1}):
        broken.append(f"{section}merge names {', '.join(twice)} twice; name each label once")
    if not unlabelled.strip():
        broken.append(f"{section}unlabelled has no name; use auto, ignore or the name of a class")
    return broken
