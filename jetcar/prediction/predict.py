"""From a checkpoint and a folder of pictures to masks, overlays and scores."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from jetcar.classes import ClassTable
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.model.device import Precision
from jetcar.model.metrics import Scores, scores_of
from jetcar.prediction.forward import predict_pictures
from jetcar.prediction.overlay import overlay
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
    """

    masks: Path | None = None
    zip_path: Path | None = None
    overlays: Path | None = None


def predict(
    trained: Trained, pairs: Pairs, targets: Targets, batch_size: int, what: str
) -> Scores | None:
    """Predicts pictures, writes what is asked for, and scores those that have true masks.

    Args:
        trained: The network.
        pairs: Pictures, some with masks.
        targets: Where to write.
        batch_size: Pictures in one forward pass.
        what: What the progress bar shows.

    Returns:
        Scores over the pictures with masks, counted at the network's size; None without masks.

    Raises:
        UserError: a picture or mask cannot be read; nothing is written then.
    """
    counter = Counter(trained.table, trained.codes)
    height, width = trained.image_size
    with ExitStack() as stack:
        masks = overlays = None
        if targets.masks:
            masks = stack.enter_context(PictureFolder(targets.masks, targets.zip_path))
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
            mask_path, name = pairs.masks[one.index], mask_name(pairs.images[one.index])
            if masks:
                masks.add(name, lambda one=one: encode_mask(one.codes))  # type: ignore[misc]
            if overlays:
                overlays.add(
                    name,
                    lambda one=one: encode_picture(overlay(one.image, one.codes, trained.table)),  # type: ignore[misc]
                )
            if mask_path:
                counter.add(one.small_codes, mask_path)
            advance(1)
    return scores_of(counter.confusion) if counter.pictures else None
