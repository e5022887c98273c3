"""Whether a run that is over has nothing left to do."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from jetcar.model.card import Card
from jetcar.records import DamagedRecordError, read_result
from jetcar.settings.schema import Train
from jetcar.training.history import History
from jetcar.training.run_folder import RunFolder

log = logging.getLogger(__name__)


def is_over(settings: Train, history: History) -> bool:
    """Whether a run has come to its end, or is further than settings allow by now."""
    no_longer_improves = history.epochs_without_better >= settings.early_stop.patience
    return history.epochs >= settings.trainer.max_epochs or no_longer_improves


def made(settings: Train, has_report: bool) -> dict[str, Any]:
    """What the end of a run leaves beside its scores, for ``result.json``."""
    predict = settings.predict
    return {
        "masks": predict.test,
        "overlays": predict.test and predict.overlays,
        "layout": predict.layout,
        "report": has_report,
        "report_pictures": settings.report_pictures,
    }


def result_of(folder: RunFolder, card: Card) -> dict[str, Any] | None:
    """What ``result.json`` says, if it is of the end of the run as far as it is now.

    Returns:
        None when the file is missing, no such thing, or of an earlier state.
    """
    try:
        result = read_result(folder.result)
    except FileNotFoundError:
        return None
    except DamagedRecordError as error:
        log.warning("%s", error)
        return None
    is_current = result["epochs"] == card.epoch and result.get("is_over", True)
    return result if is_current else None


def still_wished(
    settings: Train, has_test: bool, folder: RunFolder, result: dict[str, Any]
) -> list[str]:
    """The settings that ask for something which a finished run has not made.

    Args:
        settings: The wishes.
        has_test: Whether there are pictures of Test.
        folder: Where the result is.
        result: What ``result_of`` gave.
    """
    predict, wishes = settings.predict, []
    known = result.get("made")
    before: dict[str, Any] = known if isinstance(known, dict) else {}  # or an older version's
    if predict.test and has_test:
        if not before.get("masks", True) or not folder.predictions_zip.is_file():
            wishes.append("predict.test=true")
        if predict.overlays and not (before.get("overlays", True) and folder.overlays.is_dir()):
            wishes.append("predict.overlays=true")
        if predict.layout not in ("plain", before.get("layout", predict.layout)):
            wishes.append(f"predict.layout={predict.layout}")
    if settings.report:
        pictures = settings.report_pictures
        if not before.get("report", True) or not folder.report.is_file():
            wishes.append("report=true")
        elif before.get("report_pictures", pictures) != pictures:
            wishes.append(f"report_pictures={pictures}")
    return wishes


def to_see(folder: RunFolder, result: dict[str, Any]) -> list[Path]:
    """What shows a person what the run has learnt; nothing that an earlier end has left."""
    known = result.get("made")
    before: dict[str, Any] = known if isinstance(known, dict) else {}
    shown = (("report", folder.report), ("overlays", folder.overlays))
    return [path for name, path in shown if before.get(name, True) and path.exists()]
