"""What the processes of a run share while they train: sums, rows, wishes, and what the first says.

A process that is alone gets back what it gives. Sums and rows have gradients of the loss of the
whole step: every process computes the same loss from them, and ``DistributedDataParallel`` takes
the mean of their gradients, so that each sends back as many times its part as there are processes.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch import distributed as dist

T = TypeVar("T")

_host_group: Any = None


def count_ranks() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def is_first() -> bool:
    """Whether this process is the one that writes and prints."""
    return count_ranks() == 1 or dist.get_rank() == 0


def meet_on_host() -> None:
    """Lets numbers of the host be shared without a device; called once, by all, when they meet."""
    global _host_group
    _host_group = (
        dist.group.WORLD if dist.get_backend() == "gloo" else dist.new_group(backend="gloo")
    )


def total(tensor: Tensor) -> Tensor:
    """Sum over all processes, of any shape and type; without a gradient."""
    if count_ranks() > 1:
        tensor = tensor.clone()
        dist.all_reduce(tensor)
    return tensor


def totals(*values: Tensor) -> tuple[Tensor, ...]:
    """Sums over all processes, in one go.

    Args:
        values: Of one type, each of any shape, and the same shapes in every process.
    """
    if count_ranks() == 1:
        return values
    flat: Tensor = _Total.apply(torch.cat([value.reshape(-1) for value in values]))
    ends = list(accumulate(value.numel() for value in values))
    parts = flat.tensor_split(ends[:-1])
    return tuple(part.view(value.shape) for part, value in zip(parts, values, strict=True))


def all_rows(rows: Tensor) -> Tensor:
    """The rows of all processes, one process behind the other.

    Args:
        rows: Shape ``(N, ...)``; N may be another one in each process, and 0.
    """
    if count_ranks() == 1:
        return rows
    gathered: Tensor = _AllRows.apply(rows)
    return gathered


def largest(*numbers: int) -> list[int]:
    """The largest of each number over all processes; nothing waits for a device."""
    if count_ranks() == 1:
        return list(numbers)
    found = torch.tensor(numbers)
    dist.all_reduce(found, dist.ReduceOp.MAX, group=_host_group)
    return [int(number) for number in found]


def said_by_first(thing: T) -> T:
    """What the first process gives, in all of them; what the others give is dropped."""
    if count_ranks() == 1:
        return thing
    box = [thing if dist.get_rank() == 0 else None]
    dist.broadcast_object_list(box, src=0, group=_host_group, device=torch.device("cpu"))
    return box[0]  # type: ignore[return-value]


def said_by_all(thing: T) -> list[T]:
    """What each process gives, in their order."""
    if count_ranks() == 1:
        return [thing]
    box: list[Any] = [None] * count_ranks()
    dist.all_gather_object(box, thing, group=_host_group)
    return box


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        return total(tensor)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients[0] * count_ranks()


class _AllRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:
        counts = torch.zeros(count_ranks(), dtype=torch.long, device=rows.device)
        counts[dist.get_rank()] = len(rows)
        dist.all_reduce(counts)
        sizes = counts.tolist()
        padded = rows.new_zeros((max(sizes), *rows.shape[1:]))
        padded[: len(rows)] = rows
        found = [torch.empty_like(padded) for _ in sizes]
        dist.all_gather(found, padded)
        ctx.start, ctx.size = sum(sizes[: dist.get_rank()]), len(rows)
        return torch.cat([one[:size] for one, size in zip(found, sizes, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients[0][ctx.start : ctx.start + ctx.size] * count_ranks()
