"""A recipe's transforms, applied to one picture and its mask in the loader."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from jetcar.classes import ClassTable
from jetcar.data.mirrors import exchanged_codes, ramps, refuse_mirrors, turns_over
from jetcar.data.pictures import Pixels
from jetcar.data.recipe import build_list, leaves, library
from jetcar.errors import UserError
from jetcar.settings.schema import Augment
from jetcar.wording import printable

TRIALS = 12
"""Draws of each transform that are looked at before a recipe is accepted."""

RAMPS = {"x": "mask", "y": "mask"}
"""What is moved as a mask is: see ``ramps``."""


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Transforms:
    """Transforms of albumentations by name.

    Attributes:
        plain: The list as the settings hold it; each process that loads pictures builds it anew.
        exchanged: The code that each code becomes in a mirrored picture, shape ``(256,)``, uint8;
            None where mirrors exchange nothing.
    """

    plain: list[Any]
    exchanged: Pixels | None = field(default=None)

    def __getstate__(self) -> dict[str, Any]:
        """Without what the library made, which need not cross to another process."""
        return {"plain": self.plain, "exchanged": self.exchanged}

    @cached_property
    def _made(self) -> Any:
        # With the ramps, a mirror that happened can be told from one that did not.
        targets = {} if self.exchanged is None else RAMPS
        return library().Compose(build_list(self.plain), additional_targets=targets)

    @cached_property
    def _nodes(self) -> list[Any]:
        return list(_nodes_of(self._made))

    def applied(
        self, image: Pixels, mask: Pixels, seed: int, epoch: int, number: int, repeat: int = 0
    ) -> tuple[Pixels, Pixels]:
        """Changes one picture; what changes follows from the last four alone.

        Args:
            image: RGB, shape ``(H, W, 3)``, uint8.
            mask: Codes, shape ``(H, W)``, uint8.
            seed: The run's.
            epoch: Its number.
            number: The picture's number in its split.
            repeat: How often it has come before in this epoch.

        Returns:
            New image and mask of the same shapes. What turns in from outside is 255 in the mask.

        Raises:
            UserError: a transform cannot take the picture, or changes its size.
        """
        _seed(self._nodes, seed, epoch, number, repeat)
        given: dict[str, npt.NDArray[Any]] = {"image": image, "mask": _outside_is_zero(mask)}
        if self.exchanged is not None:
            given |= ramps(*mask.shape)
        try:
            made = self._made(**given)
        except Exception as error:  # whatever the library raises
            kind = type(error).__name__
            raise UserError(f"augment.transforms fails on a picture ({kind}: {error})") from error
        _refuse_size(made["image"], made["mask"], image, "augment.transforms")
        codes = _outside_is_zero(made["mask"])
        if self.exchanged is not None and turns_over(made["x"], made["y"]):
            codes = self.exchanged[codes]
        return made["image"], codes


def transforms_of(
    augment: Augment, table: ClassTable, height: int, width: int
) -> Transforms | None:
    """The transforms of a recipe for pictures of these classes, checked; None for an empty list.

    Raises:
        UserError: the recipe is wrong, or mirrors classes that say left or right.
    """
    exchanged = exchanged_codes(augment.swap, table)
    if not augment.transforms:
        return None
    refuse_mirrors(check_transforms(augment.transforms, height, width), table, augment.swap)
    return Transforms(augment.transforms, exchanged)


def check_transforms(plain: list[Any], height: int, width: int) -> dict[str, str]:
    """Tries every transform of a list on a picture of noise, each as if its ``p`` were 1.

    Args:
        plain: The list as the settings hold it.
        height: Pixels.
        width: Pixels.

    Returns:
        Those that mirror a picture: the name of each by where it stands.

    Raises:
        UserError: one is not there, has other arguments, changes the size or the type of a
            picture, makes up a code, or needs more than a picture and its mask.
    """
    build_list(plain)
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    codes = np.array([7, 3, 11, 254], np.uint8).reshape(2, 2)
    mask = codes.repeat(-(-height // 2), 0).repeat(-(-width // 2), 1)[:height, :width].copy()
    places = ramps(height, width)
    mirrors: dict[str, str] = {}
    for where, name, one in leaves(plain):
        here = f"{where}: {name}"
        is_for_both = "mask" in one.targets or isinstance(one, library().ImageOnlyTransform)
        if "image" not in one.targets or not is_for_both:
            raise UserError(f"{here} is not for pictures with masks; leave it out")
        pipeline = library().Compose([one], additional_targets=RAMPS)
        nodes = list(_nodes_of(pipeline))
        for trial in range(TRIALS):
            _seed(nodes, 0, 0, trial)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", UserWarning)
                    made = pipeline(image=image, mask=_outside_is_zero(mask), **places)
            except Exception as error:  # whatever the library raises
                reason = printable(" ".join(str(error).split()))
                raise UserError(f"{here} cannot change a picture and its mask: {reason}") from None
            _refuse_size(made["image"], made["mask"], image, here)
            if not set(np.unique(_outside_is_zero(made["mask"]))) <= {*codes.flat, 255}:
                raise UserError(f"{here} makes up codes in masks; leave it out")
            if turns_over(made["x"], made["y"]):
                mirrors[where] = name
    return mirrors


def _outside_is_zero(mask: Pixels) -> Pixels:
    """Exchanges 0 and 255, and back: 0 is what the library fills in wherever nothing was.

    Many of its transforms take another value for the mask, not all, and each by an argument of its
    own; all of them fill 0 if nothing is said.
    """
    return np.bitwise_xor(mask, np.uint8(255))


def _refuse_size(image: Any, mask: Any, before: npt.NDArray[Any], who: str) -> None:
    is_same = image.shape == before.shape and mask.shape == before.shape[:2]
    if not is_same or image.dtype != np.uint8 or mask.dtype != np.uint8:
        raise UserError(
            f"{who} turns a picture of {_size(before)} of type uint8 into one of {_size(image)} of "
            f"type {image.dtype}; pictures must keep their type and size (data.image_size)"
        )


def _size(array: Any) -> str:
    return " x ".join(map(str, array.shape))


def _nodes_of(one: Any) -> Iterator[Any]:
    yield one
    for inner in getattr(one, "transforms", ()):
        yield from _nodes_of(inner)


def _seed(nodes: list[Any], seed: int, epoch: int, number: int, repeat: int = 0) -> None:
    """Gives all transforms one source of random numbers.

    The library's own ``set_random_seed`` has each of them begin with the same number, so that two
    of ``p: 0.2`` happen to the same pictures.
    """
    # As the fifth number a zero would be another source: runs of former versions go on with the
    # changes they had.
    again = [repeat] if repeat else []
    generator = np.random.default_rng([seed, epoch, 2, number, *again])
    python = random.Random(int(generator.integers(2**63)))
    for node in nodes:
        node.random_generator, node.py_random = generator, python
