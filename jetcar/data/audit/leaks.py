"""Views that appear on both sides of a split, where they flatter the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jetcar.data.audit.look import Look
from jetcar.data.pairs import Pairs
from jetcar.data.views import NEAR_BITS, nearest, view_of

SIDES = (("Val", "Train"), ("Test", "Train"), ("Test", "Val"))


@dataclass(frozen=True)
class Leak:
    """How much of one split shows what another one shows too.

    Attributes:
        split: Whose pictures are known already,
        other: and from where.
        by_name: Pictures whose name tells a view that the other split has too.
        exact: Pictures whose file is the same to the byte.
        near: Further pictures that look almost the same.
        images: Pictures of the split.
        example: One of each side.
    """

    split: str
    other: str
    by_name: int
    exact: int
    near: int
    images: int
    example: tuple[str, str]

    @property
    def share(self) -> float:
        """Share of the split's pictures that are known already."""
        return (self.by_name + self.exact + self.near) / self.images

    def __str__(self) -> str:
        ways = {"name": self.by_name, "same file": self.exact, "near copy": self.near}
        how = ", ".join(f"{count} by {way}" for way, count in ways.items() if count)
        return (
            f"{100 * self.share:.0f} % of {self.split} shows a view that is also in {self.other} "
            f"({how}), such as {self.example[0]} and {self.example[1]}"
        )


def find_leaks(splits: Mapping[str, Pairs], looks: Mapping[str, Sequence[Look]]) -> list[Leak]:
    """Every pair of splits that share views."""
    leaks = []
    for split, other in SIDES:
        if splits[split].images and splits[other].images:
            leak = _between(split, other, splits, looks)
            if leak.share:
                leaks.append(leak)
    return leaks


def _view(path: str) -> tuple[str, str] | None:
    """The data set and the view in it; two data sets may well have views of the same name."""
    view = view_of(path)
    return None if view is None else (str(Path(path).parent.parent.parent), view)


def _between(
    split: str,
    other: str,
    splits: Mapping[str, Pairs],
    looks: Mapping[str, Sequence[Look]],
) -> Leak:
    ours, theirs = splits[split].images, splits[other].images
    views = {view: path for path in theirs if (view := _view(path)) is not None}
    digests = {look.digest: p for look, p in zip(looks[other], theirs, strict=True) if look.digest}
    counts = {"name": 0, "exact": 0, "near": 0}
    example = ("", "")
    unknown: list[int] = []
    for i, (path, look) in enumerate(zip(ours, looks[split], strict=True)):
        view = _view(path)
        found = views.get(view) if view is not None else None
        kind = "name"
        if found is None and look.digest:
            found, kind = digests.get(look.digest), "exact"
        if found is not None:
            counts[kind] += 1
            example = example if example[0] else (path, found)
        elif view is None and look.digest:
            unknown.append(i)
    # Names that tell the view are trusted; the others are compared by what they show.
    if unknown and digests:
        readable = [i for i, look in enumerate(looks[other]) if look.digest]
        prints = np.stack([looks[other][i].likeness for i in readable])
        best, bits = nearest(np.stack([looks[split][i].likeness for i in unknown]), prints)
        near = np.flatnonzero(bits < NEAR_BITS)
        counts["near"] = len(near)
        if len(near) and not example[0]:
            example = (ours[unknown[near[0]]], theirs[readable[best[near[0]]]])
    return Leak(split, other, counts["name"], counts["exact"], counts["near"], len(ours), example)
