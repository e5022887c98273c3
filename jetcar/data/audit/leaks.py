"""Views that appear on both sides of a split, where they flatter the score."""

from __future__ import annotations

from collections import Counter
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


@dataclass(frozen=True)
class Match:
    """A picture of one split that another one knows already.

    Attributes:
        index: Its number in its split.
        other: Number of the picture there that it is like.
        how: ``name``, ``exact`` or ``near``; see ``Leak``.
    """

    index: int
    other: int
    how: str


def find_leaks(splits: Mapping[str, Pairs], looks: Mapping[str, Sequence[Look]]) -> list[Leak]:
    """Every pair of splits that share views."""
    leaks = []
    for split, other in SIDES:
        if found := find_matches(split, other, splits, looks):
            how = Counter(match.how for match in found)
            # The surest one is the example.
            first = min(found, key=lambda match: (match.how == "near", match.index))
            example = splits[split].images[first.index], splits[other].images[first.other]
            images = len(splits[split])
            leaks.append(
                Leak(split, other, how["name"], how["exact"], how["near"], images, example)
            )
    return leaks


def _view(path: str) -> tuple[str, str] | None:
    """The data set and the view in it; two data sets may well have views of the same name."""
    view = view_of(path)
    return None if view is None else (str(Path(path).parent.parent.parent), view)


def find_matches(
    split: str,
    other: str,
    splits: Mapping[str, Pairs],
    looks: Mapping[str, Sequence[Look]],
) -> list[Match]:
    """The pictures of a split that show what another one shows, each with one from there.

    Args:
        split: Whose pictures are looked for,
        other: and where.
        splits: The pictures.
        looks: What was seen of each.
    """
    ours, theirs = splits[split].images, splits[other].images
    views = {view: j for j, path in enumerate(theirs) if (view := _view(path)) is not None}
    digests = {look.digest: j for j, look in enumerate(looks[other]) if look.digest}
    matches: list[Match] = []
    unknown: list[int] = []
    for i, (path, look) in enumerate(zip(ours, looks[split], strict=True)):
        view = _view(path)
        if view is not None and view in views:
            matches.append(Match(i, views[view], "name"))
        elif look.digest and look.digest in digests:
            matches.append(Match(i, digests[look.digest], "exact"))
        elif view is None and look.digest:
            unknown.append(i)
    # Names that tell the view are trusted; the others are compared by what they show.
    if unknown and digests:
        readable = [j for j, look in enumerate(looks[other]) if look.digest]
        prints = np.stack([looks[other][j].likeness for j in readable])
        best, bits = nearest(np.stack([looks[split][i].likeness for i in unknown]), prints)
        for place in np.flatnonzero(bits < NEAR_BITS).tolist():
            matches.append(Match(unknown[place], readable[best[place]], "near"))
    return matches
