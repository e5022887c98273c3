"""After training: scores with the best weights, result.json, and the masks of Test."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.device import device_name
from jetcar.prediction.deliver import Delivery
from jetcar.prediction.place import Owner
from jetcar.prediction.predict import Targets, Trained, predict
from jetcar.prediction.score import plain_scores, score_table
from jetcar.training.copies import Copies
from jetcar.training.history import Curves, History
from jetcar.training.settle import Run
from jetcar.training.summaries import result_summaries
from jetcar.versions import versions
from jetcar.whole import write_json

log = logging.getLogger(__name__)


def finish(run: Run, history: History, copies: Copies) -> dict[str, Any]:
    """Scores the best checkpoint on Val and Test, predicts Test, and writes ``result.json``.

    Returns:
        What ``result.json`` holds.
    """
    folder, settings = run.folder, run.settings
    best = folder.best
    if not best.exists():
        log.warning("the best checkpoint is lost; scoring the last one instead")
        best = folder.last
    card, content = read_checkpoint(best)
    trained = Trained(
        load_network(card, content),
        run.data.table,
        run.data.codes,
        card.image_size,
        run.device,
        run.precision,
    )
    batch_size = settings.data.batch_size
    scores = {"val": predict(trained, run.data.splits["Val"], Targets(), batch_size, "scoring Val")}
    if run.data.splits["Test"].images and settings.predict.test:
        targets = Targets(
            folder.predictions,
            folder.predictions_zip,
            folder.overlays if settings.predict.overlays else None,
            # What was unpacked from a zip or a link is not what its owner's tools look at.
            Delivery.to(
                settings.predict.layout,
                run.data.dataset if Path(settings.data.source).expanduser().is_dir() else None,
                Owner.of(card),
            ),
        )
        what = "predicting Test"
        scores["test"] = predict(trained, run.data.splits["Test"], targets, batch_size, what)
    for split, one in scores.items():
        if one is not None:
            log.info("%s", score_table(one, run.data.table, split.capitalize()))
    result = {
        "name": settings.name,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "epochs": history.epochs,
        "best_epoch": card.best_epoch,
        "monitor": settings.monitor,
        "score": card.best_score,
        "scores": {s: plain_scores(one, run.data.table) for s, one in scores.items() if one},
        "training_seconds": round(sum(row["seconds"] for row in history.rows), 1),
        "device": device_name(run.device),
        "precision": run.precision,
        "fingerprint": card.fingerprint,
        "versions": versions(),
    }
    _show_result(run, history, result)
    copies.send(folder.predictions_zip, *folder.events)
    # Last, because this file says that the run is over.
    write_json(folder.result, result)
    copies.send(folder.result, folder.log)
    return result


def _show_result(run: Run, history: History, result: dict[str, Any]) -> None:
    """Writes hyper-parameters and final scores for TensorBoard, behind the last epoch.

    More epochs purge them there, and so does a second try after a kill.
    """
    scores = {f"result/{split}/iou": one["iou"] for split, one in result["scores"].items()}
    more = {"result/best epoch": result["best_epoch"], "result/epochs": result["epochs"]}
    curves = Curves(run.folder.curves, history.rows)
    for summary in result_summaries(run.card.settings, {**scores, **more}):
        curves.write(summary, history.epochs + 1)
    curves.close()
