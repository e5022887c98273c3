"""What a network sees in a picture, as some hundred numbers: alike for scenes that are alike."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import nn
from torch.nn import functional

from jetcar.prediction.forward import Predicted

Features: TypeAlias = npt.NDArray[np.float32]

GRID = 4
"""Cells on a side in which classes are counted, where there is no encoder to ask."""


class Pooled:
    """The features of each picture, in the order in which pictures are predicted.

    They are the means over the picture of the encoder's last features. An ONNX file does not show
    its encoder; there they are how likely each class is in each part of the picture.

    Args:
        network: One that takes and gives what ``Network`` does; it is watched from now on.
        codes: Those that have a class.
    """

    def __init__(self, network: nn.Module, codes: Sequence[int]) -> None:
        self._codes = list(codes)
        self._waiting: deque[Features] = deque()
        encoder = getattr(getattr(network, "net", None), "encoder", None)
        self._has_encoder = isinstance(encoder, nn.Module)
        if isinstance(encoder, nn.Module):
            encoder.register_forward_hook(self._keep)

    def _keep(self, encoder: nn.Module, taken: Any, stages: Any) -> None:
        del encoder, taken
        self._waiting.extend(stages[-1].float().mean(dim=(2, 3)).cpu().numpy())

    def of(self, one: Predicted) -> Features:
        """The features of the picture that was predicted last, shape ``(F,)``."""
        if self._has_encoder:
            return self._waiting.popleft()
        chances = one.logits[self._codes].float().softmax(dim=0)
        cells: Features = functional.adaptive_avg_pool2d(chances, GRID).cpu().numpy()
        return cells.reshape(-1)


def directions(features: Features, labelled: Features) -> tuple[Features, Features]:
    """Features as directions from their mean, so that products say how much two are alike.

    Args:
        features: Of the pictures, shape ``(N, F)``.
        labelled: Of those that have labels, shape ``(L, F)``, L may be 0.

    Returns:
        The same of length 1, or 0 where a picture is just like the mean.
    """
    every = np.concatenate([features, labelled])
    every = every - every.mean(axis=0)
    every /= np.linalg.norm(every, axis=1, keepdims=True).clip(min=1e-9)
    return every[: len(features)], every[len(features) :]
