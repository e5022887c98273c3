"""Reads masks as people have them: values, palettes or colours, in any lossless format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED, RGB
from jetcar.data.coding import packed
from jetcar.data.labels.form import MaskValues
from jetcar.data.labels.opening import opened
from jetcar.data.pictures import STRIP_PIXELS, Pixels, is_coloured, read_file
from jetcar.data.png_file import Colors
from jetcar.errors import UserError
from jetcar.wording import counted

COLOURS_SHOWN = 3

MOST_VALUE = 65_535
CHUNK = 4096
"""Colours that are compared with all of the classes at a time."""


@dataclass(frozen=True)
class MaskCodes:
    """A mask as class codes, shape ``(H, W)``, and how many pixels got the nearest colour's."""

    codes: Pixels
    moved: int = 0


def read_mask_file(
    path: str, means: MaskValues, code_of: Mapping[str, int], nearest: bool
) -> MaskCodes:
    """Decodes a mask.

    Where ``means`` has both values and colours, grey masks are read by value and others by colour.

    Args:
        path: The file.
        means: What its values mean.
        code_of: The code of each class.
        nearest: Whether a colour that no class has is taken for the nearest that one has.

    Raises:
        UserError: it cannot be read, or holds values or colours of no class.
    """
    if means.coding is not None:
        try:
            return MaskCodes(_by_value(path, means.coding.read(path), means, code_of))
        except UserError:
            if not nearest:
                raise
    values, palette, is_lossy = _decoded(path)
    if is_lossy and not (nearest and means.by_color):
        raise UserError(
            f"{path} is a JPEG, which changes the colours of masks. Save it as PNG from the start; "
            "data.nearest_color=true takes the nearest colour."
        )
    if palette is not None and means.by_color is not None:
        values = palette[values]
    if values.ndim == 3 and means.by_color is None:
        if is_coloured(values.astype(np.uint8)):
            raise UserError(
                f"{path} holds colours, and no list of classes says what they mean. Put a "
                "classes.csv with the columns code,name,color into the folder of the data set."
            )
        values = values[..., 0]
    if values.ndim == 2 and means.by_value is None:
        values = np.repeat(values[..., None], 3, axis=2)
    if values.ndim == 2:
        return MaskCodes(_by_value(path, values, means, code_of))
    return _by_color(path, values, means.by_color or {}, code_of, nearest)


def values_in(path: str) -> tuple[set[int], bool]:
    """Grey values or indices in a mask, and whether it is in colours instead.

    Raises:
        UserError: it cannot be read.
    """
    values, palette, _ = _decoded(path)
    if values.ndim == 3:
        coloured = is_coloured(values.astype(np.uint8))
        return set(np.unique(values[..., 0]).tolist()), coloured
    used = set(np.unique(values).tolist())
    return used, palette is not None and is_coloured(palette[sorted(used)])


def _decoded(path: str) -> tuple[npt.NDArray[np.integer], Pixels | None, bool]:
    """Values, shape ``(H, W)`` or ``(H, W, 3)``; the palette; and whether it is a JPEG."""
    with opened(path, read_file(path)) as image:
        palette = None
        is_lossy = image.format in ("JPEG", "MPO")
        if image.mode == "P":
            palette = np.zeros((256, 3), np.uint8)
            own = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
            palette[: len(own)] = own
        elif image.mode in ("LA", "RGBA", "PA"):
            alpha = np.asarray(image.getchannel("A"))
            if (alpha != 255).any():
                raise UserError(
                    f"{path} has transparent pixels ({100 * (alpha != 255).mean():.3g} %), so "
                    "that nobody knows what they show. Save it without transparency."
                )
            image = image.convert("L" if image.mode == "LA" else "RGB")
        elif image.mode in ("CMYK", "YCbCr", "RGBX"):
            image = image.convert("RGB")
        return np.asarray(image).astype(np.int32), palette, is_lossy


def _by_value(
    path: str, values: npt.NDArray[np.integer], means: MaskValues, code_of: Mapping[str, int]
) -> Pixels:
    if values.min() < 0 or values.max() > MOST_VALUE:
        raise UserError(f"{path} has values of more than 16 bits. Save it with 8 bits.")
    if means.divisor > 1:
        values = np.where(values >= means.divisor, values // means.divisor, values)
    counts = np.bincount(values.reshape(-1))
    found = np.flatnonzero(counts).tolist()
    known = means.by_value or {}
    if lost := [value for value in found if value not in known]:
        share = 100 * counts[lost].sum() / values.size
        some = ", ".join(map(str, lost[:5]))
        raise UserError(
            f"{path} holds the value{'s' * (len(lost) > 1)} {some} ({share:.3g} % of its pixels), "
            f"and the list of classes has only {_shown(known)}. Add them to the list, or draw the "
            "mask again."
        )
    codes = np.zeros(len(counts), np.uint8)
    codes[found] = [_code(known[value], code_of) for value in found]
    drawn: Pixels = codes[values]
    return drawn


def _shown(known: Mapping[int, str | None]) -> str:
    numbers = sorted(known)
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])


def _code(name: str | None, code_of: Mapping[str, int]) -> int:
    return IGNORED if name is None else code_of[name]


def _by_color(
    path: str,
    values: npt.NDArray[np.integer],
    by_color: Mapping[RGB, str | None],
    code_of: Mapping[str, int],
    nearest: bool,
) -> MaskCodes:
    colors = np.array([*by_color], np.uint8)
    codes = np.array([_code(name, code_of) for name in by_color.values()], np.uint8)
    order = packed(colors).argsort()
    colors, codes = colors[order], codes[order]
    known = packed(colors)
    flat = values.reshape(-1, 3)
    drawn = np.empty(len(flat), np.uint8)
    lost: list[npt.NDArray[np.int32]] = []
    for start in range(0, len(flat), STRIP_PIXELS):
        strip = slice(start, start + STRIP_PIXELS)
        numbers = packed(flat[strip].astype(np.uint8))
        places = known.searchsorted(numbers).clip(max=len(known) - 1)
        off = known[places] != numbers
        if off.any():
            lost.append(numbers[off])
            places[off] = _nearest(numbers[off], colors) if nearest else 0
        drawn[strip] = codes[places]
    if lost and not nearest:
        raise UserError(_off(path, np.concatenate(lost), len(flat)))
    return MaskCodes(drawn.reshape(values.shape[:2]), sum(map(len, lost)))


def _nearest(numbers: npt.NDArray[np.int32], colors: Colors) -> npt.NDArray[np.int64]:
    """The place of the colour that is nearest to each of some, in RGB."""
    found, places = np.unique(numbers, return_inverse=True)
    theirs = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.int64)
    best = np.empty(len(found), np.int64)
    for start in range(0, len(found), CHUNK):
        part = slice(start, start + CHUNK)
        away = theirs[part, None] - colors.astype(np.int64)[None]
        best[part] = (away**2).sum(axis=2).argmin(axis=1)
    return best[places]


def _off(path: str, numbers: npt.NDArray[np.int32], total: int) -> str:
    """The sentence about colours of no class, with their counts."""
    colors, counts = np.unique(numbers, return_counts=True)
    often = counts.argsort()[::-1][:COLOURS_SHOWN]
    some = ", ".join(f"{colors[i]:06X} ({counted(int(counts[i]), 'pixel')})" for i in often)
    pixels = len(numbers)
    return (
        f"{path} holds {counted(len(colors), 'colour')} of no class in "
        f"{counted(pixels, 'pixel')} ({100 * pixels / total:.3g} %), such as {some}. Save the mask "
        "as PNG without smooth edges, or take the nearest colour with data.nearest_color=true."
    )
