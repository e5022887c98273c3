"""How fast a batch is changed on its device, against libraries that change pictures."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable

import torch
from pictures import dataset
from rows import Bench, Row, Rows, in_turn, per_second
from settings import train_settings
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from jetcar.classes import IGNORED
from jetcar.data.augment import ANGLE, BIAS, GAIN, SIGMA, ZOOM, AugmentRange, draw
from jetcar.data.batch_changes import augment_batch
from jetcar.data.codes import read_pair
from jetcar.data.pairs import find_split

WHAT = "changing a batch on its device"


def measure(bench: Bench) -> Rows:
    """The same tilt, zoom, light and noise by all; ours draws spots of light besides."""
    size, count = bench.size(224, 32), bench.size(64, 4)
    pairs = find_split(dataset(bench, "augmented", Train=count), "Train")
    images, masks = zip(
        *(read_pair(*one, size, size) for one in zip(pairs.images, pairs.masks, strict=True)),
        strict=True,
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    image = torch.stack([torch.from_numpy(one) for one in images]).permute(0, 3, 1, 2).to(device)
    mask = torch.stack([torch.from_numpy(one) for one in masks]).to(device)
    ranges = AugmentRange.of(train_settings().augment)
    rows = torch.from_numpy(draw(ranges, 0, 0, count)).to(device)

    def speed(work: Callable[[], object]) -> Callable[[], float]:
        def change() -> int:
            work()
            if device.type == "cuda":
                torch.cuda.synchronize()
            return count

        return per_second(change, bench.size(1, 0))

    ours = speed(lambda: augment_batch(image, mask, rows))
    ways = {"torchvision v2, picture by picture": lambda: by_torchvision(image, mask, rows)}
    if importlib.util.find_spec("kornia"):  # pip install kornia adds this line
        ways["kornia"] = by_kornia(ranges, image, mask)
    for name, way in ways.items():
        rates = in_turn(ours, speed(way), bench.size(7, 1))
        yield Row(WHAT, name, "images/s", *rates, note=f"{count} pictures of {size} on {device}")


def by_torchvision(image: Tensor, mask: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """One call a picture, as its transforms change all pictures of a batch alike."""
    pictures, codes = [], []
    for one, true, row in zip(image, mask, rows.tolist(), strict=True):
        turn = {
            "angle": -math.degrees(row[ANGLE]),
            "translate": [0, 0],
            "scale": row[ZOOM],
            "shear": [0.0, 0.0],
        }
        moved = tv.affine(one, **turn, interpolation=InterpolationMode.BILINEAR)
        codes.append(tv.affine(true[None], **turn, fill=[IGNORED])[0])
        light = (moved.float() * row[GAIN] + row[BIAS]) / 255
        noisy = tv.gaussian_noise(light, sigma=row[SIGMA] / 255)
        pictures.append(tv.to_dtype(noisy, torch.uint8, scale=True))
    return torch.stack(pictures), torch.stack(codes)


def by_kornia(ranges: AugmentRange, image: Tensor, mask: Tensor) -> Callable[[], object]:
    """Its own draws of the same ranges, for the whole batch at once."""
    from kornia.augmentation import (
        AugmentationSequential,
        ColorJiggle,
        RandomAffine,
        RandomGaussianNoise,
    )

    change = AugmentationSequential(
        RandomAffine(ranges.tilt, scale=ranges.zoom, p=1),
        ColorJiggle(brightness=ranges.brightness, contrast=ranges.contrast, p=1),
        RandomGaussianNoise(std=ranges.noise, p=1),
        data_keys=["input", "mask"],
    )

    def work() -> tuple[Tensor, Tensor]:
        # Codes are shifted by one, so that its 0 for what lies outside is none of them.
        picture, codes = change(image.float() / 255, mask[:, None].float() + 1)
        return (picture * 255).to(torch.uint8), codes.to(torch.uint8)

    return work
