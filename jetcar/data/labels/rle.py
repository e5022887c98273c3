"""Masks as lengths of runs, in the ways of COCO and of Label Studio, read and written.

Not with pycocotools: it would be one more compiled library for some forty lines, knows nothing of
Label Studio, and ends the program at counts that are not those of a mask.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jetcar.data.labels.form import Runs

Lengths = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]

SIZE_BITS = (3, 4, 8, 16)
"""Widths of a length in the files of Label Studio, in bits."""

LONGEST_RUN = 1 << SIZE_BITS[-1]
CHANNELS = 4
"""Label Studio packs RGBA, of which the last says how much is covered."""

HALF = 128


def bits_of(runs: Runs) -> Bits:
    """The mask of some runs, shape ``(height, width)``."""
    flat = np.repeat(np.arange(len(runs.lengths)) % 2 == 1, runs.lengths)
    if runs.by_columns:
        return flat.reshape(runs.width, runs.height).T
    return flat.reshape(runs.height, runs.width)


def lengths_of(bits: Bits, by_columns: bool = False) -> Lengths:
    """The runs of a mask, of which the first is outside of the area and may be empty."""
    flat = (bits.T if by_columns else bits).ravel()
    if not len(flat):
        return np.zeros(1, np.int64)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(np.concatenate([[0], changes, [len(flat)]]))
    return np.concatenate([[0], lengths]) if flat[0] else lengths


def checked(lengths: Lengths, height: int, width: int, by_columns: bool = False) -> Runs:
    """The runs, if they are those of a mask of that size.

    Raises:
        ValueError: one is negative, or they do not add up.
    """
    if (lengths < 0).any():
        raise ValueError("a run of pixels has a negative length")
    if (lengths > height * width).any():
        raise ValueError(f"a run is longer than {height} x {width} pixels")
    if (total := int(lengths.sum())) != height * width:
        raise ValueError(f"its runs have {total} pixels in all, not {height} x {width}")
    return Runs(lengths, height, width, by_columns)


def unpack_coco(text: str) -> Lengths:
    """The lengths in COCO's packed text.

    Raises:
        ValueError: it is cut off, or holds other letters.

    Source:
        Five bits a letter from ``0`` on, the sixth where more follow; from the fourth length on,
        the difference to the one two before.
    """
    lengths: list[int] = []
    value = shift = 0
    for letter in text:
        part = ord(letter) - 48
        if not 0 <= part < 64 or shift > 60:
            raise ValueError(f"{letter!r} does not belong into packed runs")
        value |= (part & 31) << shift
        shift += 5
        if part & 32:
            continue
        if part & 16:
            value -= 1 << shift
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
        value = shift = 0
    if shift:
        raise ValueError("its packed runs are cut off")
    return np.array(lengths, np.int64)


def pack_coco(lengths: Lengths) -> str:
    """COCO's packed text; ``unpack_coco`` reads it back."""
    letters = []
    plain = lengths.tolist()
    for place, length in enumerate(plain):
        value = length - plain[place - 2] if place > 2 else length
        while True:
            part, value = value & 31, value >> 5
            is_last = value == (-1 if part & 16 else 0)
            letters.append(chr(48 + (part if is_last else part | 32)))
            if is_last:
                break
    return "".join(letters)


def unpack_label_studio(data: list[int], height: int, width: int) -> Lengths:
    """The lengths of the covered pixels in what Label Studio packs as RGBA.

    Raises:
        ValueError: it is cut off, or of another size.

    Source:
        The bits of https://github.com/thi-ng/umbrella, packages/rle-pack.
    """
    bits = np.unpackbits(np.array(data, np.uint8))
    weights = 1 << np.arange(32, dtype=np.int64)[::-1]
    at = 0

    def read(count: int) -> int:
        nonlocal at
        if at + count > len(bits):
            raise ValueError("its packed runs are cut off")
        at += count
        return int(bits[at - count : at] @ weights[-count:])

    total, word = read(32), read(5) + 1
    sizes = [read(4) + 1 for _ in range(4)]
    if total != CHANNELS * height * width or word != 8:
        raise ValueError(f"its packed runs have {total // CHANNELS} pixels, not {height} x {width}")
    values = np.empty(total, np.uint8)
    done = 0
    while done < total:
        is_run = read(1)
        count = read(sizes[read(2)]) + 1
        if done + count > total:
            raise ValueError("its packed runs have more pixels than they say")
        if is_run:
            values[done : done + count] = read(word)
        else:
            if at + count * word > len(bits):
                raise ValueError("its packed runs are cut off")
            values[done : done + count] = np.packbits(bits[at : at + count * word])
            at += count * word
        done += count
    return lengths_of(values[CHANNELS - 1 :: CHANNELS] >= HALF)


def pack_label_studio(bits: Bits) -> list[int]:
    """A mask as Label Studio packs it; ``unpack_label_studio`` reads it back."""
    lengths = lengths_of(bits)
    said = [f"{CHANNELS * bits.size:032b}{7:05b}", *(f"{size - 1:04b}" for size in SIZE_BITS)]
    for place, length in enumerate((CHANNELS * lengths).tolist()):
        while length:
            run = min(length, LONGEST_RUN)
            number = next(n for n, size in enumerate(SIZE_BITS) if run <= 1 << size)
            said.append(f"1{number:02b}{run - 1:0{SIZE_BITS[number]}b}{255 * (place % 2):08b}")
            length -= run
    text = "".join(said)
    text += "0" * (-len(text) % 8)
    return [int(text[at : at + 8], 2) for at in range(0, len(text), 8)]
