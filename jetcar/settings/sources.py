"""``data.source`` may name several data sets, of which the last is the one that counts."""

from __future__ import annotations

import math
from typing import Any

EXAMPLE = "data.source=[street,mine.zip] data.shares=[0.5,0.5]"


def sources_of(source: str) -> list[str]:
    """What ``data.source`` names: ``[street, mine.zip]`` two of them, anything else one.

    A comma separates, so that a path with a comma cannot stand in a list.
    """
    if not (source.startswith("[") and source.endswith("]")):
        return [source]
    return [one.strip() for one in source[1:-1].split(",")]


def as_text(sources: list[Any]) -> str:
    """The same as the text that settings, checkpoints and reports hold."""
    return f"[{', '.join(map(str, sources))}]"


def source_rules(source: str, shares: Any, section: str = "data.") -> list[str]:
    """Every rule that the sources and their shares break, each with its fix.

    Args:
        source: As it is set.
        shares: A number for each source, or None.
        section: Put before the name of each setting.
    """
    sources = sources_of(source)
    broken = []
    if not all(sources):
        broken.append(f"{section}source={source} names nothing in one place; use {EXAMPLE}")
    elif len(set(sources)) < len(sources):
        broken.append(f"{section}source={source} names a data set twice; name each once")
    if shares is None:
        return broken
    if not isinstance(shares, list) or not all(_is_share(one) for one in shares):
        broken.append(f"{section}shares={shares} must be numbers above 0, such as [0.5,0.5]")
    elif len(sources) == 1:
        broken.append(f"{section}shares={shares} needs several data sets; use {EXAMPLE}")
    elif len(shares) != len(sources):
        broken.append(
            f"{section}shares={shares} has {len(shares)} shares for {len(sources)} data sets; give "
            "one for each, in their order"
        )
    elif not math.isclose(sum(shares), 1, abs_tol=1e-6):
        broken.append(
            f"{section}shares={shares} are {sum(shares):g} together; make them 1, such as [0.5,0.5]"
        )
    return broken


def _is_share(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 < value <= 1
