"""The Windows tools that show predictions: where they look, and for which names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jetcar.prediction.writer import mask_name


@dataclass(frozen=True)
class Viewer:
    """Who will look at predicted masks.

    Attributes:
        tool: Its name; empty when none of the tools is meant.
        folders: The folders that it looks into; the second one is for a second run to compare.
        is_beside: Whether they are beside the folder of the data set, not in it.
        name: What the mask of an image has to be called.
        asks_for: The name that the tool itself makes of an image, in small letters, as names on
            Windows are the same in both cases.
    """

    tool: str
    folders: tuple[str, ...]
    is_beside: bool
    name: Callable[[str], str]
    asks_for: Callable[[str], str]

    def home(self, dataset: Path) -> Path:
        """The folder that holds ``folders``, for a data set."""
        return dataset.parent if self.is_beside else dataset


def _with_prefix_everywhere(image: str) -> str:
    cases = {"Img_": "Pred_", "img_": "pred_", "IMG_": "PRED_"}
    stem = re.sub("(?i)img_", lambda found: cases.get(found[0], "Pred_"), Path(image).stem)
    return f"{stem}.png"


def _same_name(image: str) -> str:
    return f"{Path(image).stem}.png"


VIEWERS = {
    "plain": Viewer("", (), False, mask_name, lambda image: mask_name(image).lower()),
    # It replaces every img_ of the name in small letters, wherever it stands.
    "streetmaker": Viewer(
        "StreetMaker",
        ("Pred", "PredCmp"),
        False,
        _with_prefix_everywhere,
        lambda image: Path(image).stem.lower().replace("img_", "pred_") + ".png",
    ),
    # It takes the name of the recording, be it IMG_0001 as cameras call it.
    "imagesegmenter": Viewer(
        "ImageSegmenter",
        ("Prediction",),
        True,
        _same_name,
        lambda image: Path(image).stem.lower() + ".png",
    ),
}
"""By the value of ``layout``."""
