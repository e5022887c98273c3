"""Which pictures make up which batch: a function of seed and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Sampler


@dataclass(frozen=True)
class Order:
    """The pictures of one batch: their numbers, and the epoch that decides how they are changed."""

    epoch: int
    indices: list[int]


class InOrder(Sampler[Order]):
    """All pictures as they stand, the last batch smaller."""

    def __init__(self, n_pictures: int, batch_size: int) -> None:
        self.n_pictures, self.batch_size = n_pictures, batch_size

    def __len__(self) -> int:
        return -(-self.n_pictures // self.batch_size)

    def __iter__(self) -> Iterator[Order]:
        for start in range(0, self.n_pictures, self.batch_size):
            yield Order(0, list(range(start, min(start + self.batch_size, self.n_pictures))))


class Shuffled(Sampler[Order]):
    """All pictures in an order drawn from seed and epoch.

    Pictures that do not fill a last batch are left out, others in each epoch, as a batch of one
    picture would upset the batch normalisation; a set smaller than a batch makes one small batch.

    Args:
        n_pictures: Pictures in the set.
        batch_size: Pictures in a batch.
        seed: The run's seed.
        epoch: The first epoch.
        done: Batches of that epoch that an earlier session has already seen.
    """

    def __init__(
        self, n_pictures: int, batch_size: int, seed: int, epoch: int = 0, done: int = 0
    ) -> None:
        self.n_pictures, self.batch_size, self.seed = n_pictures, batch_size, seed
        self.epoch, self.done = epoch, done

    def __len__(self) -> int:
        """Batches of a whole epoch, also where the first one has been seen in part."""
        return max(1, self.n_pictures // self.batch_size)

    def __iter__(self) -> Iterator[Order]:
        order = np.random.default_rng([self.seed, self.epoch, 0]).permutation(self.n_pictures)
        for batch in range(self.done, len(self)):
            start = batch * self.batch_size
            yield Order(self.epoch, order[start : start + self.batch_size].tolist())

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before each epoch."""
        if epoch != self.epoch:
            self.epoch, self.done = epoch, 0
