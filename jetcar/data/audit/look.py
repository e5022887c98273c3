"""What one look at an image and its mask brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED
from jetcar.data.codes import Codes, refuse_other_shape
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import (
    STRIP_PIXELS,
    Pixels,
    count_values,
    read_file,
    read_image,
    transparent_share,
)
from jetcar.data.views import likeness
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.progress import progress

DARK = 32
"""A picture without a brighter value shows hardly anything."""

MANY_RIMS = 0.18
"""Of the edges: see ``rims_of``."""

FEW_RIMS = 30
"""Pixels in rims; fewer may be there by chance."""


@dataclass
class Look:
    """What was seen of one pair.

    Attributes:
        errors: What is wrong, as kind and sentence; the kinds are the keys of
            ``audit.ERRORS``.
        warnings: What is odd, likewise; the kinds are the keys of ``audit.WARNINGS``.
        counts: Pixels of each mask value, shape ``(256,)``, int64.
        digest: Of the image file's bytes; empty when it cannot be read.
        likeness: See ``views.likeness``, shape ``(4,)``, uint64.
        size: Width and height of the image; (0, 0) when it cannot be read.
    """

    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    digest: bytes = b""
    likeness: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(4, np.uint64))
    size: tuple[int, int] = (0, 0)


def look_at_all(pairs: Pairs, codes: Codes, what: str) -> list[Look]:
    """Looks at every pair, on all cores when there are many, with progress.

    Args:
        pairs: Images, some without masks.
        codes: What the values of the masks mean.
        what: What the progress shows.
    """
    tasks = list(zip(pairs.images, pairs.masks, strict=True))
    look = partial(look_at, codes)
    with progress(what, len(tasks), "pictures") as advance:
        looks: list[Look] = []
        for one in each(look, tasks):
            looks.append(one)
            advance(1)
        return looks


def look_at(codes: Codes, pair: tuple[str, str | None]) -> Look:
    """Opens an image and its mask, and notes what is wrong or odd with them."""
    image_path, mask_path = pair
    look = Look()
    image = _image(look, image_path)
    if mask_path is None or (mask := _mask(look, mask_path, codes)) is None:
        return look
    if image is not None:
        try:
            refuse_other_shape(image, mask, image_path, mask_path)
        except UserError as error:
            look.errors.append(("shape", str(error)))
        if image.shape[:2] != mask.shape and not look.errors:
            look.warnings.append(
                ("scale", f"{mask_path} is {mask.shape[1]} x {mask.shape[0]} pixels, its image not")
            )
    look.warnings += odd_values(np.flatnonzero(look.counts).tolist(), mask_path)
    look.warnings += smooth_edges(mask, mask_path)
    return look


def _image(look: Look, path: str) -> Pixels | None:
    """Notes what an image shows alone; None when it cannot be read."""
    try:
        image, data = read_image(path), read_file(path)
        look.digest = hashlib.sha256(data).digest()[:16]
        look.likeness = likeness(image)
        look.size = image.shape[1], image.shape[0]
        if (light := int(image.max())) < DARK:
            look.warnings.append(
                ("dark", f"{path} is almost black: no value in it is above {light} of 255")
            )
        look.warnings += transparency(path, data, "the colours stored there are learnt")
    except UserError as error:
        look.errors.append(("image", str(error)))
        return None
    return image


def _mask(look: Look, path: str, codes: Codes) -> Pixels | None:
    """Notes what a mask shows alone; None when it cannot be read."""
    try:
        mask = codes.coding.read(path)
        look.warnings += transparency(path, read_file(path), "the codes stored there count")
    except UserError as error:
        look.errors.append(("mask", str(error)))
        return None
    look.counts = count_values(mask)
    try:
        codes.check(mask, path)
    except UserError as error:
        look.errors.append(("codes", str(error)))
    return mask


def transparency(path: str, data: bytes, effect: str) -> list[tuple[str, str]]:
    """What is odd with a picture that is not opaque everywhere, as kind and sentence."""
    if not (share := transparent_share(path, data)):
        return []
    return [
        (
            "transparent",
            f"{path} is transparent in {100 * share:.3g} % of its pixels, which is ignored: "
            f"{effect}. If that is not what you mean, save it without transparency",
        )
    ]


def odd_values(present: list[int], mask_path: str) -> list[tuple[str, str]]:
    """What is odd with the values that occur in a mask, as kind and sentence."""
    if IGNORED in present and set(present) <= {0, IGNORED}:
        return [
            ("black and white", f"{mask_path} holds only 0 and 255; 255 counts as not labelled")
        ]
    if len(present) == 1:
        return [("one value", f"{mask_path} holds nothing but {present[0]}")]
    return []


def smooth_edges(mask: Pixels, mask_path: str) -> list[tuple[str, str]]:
    """What is odd with a mask that was interpolated, as kind and sentence."""
    if (rims := rims_of(mask)) <= MANY_RIMS:
        return []
    return [
        (
            "rims",
            f"{mask_path} has smooth edges: {100 * rims:.0f} % of them run through codes that "
            "lie between those of both sides. Draw it again without smoothing, or change its "
            "size by the nearest pixel",
        )
    ]


def rims_of(mask: Pixels) -> float:
    """How much of the edges in a mask are rims, as interpolation leaves them.

    A change of size that mixes neighbours, or a brush with a soft edge, puts the codes 3 and 4
    between the regions 2 and 5, which are other classes.

    Args:
        mask: Codes, shape ``(H, W)``, uint8.

    Returns:
        Share of the edges along the rows that lead through a code between both sides. Clean masks
        of streets have up to 0.13, where thin lines happen to lie so; interpolated ones mostly 0.3
        and more. 0 for a mask with few edges.
    """
    rims = jumps = 0
    rows = max(1, STRIP_PIXELS // mask.shape[1])
    for start in range(0, len(mask), rows):
        strip = mask[start : start + rows]
        before, at, after = strip[:, :-2], strip[:, 1:-1], strip[:, 2:]
        rising, falling = (before < at) & (at < after), (before > at) & (at > after)
        rims += int(np.count_nonzero(rising | falling))
        left, right = strip[:, :-1], strip[:, 1:]
        jumps += int(np.count_nonzero(np.maximum(left, right) - np.minimum(left, right) > 1))
    return rims / (rims + jumps) if rims >= FEW_RIMS else 0.0
