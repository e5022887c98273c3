"""One step of training and one of validation, as Lightning wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from jetcar.classes import ClassTable
from jetcar.model.loss import Loss
from jetcar.model.metrics import confusion_counter, likeliest, scores_of
from jetcar.model.network import Network

Batch = dict[str, Tensor]
STEPS_BETWEEN_CHECKS = 100
"""Steps between two looks at the loss, as each look waits for the device."""

OPTIMIZERS = {"adamw": torch.optim.AdamW, "radam": torch.optim.RAdam, "sgd": torch.optim.SGD}


@dataclass(frozen=True)
class Steps:
    """How the weights move.

    Attributes:
        optimizer: A key of ``OPTIMIZERS``.
        lr: Learning rate of the decoder.
        encoder_lr: Learning rate of the encoder.
        weight_decay: Of the decoder's weights; biases and normalisation layers have none.
        encoder_weight_decay: Of the encoder's weights, likewise.
    """

    optimizer: str
    lr: float
    encoder_lr: float
    weight_decay: float
    encoder_weight_decay: float


class NotANumberError(ArithmeticError):
    """The loss became NaN or infinite.

    Args:
        epoch: The epoch, counted from 0.
        batch: Its first batch with such a loss, counted from 0.
    """

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__(f"the loss of batch {batch} in epoch {epoch} is not a number")
        self.epoch, self.batch = epoch, batch


class Means:
    """Means of named scalars, summed on their device in float64 and divided once."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.count = 0

    def add(self, values: dict[str, Tensor], weight: int) -> None:
        """Adds values that stand for ``weight`` pictures."""
        for name, value in values.items():
            term = value.detach().double() * weight
            self.sums[name] = self.sums[name] + term if name in self.sums else term
        self.count += weight

    def compute(self) -> dict[str, float]:
        """The means; waits for the device."""
        return {name: float(total) / max(1, self.count) for name, total in self.sums.items()}

    def state_dict(self) -> dict[str, Any]:
        """Sums and count as tensors and a number, to continue inside an epoch."""
        return {"sums": {name: total.cpu() for name, total in self.sums.items()}, "n": self.count}

    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Continues from what ``state_dict`` gave."""
        self.sums = {name: total.to(device) for name, total in state["sums"].items()}
        self.count = state["n"]


class Segmentation(LightningModule):
    """Trains a network to give every pixel its class.

    Logs ``val/iou``, ``val/loss`` and the like once an epoch; ``epoch_values`` holds all of them.

    Args:
        network: Pictures in, logits out.
        loss: Logits and masks in, a scalar and its parts out.
        table: The classes, for the names of the scores.
        steps: How the weights move.
    """

    def __init__(self, network: Network, loss: Loss, table: ClassTable, steps: Steps) -> None:
        super().__init__()
        # As the pictures are, so that no convolution has to turn its weights round first.
        self.network: Network = network.to(memory_format=torch.channels_last)
        self.loss, self.table, self.steps = loss, table, steps
        self.confusion = confusion_counter(table.n_outputs)
        self._known = sorted(one.code for one in table.classes)
        self.train_means, self.val_means = Means(), Means()
        self.epoch_values: dict[str, float] = {}
        self._bad_batch: Tensor | None = None
        self._last_batch = 0
        self.takes_new_rates = False
        """Whether a continued run takes its learning rates and decays from ``steps``."""

        self.begins_new_optimizer = False
        """Whether it has another optimizer than before, to which the former state means nothing."""

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Leaves out the state of another optimizer, before Lightning hands it on."""
        if self.begins_new_optimizer:
            checkpoint["optimizer_states"] = []

    def on_train_start(self) -> None:
        """Overrides the optimizer's own state where the settings changed since it was saved."""
        if self.takes_new_rates:
            for optimizer in self.trainer.optimizers:
                fresh = build_optimizer(self.network.net, self.steps, fused=False).param_groups
                for group, new in zip(optimizer.param_groups, fresh, strict=True):
                    group["lr"], group["weight_decay"] = new["lr"], new["weight_decay"]

    def on_train_epoch_start(self) -> None:
        """Starts the epoch's means; after a stop inside the epoch they go on instead."""
        self.train_means = Means()
        self._bad_batch = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of a batch; nothing here waits for the device."""
        loss, parts = self.loss(self.network(batch["image"]), batch["mask"])
        self.train_means.add(_named(loss, parts), len(batch["image"]))
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
        """Starts the counts anew."""
        self.val_means = Means()
        self.confusion.reset()

    def validation_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Counts a batch into the confusion matrix; returns its codes, ``(B, H, W)``."""
        logits = self.network(batch["image"])
        loss, parts = self.loss(logits, batch["mask"])
        self.val_means.add(_named(loss, parts), len(batch["image"]))
        predicted = likeliest(logits, self._known)
        self.confusion.update(predicted, batch["mask"])
        return predicted

    def on_validation_epoch_end(self) -> None:
        """Turns the epoch's sums into values and logs what the callbacks watch."""
        scores = scores_of(self.confusion.compute())
        per_class = {
            f"val/iou/{c.name}": float(scores.iou[c.code])
            for c in self.table.classes
            if not scores.iou[c.code].isnan()
        }
        self.epoch_values = {
            **{f"train/{name}": value for name, value in self.train_means.compute().items()},
            **{f"val/{name}": value for name, value in self.val_means.compute().items()},
            "val/iou": scores.mean_iou,
            "val/dice": scores.mean_dice,
            "val/accuracy": scores.accuracy,
            **per_class,
        }
        for name in ("val/iou", "val/loss"):
            self.log(name, self.epoch_values[name])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """One optimizer, with the encoder and the decoder in groups of their own."""
        return build_optimizer(self.network.net, self.steps, fused=self._may_fuse())

    def _may_fuse(self) -> bool:
        # Lightning refuses to clip gradients that a fused optimizer unscales itself.
        scales = self.trainer.precision == "16-mixed" and self.trainer.gradient_clip_val
        return self.device.type in ("cpu", "cuda") and not scales


def _named(loss: Tensor, parts: dict[str, Tensor]) -> dict[str, Tensor]:
    return {"loss": loss, **{f"loss/{name}": value for name, value in parts.items()}}


def build_optimizer(net: nn.Module, steps: Steps, fused: bool) -> torch.optim.Optimizer:
    """The optimizer, with four groups: encoder and decoder, each with and without weight decay.

    Args:
        net: A network of segmentation-models-pytorch, which has a part named ``encoder``.
        steps: How the weights move.
        fused: Whether to update all weights in one call, where the optimizer can.
    """
    groups = []
    for part, lr, decay in (
        ("encoder", steps.encoder_lr, steps.encoder_weight_decay),
        ("decoder", steps.lr, steps.weight_decay),
    ):
        own = [p for name, p in net.named_parameters() if (part == "encoder") == _in_encoder(name)]
        # Biases, and the scales of normalisation layers, have one dimension.
        for weights, its_decay in (
            ([p for p in own if p.ndim > 1], decay),
            ([p for p in own if p.ndim <= 1], 0.0),
        ):
            groups.append({"params": weights, "lr": lr, "weight_decay": its_decay, "part": part})
    more: dict[str, Any] = {"momentum": 0.9, "nesterov": True} if steps.optimizer == "sgd" else {}
    if steps.optimizer == "radam":
        more["decoupled_weight_decay"] = True
    else:
        more["fused"] = fused
    optimizer: torch.optim.Optimizer = OPTIMIZERS[steps.optimizer](groups, lr=steps.lr, **more)
    return optimizer


def _in_encoder(name: str) -> bool:
    return name.startswith("encoder.")
