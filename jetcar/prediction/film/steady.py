"""Against flicker: a mean of the logits over the frames so far, and how much still changes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from jetcar.data.pictures import Pixels


class Smooth:
    """An exponential mean over the frames of a film.

    Args:
        keep: The share that each frame keeps of the mean before it; 0 for the frame alone.

    Source:
        Exponential smoothing (Brown, 1956), of each logit of each pixel.
    """

    def __init__(self, keep: float) -> None:
        self.keep = keep
        self._mean: Tensor | None = None

    def __call__(self, logits_bchw: Tensor) -> Tensor:
        """The means, one for each of some frames that follow one another.

        Args:
            logits_bchw: Shape ``(B, C, h, w)``, any float type.

        Returns:
            The same shape, float32; what was given where nothing is kept.
        """
        if self.keep == 0:
            return logits_bchw
        means = []
        for logits in logits_bchw.float():
            mean = logits if self._mean is None else torch.lerp(logits, self._mean, self.keep)
            means.append(mean)
            self._mean = mean
        return torch.stack(means)


class Flicker:
    """The share of the pixels whose code changes from a frame to the next."""

    def __init__(self) -> None:
        self._last: Pixels | None = None
        self._changed = 0
        self._pixels = 0

    def add(self, codes: Pixels) -> None:
        """Adds the next frame, shape ``(h, w)``."""
        if self._last is not None and self._last.shape == codes.shape:
            self._changed += int(np.count_nonzero(self._last != codes))
            self._pixels += codes.size
        self._last = codes

    @property
    def share(self) -> float | None:
        """The share so far, 0 to 1; None before the second frame."""
        return self._changed / self._pixels if self._pixels else None
