"""Runs a network over pictures: decoding, the forward pass and the caller's work overlap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from jetcar.data.pictures import Pixels, read_image, resize_image
from jetcar.errors import UserError
from jetcar.model.device import Precision, autocast
from jetcar.model.metrics import predicted_codes
from jetcar.prediction.enlarge import enlarged_codes

DECODERS = 2
BATCHES_AHEAD = 2
PIXELS_AHEAD = 48_000_000
"""Pixels of decoded pictures that may wait; of very large ones no batch waits at all."""


@dataclass(frozen=True)
class Predicted:
    """What the network says about one picture.

    Attributes:
        index: Number of the picture in the list that was asked for.
        image: The picture, RGB, ``(H, W, 3)``, uint8, at its own size.
        codes: Predicted codes at its own size, ``(H, W)``, uint8.
        small_codes: The same at the network's size, which scores are counted at.
        logits: What they come from, ``(C, h, w)``, on the device; a part of its batch's, so that
            whoever keeps it keeps the batch.
    """

    index: int
    image: Pixels
    codes: Pixels
    small_codes: Pixels
    logits: Tensor


def predict_pictures(
    network: nn.Module,
    paths: list[str],
    height: int,
    width: int,
    batch_size: int,
    device: torch.device,
    precision: Precision,
    known: Sequence[int] | None = None,
    unreadable: dict[int, UserError] | None = None,
) -> Iterator[Predicted]:
    """Predicts the class of every pixel of every picture, in the order of the list.

    Args:
        network: Takes and gives what ``Network`` does; it is moved and put into evaluation mode.
        paths: Files of the pictures, of any size.
        height: Pixels that the network sees.
        width: Pixels that the network sees.
        batch_size: Pictures in one forward pass.
        device: Where the forward pass runs.
        precision: Its arithmetic.
        known: The codes that have a class; no other is predicted. None for all that the network
            has outputs for.
        unreadable: Receives what is wrong with each picture that cannot be read, by its number in
            the list; such a picture is left out. None to raise it.

    Raises:
        UserError: a picture cannot be read, and ``unreadable`` is None.
    """
    network = ready(network, device)
    todo = deque(range(0, len(paths), batch_size))
    waiting: deque[tuple[int, list[Future[Pixels]]]] = deque()
    with ThreadPoolExecutor(DECODERS) as pool:

        def fill(ahead: int) -> None:
            while todo and len(waiting) < ahead:
                start = todo.popleft()
                waiting.append((start, _decode(pool, paths[start : start + batch_size])))

        while todo or waiting:
            fill(1)
            start, futures = waiting.popleft()
            images = deque(_readable(futures, start, unreadable))
            futures.clear()  # they would keep the pictures
            if not images:
                continue
            pixels = sum(image.shape[0] * image.shape[1] for _, image in images)
            fill(min(BATCHES_AHEAD, PIXELS_AHEAD // pixels))
            small = [resize_image(image, height, width) for _, image in images]
            logits = logits_of(network, small, device, precision)
            with torch.inference_mode():
                rivals, code_of = rivals_of(logits, known)
                small_codes = code_of(places_of(rivals))
            for i in range(len(images)):
                index, image = images.popleft()
                size = image.shape[0], image.shape[1]
                codes = small_codes[i]
                if size != codes.shape:
                    with torch.inference_mode():
                        codes = code_of(enlarged_codes(rivals[i : i + 1], size))
                yield Predicted(index, image, codes, small_codes[i], logits[i])


def ready(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on its device, in evaluation mode, laid out for the fastest convolutions."""
    moved: nn.Module = network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    return moved


def logits_of(
    network: nn.Module, images: Sequence[Pixels], device: torch.device, precision: Precision
) -> Tensor:
    """One forward pass.

    Args:
        network: One that is ``ready``.
        images: RGB, each ``(h, w, 3)``, uint8, of the network's size.
        device: Where it runs.
        precision: Its arithmetic.

    Returns:
        Shape ``(B, C, h, w)``, on the device.
    """
    pictures = torch.from_numpy(np.stack(images))
    if device.type == "cuda":
        pictures = pictures.pin_memory()  # else the copy waits for itself
    batch = pictures.permute(0, 3, 1, 2).to(device, non_blocking=True)
    with torch.inference_mode(), autocast(precision, device):
        logits: Tensor = network(batch)
    return logits


def places_of(rivals_bchw: Tensor) -> Pixels:
    """Which of the rivals wins in each pixel, shape ``(B, h, w)``, uint8."""
    places: Pixels = predicted_codes(rivals_bchw).to(torch.uint8).cpu().numpy()
    return places


def _decode(pool: ThreadPoolExecutor, paths: list[str]) -> list[Future[Pixels]]:
    return [pool.submit(read_image, path) for path in paths]


def _readable(
    futures: list[Future[Pixels]], start: int, unreadable: dict[int, UserError] | None
) -> Iterator[tuple[int, Pixels]]:
    """The pictures of a batch with their numbers; see ``predict_pictures``."""
    for index, future in enumerate(futures, start):
        try:
            yield index, future.result()
        except UserError as error:
            if unreadable is None:
                raise
            unreadable[index] = error


def rivals_of(
    logits: Tensor, known: Sequence[int] | None
) -> tuple[Tensor, Callable[[Pixels], Pixels]]:
    """The logits that may win, and what makes codes of their places."""
    if known is None or len(known) == logits.shape[1]:
        return logits, lambda places: places
    codes = np.array(known, dtype=np.uint8)
    chosen = torch.tensor(known, device=logits.device)
    return logits.index_select(1, chosen), lambda places: codes[places]
