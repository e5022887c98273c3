"""From pairs of files to batches: the data set that worker processes read."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from jetcar.data.augment import AugmentRange, augment_pair, draw
from jetcar.data.codes import Codes, read_pair
from jetcar.data.order import Order
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels
from jetcar.errors import UserError

Batch: TypeAlias = dict[str, Tensor]
"""``image``: RGB, uint8, ``(B, 3, H, W)``, 0..255, channels last in memory. ``mask``: codes, uint8,
``(B, H, W)``, 255 is ignored. ``index``: number of each picture in its split, int64, ``(B,)``."""


class Pictures(Dataset[Batch]):
    """Whole batches of pictures of one size, on demand.

    Args:
        pairs: Images with their masks; every image has one.
        height: Pixels.
        width: Pixels.
        codes: What the values of the masks mean.
        augment: What to change in each picture; None leaves them as they are.
        seed: Of the changes.
    """

    def __init__(
        self,
        pairs: Pairs,
        height: int,
        width: int,
        codes: Codes,
        augment: AugmentRange | None = None,
        seed: int = 0,
    ) -> None:
        self.pairs, self.height, self.width, self.codes = pairs, height, width, codes
        self.augment, self.seed = augment, seed
        self._drawn_for = -1
        self._parameters = np.empty((0, 0), np.float32)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, order: Order) -> Batch | UserError:  # type: ignore[override]
        """The batch of an order; bad input is returned, not raised, to cross from a worker."""
        images = np.empty((len(order.indices), self.height, self.width, 3), np.uint8)
        masks = np.empty(images.shape[:3], np.uint8)
        try:
            for place, index in enumerate(order.indices):
                images[place], masks[place] = self._picture(index, order.epoch)
        except UserError as error:
            return error
        return {
            "image": torch.from_numpy(images).permute(0, 3, 1, 2),
            "mask": torch.from_numpy(masks),
            "index": torch.tensor(order.indices),
        }

    def _picture(self, index: int, epoch: int) -> tuple[Pixels, Pixels]:
        image_path, mask_path = self.pairs.images[index], self.pairs.masks[index]
        assert mask_path is not None, "every image has a mask"
        image, mask = read_pair(image_path, mask_path, self.height, self.width)
        mask = self.codes.checked(mask, mask_path)
        if self.augment is None:
            return image, mask
        if epoch != self._drawn_for:
            self._parameters = draw(self.augment, self.seed, epoch, len(self))
            self._drawn_for = epoch
        return augment_pair(image, mask, self._parameters[index])
