"""One step of training and one of validation, as Lightning wants them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pytorch_lightning import LightningModule
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from jetcar.classes import ClassTable
from jetcar.model.auxiliary import Auxiliary
from jetcar.model.loss import Loss
from jetcar.model.means import Means
from jetcar.model.metrics import confusion_counter, predicted_codes, scores_of
from jetcar.model.network import Network
from jetcar.model.optimizer import OptimizerSettings, build_optimizer
from jetcar.model.over_ranks import said_by_all
from jetcar.model.schedules import CosineToLowest, ScheduleSettings, build_scheduler, warm_up
from jetcar.road.meter import RoadMeter

Batch = dict[str, Tensor]
STEPS_BETWEEN_CHECKS = 100
"""Steps between two looks at the loss, as each look waits for the device."""


def pictures_of_step(batch: Batch) -> int:
    """How many pictures a step has, over all processes that share it."""
    return int(batch["of_step"]) if "of_step" in batch else len(batch["image"])


class NotANumberError(ArithmeticError):
    """The loss became NaN or infinite.

    Args:
        epoch: The epoch, counted from 0.
        batch: Its first batch with such a loss, counted from 0.
    """

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(f"the loss of batch {batch} in epoch {epoch} is not a number")
        self.epoch, self.batch = epoch, batch


class Segmentation(LightningModule):
    """Trains a network to give every pixel its class.

    Once an epoch it logs ``train/loss``, ``val/loss``, their parts, ``val/iou``, ``val/dice``,
    ``val/accuracy`` and ``val/iou/<class>``, each in float64; loggers get them at the number of the
    epoch, counted from 1.

    Args:
        network: Pictures in, logits out.
        loss: Logits and masks in, a scalar and its parts out.
        table: The classes, for the names of the scores.
        optimizer: How the weights move.
        schedule: How the learning rates fall; None: not at all.
        auxiliary: Weight of the loss of a second head, see ``Auxiliary``; 0: there is none.
        road: Compares lanes on the ground, for ``val/road`` and ``val/road/<what>``; None: not
            at all.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        table: ClassTable,
        optimizer: OptimizerSettings,
        schedule: ScheduleSettings | None = None,
        auxiliary: float = 0.0,
        road: RoadMeter | None = None,
    ) -> None:
        super().__init__()
        # As the pictures are, so that no convolution has to turn its weights round first.
        self.network: Network = network.to(memory_format=torch.channels_last)
        self.auxiliary = (
            Auxiliary(network).to(memory_format=torch.channels_last) if auxiliary else None
        )
        self.auxiliary_weight = auxiliary
        self.loss, self.table, self.road = loss, table, road
        self.optimizer_settings, self.schedule_settings = optimizer, schedule
        self.confusion = confusion_counter(table.n_outputs)
        self._known = sorted(one.code for one in table.classes)
        self._means = {"train": Means(), "val": Means()}
        self._bad_batch: Tensor | None = None
        self._last_batch = 0
        self.takes_new_rates = False
        """Whether a continued run takes its learning rates and decays from its settings."""

        self.begins_new_optimizer = False
        """Whether it has another optimizer than before, to which the former state means nothing."""

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leaves out the state of another optimizer, before Lightning hands it on."""
        if self.begins_new_optimizer:
            checkpoint["optimizer_states"] = []

    def on_train_start(self) -> None:
        """Overrides the optimizer's own state where the settings changed since it was saved."""
        if self.takes_new_rates:
            new_settings = self.optimizer_settings
            for optimizer in self.trainer.optimizers:
                fresh = self._optimizer(new_settings, fused=False).param_groups
                for group, new in zip(optimizer.param_groups, fresh, strict=True):
                    group["lr"], group["weight_decay"] = new["lr"], new["weight_decay"]
        for config in self.trainer.lr_scheduler_configs:
            if isinstance(config.scheduler, CosineToLowest):
                config.scheduler.apply()

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Lets the learning rates rise while the run warms up; then they are the schedule's."""
        if self.schedule_settings is None or not self.schedule_settings.warmup:
            return
        batches = int(self.trainer.num_training_batches)
        step = self.current_epoch * batches + batch_idx
        steps = round(self.schedule_settings.warmup * batches)
        if step < steps:
            settings = self.optimizer_settings
            rates = {"encoder": settings.encoder_lr, "decoder": settings.lr}
            for optimizer in self.trainer.optimizers:
                warm_up(optimizer, rates, step, steps)

    def on_train_epoch_start(self) -> None:
        """Starts the epoch's means; after a stop inside the epoch they go on instead."""
        self._means["train"] = Means()
        self._bad_batch = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of a batch; nothing here waits for the device."""
        mask = batch["mask"]
        loss, parts = self.loss(self.network(batch["image"]), mask)
        if self.auxiliary is not None:
            of_head, _ = self.loss(*self.auxiliary(mask))
            loss, parts = loss + self.auxiliary_weight * of_head, {**parts, "auxiliary": of_head}
        self._means["train"].add(_named(loss, parts), pictures_of_step(batch))
        self._note_loss(loss.detach(), batch_idx)
        return loss  # type: ignore[no-any-return]

    def check_loss(self) -> None:
        """Looks whether a loss of this epoch was no number; waits for the device.

        Raises:
            NotANumberError: one was.
        """
        if self._bad_batch is not None and (batch := int(self._bad_batch)) >= 0:
            raise NotANumberError(self.current_epoch, batch)

    def check_weights(self) -> None:
        """Looks whether all weights are numbers, as the last step may have spoilt them.

        Raises:
            NotANumberError: one is not; it names the last batch.
        """
        numbers = [w for w in self.network.state_dict().values() if w.is_floating_point()]
        if not bool(torch.stack([w.isfinite().all() for w in numbers]).all()):
            raise NotANumberError(self.current_epoch, self._last_batch)

    def _note_loss(self, loss: Tensor, batch_idx: int) -> None:
        """Remembers the first batch with a bad loss, on the device."""
        self._last_batch = batch_idx
        if self._bad_batch is None:
            self._bad_batch = torch.full_like(loss, -1)
        is_first = (self._bad_batch < 0) & ~loss.isfinite()
        self._bad_batch = torch.where(is_first, batch_idx, self._bad_batch)
        if (batch_idx + 1) % STEPS_BETWEEN_CHECKS == 0 or self.trainer.is_last_batch:
            self.check_loss()

    def on_validation_epoch_start(self) -> None:
        """Resets the counts."""
        self._means["val"] = Means()
        self.confusion.reset()
        if self.road is not None:
            self.road.reset()

    def validation_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Counts a batch into the confusion matrix; returns its codes, ``(B, H, W)``."""
        logits = self._logits(batch["image"])
        loss, parts = self.loss(logits, batch["mask"])
        self._means["val"].add(_named(loss, parts), pictures_of_step(batch))
        predicted = predicted_codes(logits, self._known)
        self.confusion.update(predicted, batch["mask"])
        if self.road is not None:
            self.road.add(_on_cpu(batch["mask"]), _on_cpu(predicted))
        return predicted

    def _logits(self, image: Tensor) -> Tensor:
        if len(image):
            logits: Tensor = self.network(image)
            return logits
        # Another process has all pictures of the last step, and waits for our part of its sums.
        return image.new_zeros((0, self.table.n_outputs, *image.shape[2:]), dtype=torch.float32)

    def on_validation_epoch_end(self) -> None:
        """Turns the epoch's sums into values and logs what the callbacks watch."""
        scores = scores_of(self.confusion.compute())
        if self.road is not None:
            self.road.take(said_by_all(self.road.noted))
        per_class = {
            f"val/iou/{c.name}": float(scores.iou[c.code])
            for c in self.table.classes
            if not scores.iou[c.code].isnan()
        }
        means = {
            f"{split}/{name}": mean
            for split, sums in self._means.items()
            for name, mean in sums.compute().items()
        }
        values = {
            **means,
            "val/iou": scores.mean_iou,
            "val/dice": scores.mean_dice,
            "val/accuracy": scores.accuracy,
            **({} if self.road is None else _named_road(self.road)),
            **per_class,
        }
        # Lightning would make float32 of plain numbers. It takes "step" for the loggers.
        exact = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}
        self.log_dict({**exact, "step": torch.tensor(float(self.current_epoch + 1))})

    def configure_optimizers(self) -> Any:
        """One optimizer, with encoder and decoder in groups of their own, and its scheduler."""
        optimizer = self._optimizer(self.optimizer_settings, self._may_fuse())
        if self.schedule_settings is None:
            return optimizer
        rates = {group["part"]: group["lr"] for group in optimizer.param_groups}
        scheduler = build_scheduler(optimizer, self.schedule_settings, rates)
        monitor = self.schedule_settings.monitor
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "monitor": monitor, "name": "lr"},
        }

    def _optimizer(self, settings: OptimizerSettings, fused: bool) -> torch.optim.Optimizer:
        beside = [] if self.auxiliary is None else list(self.auxiliary.parameters())
        return build_optimizer(self.network.net, settings, fused, beside)

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        """Does nothing: Lightning calls it when the checkpoint of the epoch is written already.

        A run that is continued from that checkpoint would lose the step.
        """

    def on_train_epoch_end(self) -> None:
        """Steps the schedulers, before the checkpoint of the epoch is written."""
        for config in self.trainer.lr_scheduler_configs:
            if isinstance(config.scheduler, ReduceLROnPlateau):
                score = self.trainer.callback_metrics[str(config.monitor)]
                config.scheduler.step(float(score))
            else:
                config.scheduler.step()

    @property
    def loss_so_far(self) -> Tensor | None:
        """Mean loss of the epoch so far, on its device: nothing waits; None before a batch."""
        return self._means["train"].so_far("loss")

    def means_so_far(self) -> dict[str, Any]:
        """Sums and number of pictures of the unfinished epoch, as a checkpoint keeps them."""
        means = self._means["train"]
        return means.state_dict() if means.count else {}

    def continue_means(self, state: dict[str, Any]) -> None:
        """Continues an epoch with what ``means_so_far`` gave."""
        self._means["train"].load_state_dict(state, self.device)

    def _may_fuse(self) -> bool:
        # Lightning refuses to clip gradients that a fused optimizer unscales itself.
        scales = self.trainer.precision == "16-mixed" and self.trainer.gradient_clip_val
        return self.device.type in ("cpu", "cuda") and not scales


def _on_cpu(codes_bhw: Tensor) -> npt.NDArray[np.uint8]:
    return codes_bhw.to(torch.uint8).cpu().numpy()


def _named_road(road: RoadMeter) -> dict[str, float]:
    values = road.values()
    score = values.pop("score")
    return {"val/road": score, **{f"val/road/{name}": values[name] for name in road.measures}}


def _named(loss: Tensor, parts: dict[str, Tensor]) -> dict[str, Tensor]:
    return {"loss": loss, **{f"loss/{name}": value for name, value in parts.items()}}
