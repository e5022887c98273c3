"""What the values of a mask mean: which are allowed, and which count nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.coding import Coding
from jetcar.data.pictures import Pixels, count_values, read_image, resize_image, resize_mask
from jetcar.errors import UserError

PLAIN = Coding()


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Codes:
    """The values that masks may hold.

    Attributes:
        allowed: Whether a value may occur in a mask, shape ``(256,)``, bool.
        wanted: The code that a network sees for each value, shape ``(256,)``, uint8.
        coding: How masks say these values.
    """

    allowed: npt.NDArray[np.bool_]
    wanted: Pixels
    coding: Coding = PLAIN

    @classmethod
    def of(cls, table: ClassTable, ignored: list[str], network: ClassTable | None = None) -> Codes:
        """The codes of a class table, of which the named classes count nowhere.

        Args:
            table: What the codes in the files mean.
            ignored: Names of classes that count nowhere.
            network: What the network's codes mean, where they differ: classes are then matched by
                name.

        Raises:
            UserError: a name is not in the table, none of its classes is left, or the network
                does not have one of them.
        """
        ignored_codes = list(table.codes_of(ignored))
        if set(ignored_codes) == set(table.codes):
            raise UserError("data.ignore names every class. Leave at least one to be learnt.")
        allowed = np.zeros(256, np.bool_)
        allowed[[*table.codes, IGNORED]] = True
        wanted = np.arange(256, dtype=np.uint8)
        if network is not None:
            counting = [c for c in table.classes if c.code not in ignored_codes]
            wanted[[c.code for c in counting]] = network.codes_of(c.name for c in counting)
        wanted[ignored_codes] = IGNORED
        return cls(allowed, wanted)

    def said_by(self, coding: Coding) -> Codes:
        """The same codes in masks that say them in another way."""
        return replace(self, coding=coding)

    def mapped(self, masks: Pixels) -> Pixels:
        """The codes that a network sees for values as they are in files; any shape, uint8."""
        if (self.wanted == np.arange(256)).all():
            return masks
        flat = masks.reshape(-1, masks.shape[-1])  # OpenCV takes tables over planes only
        return cv2.LUT(flat, self.wanted).reshape(masks.shape).astype(np.uint8, copy=False)

    def checked(self, mask: Pixels, path: str) -> Pixels:
        """The codes that a network sees, after ``check``; shape ``(H, W)``, uint8."""
        self.check(mask, path)
        return self.mapped(mask)

    def check(self, mask: Pixels, path: str) -> None:
        """Refuses values that mean nothing.

        Args:
            mask: Shape ``(H, W)``, uint8.
            path: Where it comes from, for the message.

        Raises:
            UserError: names the values, their share, and the fix.
        """
        if self.allowed[mask].all():
            return
        counts = count_values(mask)
        unknown = np.flatnonzero((counts > 0) & ~self.allowed).tolist()
        share = counts[unknown].sum() / mask.size
        raise UserError(
            f"{path} holds the code{'s' * (len(unknown) > 1)} {', '.join(map(str, unknown[:5]))} "
            f"({100 * share:.3g} % of its pixels), which the class table does not have. "
            "Name the right table with data.classes, or draw the mask again."
        )

    def read_mask(self, path: str, height: int, width: int) -> Pixels:
        """Reads, checks and resizes a mask; shape ``(H, W)``, uint8, 255 counts nowhere.

        Raises:
            UserError: it cannot be read, or holds values that mean nothing.
        """
        return self.checked(resize_mask(self.coding.read(path), height, width), path)


def read_pair(
    image_path: str, mask_path: str, height: int, width: int, coding: Coding = PLAIN
) -> tuple[Pixels, Pixels]:
    """Reads an image with its mask, both resized; the codes are as the file says them.

    Raises:
        UserError: one cannot be read, or they do not fit each other.
    """
    image, mask = read_image(image_path), coding.read(mask_path)
    refuse_other_shape(image, mask, image_path, mask_path)
    return resize_image(image, height, width), resize_mask(mask, height, width)


def refuse_other_shape(image: Pixels, mask: Pixels, image_path: str, mask_path: str) -> None:
    """Refuses a mask that is not a scaled copy of its image's frame.

    Raises:
        UserError: width to height differs by more than rounding can explain.
    """
    (h, w), (mask_h, mask_w) = image.shape[:2], mask.shape
    if abs(w * mask_h - mask_w * h) > max(w, h, mask_w, mask_h):
        raise UserError(
            f"{mask_path} is {mask_w} x {mask_h} pixels, but its image "
            f"{os.path.basename(image_path)} is {w} x {h}. Draw the mask for this image again."
        )
