"""Finds which mask belongs to which image, by name alone."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jetcar.data.layout import (
    IMAGE_SUFFIXES,
    MASK_SUFFIXES,
    can_be_told,
    same_name,
    split_folder,
)
from jetcar.data.left_out import LeftOut
from jetcar.errors import UserError
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

DOUBLES_TOLD = 5


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


def joined(several: Sequence[Pairs]) -> Pairs:
    """All pairs of several lists, one list after the other."""
    return Pairs(
        [image for pairs in several for image in pairs.images],
        [mask for pairs in several for mask in pairs.masks],
        [mask for pairs in several for mask in pairs.unused_masks],
    )


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
    hint = _wanted_name(lost[0], pairs.unused_masks) if pairs.unused_masks else ""
    return (
        f"{len(lost)} of {counted(len(pairs), 'image')} in {Path(lost[0]).parent} have no mask in "
        f"{masks or dataset / 'Mask' / split}, first {os.path.basename(lost[0])}. "
        f"Add the masks{_as_png(masks)} or move those images out.{hint}"
    )


def _wanted_name(image: str, unused_masks: list[str]) -> str:
    """What the mask of an image should be named, beside an example of how masks are named."""
    name, other = os.path.basename(image), os.path.basename(min(unused_masks))
    stem = os.path.splitext(name)[0]
    usual = f"Mask{stem[3:]}" if stem[:3].lower() == "img" else stem
    found = counted(len(unused_masks), "mask has", "masks have")
    return (
        f" {found} no image, first {other}; a mask of {name} is named {usual}.png, "
        f"{stem}_mask.png or Mask_{stem}.png."
    )


def find_pairs(image_folder: Path, mask_folder: Path | None) -> Pairs:
    """Images of a folder and their masks in another.

    ``Img_x.jpg`` belongs to ``Mask_x.png`` and ``x.jpg`` to ``x.png``, whatever the case of the
    letters and however their marks are written; a mask may also bear the full name of its image, or
    add ``Mask_`` or ``_mask`` to it. Pictures that are left out are told: those in another format,
    in folders below, and what is not a file. A link that leads nowhere stays, to be told when it is
    opened.

    Raises:
        UserError: two files differ only in case, marks or suffix, so that nobody knows which one
            counts; or a name cannot be told.
    """
    left_out = LeftOut()
    images, doubles = _by_stem(image_folder, IMAGE_SUFFIXES, left_out)
    masks: dict[str, str] = {}
    if mask_folder:
        masks, more = _by_stem(mask_folder, MASK_SUFFIXES, left_out)
        doubles += more
    if doubles:
        raise UserError(" ".join(doubles))
    for sentence in left_out.sentences():
        log.warning("%s", sentence)
    stems = sorted(images)
    mask_of: dict[str, str] = {}
    unused = set(masks)
    # The usual names of all images first, so that a second choice takes no mask of another image.
    for rank in range(4):
        for stem in stems:
            if stem not in mask_of and (mask := _mask_stems(stem)[rank]) in unused:
                mask_of[stem] = mask
                unused.discard(mask)
    return Pairs(
        [f"{image_folder}{os.sep}{images[stem]}" for stem in stems],
        [f"{mask_folder}{os.sep}{masks[mask_of[s]]}" if s in mask_of else None for s in stems],
        [f"{mask_folder}{os.sep}{masks[stem]}" for stem in sorted(unused)],
    )


def _mask_stems(stem: str) -> tuple[str, str, str, str]:
    """Lower-case stems that the mask of an image may have, the usual one first."""
    usual = f"mask{stem[3:]}" if stem[:3] == "img" else stem
    return usual, stem, f"mask_{stem}", f"{stem}_mask"


def _by_stem(
    folder: Path, suffixes: tuple[str, ...], left_out: LeftOut
) -> tuple[dict[str, str], list[str]]:
    """File names by what their stems have in common, and sentences about those that are double."""
    found: dict[str, str] = {}
    doubles: list[tuple[str, str]] = []
    untold: list[str] = []
    place = str(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            key = same_name(name)
            if key.startswith("."):
                continue
            if not key.endswith(suffixes):
                if entry.is_dir():
                    left_out.note_below(place, name)
                else:
                    left_out.note(place, name)
                continue
            # A link that leads nowhere is no file either; opening it tells why. A pipe would hang.
            if not entry.is_file() and Path(entry.path).exists():
                left_out.note_odd(place, name)
                continue
            if not can_be_told(name):
                untold.append(name)
            stem = key[: key.rindex(".")]
            if stem in found:
                doubles.append((found[stem], name))
            else:
                found[stem] = name
    if untold:
        raise UserError(_untold(folder, untold))
    return found, [_double(folder, doubles)] if doubles else []


def _double(folder: Path, doubles: list[tuple[str, str]]) -> str:
    pairs = sorted(" and ".join(sorted(both)) for both in doubles)
    # To the eye they may be the same: one name has letters whose marks are characters of their own.
    marks = any(_plain_stem(one) != _plain_stem(other) for one, other in doubles)
    differ = "differ only in case, suffix or how accented letters are encoded"
    differ = differ if marks else "differ only in case or suffix"
    if len(pairs) == 1:
        return f"{folder} holds {pairs[0]}, which {differ}. Remove or rename one."
    more = f"; and {len(pairs) - DOUBLES_TOLD} more" if len(pairs) > DOUBLES_TOLD else ""
    return (
        f"{folder} holds {counted(len(pairs), 'file')} more than once, which {differ}: "
        f"{'; '.join(pairs[:DOUBLES_TOLD])}{more}. Remove or rename one of each."
    )


def _plain_stem(name: str) -> str:
    return os.path.splitext(name.lower())[0]


def _untold(folder: Path, names: list[str]) -> str:
    first = os.fsencode(min(names))
    try:
        first.decode()
    except UnicodeDecodeError:
        why, fix = "is no UTF-8", "Rename it, for example with convmv -f latin1 -t utf8."
    else:
        if any("\udc80" <= letter <= "\udcff" for letter in min(names)):
            why, fix = "has letters that are not ASCII", "Set PYTHONUTF8=1 so that they are read."
        else:
            why, fix = "has control characters", "Rename it."
    count = f" ({len(names)} such names in all)" if len(names) > 1 else ""
    return f"{folder} holds a picture whose name {why}: {printable(min(names))}{count}. {fix}"


def _as_png(folder: Path | None) -> str:
    """A hint where a folder of masks holds JPEG files, whose codes are damaged."""
    if folder and any(name.lower().endswith((".jpg", ".jpeg")) for name in os.listdir(folder)):
        return " as PNG (JPEG changes codes)"
    return ""


def find_pair(image: Path, mask_folder: Path | None) -> Pairs:
    """One image and its mask in a folder, by the same names; none when it is no jpg or png.

    Other images beside it do not matter.

    Raises:
        UserError: its name cannot be told.
    """
    if not image.name.lower().endswith(IMAGE_SUFFIXES):
        return Pairs([], [], [])
    if not can_be_told(image.name):
        raise UserError(_untold(image.parent, [image.name]))
    there: dict[str, str] = {}
    if mask_folder is not None:
        with os.scandir(mask_folder) as entries:
            there = {same_name(entry.name): entry.name for entry in entries if entry.is_file()}
    usual = [f"{stem}.png" for stem in _mask_stems(same_name(image.stem))]
    name = next((there[one] for one in usual if one in there), None)
    mask = None if name is None else f"{mask_folder}{os.sep}{name}"
    return Pairs([f"{image.parent}{os.sep}{image.name}"], [mask], [])
