"""The report of a run that still trains: what Val looked like in its best epoch so far."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels
from jetcar.data.sheet import as_jpeg
from jetcar.model.device import device_name
from jetcar.prediction.forward import Predicted
from jetcar.prediction.report.facts import Facts, at_size
from jetcar.prediction.report.report import Report
from jetcar.prediction.score import PixelCounter, plain_scores
from jetcar.road.ground import Geometry
from jetcar.training.history import History
from jetcar.training.settle import Run
from jetcar.versions import versions
from jetcar.wording import counted

MOST, MOST_PIXELS = 60, 12_000_000
"""Pictures of such a report, and what they may have together: more would hold up a stop."""


@dataclass(frozen=True)
class Looked:
    """A picture of Val as validation sees it.

    Attributes:
        image: RGB, shape ``(h, w, 3)``, uint8, at the network's size.
        true: Codes, shape ``(h, w)``, uint8; 255 counts nowhere.
        predicted: What the network said about it, likewise.
    """

    image: Pixels
    true: Pixels
    predicted: Pixels


def most_shown(height: int, width: int, wished: int | None) -> int:
    """How many pictures of Val a report shows that is written while a run trains.

    Args:
        height: Of the network's pictures.
        width: Likewise.
        wished: Pictures of a report; None for all.
    """
    return max(1, min(MOST, wished or MOST, MOST_PIXELS // (height * width)))


def write_interim_report(run: Run, history: History, looked: dict[int, Looked]) -> list[Path]:
    """Writes ``report.html`` from what validation has seen and predicted anyway.

    Nothing is read or predicted for it, no random number drawn, and the network not touched, so
    that a training goes on as if there were no report.

    Args:
        run: The run.
        history: Its epochs so far.
        looked: Pictures in the best epoch, by their numbers.

    Returns:
        All files of the page.

    Raises:
        Exception: it could not be written.
    """
    table, val = run.data.table, run.data.splits["Val"]
    numbers = sorted(looked)
    pairs = Pairs([val.images[i] for i in numbers], [val.masks[i] for i in numbers], [])
    counter = PixelCounter(table, run.data.codes, Geometry.of(run.settings.street.camera))
    folder = run.folder
    with Report(folder.report, table, None) as report:
        gallery = report.gallery("val", pairs)
        for place, number in enumerate(numbers):
            one, mask = looked[number], pairs.masks[place] or ""
            compared = counter.add_codes(one.predicted, one.true, mask)
            codes, no_logits = one.predicted, torch.empty(0)
            gallery.add(Predicted(place, one.image, codes, codes, no_logits), compared)
        return report.write(_facts(run, history, counter, len(numbers)))


def _facts(run: Run, history: History, counter: PixelCounter, shown: int) -> Facts:
    score, epoch = history.best
    total = len(run.data.splits["Val"])
    title = "Val" if shown == total else f"Val, {shown:,} of {counted(total, 'picture')}"
    is_interim = (
        f"This report was written after {counted(history.epochs, 'epoch')}, while the run trained: "
        f"it shows {counted(shown, 'picture')} of Val as they were in epoch {epoch}, the best so "
        f"far ({history.monitor} {score:.4f}). The end of the run writes it anew, of all of Val."
    )
    return Facts(
        run.data.table,
        _result(run, history, counter),
        history.rows,
        run.card.settings,
        run.data.audit,
        {"val": title},
        scored=at_size(run.card.image_size),
        ignored=run.card.ignored,
        missing=[is_interim],
        sheet=b64encode(as_jpeg(run.folder.sheet)).decode(),
    )


def _result(run: Run, history: History, counter: PixelCounter) -> dict[str, Any]:
    score, epoch = history.best
    return {
        "name": run.settings.name,
        "epochs": history.epochs,
        "best_epoch": epoch,
        "monitor": history.monitor,
        "score": score,
        "image_size": list(run.card.image_size),
        "scores": {"val": plain_scores(counter)},
        "training_seconds": round(sum(row["seconds"] for row in history.rows), 1),
        "device": device_name(run.device),
        "precision": run.precision,
        "fingerprint": run.card.fingerprint,
        "versions": versions(),
    }
