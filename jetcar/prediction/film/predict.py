"""From a network and moving pictures to a film or a folder of masks; all of it overlaps."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels, resize_image
from jetcar.prediction.enlarge import enlarged_codes
from jetcar.prediction.film.ahead import Ahead
from jetcar.prediction.film.drawing import Drawing, enlarged_for_eyes
from jetcar.prediction.film.encoder import Encoder
from jetcar.prediction.film.source import Frame
from jetcar.prediction.film.steady import Flicker, Smooth
from jetcar.prediction.forward import logits_of, places_of, ready, rivals_of
from jetcar.prediction.overlay import overlay
from jetcar.prediction.signature import signed
from jetcar.prediction.trained import Trained
from jetcar.prediction.writer import PictureFolder, encode_mask, encode_picture, mask_name
from jetcar.progress import Advance

RECENT = 32
"""Frames over which the pictures a second are measured that the film shows."""


@dataclass(frozen=True)
class Seen:
    """What the network says about one frame.

    Attributes:
        frame: The frame.
        rivals: Logits of the classes that may win, ``(1, K, h, w)``, on the device.
        places: Which of them wins, ``(h, w)``, uint8.
        speed: Pictures a second lately.
    """

    frame: Frame
    rivals: Tensor
    places: Pixels
    speed: float


class Sink(Protocol):
    """Receives frames in their order."""

    def add(self, seen: Seen) -> None:
        """Writes one frame, perhaps later and in another thread."""
        ...


@dataclass
class Watched:
    """What came of a film.

    Attributes:
        frames: How many were looked at.
        flicker: Share of the pixels that change from a frame to the next; None for one frame.
        flicker_before: The same without smoothing.
    """

    frames: int = 0
    flicker: float | None = None
    flicker_before: float | None = None


def watch(
    trained: Trained,
    ahead: Ahead,
    smooth: float,
    sink_of: Callable[[Frame], Sink],
    advance: Advance,
) -> Watched:
    """Predicts all frames and hands them on.

    Args:
        trained: The network.
        ahead: The frames.
        smooth: The share of the mean before that each frame keeps.
        sink_of: Makes what receives them, from the first frame.
        advance: Gets the number of frames just done.
    """
    network = ready(trained.network, trained.device)
    height, width = trained.image_size
    mean, done = Smooth(smooth), Watched()
    after, before = Flicker(), Flicker()
    times: deque[float] = deque([time.monotonic()], maxlen=RECENT)
    sink: Sink | None = None
    for batch in ahead.batches():
        small = [resize_image(frame.image, height, width) for frame in batch]
        logits = logits_of(network, small, trained.device, trained.precision)
        with torch.inference_mode():
            rivals, _ = rivals_of(logits, trained.table.codes)
            if smooth:
                for places in places_of(rivals):
                    before.add(places)
                rivals = mean(rivals)
            all_places = places_of(rivals)
        for i, frame in enumerate(batch):
            after.add(all_places[i])
            times.append(time.monotonic())
            speed = (len(times) - 1) / max(times[-1] - times[0], 1e-6)
            sink = sink or sink_of(frame)
            sink.add(Seen(frame, rivals[i : i + 1], all_places[i], speed))
        done.frames += len(batch)
        advance(len(batch))
    done.flicker, done.flicker_before = after.share, before.share
    return done


class FilmSink:
    """Draws frames into a film.

    Args:
        drawing: How.
        encoder: Where to.
    """

    def __init__(self, drawing: Drawing, encoder: Encoder) -> None:
        self._drawing, self._encoder = drawing, encoder
        self._codes = np.array(drawing.table.codes, np.uint8)

    def add(self, seen: Seen) -> None:
        """Has a frame drawn and encoded."""
        frame = seen.frame
        minutes, seconds = divmod(frame.seconds, 60)
        caption = (
            f"frame {frame.number}   {minutes:.0f}:{seconds:05.2f}   {seen.speed:.1f} pictures/s"
        )
        draw = partial(self._draw, frame.image, seen.rivals[0], seen.places, caption)
        self._encoder.add(draw, frame.seconds)

    def _draw(self, image: Pixels, rivals: Tensor, places: Pixels, caption: str) -> Pixels:
        with torch.inference_mode():
            codes = enlarged_for_eyes(rivals, places, self._codes, self._drawing.panel)
        return self._drawing.draw(image, codes, caption)


class FolderSink:
    """Writes a mask for each frame, as of pictures, and overlays where they are wished.

    Args:
        masks: Receives the masks.
        overlays: Receives the overlays.
        table: The classes.
        key: Of the source.
        name_of: The file that a frame might have been.
    """

    def __init__(
        self,
        masks: PictureFolder,
        overlays: PictureFolder | None,
        table: ClassTable,
        key: str,
        name_of: Callable[[Frame], str],
    ) -> None:
        self._masks, self._overlays = masks, overlays
        self._table, self._key, self._name_of = table, key, name_of
        self._codes = np.array(table.codes, np.uint8)

    def add(self, seen: Seen) -> None:
        """Has a frame's mask written."""
        image = seen.frame.image
        name = mask_name(self._name_of(seen.frame))
        size = (image.shape[0], image.shape[1])
        places = seen.places
        if size != places.shape:
            with torch.inference_mode():
                places = enlarged_codes(seen.rivals, size)
        codes = self._codes[places]
        self._masks.add(name, partial(self._mask, codes), codes.size)
        if self._overlays is not None:
            self._overlays.add(name, partial(self._overlay, image, codes), 8 * codes.size)

    def _mask(self, codes: Pixels) -> bytes:
        return signed(encode_mask(codes), self._key)

    def _overlay(self, image: Pixels, codes: Pixels) -> bytes:
        return signed(encode_picture(overlay(image, codes, self._table)), self._key)
