"""Which checkpoint ``init_from`` means; torch takes seconds to load, and is not needed to tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from jetcar.errors import UserError
from jetcar.model.chosen import BEST
from jetcar.settings.schema import Model, Train
from jetcar.training.run_folder import RunFolder

STREET = "street"
"""The newest finished run on the built-in street; a file of that name is ``./street``."""


def init_checkpoint(settings: Train) -> Path:
    """The file that ``init_from`` names, which is set.

    Raises:
        UserError: it is ``street``, and no finished run on the built-in street has this network;
            says how to make one.
    """
    if settings.init_from != STREET:
        return Path(settings.init_from or "").expanduser()
    runs, model = Path(settings.runs).expanduser(), settings.model
    found = [best for best in runs.rglob(str(BEST)) if _is_of_street(best.parents[1], model)]
    if not found:
        raise UserError(
            f"init_from=street starts from the newest finished run on the built-in street with "
            f"{model.architecture} on {model.encoder}, and there is none in {runs}. Make one: "
            f"python train.py name=street data.source=street model.architecture="
            f"{model.architecture} model.encoder={model.encoder}"
        )
    return max(found, key=lambda best: best.stat().st_mtime)


def _is_of_street(run: Path, model: Model) -> bool:
    """Whether a folder holds a finished run on the street alone, of this network."""
    folder = RunFolder(run)
    if not folder.result.is_file():
        return False
    try:
        settings: Any = yaml.safe_load(folder.config.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return False  # somebody else's, or half
    try:
        of_model = settings["model"]
        return bool(
            settings["data"]["source"] == STREET
            and of_model["architecture"] == model.architecture
            and of_model["encoder"] == model.encoder
        )
    except (TypeError, KeyError):
        return False
