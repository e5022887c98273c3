"""Finds which mask belongs to which image, by name alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jetcar.data.layout import IMAGE_SUFFIXES, MASK_SUFFIXES, split_folder
from jetcar.errors import UserError


@dataclass(frozen=True)
class Pairs:
    """Images sorted by name, each with its mask or None.

    Paths are strings: a set of 20,000 pictures is then quick to find and to send to a worker.
    """

    images: list[str]
    masks: list[str | None]
    unused_masks: list[str]

    def __len__(self) -> int:
        return len(self.images)

    def with_masks(self) -> Pairs:
        """Only those images that have a mask."""
        both = [(i, m) for i, m in zip(self.images, self.masks, strict=True) if m is not None]
        return Pairs([i for i, _ in both], [m for _, m in both], self.unused_masks)


def find_split(
    dataset: Path, split: str, allow_missing: bool = False, optional: bool = False
) -> Pairs:
    """Images and masks of one split of a data set.

    Args:
        dataset: The folder that holds ``Img`` and ``Mask``.
        split: ``Train``, ``Val`` or ``Test``.
        allow_missing: Whether images may lack masks; those of Test always may.
        optional: Whether the split may be absent or empty; Test always may.

    Raises:
        UserError: the split is empty, images have no mask, or two files claim one name.
    """
    optional = optional or split == "Test"
    images, masks = split_folder(dataset, "Img", split), split_folder(dataset, "Mask", split)
    if images is None:
        if optional:
            return Pairs([], [], [])
        raise UserError(f"{dataset} has no folder Img/{split}. Add it with its images.")
    pairs = find_pairs(images, masks)
    if not pairs.images and not optional:
        raise UserError(
            f"{images} holds no jpg or png image. Add images, or name another data set."
        )
    allow_missing = allow_missing or split == "Test"
    if not allow_missing and (sentence := missing_masks(dataset, split, pairs)):
        raise UserError(sentence)
    return pairs


def missing_masks(dataset: Path, split: str, pairs: Pairs) -> str | None:
    """The sentence about images without a mask; None when every image has one."""
    lost = [image for image, mask in zip(pairs.images, pairs.masks, strict=True) if mask is None]
    if not lost:
        return None
    masks = split_folder(dataset, "Mask", split)
    return (
        f"{len(lost)} of {len(pairs)} images in {Path(lost[0]).parent} have no mask in "
        f"{masks or dataset / 'Mask' / split}, first {os.path.basename(lost[0])}. "
        f"Add the masks{_as_png(masks)} or move those images out."
    )


def find_pairs(image_folder: Path, mask_folder: Path | None) -> Pairs:
    """Images of a folder and their masks in another.

    ``Img_x.jpg`` belongs to ``Mask_x.png`` and ``x.jpg`` to ``x.png``, whatever the case of the
    letters; a mask may also bear the full name of its image, or add ``Mask_`` to it. Files that
    are neither jpg nor png are passed over.

    Raises:
        UserError: two files differ only in case or suffix, so that nobody knows which one counts.
    """
    images = _by_stem(image_folder, IMAGE_SUFFIXES)
    masks = _by_stem(mask_folder, MASK_SUFFIXES) if mask_folder else {}
    stems = sorted(images)
    mask_of: dict[str, str] = {}
    unused = set(masks)
    # The usual names of all images first, so that a second choice takes no mask of another image.
    for rank in range(3):
        for stem in stems:
            if stem not in mask_of and (mask := _mask_stems(stem)[rank]) in unused:
                mask_of[stem] = mask
                unused.discard(mask)
    return Pairs(
        [f"{image_folder}{os.sep}{images[stem]}" for stem in stems],
        [f"{mask_folder}{os.sep}{masks[mask_of[s]]}" if s in mask_of else None for s in stems],
        [f"{mask_folder}{os.sep}{masks[stem]}" for stem in sorted(unused)],
    )


def _mask_stems(stem: str) -> tuple[str, str, str]:
    """Lower-case stems that the mask of an image may have, the usual one first."""
    usual = f"mask{stem[3:]}" if stem[:3] == "img" else stem
    return usual, stem, f"mask_{stem}"


def fingerprint(splits: Mapping[str, Pairs]) -> str:
    """A key of the data set: names and sizes of all its files, the same on every machine.

    Args:
        splits: Pairs by split name.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for split, pairs in sorted(splits.items()):
        for path in _all_files(pairs):
            digest.update(f"{split} {os.path.basename(path)} {os.path.getsize(path)}\n".encode())
    return digest.hexdigest()[:16]


def _all_files(pairs: Pairs) -> Iterable[str]:
    yield from pairs.images
    yield from (mask for mask in pairs.masks if mask is not None)


def _by_stem(folder: Path, suffixes: tuple[str, ...]) -> dict[str, str]:
    """File names by their lower-case stem."""
    found: dict[str, str] = {}
    for name in os.listdir(folder):
        lower = name.lower()
        if not lower.endswith(suffixes) or lower.startswith("."):
            continue
        stem = lower[: lower.rindex(".")]
        if stem in found:
            first, second = sorted((found[stem], name))
            raise UserError(
                f"{folder} holds {first} and {second}, which differ only in case or suffix. "
                "Remove or rename one."
            )
        found[stem] = name
    return found


def _as_png(folder: Path | None) -> str:
    """A hint where a folder of masks holds JPEG files, whose codes are damaged."""
    if folder and any(name.lower().endswith((".jpg", ".jpeg")) for name in os.listdir(folder)):
        return " as PNG (JPEG changes codes)"
    return ""
