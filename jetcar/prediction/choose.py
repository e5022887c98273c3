"""Which pictures ``predict.py`` predicts, which true masks it scores, and where masks go."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jetcar.classes import IGNORED
from jetcar.data.layout import IMAGE_SUFFIXES, split_folder, subfolder
from jetcar.data.pairs import Pairs, find_pair, find_pairs
from jetcar.data.pictures import read_mask
from jetcar.data.source.of_run import dataset_of_run, run_of
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.prediction.early import AUTO, NONE
from jetcar.prediction.outputs import free_place
from jetcar.prediction.signature import pictures_key
from jetcar.settings.schema import Predict
from jetcar.settings.sources import sources_of
from jetcar.wording import printable

log = logging.getLogger(__name__)

LOOKS = 5
"""Pictures that are looked at to notice a folder of masks."""


@dataclass(frozen=True)
class Chosen:
    """What is predicted, and where to.

    Attributes:
        pairs: Pictures with the true masks that are there.
        out: Folder of the masks.
        is_runs: Whether a run keeps ``out`` for its own predictions.
        is_whole: Whether the pictures are all of their folder.
        is_owners: Whether the pictures lie where their owner's tools look at them, and not in a
            copy that was unpacked.
    """

    pairs: Pairs
    out: Path
    is_runs: bool
    is_whole: bool
    is_owners: bool


def choose_pictures(settings: Predict, card: Card, checkpoint: Path) -> Chosen:
    """Pictures and masks as the settings name them, else those of the checkpoint's own run.

    Args:
        settings: What they name is there: see ``refuse_early``.
        card: What the checkpoint says about itself.
        checkpoint: Its file.

    Raises:
        UserError: there are none, or ``out`` is the folder of one of them.
    """
    run = run_of(checkpoint)
    source = None
    if settings.images is None:
        dataset = dataset_of_run(card.settings, checkpoint)
        source = sources_of(str(card.settings["data"]["source"]))[-1]
        folder, masks = _of_dataset(dataset)
    else:
        folder = Path(settings.images).expanduser()
        masks = _masks_beside(folder)
    if settings.masks in (None, NONE):
        masks = None
    elif settings.masks != AUTO:
        masks = Path(settings.masks).expanduser()
    pairs = find_pair(folder, masks) if folder.is_file() else find_pairs(folder, masks)
    if settings.masks not in (None, NONE, AUTO) and not any(pairs.masks):
        raise UserError(f"masks={masks} has no mask for any picture of {folder}. Check the path.")
    if not pairs.images:
        raise UserError(f"{folder} holds no picture ({', '.join(IMAGE_SUFFIXES)}). Name another.")
    _warn_of_masks(pairs, card)
    is_runs = False
    if settings.out:
        out = Path(settings.out).expanduser()
        out = out if out.name not in ("", "..") else out.resolve()
    elif settings.images is None and run is not None:
        out, is_runs = run / "predictions", True
    else:
        out = free_place(folder, pictures_key(pairs.images[0]), folder.is_file())
    _refuse_inputs(out, pairs)
    is_owners = source is None or Path(source).expanduser().is_dir()
    return Chosen(pairs, out, is_runs, folder.is_dir(), is_owners)


def _of_dataset(dataset: Path) -> tuple[Path, Path | None]:
    for split in ("Test", "Val"):
        if (images := split_folder(dataset, "Img", split)) is not None:
            log.info("pictures of %s: %s", split, images)
            return images, split_folder(dataset, "Mask", split)
    raise UserError(f"{dataset} has neither Img/Test nor Img/Val. Name pictures with images=...")


def _masks_beside(images: Path) -> Path | None:
    """``Mask/Val`` beside ``Img/Val``, or ``Mask`` beside ``Img``, if it is there."""
    folder = (images if images.is_dir() else images.parent).resolve()
    if folder.name.lower() == "img":
        return subfolder(folder.parent, "Mask")
    if folder.parent.name.lower() == "img":
        return split_folder(folder.parent.parent, "Mask", folder.name)
    return None


def _refuse_inputs(out: Path, pairs: Pairs) -> None:
    """Refuses to write among the pictures or their true masks."""
    mask = next(filter(None, pairs.masks), None)
    for what, path in (("pictures", pairs.images[0]), ("true masks", mask)):
        if path is not None and out.resolve() == Path(path).parent.resolve():
            raise UserError(f"out={out} is the folder of the {what}. Choose another folder.")


def _warn_of_masks(pairs: Pairs, card: Card) -> None:
    """Notices a folder of masks that is named in place of the one of its pictures."""
    places = np.linspace(0, len(pairs) - 1, min(LOOKS, len(pairs))).round().astype(int)
    if all(_is_mask(pairs.images[place], card) for place in places):
        log.warning(
            "%s holds what looks like masks (%s), not photos. Is it the folder of the pictures?",
            Path(pairs.images[0]).parent,
            printable(Path(pairs.images[0]).name),
        )


def _is_mask(path: str, card: Card) -> bool:
    """Whether a picture has nothing but codes of classes for its values."""
    if not path.lower().endswith(".png"):
        return False
    try:
        values = set(np.unique(read_mask(path)).tolist())
    except UserError:
        return False
    return values <= {*card.table.codes, IGNORED}
