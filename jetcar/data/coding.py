"""What in a data set's masks says the class: codes, or the colours of the class table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jetcar.classes import RGB, ClassTable
from jetcar.data.pictures import (
    MASK_FIX,
    STRIP_PIXELS,
    Pixels,
    count_values,
    is_coloured,
    read_mask,
    read_raw_mask,
)
from jetcar.data.png_file import Colors
from jetcar.errors import UserError
from jetcar.wording import counted

INDEX, VALUE, COLOUR = "index", "value", "colour"

MANY = 100
"""So many foreign colours are looked at; a mask with smooth edges has thousands."""


@dataclass(frozen=True)
class Coding:
    """How the masks of a data set say their codes; grey masks always by their value.

    Attributes:
        palette: Of palette masks: ``index``; ``value``, the grey of the index's palette entry, as
            in grey masks that a program has packed; or ``colour`` of that entry.
        rgb: Of RGB masks: ``value``, where R = G = B = code, or ``colour``.
        colours: Colour (R, G, B) and code of each class that has a colour of its own.
    """

    palette: str = INDEX
    rgb: str = VALUE
    colours: tuple[tuple[RGB, int], ...] = ()

    @classmethod
    def of(cls, table: ClassTable, palette: str = INDEX, rgb: str = VALUE) -> Coding:
        """The coding with the colours of a class table, where it needs them."""
        return cls(palette, rgb, own_colours(table) if COLOUR in (palette, rgb) else ())

    @property
    def is_plain(self) -> bool:
        """Whether masks are read as the JetCar tools write them."""
        return self.palette == INDEX and self.rgb == VALUE

    def read(self, path: str) -> Pixels:
        """Decodes a mask as class codes.

        Returns:
            Shape ``(H, W)``, uint8.

        Raises:
            UserError: the file cannot be read, is not a mask, or has colours of no class.
        """
        if self.is_plain:
            return read_mask(path)
        raw = read_raw_mask(path)
        if raw.palette is not None:
            return self._of_palette(path, raw.pixels, raw.palette)
        if raw.pixels.ndim == 2:
            return raw.pixels
        if self.rgb == COLOUR:
            return self._of_colours(path, raw.pixels)
        if is_coloured(raw.pixels):
            raise UserError(f"{path} holds colours instead of class codes. {MASK_FIX}.")
        return np.ascontiguousarray(raw.pixels[..., 0])

    def _of_palette(self, path: str, indices: Pixels, palette: Colors) -> Pixels:
        if self.palette == INDEX:
            return indices
        counts = count_values(indices)
        used = np.flatnonzero(counts)
        if used[-1] >= len(palette):
            raise UserError(
                f"{path} has {counted(len(palette), 'colour')} in its palette, but uses number "
                f"{used[-1]}. {MASK_FIX}."
            )
        code_of = np.zeros(256, np.uint8)
        if self.palette == COLOUR:
            code_of[used] = self._codes_of(path, palette[used], counts[used])
        elif is_coloured(palette[used]):
            raise UserError(
                f"{path} has colours in its palette, where that of other masks has codes as grey "
                f"values. {MASK_FIX}."
            )
        else:
            code_of[used] = palette[used, 0]
        codes: Pixels = code_of[indices]
        return codes

    def _of_colours(self, path: str, pixels: Pixels) -> Pixels:
        flat = pixels.reshape(-1, 3)
        codes = np.empty(len(flat), np.uint8)
        for start in range(0, len(flat), STRIP_PIXELS):
            strip = slice(start, start + STRIP_PIXELS)
            codes[strip] = self._codes_of(path, flat[strip])
        return codes.reshape(pixels.shape[:2])

    def _codes_of(
        self, path: str, colours: Colors, counts: npt.NDArray[np.int64] | None = None
    ) -> Pixels:
        """The code of each colour; ``counts`` says of how many pixels, where it is not one."""
        numbers = packed(colours)
        known = packed(np.array([colour for colour, _ in self.colours], np.uint8).reshape(-1, 3))
        codes = np.array([code for _, code in self.colours], np.uint8)
        order = known.argsort()
        places = order[known[order].searchsorted(numbers).clip(max=len(order) - 1)]
        lost = known[places] != numbers
        if lost.any():
            pixels = np.ones(len(numbers), np.int64) if counts is None else counts
            raise UserError(_foreign(path, numbers, np.where(lost, pixels, 0), pixels.sum()))
        found: Pixels = codes[places]
        return found


def _foreign(
    path: str, numbers: npt.NDArray[np.int32], pixels: npt.NDArray[np.int64], total: int
) -> str:
    """The sentence about colours of no class, each with its pixels."""
    often: Counter[int] = Counter()
    for number in np.unique(numbers[pixels > 0]).tolist():
        often[number] = int(pixels[numbers == number].sum())
        if len(often) == MANY:
            break
    names = ", ".join(f"{number:06X}" for number, _ in often.most_common(3))
    one = len(often) == 1
    return (
        f"{path} holds {'the colour' if one else 'colours such as'} {names} "
        f"({100 * pixels.sum() / total:.3g} % of its pixels), which no single class of the class "
        "table has. Add the class to a table of your own (data.classes=my.csv), draw the mask "
        "again without smooth edges, or take the nearest colour (data.nearest_color=true)."
    )


def own_colours(table: ClassTable) -> tuple[tuple[RGB, int], ...]:
    """Colour and code of each class whose colour no other class has."""
    times = Counter(c.color for c in table.classes)
    return tuple((c.color, c.code) for c in table.classes if times[c.color] == 1)


def packed(colours: Colors) -> npt.NDArray[np.int32]:
    """RGB colours, shape ``(N, 3)``, as numbers 0xRRGGBB, shape ``(N,)``."""
    wide = colours.astype(np.int32)
    return wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
