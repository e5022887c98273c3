"""What comes of each picture: its mask, its overlay, and its comparison with the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from jetcar.classes import ClassTable
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, resize_mask
from jetcar.errors import UserError
from jetcar.prediction.forward import Predicted, predict_pictures
from jetcar.prediction.overlay import overlay
from jetcar.prediction.readback import checksum
from jetcar.prediction.score import Compared, PixelCounter
from jetcar.prediction.signature import signed
from jetcar.prediction.trained import Trained
from jetcar.prediction.writer import encode_mask, encode_picture


@dataclass(frozen=True)
class Job:
    """Pictures to predict, and how.

    Attributes:
        trained: The network.
        pairs: The pictures, some with true masks.
        batch_size: Pictures in one forward pass.
        at_full_size: Whether scores are counted at the size of each picture, as its mask is
            delivered, or at the network's, as in training.
        skips_unreadable: Whether a picture that cannot be read is left out, and not an error.
        has_overlays: Whether overlays are wanted.
        is_shown: Whether a report wants the pictures.
        key: Of the pictures, see ``pictures_key``.
    """

    trained: Trained
    pairs: Pairs
    batch_size: int
    at_full_size: bool
    skips_unreadable: bool
    has_overlays: bool
    is_shown: bool
    key: str

    def new_counter(self) -> PixelCounter:
        """A counter for its classes that has counted nothing."""
        return PixelCounter(self.trained.table, self.trained.codes, self.trained.geometry)


@dataclass(frozen=True)
class Outcome:
    """What comes of one picture.

    Attributes:
        one: What the network says; ``small_codes`` come from the mask where that is scored.
        compared: Its comparison with its true mask; None without one.
        checksum: Of the codes of its mask.
        mask: Makes the file of its mask.
        overlay: Makes the file of its overlay.
        pixels: Held in memory until both are made.
    """

    one: Predicted
    compared: Compared | None
    checksum: int
    mask: Callable[[], bytes]
    overlay: Callable[[], bytes]
    pixels: int


def predicted_of(
    job: Job, numbers: Sequence[int], unreadable: dict[int, UserError]
) -> Iterator[Predicted]:
    """Predicts some pictures of a job, by their numbers.

    Args:
        job: The job.
        numbers: Of the pictures, whole batches of them.
        unreadable: Receives what is wrong with each picture that is left out, by its place in
            ``numbers``.

    Yields:
        What the network says; its ``index`` is the place in ``numbers``.

    Raises:
        UserError: a picture cannot be read, and the job does not skip it.
    """
    trained, images = job.trained, job.pairs.images
    return predict_pictures(
        trained.network,
        [images[number] for number in numbers],
        *trained.image_size,
        job.batch_size,
        trained.device,
        trained.precision,
        trained.table.codes,
        unreadable if job.skips_unreadable else None,
    )


def outcome_of(job: Job, one: Predicted, counter: PixelCounter) -> Outcome:
    """Makes of a prediction what is wanted of it, and counts it.

    Args:
        job: The job.
        one: What the network says about one picture, by its number in the job.
        counter: Counts it where it has a true mask.

    Raises:
        UserError: its true mask cannot be read, or does not fit it.
    """
    image_path, mask_path = job.pairs.images[one.index], job.pairs.masks[one.index]
    if job.at_full_size:
        one = replace(one, small_codes=resize_mask(one.codes, *one.small_codes.shape))
    compared = None
    if mask_path:
        scored = one.codes if job.at_full_size else one.small_codes
        compared = counter.add(scored, mask_path, image_path, one.image)
        small_true = resize_mask(compared.true, *one.small_codes.shape)
        counter.soft.add(one.index // job.batch_size, one.logits, small_true)
    return Outcome(
        one,
        compared,
        checksum(one.codes),
        partial(_encode_mask, one.codes, job.key),
        partial(_encode_overlay, one.image, one.codes, job.trained.table, job.key),
        one.codes.size,
    )


def outcomes(
    job: Job, counter: PixelCounter, unreadable: dict[int, UserError]
) -> Iterator[Outcome]:
    """What comes of all pictures of a job, in their order, on one device.

    Args:
        job: The job.
        counter: Counts those that have a true mask.
        unreadable: Receives what is wrong with each picture that is left out, by its number.

    Raises:
        UserError: a picture or mask cannot be read, and the job does not skip it.
    """
    for one in predicted_of(job, range(len(job.pairs)), unreadable):
        yield outcome_of(job, one, counter)


def _encode_mask(codes: Pixels, key: str) -> bytes:
    return signed(encode_mask(codes), key)


def _encode_overlay(image: Pixels, codes: Pixels, table: ClassTable, key: str) -> bytes:
    return signed(encode_picture(overlay(image, codes, table)), key)
