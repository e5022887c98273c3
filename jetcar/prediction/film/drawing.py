"""Draws the frames of a film: the mask over the picture, its colours alone, or both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch
from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels
from jetcar.prediction.overlay import OPACITY, SMALLEST_SIDE, legend

LARGEST_SIDE = 1280
"""Pixels: larger pictures are shrunk in the film, as screens and decoders of browsers are."""

CAPTION = 28
"""Pixels of the line below the picture."""

STEPS = 16
"""Steps of a margin that make a difference of 1 between two logits."""


def enlarged_for_eyes(
    rivals_chw: Tensor, places: Pixels, code_of_place: Pixels, size: tuple[int, int]
) -> Pixels:
    """Codes at the size of a film, as near to those of the enlarged logits as an eye can see.

    Borders are those of half the film's size.

    Args:
        rivals_chw: Logits of the classes that may win, shape ``(C, h, w)``.
        places: Which one wins, shape ``(h, w)``.
        code_of_place: The code of each of them, shape ``(C,)``.
        size: Height H and width W of the film.

    Returns:
        Shape ``(H, W)``, uint8.
    """
    half = codes_for_eyes(rivals_chw, places, code_of_place, (size[0] // 2, size[1] // 2))
    return np.asarray(cv2.resize(half, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def codes_for_eyes(
    rivals_chw: Tensor, places: Pixels, code_of_place: Pixels, size: tuple[int, int]
) -> Pixels:
    """The same at half that size, or at the network's where that is larger.

    A frame of 1280 x 720 takes 3 ms for this, and 60 for ``enlarged_codes``: each class is enlarged
    by how near it comes to the winner, as a byte, and only classes that win anywhere.

    Args:
        rivals_chw: As of ``enlarged_for_eyes``.
        places: Likewise.
        code_of_place: Likewise.
        size: Height and width that are wished.

    Returns:
        Shape ``size`` or ``(h, w)``, uint8.
    """
    height, width = size
    if height > places.shape[0] or width > places.shape[1]:
        winners = np.flatnonzero(np.bincount(places.ravel(), minlength=len(code_of_place)))
        chosen = rivals_chw[torch.from_numpy(winners).to(rivals_chw.device)].float()
        behind = (chosen.amax(0) - chosen).mul_(STEPS).clamp_(max=255)
        margins = (255 - behind).to(torch.uint8).cpu().numpy()
        return _nearest_to_winning(margins, code_of_place[winners], height, width)
    return code_of_place[places]


def _nearest_to_winning(margins: Pixels, codes: Pixels, height: int, width: int) -> Pixels:
    best = cv2.resize(margins[0], (width, height))
    found = np.full((height, width), codes[0], np.uint8)
    for code, margin in zip(codes[1:], margins[1:], strict=True):
        large = cv2.resize(margin, (width, height))
        np.copyto(found, code, where=cv2.compare(large, best, cv2.CMP_GT).view(bool))
        cv2.max(best, large, best)
    return found


@dataclass(frozen=True)
class Drawing:
    """How every frame of a film is drawn.

    Attributes:
        what: ``overlay``, ``mask`` or ``both``.
        height: Of the source's first frame.
        width: Likewise.
        table: The classes.
    """

    what: str
    height: int
    width: int
    table: ClassTable

    @cached_property
    def panel(self) -> tuple[int, int]:
        """Height and width of one picture in the film, both even, as H.264 wants them."""
        scale = max(1.0, SMALLEST_SIDE / min(self.height, self.width))
        scale = min(scale, LARGEST_SIDE / max(self.height, self.width))
        return _even(self.height * scale), _even(self.width * scale)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of the film."""
        height, width = self.panel
        panels = 2 if self.what == "both" else 1
        return height + CAPTION, panels * width + self._legend.shape[1]

    def draw(self, image: Pixels, codes: Pixels, caption: str) -> Pixels:
        """One frame.

        Args:
            image: RGB, of any size: it is brought to that of the first one.
            codes: What is predicted, at the size of ``panel``.
            caption: The line below it, in ASCII.

        Returns:
            RGB, shape ``(*size, 3)``; the next frame is drawn over it.
        """
        height, width = self.panel
        film = self._sheet
        painted = np.asarray(cv2.applyColorMap(codes, self._colors), np.uint8)
        left = 0
        if self.what != "mask":
            image = _fitted(image, height, width)
            mixed = film[:height, :width]
            cv2.addWeighted(image, 1 - OPACITY, painted, OPACITY, 0, mixed)
            # "nothing" and the like are black: there the picture stays as it is.
            cv2.copyTo(image, cv2.LUT(codes, self._black), mixed)
            left = width
        if self.what != "overlay":
            film[:height, left : left + width] = painted
        line = film[height:, : -self._legend.shape[1]]
        line[:] = 32
        line[:] = cv2.putText(
            line.copy(), caption, (8, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1
        )
        return film

    @cached_property
    def _sheet(self) -> Pixels:
        """What every frame is drawn on: fresh memory for each would take longer than its paint."""
        sheet = np.empty((*self.size, 3), np.uint8)
        sheet[:, -self._legend.shape[1] :] = self._legend
        return sheet

    @cached_property
    def _colors(self) -> Pixels:
        return np.array(self.table.colors, np.uint8)[:, None]

    @cached_property
    def _black(self) -> Pixels:
        return np.where(self._colors.max(axis=(1, 2)), 0, 255).astype(np.uint8)

    @cached_property
    def _legend(self) -> Pixels:
        return legend(self.panel[0] + CAPTION, self.table, list(self.table.codes))


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))


def _fitted(image: Pixels, height: int, width: int) -> Pixels:
    if image.shape[:2] == (height, width):
        return image
    shrinks = image.shape[0] > height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)
