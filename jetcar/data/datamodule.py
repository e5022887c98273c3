"""The data of one run, as Lightning wants it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property

import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import Sampler

from jetcar.data.augment import AugmentRange
from jetcar.data.batch_changes import augment_batch
from jetcar.data.batches import Batch, Pictures
from jetcar.data.cache_file import CachedPictures
from jetcar.data.codes import Codes
from jetcar.data.counting import count_codes
from jetcar.data.loader import PictureLoader, wait_on
from jetcar.data.mix import Mix
from jetcar.data.order import InOrder, Order, Share, Shuffled
from jetcar.data.pairs import Pairs
from jetcar.data.rare import RareClasses
from jetcar.data.transforms import Transforms
from jetcar.errors import UserError


class PictureData(LightningDataModule):
    """Train and Val of a data set as batches.

    Args:
        splits: Pairs by split name; every image has a mask.
        height: Pixels that every picture is resized to.
        width: Pixels.
        codes: What the values of the masks mean.
        batch_size: Pictures in a batch.
        workers: Processes that prepare batches; 0 prepares them in this one.
        augment: What training changes in a picture.
        transforms: What the loader changes before that, also when a GPU does the rest.
        seed: Of the order and the changes.
        on_gpu: Whether batches go to a GPU, which then maps codes and changes pictures itself.
        caches: Decoded pictures by split; splits that are not there are decoded from files.
        while_waiting: See ``PictureLoader``.
        rare_classes: Share of the pictures of an epoch that are drawn for a rare class.
        share: Number of this process and how many share each batch of Train and Val; None for one.
        mix: Shares of several data sets in an epoch of Train; None sees each picture once.
    """

    def __init__(
        self,
        splits: Mapping[str, Pairs],
        height: int,
        width: int,
        codes: Codes,
        batch_size: int,
        workers: int = 0,
        augment: AugmentRange | None = None,
        seed: int = 0,
        on_gpu: bool = False,
        caches: Mapping[str, CachedPictures] | None = None,
        while_waiting: Callable[[float], None] = wait_on,
        transforms: Transforms | None = None,
        rare_classes: float = 0,
        share: tuple[int, int] | None = None,
        mix: Mix | None = None,
    ) -> None:
        super().__init__()
        self.splits, self.height, self.width, self.codes = splits, height, width, codes
        self.batch_size, self.workers, self.on_gpu = batch_size, workers, on_gpu
        self.caches, self.while_waiting = caches or {}, while_waiting
        self.augment, self.transforms, self.seed = augment, transforms, seed
        self.rare_classes, self.share, self.mix = rare_classes, share, mix
        self.first_epoch, self.batches_done = 0, 0
        self._wanted: Tensor | None = None

    def continue_at(self, epoch: int, batches_done: int) -> None:
        """Makes training start in this epoch, after that many of its batches."""
        self.first_epoch, self.batches_done = epoch, batches_done

    def train_dataloader(self) -> PictureLoader:
        """Changed pictures of Train, in another order each epoch."""
        pictures = self._pictures("Train", self.augment, self.transforms)
        return self._loader(pictures, self._shuffled(self.first_epoch, self.batches_done))

    def files_of(self, epoch: int, batch: int) -> list[str]:
        """Names of the images in a batch of an epoch of training."""
        images = self.splits["Train"].images
        orders = list(self._shuffled(epoch))
        return [os.path.basename(images[i]) for i in orders[batch].indices]

    def val_dataloader(self) -> PictureLoader:
        """Pictures of Val as they are, in the order of their names."""
        return self.loader_of("Val")

    def loader_of(self, split: str) -> PictureLoader:
        """Pictures of a split as they are, in the order of their names."""
        pictures = self._pictures(split, None)
        order = InOrder(len(pictures), self.batch_size)
        return self._loader(pictures, order)

    def transfer_batch_to_device(
        self, batch: Batch, device: torch.device, dataloader_idx: int
    ) -> Batch:
        """Leaves on the CPU what the CPU asks for."""
        of_step = batch.pop("of_step", None)
        moved: Batch = super().transfer_batch_to_device(batch, device, dataloader_idx)
        return moved if of_step is None else {**moved, "of_step": of_step}

    def on_before_batch_transfer(self, batch: Batch | UserError, dataloader_idx: int) -> Batch:
        """Raises what a worker found wrong with a picture."""
        if isinstance(batch, UserError):
            raise batch
        return batch

    def on_after_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """Maps codes and changes pictures on the GPU, where the loader has not done it."""
        if not self.on_gpu:
            return batch
        if self._wanted is None:
            self._wanted = torch.from_numpy(self.codes.wanted).to(batch["mask"].device)
        batch["mask"] = self._wanted[batch["mask"].int()]
        if (parameters := batch.pop("parameters", None)) is not None:
            assert self.augment is not None, "parameters are of its changes"
            batch["image"], batch["mask"] = augment_batch(
                batch["image"], batch["mask"], parameters, self.augment.outside
            )
        return batch

    def _shuffled(self, epoch: int, done: int = 0) -> Shuffled:
        n_pictures = len(self.splits["Train"].images)
        return Shuffled(n_pictures, self.batch_size, self.seed, epoch, done, self._rare, self.mix)

    @cached_property
    def _rare(self) -> RareClasses | None:
        """What is drawn for rare classes; the pictures are read for it, once."""
        if not self.rare_classes:
            return None
        pairs, size = self.splits["Train"], (self.height, self.width)
        pictures = Pictures(pairs, *size, self.codes, cache=self.caches.get("Train"))
        return RareClasses.of(count_codes(pictures), self.rare_classes)

    def _loader(self, pictures: Pictures, steps: InOrder | Shuffled) -> PictureLoader:
        order: Sampler[Order] = steps if self.share is None else Share(steps, *self.share)
        return PictureLoader(pictures, order, self.workers, self.on_gpu, self.while_waiting)

    def _pictures(
        self, split: str, augment: AugmentRange | None, transforms: Transforms | None = None
    ) -> Pictures:
        pairs = self.splits[split]
        return Pictures(
            pairs,
            self.height,
            self.width,
            self.codes,
            augment,
            self.seed,
            self.caches.get(split),
            self.on_gpu,
            transforms,
        )
