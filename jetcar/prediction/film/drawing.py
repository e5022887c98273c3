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


@dataclass(frozen=True)
class Margins:
    """How near each class comes to the winner of each pixel, for the classes that win anywhere.

    To enlarge these draws the same borders as to enlarge the logits, at a fraction of the cost.

    Attributes:
        codes: The classes, shape ``(k,)``, uint8.
        values: Shape ``(k, h, w)``, uint8; 255 where the class wins.
    """

    codes: Pixels
    values: Pixels

    @classmethod
    def of(cls, logits_chw: Tensor, code_of_place: Pixels, places: Pixels) -> Margins:
        """The margins of a frame.

        Args:
            logits_chw: Of the classes that may win, shape ``(C, h, w)``.
            code_of_place: The code of each of those, shape ``(C,)``.
            places: Which one wins, shape ``(h, w)``.
        """
        winners = np.flatnonzero(np.bincount(places.ravel(), minlength=len(code_of_place)))
        chosen = logits_chw[torch.from_numpy(winners).to(logits_chw.device)].float()
        behind = (chosen.amax(0) - chosen).mul_(STEPS).clamp_(max=255)
        values = (255 - behind).to(torch.uint8).cpu().numpy()
        return cls(code_of_place[winners], values)

    def enlarged(self, height: int, width: int) -> Pixels:
        """Codes, shape ``(height, width)``, uint8."""
        best = codes = None
        for code, values in zip(self.codes.tolist(), self.values, strict=True):
            large = cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR)
            if best is None or codes is None:
                best, codes = large, np.full((height, width), code, np.uint8)
                continue
            codes[large > best] = code
            best = cv2.max(best, large)
        assert codes is not None
        return codes


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

    def draw(self, image: Pixels, margins: Margins, caption: str) -> Pixels:
        """One frame.

        Args:
            image: RGB, of any size: it is brought to that of the first one.
            margins: What the network says.
            caption: The line below it, in ASCII.

        Returns:
            RGB, shape ``(*size, 3)``.
        """
        height, width = self.panel
        film = np.empty((*self.size, 3), np.uint8)
        codes = margins.enlarged(height, width)
        painted = np.asarray(cv2.applyColorMap(codes, self._colors), np.uint8)
        left = 0
        if self.what != "mask":
            image = _fitted(image, height, width)
            mixed = cv2.addWeighted(image, 1 - OPACITY, painted, OPACITY, 0)
            # "nothing" and the like are black: there the picture stays as it is.
            cv2.copyTo(image, cv2.LUT(codes, self._black), mixed)
            film[:height, :width] = mixed
            left = width
        if self.what != "overlay":
            film[:height, left : left + width] = painted
        film[:, -self._legend.shape[1] :] = self._legend
        film[height:, : -self._legend.shape[1]] = 32
        cv2.putText(
            film, caption, (8, height + 19), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1
        )
        return film

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
