"""From a network and pictures to masks, overlays, scores, and pictures for the report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from jetcar.data.pairs import Pairs
from jetcar.errors import UserError
from jetcar.model.memory import freed_memory_kept
from jetcar.prediction.deliver import Delivery, deliver
from jetcar.prediction.outcome import Job
from jetcar.prediction.outputs import Outputs
from jetcar.prediction.readback import Written
from jetcar.prediction.report.gallery import Gallery
from jetcar.prediction.score import PixelCounter
from jetcar.prediction.several import outcomes_over
from jetcar.prediction.signature import pictures_key
from jetcar.prediction.trained import Trained
from jetcar.prediction.viewers import VIEWERS, Viewer
from jetcar.prediction.writer import PictureFolder, mask_name
from jetcar.progress import progress

log = logging.getLogger(__name__)


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
    sinks: Sinks,
    trained: Trained,
    pairs: Pairs,
    batch_size: int,
    what: str,
    devices: Sequence[torch.device] = (),
) -> Predictions:
    """Predicts pictures and hands them on.

    Args:
        sinks: What receives them.
        trained: The network.
        pairs: Pictures, some with masks.
        batch_size: Pictures in one forward pass.
        what: What the progress bar shows.
        devices: Those that share the work; with fewer than two the network's own does it.

    Raises:
        UserError: a picture or mask cannot be read; of pictures that may be left out, all.
    """
    written: list[Written] = []
    unreadable: dict[int, UserError] = {}
    aside = sinks.aside
    job = Job(
        trained,
        pairs,
        batch_size,
        at_full_size=sinks.at_full_size,
        skips_unreadable=sinks.skips_unreadable,
        has_overlays=aside is not None and aside.overlays is not None,
        is_shown=sinks.gallery is not None,
        key=pictures_key(pairs.images[0]) if pairs.images else "",
    )
    counter = job.new_counter()
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept(trained.device, every_size=False))
        masks = overlays = None
        if aside is not None:
            masks = stack.enter_context(
                PictureFolder(aside.masks, aside.zip_path, sinks.zip_folder, is_aside=True)
            )
            if aside.overlays is not None:
                overlays = stack.enter_context(PictureFolder(aside.overlays, is_aside=True))
        advance = stack.enter_context(progress(what, len(pairs), "pictures"))
        coming = outcomes_over(devices, job, counter, unreadable)
        for outcome in stack.enter_context(closing(coming)):
            image_path = pairs.images[outcome.one.index]
            if masks:
                name = sinks.viewer.name(image_path)
                masks.add(name, outcome.mask, outcome.pixels)
                written.append(Written(image_path, name, outcome.checksum))
            if overlays:
                overlays.add(mask_name(image_path), outcome.overlay, 8 * outcome.pixels)
            if sinks.gallery:
                sinks.gallery.add(outcome.one, outcome.compared)
            advance(1)
        if len(unreadable) == len(pairs):
            raise next(iter(unreadable.values()))
    return Predictions(counter if counter.pictures else None, written, list(unreadable.values()))
