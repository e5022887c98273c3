"""From a network and pictures to masks, overlays, scores, and pictures for the report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import nn

from jetcar.classes import ClassTable
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels
from jetcar.model.device import Precision
from jetcar.model.memory import freed_memory_kept
from jetcar.prediction.deliver import Delivery, deliver
from jetcar.prediction.forward import predict_pictures
from jetcar.prediction.overlay import overlay
from jetcar.prediction.readback import Written, checksum
from jetcar.prediction.report.gallery import Gallery
from jetcar.prediction.score import Counter
from jetcar.prediction.writer import PictureFolder, encode_mask, encode_picture, mask_name
from jetcar.progress import progress


@dataclass(frozen=True)
class Trained:
    """A trained network, ready to predict.

    Attributes:
        network: Takes and gives what ``jetcar.model.network.Network`` does.
        table: Its classes.
        codes: What values true masks may hold.
        image_size: Height and width in pixels that it sees.
        device: Where it runs.
        precision: Its arithmetic.
    """

    network: nn.Module
    table: ClassTable
    codes: Codes
    image_size: tuple[int, int]
    device: torch.device
    precision: Precision


@dataclass(frozen=True)
class Targets:
    """Where predictions go; None leaves one out.

    Attributes:
        masks: Folder of the masks.
        zip_path: The same masks in one file.
        overlays: Folder of overlays.
        delivery: Who looks at the masks, and where.
        gallery: Collects the pictures for the report.
    """

    masks: Path | None = None
    zip_path: Path | None = None
    overlays: Path | None = None
    delivery: Delivery = field(default_factory=Delivery)
    gallery: Gallery | None = None


def predict(
    trained: Trained, pairs: Pairs, targets: Targets, batch_size: int, what: str
) -> Counter | None:
    """Predicts pictures, writes what is asked for, and scores those that have true masks.

    Args:
        trained: The network.
        pairs: Pictures, some with masks.
        targets: Where to write.
        batch_size: Pictures in one forward pass.
        what: What the progress bar shows.

    Returns:
        What was counted over the pictures with masks, at the network's size; None without masks.

    Raises:
        UserError: a picture or mask cannot be read, and nothing is written; or a mask does not
            read back as it was written.
    """
    counter = Counter(trained.table, trained.codes)
    height, width = trained.image_size
    written: list[Written] = []
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept(trained.device, every_size=False))
        masks = overlays = None
        if targets.masks:
            masks = stack.enter_context(
                PictureFolder(targets.masks, targets.zip_path, targets.delivery.zip_folder)
            )
        if targets.overlays:
            overlays = stack.enter_context(PictureFolder(targets.overlays))
        advance = stack.enter_context(progress(what, len(pairs), "pictures"))
        for one in predict_pictures(
            trained.network,
            pairs.images,
            height,
            width,
            batch_size,
            trained.device,
            trained.precision,
        ):
            image_path, mask_path = pairs.images[one.index], pairs.masks[one.index]
            if masks:
                name = targets.delivery.viewer.name(image_path)
                masks.add(name, partial(encode_mask, one.codes))
                written.append(Written(image_path, name, checksum(one.codes)))
            if overlays:
                draw = partial(_encode_overlay, one.image, one.codes, trained.table)
                overlays.add(mask_name(image_path), draw)
            compared = None
            if mask_path:
                compared = counter.add(one.small_codes, mask_path)
                counter.soft.add(one.index // batch_size, one.logits, compared.true)
            if targets.gallery:
                targets.gallery.add(one, compared)
            advance(1)
    if targets.masks:
        deliver(targets.masks, targets.zip_path, written, trained.table, targets.delivery)
    return counter if counter.pictures else None


def _encode_overlay(image: Pixels, codes: Pixels, table: ClassTable) -> bytes:
    return encode_picture(overlay(image, codes, table))
