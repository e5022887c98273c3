"""Which process of a run this one is, where several train together, one for each device.

Torchrun says it in the environment, and so does this program when it starts the others itself;
srun has words of its own for the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

TORCHRUN = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
"""Number of this process, of all, its number on its machine, and of all there."""

SRUN = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_NUM_NODES")
"""The same, with the number of machines in the last place. A batch script itself has no step."""


@dataclass(frozen=True)
class Rank:
    """The place of a process among those of a run.

    Attributes:
        number: From 0; the first one writes and prints.
        size: How many processes there are.
        number_here: Its number on this machine.
        size_here: How many are on this machine.
    """

    number: int = 0
    size: int = 1
    number_here: int = 0
    size_here: int = 1

    @property
    def is_first(self) -> bool:
        """Whether it is the one that writes and prints."""
        return self.number == 0

    @property
    def is_alone(self) -> bool:
        """Whether there is no other."""
        return self.size == 1

    @property
    def nodes(self) -> int:
        """Machines, each with as many processes."""
        return max(1, self.size // self.size_here)

    def as_torchrun_says(self) -> dict[str, str]:
        """The words in the environment."""
        numbers = (self.number, self.size, self.number_here, self.size_here)
        of_node = self.number // self.size_here
        return {**dict(zip(TORCHRUN, map(str, numbers), strict=True)), "GROUP_RANK": str(of_node)}


def this_rank(environment: Mapping[str, str] = os.environ) -> Rank:
    """The place that the environment gives this process; alone where it gives none."""
    if (said := _numbers(environment, TORCHRUN)) is not None:
        return Rank(*said)
    if (said := _numbers(environment, SRUN)) is not None:
        number, size, number_here, nodes = said
        return Rank(number, size, number_here, max(1, size // max(1, nodes)))
    return Rank()


def _numbers(environment: Mapping[str, str], names: tuple[str, ...]) -> list[int] | None:
    said = [environment.get(name, "") for name in names]
    return [int(word) for word in said] if all(word.isdecimal() for word in said) else None
