"""Doubts about the class table, and whose a data set looks like that does not say its classes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from jetcar.classes import CLASSES_FILE
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
    some = ", ".join(f"{c.code} {c.name}" for c in chosen.table.classes[:3])
    if looks_like_image_segmenter(splits):
        doubts = [
            "The data set has no class table. Its files are called as ImageSegmenter does, so its "
            f"classes are ImageSegmenter's ({some}, ...). If its codes mean others, say so with "
            "data.classes=my.csv (columns code,name,color)"
        ]
    else:
        hint = f"; StreetMaker says them in {CLASSES_FILE}" if _is_drawn(splits) else ""
        doubts = [
            "The data set has no class table, and its files are not called as ImageSegmenter does, "
            f"so its classes are called after the values of the masks ({some}, ...). Say what they "
            "are with data.classes=my.csv (columns code,name,color), or with "
            f"data.classes=imagesegmenter{hint}"
        ]
    others = (printable(path, PATH_LETTERS) for path in chosen.others)
    doubts += [f"{path} is not used. Take it with data.classes={path}" for path in others]
    return doubts


def looks_like_jetcar(splits: Mapping[str, Pairs]) -> bool:
    """Whether the names of Train and Val are those that ImageSegmenter or StreetMaker gives."""
    return _share(
        splits, lambda image, mask: origin_of(image) is not None or _has_prefix(image, mask)
    )


def looks_like_image_segmenter(splits: Mapping[str, Pairs]) -> bool:
    """The same for ImageSegmenter alone; StreetMaker gives its classes other codes each time."""
    return _share(
        splits,
        lambda image, mask: (
            origin_of(image) == "real" or (origin_of(image) is None and _has_prefix(image, mask))
        ),
    )


def _is_drawn(splits: Mapping[str, Pairs]) -> bool:
    return _share(splits, lambda image, mask: origin_of(image) == "virtual")


def _share(splits: Mapping[str, Pairs], is_one: Callable[[str, str | None], bool]) -> bool:
    """Whether so many pairs of Train and Val are of a kind that all count as such."""
    pairs = [
        pair
        for name in ("Train", "Val")
        if name in splits
        for pair in zip(splits[name].images, splits[name].masks, strict=True)
    ]
    return sum(is_one(image, mask) for image, mask in pairs) >= OURS * len(pairs)


def _has_prefix(image: str, mask: str | None) -> bool:
    names = os.path.basename(image).lower(), os.path.basename(mask or "mask_").lower()
    return names[0].startswith("img_") and names[1].startswith("mask_")
