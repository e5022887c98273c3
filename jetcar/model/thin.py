"""Which pixels of a mask are easily missed: those of thin things, and those near a border."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SQUARE = 5
"""Pixels, odd: the side of the square that both are judged by."""


def thin(mask_bhw: Tensor) -> Tensor:
    """Where no square of a single class covers the pixel: in poles, lines and sharp corners.

    That is what a morphological opening of each class takes away.

    Args:
        mask_bhw: Codes, shape ``(B, H, W)``, uint8; ignored pixels are a class of their own.

    Returns:
        Shape ``(B, H, W)``, bool. Of a square that reaches outside only the inside counts.
    """
    # A square of one class covers pixels of that class only, so all classes are opened at once.
    reach = SQUARE // 2
    no_middle = functional.pad(borders(mask_bhw), (reach,) * 4, value=True)
    return _all_of(_all_of(no_middle, SQUARE, dim=1), SQUARE, dim=2)


def borders(mask_bhw: Tensor) -> Tensor:
    """Where the square around the pixel holds several classes.

    Args, Returns: as ``thin``.
    """
    codes = _with_rim(mask_bhw, SQUARE // 2)
    below, beside = codes.diff(dim=1) == 0, codes.diff(dim=2) == 0
    rows_are_one = _all_of(_all_of(beside, SQUARE - 1, dim=2), SQUARE, dim=1)
    width = mask_bhw.shape[2]
    column_is_one = _all_of(below.narrow(2, SQUARE // 2, width), SQUARE - 1, dim=1)
    return ~(rows_are_one & column_is_one)


def _with_rim(mask: Tensor, reach: int) -> Tensor:
    """The mask with its outermost pixels repeated, as torch pads no integers so."""
    for dim in (1, 2):
        size = mask.shape[dim]
        places = torch.arange(-reach, size + reach, device=mask.device).clamp(0, size - 1)
        mask = mask.index_select(dim, places)
    return mask


def _all_of(truths: Tensor, count: int, dim: int) -> Tensor:
    """Whether so many neighbours are all true, by the first of them: shorter by ``count - 1``."""
    size = truths.shape[dim] - count + 1
    result = truths.narrow(dim, 0, size)
    for start in range(1, count):  # much quicker than pooling, which knows no bytes
        result = result & truths.narrow(dim, start, size)
    return result
