"""Another prediction of the same pictures, to compare with the first."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from jetcar.classes import ClassTable, differences, read_csv
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, read_mask, resize_mask
from jetcar.errors import UserError
from jetcar.model.metrics import Scores, scores_of
from jetcar.prediction.mask_folder import MASK_FOLDERS, mask_folder
from jetcar.prediction.writer import mask_name
from jetcar.wording import counted


class OtherPrediction:
    """The masks of another run, or of any folder.

    Args:
        setting: What ``compare`` names: a run folder, or a folder of masks.
        pairs: The pictures that are predicted now.
        table: What the codes mean.

    Raises:
        UserError: there are no such masks, some pictures have none, or their codes mean other
            classes.
    """

    def __init__(self, setting: str, pairs: Pairs, table: ClassTable) -> None:
        self.folder = mask_folder(setting)
        self.name = _name_of(self.folder)
        _refuse_other_classes(self.folder.parent, table)
        self.n_outputs = table.n_outputs
        self.counts = np.zeros((table.n_outputs, table.n_outputs), np.int64)
        """Pixels by true and by its code, of all pictures with true masks so far."""
        self._files = {name.lower(): name for name in os.listdir(self.folder)}
        lost = [image for image in pairs.images if self._find(image) is None]
        if lost:
            raise UserError(
                f"compare={setting} has no mask for {len(lost)} of "
                f"{counted(len(pairs), 'picture')}, first {os.path.basename(lost[0])}. "
                "Predict the same pictures with the other checkpoint (checkpoint=... images=... "
                "out=...), and compare with that folder."
            )

    def codes(self, image: str, height: int, width: int) -> Pixels:
        """Its codes for a picture, resized; shape ``(H, W)``, uint8.

        Raises:
            UserError: the mask cannot be read, or holds codes that the network does not have.
        """
        path = str(self.folder / (self._find(image) or ""))
        codes = resize_mask(read_mask(path), height, width)
        if codes.max() >= self.n_outputs:
            raise UserError(
                f"{path} holds the code {codes.max()}, but the classes end at "
                f"{self.n_outputs - 1}. Compare with masks of the same classes."
            )
        return codes

    @property
    def scores(self) -> Scores:
        """Its scores over the pictures so far."""
        return scores_of(torch.from_numpy(self.counts))

    def _find(self, image: str) -> str | None:
        stem = Path(image).stem
        return self._files.get(mask_name(image).lower()) or self._files.get(f"{stem}.png".lower())


def _name_of(folder: Path) -> str:
    """What a person calls it: the run's name, where the masks lie in a run."""
    folder = folder.resolve()
    return folder.parent.name if folder.name in MASK_FOLDERS else folder.name


def _refuse_other_classes(run: Path, table: ClassTable) -> None:
    """Refuses masks of a run whose codes mean other classes."""
    path = run / "classes.csv"
    if path.is_file() and (rows := differences(table, read_csv(path))):
        raise UserError(
            f"The run {run} has other classes (code: here | there): {'; '.join(rows[:10])}. "
            "Compare with a run of the same classes."
        )
