"""How unsure a network is in each part of a picture, small enough for a page."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from jetcar.prediction.report.packing import pack_codes

LEVELS = 16
SIDE = 128
"""Values along the longer side at most: with these and the levels, about 3 kB a picture."""


def pack_unsure(logits_chw: Tensor) -> dict[str, Any] | None:
    """The entropy of the classes' probabilities, 1 where two or more are as likely.

    That is ``entropy / log(2)``, at most 1: below 0.1 one class has 98.7 % and more, and at 0.5
    one of two has 89 %.

    Args:
        logits_chw: Shape ``(C, h, w)``, any float type, on any device.

    Returns:
        ``height``, ``width``, ``levels`` and the levels from 0 (sure) row by row as ``values``,
        packed as codes are; None where nothing is known: without logits, or with those of a
        network that gives codes alone, which are 0 and 1.
    """
    if logits_chw.ndim != 3:
        return None
    some = sampled(logits_chw).float()
    if bool(((some == 0) | (some == 1)).all()):
        return None
    log_chance = some.log_softmax(dim=0)
    entropy = -(log_chance.exp() * log_chance).sum(dim=0) / math.log(2)
    levels = (entropy.clamp(0, 1) * (LEVELS - 1)).round().to(torch.uint8).cpu().numpy()
    height, width = levels.shape
    values = pack_codes(levels)
    return {"height": height, "width": width, "levels": LEVELS, "values": values}


def sampled(logits_chw: Tensor) -> Tensor:
    """The logits that ``pack_unsure`` looks at, which are all that it needs to be given."""
    step = math.ceil(max(logits_chw.shape[1:]) / SIDE)
    return logits_chw[:, step // 2 :: step, step // 2 :: step]
