"""Which pictures make up which batch: a function of seed and epoch alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Sampler

from jetcar.data.mix import Mix
from jetcar.data.rare import RareClasses


@dataclass(frozen=True)
class Order:
    """The pictures of one batch, and what decides how they are changed.

    Attributes:
        epoch: The epoch.
        indices: Numbers of the pictures.
        repeats: How often each has come before in this epoch; None: never.
        of_step: Pictures of the whole step, where several processes share it; None: these are all.
    """

    epoch: int
    indices: list[int]
    repeats: list[int] | None = None
    of_step: int | None = None


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
    """All pictures in an order drawn from seed and epoch, but for those that make room for others.

    With ``mix`` those of small data sets come several times, and some of large ones not at all.

    Pictures that do not fill a last batch are left out, others in each epoch, as a batch of one
    picture would upset the batch normalisation; a set smaller than a batch makes one small batch.

    Args:
        n_pictures: Pictures in the set.
        batch_size: Pictures in a batch.
        seed: The run's seed.
        epoch: The first epoch.
        done: Batches of that epoch that an earlier session has already seen.
        rare: Puts pictures of rare classes in the place of others; None leaves them out of it.
        mix: Of which data set how many are seen; None sees each picture once.
    """

    def __init__(
        self,
        n_pictures: int,
        batch_size: int,
        seed: int,
        epoch: int = 0,
        done: int = 0,
        rare: RareClasses | None = None,
        mix: Mix | None = None,
    ) -> None:
        self.n_pictures, self.batch_size, self.seed = n_pictures, batch_size, seed
        self.epoch, self.done, self.rare, self.mix = epoch, done, rare, mix

    def __len__(self) -> int:
        """Batches of a whole epoch, also where the first one has been seen in part."""
        return max(1, self.n_pictures // self.batch_size)

    def __iter__(self) -> Iterator[Order]:
        if self.mix is None:
            order = np.random.default_rng([self.seed, self.epoch, 0]).permutation(self.n_pictures)
        else:
            order = self.mix.order(self.seed, self.epoch)
        if self.rare is not None:
            order = self.rare.put_into(order, np.random.default_rng([self.seed, self.epoch, 4]))
        is_once = self.rare is None and self.mix is None
        repeats = None if is_once else _repeats(order.tolist())
        for batch in range(self.done, len(self)):
            here = slice(batch * self.batch_size, (batch + 1) * self.batch_size)
            yield Order(
                self.epoch, order[here].tolist(), None if repeats is None else repeats[here]
            )

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before each epoch."""
        if epoch != self.epoch:
            self.epoch, self.done = epoch, 0


class Share(Sampler[Order]):
    """What one of several processes has to do of each step.

    Every process has as many steps, in some of which it may have no picture. None stands in the
    share of two, and all shares together are the step.

    Args:
        steps: The whole steps.
        rank: The process, from 0.
        size: How many processes there are.
    """

    def __init__(self, steps: InOrder | Shuffled, rank: int, size: int) -> None:
        self.steps, self.rank, self.size = steps, rank, size

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Order]:
        for step in self.steps:
            mine = slice(self.rank, None, self.size)
            repeats = None if step.repeats is None else step.repeats[mine]
            yield Order(step.epoch, step.indices[mine], repeats, len(step.indices))

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before each epoch."""
        if isinstance(self.steps, Shuffled):
            self.steps.set_epoch(epoch)


def _repeats(order: list[int]) -> list[int]:
    """For each place how often its picture stands before it."""
    seen: Counter[int] = Counter()
    found = []
    for number in order:
        found.append(seen[number])
        seen[number] += 1
    return found
