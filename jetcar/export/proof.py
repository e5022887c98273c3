"""The proof that an exported network says what its checkpoint says, on real pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from jetcar.classes import differences
from jetcar.data.layout import IMAGE_SUFFIXES, split_folder
from jetcar.data.pairs import find_pairs
from jetcar.data.pictures import read_image, resize_image
from jetcar.data.prepare import Prepared, gather, remapped, with_coding
from jetcar.data.source.of_run import dataset_of_run
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.metrics import predicted_codes
from jetcar.model.network import Network
from jetcar.settings.recorded import data_from
from jetcar.settings.schema import Export
from jetcar.wording import counted

SAME_SHARE = 0.9999
"""Share of the pixels that must get the same code; the rest are ties that rounding decides."""


@dataclass(frozen=True)
class Proof:
    """How an exported network differs from its checkpoint.

    Attributes:
        pictures: How many were compared.
        same: Share of the pixels that get the same code.
        largest: The largest difference of two logits; None where only codes can be compared.
    """

    pictures: int
    same: float
    largest: float | None

    def in_words(self) -> str:
        """The proof as a sentence."""
        logits = "" if self.largest is None else f", logits differ by {self.largest:.2g} at most"
        pictures = counted(self.pictures, "picture")
        return f"{100 * self.same:.4f} % of the pixels of {pictures} agree{logits}"

    def to_plain(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self)


def prove(
    network: Network,
    exported: nn.Module,
    images: Tensor,
    has_logits: bool = True,
    known: Sequence[int] | None = None,
) -> Proof:
    """Compares an exported network with the one it comes from, picture by picture.

    Args:
        network: On the CPU, in evaluation mode.
        exported: Takes and gives what ``network`` does.
        images: RGB, shape ``(N, 3, H, W)``, uint8.
        has_logits: Whether the logits mean anything, or only which of them is the largest.
        known: The codes that have a class, among which prediction chooses; None for all.

    Raises:
        UserError: fewer than ``SAME_SHARE`` of the pixels get the same code.
    """
    same, largest = 0, 0.0
    rivals = slice(None) if known is None else list(known)
    with torch.inference_mode():
        for image in images.unsqueeze(1):
            ours, theirs = network(image), exported(image)
            same += int(
                (predicted_codes(ours[:, rivals]) == predicted_codes(theirs[:, rivals])).sum()
            )
            largest = max(largest, float((ours - theirs).abs().max()))
    pixels = images.shape[0] * images.shape[2] * images.shape[3]
    proof = Proof(len(images), same / pixels, largest if has_logits else None)
    if not proof.same >= SAME_SHARE:
        raise UserError(
            f"The exported network differs from its checkpoint ({proof.in_words()}), and is not "
            "kept. Please report it with the checkpoint's encoder."
        )
    return proof


def data_of(card: Card, checkpoint: Path) -> Prepared:
    """The data set that a checkpoint was trained on, in the codes of its network.

    Raises:
        UserError: it is not on this machine any more.
    """
    folder = _dataset_of(card, checkpoint)
    try:
        ready = {"source": str(folder), "merge": {}, "nearest_color": False}  # it is merged already
        settings = data_from({**card.settings["data"], **ready})
        seed = int(card.settings.get("seed", 0))
        data = with_coding(gather(settings, seed, may_download=False))
    except (UserError, TypeError, ValueError) as error:
        raise _unusable(error) from None
    return remapped(data, card.table) if differences(card.table, data.table) else data


def _dataset_of(card: Card, checkpoint: Path) -> Path:
    try:
        return dataset_of_run(card.settings, checkpoint)
    except UserError as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> UserError:
    way_out = "" if "images=" in str(error) else " Or name a folder of pictures with images=..."
    return UserError(
        "An export is compared with its checkpoint on real pictures, but the data set of the "
        f"checkpoint cannot be used: {error}{way_out}"
    )


def proof_pictures(settings: Export, card: Card, checkpoint: Path) -> Tensor:
    """Pictures to compare on, spread evenly over the folder or over Val of the data set.

    Args:
        settings: May name a folder.
        card: What the checkpoint says of itself.
        checkpoint: Its file.

    Returns:
        RGB, shape ``(N, 3, H, W)``, uint8, of the size of the network.

    Raises:
        UserError: there are none.
    """
    if settings.images is not None:
        folder = Path(settings.images).expanduser()
        if not folder.is_dir():
            raise UserError(f"images={folder} is not a folder. Name a folder of pictures.")
    else:
        dataset = _dataset_of(card, checkpoint)
        parts = (split_folder(dataset, "Img", split) for split in ("Val", "Train"))
        folder = next(filter(None, parts), dataset)
    paths = find_pairs(folder, None).images
    if not paths:
        raise UserError(f"{folder} holds no picture ({', '.join(IMAGE_SUFFIXES)}). Name another.")
    places = np.linspace(0, len(paths) - 1, min(settings.pictures, len(paths))).round().astype(int)
    height, width = card.image_size
    small = np.stack([resize_image(read_image(paths[i]), height, width) for i in places])
    return torch.from_numpy(small).permute(0, 3, 1, 2)
