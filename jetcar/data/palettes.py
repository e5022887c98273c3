"""Finds out how the masks of a data set say their codes, which one mask alone cannot tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.coding import COLOUR, VALUE, Coding, own_colours, packed
from jetcar.data.pictures import count_values, is_coloured, read_file, read_raw_mask
from jetcar.data.png_file import PALETTE, PNG_START, RGB, Colors, head_of, palette_of
from jetcar.data.views import origin_of
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.wording import counted

FIRST_BYTES = 4096
"""The palette stands among them, unless words stand before it."""

FIX = (
    "Save all masks with one palette, or as grey PNG whose value is the code; or give a class "
    "table that has their colours (data.classes=my.csv)"
)


@dataclass(frozen=True)
class Found:
    """What masks were found to use.

    Attributes:
        coding: How to read them.
        errors: Sentences; the masks cannot be told apart then.
        warnings: Sentences about masks that are read in another way than JetCar's.
    """

    coding: Coding
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def find_coding(masks: Sequence[str], table: ClassTable) -> Found:
    """How to read the masks of a data set.

    A palette index is a code, as the JetCar tools write it, where the masks of one tool have one
    palette. Where it differs from mask to mask, an index means nothing: then the palette's greys
    are codes, or its colours are those of the class table, or the masks cannot be used. A palette
    of greys that are other codes than their indices is what programs make that pack grey PNG
    files, so that the greys count.

    Only the head of each file is read, and all of it where that leaves a doubt. A file that cannot
    be read is passed over: whoever reads it for its pixels tells that.
    """
    palettes: dict[str, Colors] = {}
    coloured: list[str] = []
    for mask in masks:
        try:
            kind, palette = _head_of(mask)
        except UserError:
            continue
        if kind == RGB:
            coloured.append(mask)
        elif palette is not None and not (len(palette) == 256 and _is_identity(palette)):
            palettes[mask] = palette
    found = _of_palettes(palettes, table)
    if not _mostly_in_colours(coloured, table):
        return found
    coding = Coding.of(table, found.coding.palette, COLOUR)
    told = "masks of colours instead of codes: they are read by the colours of the class table"
    return Found(coding, found.errors, (*found.warnings, told))


def known_coding(masks: Sequence[str], table: ClassTable) -> Coding:
    """How to read masks that no audit has looked at.

    Raises:
        UserError: they cannot be told apart.
    """
    found = find_coding(masks, table)
    if found.errors:
        raise UserError(found.errors[0])
    return found.coding


def _head_of(mask: str) -> tuple[int, Colors | None]:
    """Colour type and palette of a mask; -1 for a file that is none.

    Raises:
        UserError: it cannot be read.
    """
    data = read_file(mask, FIRST_BYTES)
    if data[:8] != PNG_START or (head := head_of(data)) is None:
        return -1, None
    if head.kind != PALETTE:
        return head.kind, None
    palette = palette_of(data)
    return PALETTE, palette_of(read_file(mask)) if palette is None else palette


def _is_identity(palette: Colors) -> bool:
    return bool((palette == np.arange(len(palette), dtype=np.uint8)[:, None]).all())


def _of_palettes(palettes: Mapping[str, Colors], table: ClassTable) -> Found:
    distinct = list({palette.tobytes(): palette for palette in palettes.values()}.values())
    used: dict[str, Colors] = {}
    clash = _clash(palettes, used) if len(distinct) > 1 else None
    if clash is not None:  # unless it is in entries that no pixel uses
        names = list(palettes)
        used = dict(zip(names, each(_used_in, names), strict=True))
        clash = _clash(palettes, used)
    if clash is None:
        if all(map(_is_identity, distinct)):
            return Found(Coding())
        if _are_packed_greys(distinct, table):
            return _by_value(len(palettes))
        return Found(Coding(), warnings=tuple(_contradictions(distinct, table)))
    colours = np.concatenate([palettes[name][used[name]] for name in palettes])
    if not is_coloured(colours):
        return _by_value(len(palettes))
    own = own_colours(table)
    known = np.array([colour for colour, _ in own], np.uint8).reshape(-1, 3)
    lost = np.setdiff1d(packed(colours), packed(known))
    if not len(lost):
        told = (
            f"{counted(len(palettes), 'mask')} with palettes that differ, in the colours of the "
            "class table: the colour counts, not the index"
        )
        return Found(Coding.of(table, COLOUR), warnings=(told,))
    return Found(
        Coding(),
        errors=(
            f"The palettes of the masks differ: index {clash.index} is {clash.in_words()}. An "
            "index is not a code then, and the class table has no class for some of the colours, "
            f"such as {lost[0]:06X}. {FIX}.",
        ),
    )


@dataclass(frozen=True)
class _Clash:
    """An index with several colours.

    Attributes:
        index: The index.
        colours: Each colour, in how many masks it is, and the first of these; most masks first.
    """

    index: int
    colours: list[tuple[int, int, str]]

    def in_words(self) -> str:
        first, second = self.colours[:2]
        return (
            f"{first[0]:06X} in {counted(first[1], 'mask')}, such as {first[2]}, and "
            f"{second[0]:06X} in {counted(second[1], 'mask')}, such as {second[2]}"
        )


def _clash(palettes: Mapping[str, Colors], used: Mapping[str, Colors]) -> _Clash | None:
    """An index that has two colours in the masks of one tool; None when there is none.

    Args:
        palettes: Of each mask.
        used: Indices that pixels have, of each mask; where it is not there, all of the palette.
    """
    # Masks of the same tool, palette and indices are looked at as one.
    alike: defaultdict[tuple[str | None, bytes, bytes], list[str]] = defaultdict(list)
    for mask, palette in palettes.items():
        some = used[mask].tobytes() if used else b""
        alike[origin_of(mask), palette.tobytes(), some].append(mask)
    seen: defaultdict[tuple[str | None, int], dict[int, tuple[int, str]]] = defaultdict(dict)
    for (origin, _, _), masks in alike.items():
        colours = packed(palettes[masks[0]])
        indices = used[masks[0]] if used else np.arange(len(colours))
        for index in indices.tolist():
            of_index = seen[origin, index]
            number, example = of_index.get(int(colours[index]), (0, masks[0]))
            of_index[int(colours[index])] = number + len(masks), example
    for (_, index), of_index in sorted(seen.items(), key=lambda item: item[0][1]):
        if len(of_index) > 1:
            often = sorted(of_index.items(), key=lambda item: -item[1][0])
            return _Clash(index, [(colour, *masks) for colour, masks in often])
    return None


def _used_in(mask: str) -> Colors:
    """Indices that pixels of a mask have and its palette too; none when it cannot be read."""
    try:
        raw = read_raw_mask(mask)
    except UserError:
        return np.zeros(0, np.uint8)
    size = 0 if raw.palette is None else len(raw.palette)
    return np.flatnonzero(count_values(raw.pixels)[:size]).astype(np.uint8)


def _are_packed_greys(distinct: Sequence[Colors], table: ClassTable) -> bool:
    """Whether palettes are what a program makes of grey masks when it packs their files.

    They hold nothing but codes then, each once. What holds only 0 and 255 is black and white to
    look at: there an index is the code.
    """
    if any(is_coloured(palette) for palette in distinct):
        return False
    greys = [_trimmed(palette)[:, 0].tolist() for palette in distinct]
    values = {value for of_one in greys for value in of_one}
    return (
        all(len(set(of_one)) == len(of_one) < 256 for of_one in greys)
        and values <= {*table.codes, IGNORED}
        and not values <= {0, IGNORED}
    )


def _trimmed(palette: Colors) -> Colors:
    """Without the black at its end with which programs fill it up, but for the first entry."""
    lit = np.flatnonzero(palette.any(axis=1))
    return palette[: max(1, int(lit[-1]) + 1 if len(lit) else 0)]


def _contradictions(distinct: Sequence[Colors], table: ClassTable) -> Iterator[str]:
    """What to tell where a palette has the colours of the classes at other indices."""
    code_of = {
        red << 16 | green << 8 | blue: code for (red, green, blue), code in own_colours(table)
    }
    for palette in distinct:
        codes = [code_of.get(number) for number in packed(_trimmed(palette)).tolist()]
        wrong = [(i, code) for i, code in enumerate(codes) if code is not None and code != i]
        if wrong and None not in codes and len(codes) > 1:
            index, code = wrong[0]
            colour = packed(palette)[index]
            yield (
                f"index {index} of the masks' palette has the colour {colour:06X}, which the class "
                f"table gives to {table.names[code]} (code {code}); the index counts. If that is "
                "wrong, name the right table with data.classes"
            )
            return


def _by_value(masks: int) -> Found:
    return Found(
        Coding(VALUE),
        warnings=(
            f"{counted(masks, 'mask')} with a palette of greys that are codes: the grey counts, "
            "not the index",
        ),
    )


def _mostly_in_colours(masks: Sequence[str], table: ClassTable) -> bool:
    """Whether of the RGB masks that hold colours at least half hold only those of classes."""
    if not masks:
        return False
    coding = Coding.of(table, rgb=COLOUR)
    kinds = Counter(each(partial(_kind_of, coding), list(masks)))
    return kinds["known"] > 0 and kinds["known"] >= kinds["foreign"]


def _kind_of(coding: Coding, mask: str) -> str:
    """Whether the colours of an RGB mask are ``known``, ``foreign`` or none at all (``grey``)."""
    try:
        if not is_coloured(read_raw_mask(mask).pixels):
            return "grey"
        coding.read(mask)
    except UserError:
        return "foreign"
    return "known"
