"""From the logits of a network to codes at the size of a picture, however large it is."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from jetcar.data.pictures import Pixels
from jetcar.model.metrics import predicted_codes

VALUES_AT_ONCE = 32 << 20
"""Enlarged logits that are in memory together, 128 MB; a larger picture is done in strips."""


def enlarged_codes(
    logits_bchw: Tensor, size: tuple[int, int], values_at_once: int = VALUES_AT_ONCE
) -> Pixels:
    """The place of the largest logit of each pixel; logits are enlarged bilinearly, not codes.

    Args:
        logits_bchw: Of one picture, shape ``(1, C, h, w)``, any float type.
        size: Height H and width W of the picture, larger or smaller.
        values_at_once: Bounds the memory; what is given is the same.

    Returns:
        Shape ``(H, W)``, uint8, each below C.
    """
    height, width = size
    logits = logits_bchw.float()
    rows = max(1, values_at_once // (logits.shape[1] * width))
    if rows >= height:
        large = functional.interpolate(logits, size, mode="bilinear")
        return predicted_codes(large)[0].to(torch.uint8).cpu().numpy()
    codes = np.empty(size, np.uint8)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = _strip(logits, size, top, bottom)
        codes[top:bottom] = predicted_codes(strip)[0].to(torch.uint8).cpu().numpy()
    return codes


def _strip(logits: Tensor, size: tuple[int, int], top: int, bottom: int) -> Tensor:
    """Some rows of what ``interpolate`` gives for all of them."""
    height, width = size
    h = logits.shape[2]
    places = (torch.arange(top, bottom, device=logits.device, dtype=torch.float32) + 0.5) * (
        h / height
    ) - 0.5
    places = places.clamp(0, h - 1)
    above = places.floor().long()
    below = (above + 1).clamp(max=h - 1)
    weight = (places - above)[:, None]
    first, last = int(above[0]), int(below[-1]) + 1
    # Each row stays a row here: only the width changes.
    wide = functional.interpolate(logits[:, :, first:last], (last - first, width), mode="bilinear")
    upper, lower = wide[:, :, above - first], wide[:, :, below - first]
    return upper.mul_(1 - weight).add_(lower.mul_(weight))
