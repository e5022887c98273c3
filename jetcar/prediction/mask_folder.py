"""Where another prediction has its masks."""

from __future__ import annotations

import os
from pathlib import Path

from jetcar.data.layout import MASK_SUFFIXES
from jetcar.data.sheet import SHEET
from jetcar.errors import UserError

MASK_FOLDERS = ("predictions", "Prediction", "Pred", "PredCmp")
"""Where a run, and the two viewers' folders, have their predicted masks."""


def mask_folder(setting: str) -> Path:
    """The folder of masks that ``compare`` names: itself, or one in a run or beside a data set.

    Raises:
        UserError: there is none, or it holds no masks.
    """
    path = Path(setting).expanduser()
    if not path.is_dir():
        raise UserError(f"compare={setting} is not a folder. Name a run or a folder of masks.")
    for folder in (path, *(path / name for name in MASK_FOLDERS)):
        names = set(os.listdir(folder)) - {SHEET} if folder.is_dir() else ()
        if any(name.lower().endswith(MASK_SUFFIXES) for name in names):
            return folder
    raise UserError(
        f"compare={setting} holds no masks, nor does a folder {' or '.join(MASK_FOLDERS)} in it. "
        "Name a run that has predicted its test pictures, or a folder of masks."
    )
