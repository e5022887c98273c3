"""Weights of classes in the loss, from how often Train shows them: the rarer, the heavier."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from jetcar.classes import ClassTable

ENET_OFFSET = 1.02
"""Bounds ENet's weights to 1 / ln(1.02) = 50.5 for the rarest."""


@dataclass(frozen=True)
class Frequencies:
    """How often the masks of Train show each class that counts and occurs, by name.

    Attributes:
        share: Of the pixels that count.
        pictures: How many show it.
        images: How many there are.
    """

    share: dict[str, float]
    pictures: dict[str, int]
    images: int

    @classmethod
    def of(cls, split: Mapping[str, Any], ignored: list[str]) -> Frequencies:
        """From what an audit has counted in a split: see ``data.audit.Audit.splits``."""
        shown = {
            name: count
            for name, count in split["pictures"].items()
            if count and name not in ignored
        }
        total = sum(split["share"][name] for name in shown)
        share = {name: split["share"][name] / total for name in shown}
        return cls(share, shown, split["images"])


def enet(seen: Frequencies) -> dict[str, float]:
    """1 / ln(1.02 + share), from 1.4 to 50.

    Source:
        Paszke et al., "ENet" (2016), section 5.
    """
    return {name: 1 / math.log(ENET_OFFSET + share) for name, share in seen.share.items()}


def median_frequency(seen: Frequencies) -> dict[str, float]:
    """Median of all frequencies over the own one, which is the share in pictures that show it.

    Source:
        Eigen and Fergus, "Predicting Depth, Surface Normals and Semantic Labels" (2015),
        section 6.2; pictures count alike, whatever their size.
    """
    frequencies = {
        name: share * seen.images / seen.pictures[name] for name, share in seen.share.items()
    }
    middle = median(frequencies.values())
    return {name: middle / frequency for name, frequency in frequencies.items()}


def square_root(seen: Frequencies) -> dict[str, float]:
    """1 / the root of the share of all pixels: half way from equal weights to equal classes.

    Source:
        The root of the frequency, as Mahajan et al., "Exploring the Limits of Weakly Supervised
        Pretraining" (2018), section 2.2, draw pictures by; here it weighs pixels.
    """
    return {name: 1 / math.sqrt(share) for name, share in seen.share.items()}


def fourth_root(seen: Frequencies) -> dict[str, float]:
    """The root of ``square_root``: a quarter of the way from equal weights to equal classes.

    A network that is trained with weights gives a class more pixels than it has; with these, what
    it says of CamVid's Val was best as it was (docs/quality.md).
    """
    return {name: share**-0.25 for name, share in seen.share.items()}


def effective(seen: Frequencies) -> dict[str, float]:
    """1 / the effective number of pictures that show the class, the softest of all.

    Source:
        Cui et al., "Class-Balanced Loss Based on Effective Number of Samples" (2019), equation 2,
        with as many prototypes as there are pictures.
    """
    beta = 1 - 1 / seen.images
    return {name: (1 - beta) / (1 - beta**count) for name, count in seen.pictures.items()}


RULES: dict[str, Callable[[Frequencies], dict[str, float]]] = {
    "enet": enet,
    "median_frequency": median_frequency,
    "square_root": square_root,
    "fourth_root": fourth_root,
    "effective": effective,
}


def class_weights(
    rule: str | None, table: ClassTable, split: Mapping[str, Any], ignored: list[str]
) -> list[float] | None:
    """The weight of each code, 0 where Train shows nothing of it; None for equal weights.

    Args:
        rule: A key of ``RULES``; None for equal weights.
        table: The classes of the network.
        split: What an audit has counted in Train.
        ignored: Names of the classes that count nowhere.
    """
    if rule is None:
        return None
    by_name = RULES[rule](Frequencies.of(split, ignored))
    by_code = {one.code: by_name.get(one.name, 0.0) for one in table.classes}
    return [by_code.get(code, 0.0) for code in range(table.n_outputs)]
