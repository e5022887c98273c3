"""Doubts about the class table: whether a data set that does not say its classes is JetCar's."""

from __future__ import annotations

import os
from collections.abc import Mapping

from jetcar.classes.choose import Chosen
from jetcar.data.pairs import Pairs
from jetcar.data.views import origin_of
from jetcar.wording import printable

OURS = 0.5
"""Share of the pairs that have names of the JetCar tools, from which on a data set is theirs."""


PATH_LETTERS = 1000
"""Shown of a path that is to be copied."""


def table_doubts(chosen: Chosen, splits: Mapping[str, Pairs]) -> list[str]:
    """What is to be said about a class table that was guessed; nothing about one that was named."""
    if not chosen.is_guess:
        return []
    doubts = []
    if not looks_like_jetcar(splits):
        some = ", ".join(f"{c.code} {c.name}" for c in chosen.table.classes[:3])
        doubts.append(
            "The data set has no class table, and its file names are not JetCar's, but the "
            f"classes are called as ImageSegmenter does ({some}, ...). If its codes mean other "
            "classes, every name and score is wrong: say what they mean with data.classes=my.csv "
            "(columns code,name,color)"
        )
    others = (printable(path, PATH_LETTERS) for path in chosen.others)
    doubts += [f"{path} is not used. Take it with data.classes={path}" for path in others]
    return doubts


def looks_like_jetcar(splits: Mapping[str, Pairs]) -> bool:
    """Whether the names of Train and Val are those that ImageSegmenter or StreetMaker gives."""
    pairs = [
        pair
        for name in ("Train", "Val")
        if name in splits
        for pair in zip(splits[name].images, splits[name].masks, strict=True)
    ]
    ours = sum(_is_ours(image, mask) for image, mask in pairs)
    return ours >= OURS * len(pairs)


def _is_ours(image: str, mask: str | None) -> bool:
    if origin_of(image) is not None:
        return True
    names = os.path.basename(image).lower(), os.path.basename(mask or "mask_").lower()
    return names[0].startswith("img_") and names[1].startswith("mask_")
