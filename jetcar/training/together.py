"""How Lightning trains on the devices of a run: one, or several that take the same steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from pytorch_lightning.plugins.layer_sync import LayerSync
from pytorch_lightning.strategies import DDPStrategy
from torch import nn

from jetcar.model.over_ranks import count_ranks, is_first, said_by_all
from jetcar.model.synced_norm import synchronise
from jetcar.ranks import this_rank
from jetcar.settings.schema import Trainer

T = TypeVar("T")


class SyncedNormalisation(LayerSync):
    """Lightning's place for layers that work together; see ``synced_norm`` for why not its own."""

    def __init__(self, on_gpu: bool) -> None:
        self.on_gpu = on_gpu

    def apply(self, model: nn.Module) -> nn.Module:
        """Synchronises the batch normalisation of a network, before it is on its device."""
        return synchronise(model, self.on_gpu)

    def revert(self, model: nn.Module) -> nn.Module:
        """Leaves it so: a process that is alone normalises as ever."""
        return model


def arguments_of_devices(settings: Trainer, on_gpu: bool) -> dict[str, Any]:
    """What Lightning's Trainer is told about devices; ``plugins`` are to be added to others."""
    listed = settings.devices if isinstance(settings.devices, list) and on_gpu else None
    accelerator = "gpu" if on_gpu else "cpu"
    if count_ranks() == 1:
        return {"accelerator": accelerator, "devices": listed or 1, "plugins": []}
    rank, synced = this_rank(), settings.sync_batchnorm
    return {
        "accelerator": accelerator,
        "devices": listed or rank.size_here,
        "num_nodes": rank.nodes,
        "strategy": DDPStrategy(
            find_unused_parameters=settings.strategy == "ddp_find_unused_parameters_true",
            # Synchronised statistics are the same everywhere; of others the first one's count.
            broadcast_buffers=not synced,
        ),
        "use_distributed_sampler": False,  # it would share out whole steps, and repeat pictures
        "plugins": [
            TorchElasticEnvironment(),
            *([SyncedNormalisation(on_gpu)] if synced else []),
        ],
        **({} if is_first() else {"enable_progress_bar": False}),
    }


def share_of_pictures() -> tuple[int, int] | None:
    """Number of this process and how many share each step; None for one that is alone."""
    return None if count_ranks() == 1 else (this_rank().number, count_ranks())


def seen_by_first(n_pictures: int, batch_size: int) -> list[int]:
    """Numbers of those pictures of Val that the first process sees, ascending."""
    return [index for index in range(n_pictures) if index % batch_size % count_ranks() == 0]


def first_here(work: Callable[[], T]) -> T:
    """Does something on each machine in its first process, and then in the others, once more."""
    if this_rank().number_here:
        said_by_all(None)
        return work()
    result = work()
    said_by_all(None)
    return result
