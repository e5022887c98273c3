"""From pairs of files to batches: the data set that worker processes read."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from jetcar.data.augment import AugmentRange, augment_pair, draw
from jetcar.data.cache_file import CachedPictures
from jetcar.data.codes import Codes, read_pair
from jetcar.data.order import Order
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels
from jetcar.data.transforms import Transforms
from jetcar.errors import UserError
from jetcar.wording import printable

Batch: TypeAlias = dict[str, Tensor]
"""``image``: RGB, uint8, ``(B, 3, H, W)``, 0..255, channels last in memory. ``mask``: codes, uint8,
``(B, H, W)``, 255 is ignored. ``index``: number of each picture in its split, int64, ``(B,)``.
Where several processes share a step: ``of_step``, the pictures of all of them, a scalar on the CPU.
On its way to a device that finishes it (``PictureData``): ``mask`` as the files have it, and where
training changes pictures ``parameters`` of the changes, float32, see ``augment.draw``."""


class Pictures(Dataset[Batch]):
    """Whole batches of pictures of one size, on demand.

    Args:
        pairs: Images with their masks; every image has one.
        height: Pixels.
        width: Pixels.
        codes: What the values of the masks mean.
        augment: What to change in each picture; None leaves them as they are.
        seed: Of the changes.
        cache: The same pictures, decoded; None decodes the files.
        on_device: Whether the device maps codes and makes the changes of ``augment``, not the
            loader.
        transforms: Further changes, always by the loader, and before those of ``augment``.
    """

    def __init__(
        self,
        pairs: Pairs,
        height: int,
        width: int,
        codes: Codes,
        augment: AugmentRange | None = None,
        seed: int = 0,
        cache: CachedPictures | None = None,
        on_device: bool = False,
        transforms: Transforms | None = None,
    ) -> None:
        self.pairs, self.height, self.width, self.codes = pairs, height, width, codes
        self.augment = None if augment is None or augment.is_off else augment
        self.seed, self.cache, self.on_device = seed, cache, on_device
        self.transforms = transforms
        self._drawn_for = -1
        self._parameters: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, order: Order) -> Batch | UserError:  # type: ignore[override]
        """The batch of an order; bad input is returned, not raised, to cross from a worker."""
        repeats = order.repeats or [0] * len(order.indices)
        try:
            images, masks = self._read(order.indices)
            if self.transforms is not None:
                for i, index in enumerate(order.indices):
                    images[i], masks[i] = self._transformed(
                        self.transforms, images[i], masks[i], order.epoch, index, repeats[i]
                    )
        except UserError as error:
            return error
        batch: Batch = {"index": torch.tensor(order.indices)}
        if not self.on_device:
            masks = self.codes.mapped(masks)
        if self.augment is not None:
            rows = np.stack(
                [
                    self._parameters_of(self.augment, order.epoch, repeat)[index]
                    for index, repeat in zip(order.indices, repeats, strict=True)
                ]
            )
            if self.on_device:
                batch["parameters"] = torch.from_numpy(rows)
            else:
                for i, row in enumerate(rows):
                    images[i], masks[i] = augment_pair(
                        images[i], masks[i], row, self.augment.outside
                    )
        if order.of_step is not None:
            batch["of_step"] = torch.tensor(order.of_step)
        batch["image"] = torch.from_numpy(images).permute(0, 3, 1, 2)
        batch["mask"] = torch.from_numpy(masks)
        return batch

    def _read(self, indices: list[int]) -> tuple[Pixels, Pixels]:
        """Images ``(B, H, W, 3)`` and masks ``(B, H, W)``; codes as in the files."""
        if self.cache is not None:
            return self.cache.read(indices)  # its codes were checked when the data was audited
        images = np.empty((len(indices), self.height, self.width, 3), np.uint8)
        masks = np.empty(images.shape[:3], np.uint8)
        for place, index in enumerate(indices):
            image_path, mask_path = self.pairs.images[index], self.pairs.masks[index]
            assert mask_path is not None, "every image has a mask"
            images[place], masks[place] = read_pair(
                image_path, mask_path, self.height, self.width, self.codes.coding
            )
            self.codes.check(masks[place], mask_path)
        return images, masks

    def _transformed(
        self,
        transforms: Transforms,
        image: Pixels,
        mask: Pixels,
        epoch: int,
        index: int,
        repeat: int,
    ) -> tuple[Pixels, Pixels]:
        """Codes as in the files, still."""
        try:
            return transforms.applied(image, mask, self.seed, epoch, index, repeat)
        except UserError as error:
            raise UserError(f"{printable(self.pairs.images[index])}: {error}") from error

    def _parameters_of(self, augment: AugmentRange, epoch: int, repeat: int) -> np.ndarray:
        if epoch != self._drawn_for:
            self._parameters, self._drawn_for = {}, epoch
        if repeat not in self._parameters:
            self._parameters[repeat] = draw(augment, self.seed, epoch, len(self), repeat)
        return self._parameters[repeat]
