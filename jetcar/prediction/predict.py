"""From a network and pictures to masks, overlays, scores, and pictures for the report."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from jetcar.classes import ClassTable
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, resize_mask
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.device import Precision, choose_device, choose_precision
from jetcar.model.memory import freed_memory_kept
from jetcar.prediction.deliver import Delivery, deliver
from jetcar.prediction.forward import predict_pictures
from jetcar.prediction.outputs import Outputs
from jetcar.prediction.overlay import overlay
from jetcar.prediction.readback import Written, checksum
from jetcar.prediction.report.gallery import Gallery
from jetcar.prediction.score import PixelCounter
from jetcar.prediction.signature import pictures_key, signed
from jetcar.prediction.viewers import VIEWERS, Viewer
from jetcar.prediction.writer import PictureFolder, encode_mask, encode_picture, mask_name
from jetcar.progress import progress
from jetcar.road.ground import Geometry

log = logging.getLogger(__name__)


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
        geometry: How the camera sees the ground; None where nobody knows.
    """

    network: nn.Module
    table: ClassTable
    codes: Codes
    image_size: tuple[int, int]
    device: torch.device
    precision: Precision
    geometry: Geometry | None = None


def trained_of(
    card: Card, network: nn.Module, codes: Codes, device: str, precision: str
) -> Trained:
    """A network with what its card says.

    Args:
        card: Of its checkpoint.
        network: Ready to predict, folded.
        codes: What values true masks may hold.
        device: As the setting of that name.
        precision: Likewise.
    """
    chosen = choose_device(device)
    return Trained(
        network,
        card.table,
        codes,
        card.image_size,
        chosen,
        choose_precision(precision, chosen),
        Geometry.from_plain(card.settings),
    )


@dataclass(frozen=True)
class Targets:
    """Where predictions go; None leaves one out.

    Attributes:
        masks: Folder of the masks, which a run keeps for them.
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


@dataclass(frozen=True)
class Predictions:
    """What came out.

    Attributes:
        counter: What was counted over the pictures with true masks; None without any.
        written: The masks.
        unreadable: What is wrong with each picture that was left out.
    """

    counter: PixelCounter | None
    written: list[Written]
    unreadable: list[UserError] = field(default_factory=list)


def predict(
    trained: Trained, pairs: Pairs, targets: Targets, batch_size: int, what: str
) -> PixelCounter | None:
    """Predicts pictures, writes what is asked for, and scores those that have true masks.

    Masks that somebody has changed or put there stay, which is logged; the new ones are left out.

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
    sinks = Sinks(viewer=targets.delivery.viewer, gallery=targets.gallery)
    if targets.masks is None:
        return predict_into(sinks, trained, pairs, batch_size, what).counter
    outputs = Outputs(targets.masks, targets.zip_path, targets.overlays, is_runs=True)
    viewer = targets.delivery.viewer
    try:
        outputs.refuse_what_is_not_ours(pairs.images, viewer)
    except UserError as error:
        log.warning("The masks are not written: %s", error)
        return predict_into(sinks, trained, pairs, batch_size, what).counter
    with outputs.replaced(pairs.images, viewer) as aside:
        sinks = replace(sinks, aside=aside, zip_folder=targets.delivery.zip_folder)
        done = predict_into(sinks, trained, pairs, batch_size, what)
    deliver(outputs.masks, outputs.zip_path, done.written, trained.table, targets.delivery)
    return done.counter


@dataclass(frozen=True)
class Sinks:
    """What receives predictions while they come.

    Attributes:
        aside: Where masks and overlays are prepared; None for none.
        viewer: Names the masks.
        zip_folder: The folder inside the zip.
        gallery: Collects the pictures for the report.
        at_full_size: Whether scores are counted at the size of each picture, as its mask is
            delivered, or at the network's, as in training.
        skips_unreadable: Whether a picture that cannot be read is left out, as long as there are
            others, and not an error.
    """

    aside: Outputs | None = None
    viewer: Viewer = VIEWERS["plain"]
    zip_folder: str = ""
    gallery: Gallery | None = None
    at_full_size: bool = False
    skips_unreadable: bool = False


def predict_into(
    sinks: Sinks, trained: Trained, pairs: Pairs, batch_size: int, what: str
) -> Predictions:
    """Predicts pictures and hands them on.

    Raises:
        UserError: a picture or mask cannot be read; of pictures that may be left out, all.
    """
    counter = PixelCounter(trained.table, trained.codes, trained.geometry)
    height, width = trained.image_size
    written: list[Written] = []
    unreadable: dict[int, UserError] = {}
    aside = sinks.aside
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept(trained.device, every_size=False))
        masks = overlays = None
        if aside is not None:
            masks = stack.enter_context(
                PictureFolder(aside.masks, aside.zip_path, sinks.zip_folder, is_aside=True)
            )
            key = pictures_key(pairs.images[0])
            if aside.overlays is not None:
                overlays = stack.enter_context(PictureFolder(aside.overlays, is_aside=True))
        advance = stack.enter_context(progress(what, len(pairs), "pictures"))
        for one in predict_pictures(
            trained.network,
            pairs.images,
            height,
            width,
            batch_size,
            trained.device,
            trained.precision,
            trained.table.codes,
            unreadable if sinks.skips_unreadable else None,
        ):
            image_path, mask_path = pairs.images[one.index], pairs.masks[one.index]
            if masks:
                name = sinks.viewer.name(image_path)
                masks.add(name, partial(_encode_mask, one.codes, key), one.codes.size)
                written.append(Written(image_path, name, checksum(one.codes)))
            if overlays:
                draw = partial(_encode_overlay, one.image, one.codes, trained.table, key)
                overlays.add(mask_name(image_path), draw, 8 * one.codes.size)
            if sinks.at_full_size:
                one = replace(one, small_codes=resize_mask(one.codes, *one.small_codes.shape))
            compared = None
            if mask_path:
                scored = one.codes if sinks.at_full_size else one.small_codes
                compared = counter.add(scored, mask_path, image_path, one.image)
                small_true = resize_mask(compared.true, *one.small_codes.shape)
                counter.soft.add(one.index // batch_size, one.logits, small_true)
            if sinks.gallery:
                sinks.gallery.add(one, compared)
            advance(1)
        if len(unreadable) == len(pairs):
            raise next(iter(unreadable.values()))
    return Predictions(counter if counter.pictures else None, written, list(unreadable.values()))


def _encode_mask(codes: Pixels, key: str) -> bytes:
    return signed(encode_mask(codes), key)


def _encode_overlay(image: Pixels, codes: Pixels, table: ClassTable, key: str) -> bytes:
    return signed(encode_picture(overlay(image, codes, table)), key)
