"""A bare PyTorch loop: the same network, loss, optimizer and arithmetic, pictures in memory."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.codes import Codes, read_pair
from jetcar.data.pairs import Pairs
from jetcar.model.device import autocast, choose_device, choose_precision
from jetcar.model.loss import Loss, weights_of_parts
from jetcar.model.network import Architecture, Network
from jetcar.model.optimizer import OptimizerSettings, build_optimizer
from jetcar.settings.schema import Train

Batch = tuple[Tensor, Tensor]
"""Pictures, uint8, ``(B, 3, H, W)``, channels last in memory; codes, uint8, ``(B, H, W)``."""


class Bare:
    """The loop that someone would write who has all pictures in the memory of the device.

    Args:
        settings: Of the run that it is compared with.
        table: Its classes.
    """

    def __init__(self, settings: Train, table: ClassTable) -> None:
        self.device = choose_device(settings.trainer.device)
        self.precision = choose_precision(settings.trainer.precision, self.device)
        model, optimizer = settings.model, settings.optimizer
        network = Network(Architecture(model.architecture, model.encoder, table.n_outputs))
        self.network = network.to(self.device, memory_format=torch.channels_last)
        self.loss = Loss(weights_of_parts(settings.loss))
        self.n_outputs = table.n_outputs
        decay = optimizer.weight_decay
        steps = OptimizerSettings(optimizer.name, optimizer.lr, optimizer.lr / 2, decay, decay)
        self.optimizer = build_optimizer(self.network.net, steps, fused=True)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.precision == "16-mixed")

    def step(self, batch: Batch) -> None:
        """One step of training."""
        images, masks = batch
        with autocast(self.precision, self.device):
            loss, _ = self.loss(self.network(images), masks)
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def train(self, batches: Iterable[Batch]) -> int:
        """An epoch of training; gives the number of pictures."""
        self.network.train()
        pictures = 0
        for batch in batches:
            self.step(batch)
            pictures += len(batch[0])
        self.wait()
        return pictures

    @torch.inference_mode()
    def validate(self, batches: Iterable[Batch]) -> Tensor:
        """Counts true against predicted codes, shape ``(C, C)``."""
        self.network.eval()
        counts = torch.zeros(self.n_outputs**2, dtype=torch.long, device=self.device)
        for images, masks in batches:
            with autocast(self.precision, self.device):
                logits = self.network(images)
                self.loss(logits, masks)
            known = masks != IGNORED
            pairs = masks[known].long() * self.n_outputs + logits.argmax(dim=1)[known]
            counts += pairs.bincount(minlength=self.n_outputs**2)
        return counts.view(self.n_outputs, self.n_outputs).cpu()

    @torch.inference_mode()
    def forward(self, batches: Iterable[Batch]) -> int:
        """Forward passes alone; gives the number of pictures."""
        self.network.eval()
        pictures = 0
        for images, _ in batches:
            with autocast(self.precision, self.device):
                self.network(images)
            pictures += len(images)
        self.wait()
        return pictures

    def wait(self) -> None:
        """Waits until the device has done everything."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def resident(self, pairs: Pairs, settings: Train, codes: Codes) -> list[Batch]:
        """All pictures as batches that lie on the device, ready for the network."""
        size, batch_size = settings.data.image_size, settings.data.batch_size
        batches = []
        for start in range(0, len(pairs), batch_size):
            some = slice(start, start + batch_size)
            files = zip(pairs.images[some], pairs.masks[some], strict=True)
            images, masks = zip(*(read_pair(*one, size, size) for one in files), strict=True)
            image = torch.stack([torch.from_numpy(one) for one in images]).permute(0, 3, 1, 2)
            mask = torch.stack([torch.from_numpy(codes.mapped(one)) for one in masks])
            batches.append((image.to(self.device), mask.to(self.device)))
        return batches
