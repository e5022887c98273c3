"""The changes of ``augment`` for a whole batch on its device."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from jetcar.classes import IGNORED
from jetcar.data import augment
from jetcar.data.augment import (
    ANGLE,
    BIAS,
    GAIN,
    MOVE_X,
    MOVE_Y,
    NOISE_AT,
    SIGMA,
    SPOT_LEVEL,
    SPOT_SIZE,
    SPOT_X,
    SPOT_Y,
    ZOOM,
)


@cache
def _noise_on(device: torch.device, length: int) -> Tensor:
    """The table of noise on a device, where it stays, repeated up to a length."""
    return torch.from_numpy(np.resize(augment.noise_table(), length)).to(device)


PADDING = {"black": "zeros", "edge": "border", "reflect": "reflection"}
"""torch's words for ``augment.OUTSIDES``."""


def augment_batch(
    image: Tensor, mask: Tensor, parameters: Tensor, outside: str = "black"
) -> tuple[Tensor, Tensor]:
    """What ``augment_pair`` does, for a whole batch on its device.

    Args:
        image: RGB, shape ``(B, 3, H, W)``, uint8.
        mask: Codes, shape ``(B, H, W)``, uint8.
        parameters: Rows of ``draw``, shape ``(B, 12)``, float32, on the same device.
        outside: As of ``augment_pair``.

    Returns:
        Image and mask of the same shapes and types; equal to those of ``augment_pair`` but for
        rounding, which OpenCV does to 1/32 of a pixel.
    """
    n, _, height, width = image.shape
    column = parameters.T[:, :, None, None, None]
    cos, sin = parameters[:, ANGLE].cos(), parameters[:, ANGLE].sin()
    # From a pixel of the result to the place it is taken from, in grid_sample's -1..1.
    theta = torch.zeros(n, 2, 3, device=image.device)
    theta[:, 0, 0] = cos / parameters[:, ZOOM]
    theta[:, 0, 1] = -sin / parameters[:, ZOOM] * (height / width)
    theta[:, 1, 0] = sin / parameters[:, ZOOM] * (width / height)
    theta[:, 1, 1] = cos / parameters[:, ZOOM]
    move = parameters[:, [MOVE_X, MOVE_Y], None]
    theta[:, :, 2:] = -theta[:, :, :2] @ move
    grid = functional.affine_grid(theta, [n, 1, height, width], align_corners=False)
    picture = functional.grid_sample(
        image.float(), grid, padding_mode=PADDING[outside], align_corners=False
    )
    # Shifted by one, so that grid_sample's 0 for what lies outside is not one of the codes.
    codes = functional.grid_sample(
        (mask.float() + 1)[:, None], grid, mode="nearest", align_corners=False
    )[:, 0]
    codes = torch.where(codes == 0, IGNORED, codes - 1)

    # In place from here on: what takes the time is the way to memory and back.
    values = 3 * height * width
    table = _noise_on(image.device, max(values, augment.NOISE_VALUES))
    start = (parameters[:, NOISE_AT].double() * (len(table) - values)).long()
    noise = table.unfold(0, values, 1)[start].view(n, height, width, 3).permute(0, 3, 1, 2)
    picture.mul_(column[GAIN]).add_(column[BIAS]).addcmul_(noise, column[SIGMA]).clamp_(0, 255)

    x = torch.arange(width, device=image.device) - parameters[:, SPOT_X, None] * width
    y = torch.arange(height, device=image.device) - parameters[:, SPOT_Y, None] * height
    size = parameters[:, SPOT_SIZE, None] * min(height, width)
    across, down = (-0.5 * (x / size) ** 2).exp(), (-0.5 * (y / size) ** 2).exp()
    down *= parameters[:, SPOT_LEVEL, None]
    picture.addcmul_(down[:, None, :, None], across[:, None, None, :])
    return picture.round_().clamp_(0, 255).to(torch.uint8), codes.to(torch.uint8)
