"""The old notebook's way, plainly: pictures by Pillow, float tensors, one-hot masks, float32."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import segmentation_models_pytorch as smp
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from jetcar.data.pairs import Pairs

MEAN = np.array([0.406, 0.456, 0.485], np.float32)
STD = np.array([0.225, 0.224, 0.229], np.float32)
"""Of blue, green and red."""


class NotebookPictures(Dataset):
    """One picture at a time: BGR floats, and a mask with a channel of floats for each class."""

    def __init__(self, pairs: Pairs, n_classes: int) -> None:
        self.pairs, self.n_classes = pairs, n_classes

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = np.array(Image.open(self.pairs.images[index]).convert("RGB"))[..., ::-1]
        image = ((image / 255.0 - MEAN) / STD).astype(np.float32)
        mask = np.array(Image.open(self.pairs.masks[index]))
        channels = [mask == code for code in range(self.n_classes)]
        one_hot = np.stack(channels, axis=-1).astype(np.float32)
        return (
            torch.from_numpy(image.transpose(2, 0, 1).copy()),
            torch.from_numpy(one_hot.transpose(2, 0, 1).copy()),
        )


def notebook_loader(pairs: Pairs, n_classes: int, batch_size: int) -> DataLoader:
    """Batches in a random order, made without worker processes."""
    return DataLoader(NotebookPictures(pairs, n_classes), batch_size, shuffle=True)


class Lookahead:
    """Every few steps goes half of the way from where the weights were to where they are.

    Source:
        Zhang et al., Lookahead Optimizer: k steps forward, 1 step back (2019), with its usual
        5 steps and factor 0.5.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, steps: int = 5, factor: float = 0.5):
        self.optimizer, self.steps, self.factor, self.taken = optimizer, steps, factor, 0
        self.slow: dict[Tensor, Tensor] = defaultdict()

    def zero_grad(self) -> None:
        """Forgets the gradients."""
        self.optimizer.zero_grad()

    @torch.no_grad()
    def step(self) -> None:
        """Moves the weights."""
        self.optimizer.step()
        self.taken += 1
        if self.taken % self.steps:
            return
        for group in self.optimizer.param_groups:
            for weight in group["params"]:
                slow = self.slow.setdefault(weight, weight.detach().clone())
                slow += self.factor * (weight - slow)
                weight.copy_(slow)


class NotebookStep:
    """UNet on MobileNetV2 in float32, with the notebook's losses, optimizer and scores."""

    def __init__(self, n_classes: int) -> None:
        self.network = smp.Unet("mobilenet_v2", encoder_weights=None, classes=n_classes)
        groups = []
        for name, weight in self.network.named_parameters():
            encoder = name.startswith("encoder.")
            decay = 0.0 if name.endswith("bias") else 3e-5 if encoder else 3e-4
            lr = 5e-4 if encoder else 1e-3
            groups.append({"params": [weight], "lr": lr, "weight_decay": decay})
        self.optimizer = Lookahead(torch.optim.RAdam(groups, decoupled_weight_decay=True))

    def __call__(self, images: Tensor, masks: Tensor) -> tuple[float, float]:
        """One step of training; gives its loss and its score, as the notebook shows them."""
        logits = self.network.train()(images)
        share = logits.sigmoid()
        iou = soft_iou(share, masks)
        loss = 1.5 * (1 - soft_dice(share, masks)) + 1.0 * (1 - iou)
        loss = loss + 0.2 * functional.binary_cross_entropy_with_logits(logits, masks)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item(), iou.item()

    def to(self, device: torch.device) -> NotebookStep:
        """Moves the network."""
        self.network: nn.Module = self.network.to(device)
        return self


def soft_dice(share: Tensor, masks: Tensor) -> Tensor:
    """Mean over the classes of 2 x intersection over the sum of both."""
    hit = (share * masks).sum((0, 2, 3))
    return (2 * hit / (share + masks).sum((0, 2, 3)).clamp(min=1e-7)).mean()


def soft_iou(share: Tensor, masks: Tensor) -> Tensor:
    """Mean over the classes of intersection over union."""
    hit = (share * masks).sum((0, 2, 3))
    return (hit / ((share + masks).sum((0, 2, 3)) - hit).clamp(min=1e-7)).mean()
