"""The score that the old JetCar notebook called IoU, to compare with its printed numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from jetcar.data.pictures import Pixels

EPSILON = 1e-7


class SoftIou:
    """Soft IoU of sigmoid channels: a mean over the classes of a batch, then over the batches.

    It depends on the batch size, a class that a batch does not show counts nearly 0 in it, and
    only a network that was trained with sigmoid channels (``loss=notebook``) scores high.

    Args:
        codes: Channels that count.

    Source:
        ``IouCallback`` of Catalyst 20.12 with its ``activation="Sigmoid"``, as the notebook
        used it.
    """

    def __init__(self, codes: list[int]) -> None:
        self.codes = codes
        self._batches: list[Tensor] = []
        self._batch = -1
        self._sums: list[Tensor] = []

    def add(self, batch: int, logits_chw: Tensor, true: Pixels) -> None:
        """Adds a picture; those of one batch come one after another.

        Args:
            batch: Number of its batch.
            logits_chw: Shape ``(C, H, W)``, any float type, on any device, which is not waited for.
            true: Codes, shape ``(H, W)``, uint8; 255 counts nowhere.
        """
        if batch != self._batch:
            self._end_batch()
            self._batch = batch
        mask = torch.from_numpy(true).to(logits_chw.device, non_blocking=True)
        counts = mask != 255
        chance = logits_chw.float().sigmoid() * counts
        codes = torch.where(counts, mask, 0).long()
        of_truth = chance.gather(0, codes[None])[0]
        zeros = chance.new_zeros(len(chance))
        hit = zeros.scatter_add(0, codes.flatten(), of_truth.flatten())
        size = zeros.scatter_add(0, codes.flatten(), counts.flatten().float())
        self._sums.append(torch.stack([hit, chance.sum(dim=(1, 2)), size]))

    def join(self, other: SoftIou) -> None:
        """Adds the batches of another one, which come after this one's."""
        self._end_batch()
        other._end_batch()
        self._batches += other._batches

    @property
    def value(self) -> float:
        """The score so far; NaN before the first picture."""
        self._end_batch()
        return float(torch.stack(self._batches).mean()) if self._batches else math.nan

    def _end_batch(self) -> None:
        if not self._sums:
            return
        hit, predicted, true = torch.stack(self._sums).double().sum(dim=0)[:, self.codes]
        union = predicted + true - hit
        score = (hit + EPSILON * (union == 0)) / (union + EPSILON)
        self._batches.append(score.mean())
        self._sums = []
