"""Keeps a moving average of the weights: it is what is scored, saved for use and exported."""

from __future__ import annotations

from typing import Any

import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import WeightAveraging
from torch import Tensor

from jetcar.model.module import Segmentation
from jetcar.model.network import Network


class AverageWeights(WeightAveraging):
    """Lightning's averaged weights, as an exponential moving average that soon forgets its start.

    Validation, masks and the car's files use the average, so ``state_dict`` in a checkpoint is the
    average too; the weights that are trained stand beside it as ``current_model_state``. The decay
    begins small and rises with the steps, ``(1 + steps) / (10 + steps)``, up to the one that is
    given, or a short run would be judged by its first weights. Statistics of batch normalisation
    are averaged with the weights that they belong to.

    Args:
        decay: Share of itself that the average keeps in a step, once it is warm.
        device: Of the training. Lightning's default would be the CPU, as it makes the average
            before it moves the network, and each step would copy all weights there.

    Source:
        Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging" (1992); the
        rising decay is that of TensorFlow's ``ExponentialMovingAverage(num_updates=...)``.
    """

    def __init__(self, decay: float, device: torch.device) -> None:
        super().__init__(device=device, multi_avg_fn=self._mix)
        self.decay = decay
        self._steps = 0  # for _mix: it gets a counter on the device, and would wait for it

    @property
    def network(self) -> Network:
        """The network with the averaged weights; not in use while validation runs."""
        assert self._average_model is not None
        averaged = self._average_model.module
        assert isinstance(averaged, Segmentation)
        return averaged.network

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Makes the average; its counter stays on the CPU, as each step looks at it."""
        super().setup(trainer, pl_module, stage)
        if self._average_model is not None:
            self._average_model.n_averaged = self._average_model.n_averaged.cpu()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Follows the weights when the optimizer has moved them."""
        self._steps = trainer.global_step
        super().on_train_batch_end(trainer, pl_module, outputs, batch, batch_idx)

    def state_dict(self) -> dict[str, Any]:
        """Nothing: Lightning would warn when a run that has kept an average goes on without one."""
        return {}

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Knows the steps so far, each of which it has followed."""
        self._latest_update_step = trainer.global_step

    def on_load_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Continues both; of a run that has kept no average so far it begins at its weights."""
        if "averaging_state" in checkpoint:
            super().on_load_checkpoint(trainer, pl_module, checkpoint)
        elif self._average_model is not None:
            self._average_model.module.load_state_dict(checkpoint["state_dict"])

    def _mix(self, averages: list[Tensor], weights: list[Tensor], _: Tensor | int) -> None:
        """Moves averages of one type towards the weights."""
        decay = min(self.decay, (1 + self._steps) / (10 + self._steps))
        if averages[0].is_floating_point():
            torch._foreach_lerp_(averages, weights, 1 - decay)
        else:  # the batches that a normalisation layer has seen
            torch._foreach_copy_(averages, weights)
