"""Runs a network over pictures: decoding, the forward pass and the caller's work overlap."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.data.pictures import Pixels, read_image, resize_image
from jetcar.model.device import Precision, autocast
from jetcar.model.metrics import likeliest

DECODERS = 2
BATCHES_AHEAD = 2


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

    Raises:
        UserError: a picture cannot be read.
    """
    network = network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    starts = list(range(0, len(paths), batch_size))
    with ThreadPoolExecutor(DECODERS) as pool:
        waiting: deque[tuple[int, list[Future[Pixels]]]] = deque()
        for start in starts[:BATCHES_AHEAD]:
            waiting.append((start, _decode(pool, paths[start : start + batch_size])))
        for place in range(len(starts)):
            start, futures = waiting.popleft()
            if place + BATCHES_AHEAD < len(starts):
                ahead = starts[place + BATCHES_AHEAD]
                waiting.append((ahead, _decode(pool, paths[ahead : ahead + batch_size])))
            images = [future.result() for future in futures]
            small = np.stack([resize_image(image, height, width) for image in images])
            pictures = torch.from_numpy(small)
            if device.type == "cuda":
                pictures = pictures.pin_memory()  # else the copy waits for itself
            batch = pictures.permute(0, 3, 1, 2).to(device, non_blocking=True)
            with torch.inference_mode(), autocast(precision, device):
                logits = network(batch)
                codes, small_codes = _codes(logits, [image.shape[:2] for image in images])
            for i, image in enumerate(images):
                yield Predicted(start + i, image, codes[i], small_codes[i], logits[i])


def _decode(pool: ThreadPoolExecutor, paths: list[str]) -> list[Future[Pixels]]:
    return [pool.submit(read_image, path) for path in paths]


def _codes(logits: Tensor, sizes: list[tuple[int, ...]]) -> tuple[list[Pixels], Pixels]:
    """Codes at each picture's own size, and at the network's; logits are enlarged, not codes."""
    small: Pixels = likeliest(logits).to(torch.uint8).cpu().numpy()
    codes = []
    for i, size in enumerate(sizes):
        if size == tuple(logits.shape[2:]):
            codes.append(small[i])
            continue
        large = functional.interpolate(logits[i : i + 1].float(), size, mode="bilinear")
        codes.append(likeliest(large)[0].to(torch.uint8).cpu().numpy())
    return codes, small
