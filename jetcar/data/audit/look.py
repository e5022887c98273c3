"""What one look at an image and its mask brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED
from jetcar.data.codes import Codes, refuse_other_shape
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import read_image, read_mask
from jetcar.data.views import likeness
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.progress import progress

CHUNK = 32
"""Pairs that a process looks at before it reports."""

ALONE = 500
"""Up to so many pairs one process is quicker than starting several."""


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
    """

    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    digest: bytes = b""
    likeness: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(4, np.uint64))


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
        for one in each(look, tasks, ALONE, CHUNK):
            looks.append(one)
            advance(1)
        return looks


def look_at(codes: Codes, pair: tuple[str, str | None]) -> Look:
    """Opens an image and its mask, and notes what is wrong or odd with them."""
    image_path, mask_path = pair
    look = Look()
    image = mask = None
    try:
        image = read_image(image_path)
        look.digest = hashlib.sha256(Path(image_path).read_bytes()).digest()[:16]
        look.likeness = likeness(image)
    except UserError as error:
        look.errors.append(("image", str(error)))
    if mask_path is None:
        return look
    try:
        mask = read_mask(mask_path)
    except UserError as error:
        look.errors.append(("mask", str(error)))
        return look
    look.counts = np.bincount(mask.ravel(), minlength=256)
    try:
        codes.check(mask, mask_path)
    except UserError as error:
        look.errors.append(("codes", str(error)))
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
    return look


def odd_values(present: list[int], mask_path: str) -> list[tuple[str, str]]:
    """What is odd with the values that occur in a mask, as kind and sentence."""
    if IGNORED in present and set(present) <= {0, IGNORED}:
        return [
            ("black and white", f"{mask_path} holds only 0 and 255; 255 counts as not labelled")
        ]
    if len(present) == 1:
        return [("one value", f"{mask_path} holds nothing but {present[0]}")]
    return []
