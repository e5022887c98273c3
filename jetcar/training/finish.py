"""After training: scores with the best weights, the masks of Test, the report, result.json."""

from __future__ import annotations

import logging
import os
from base64 import b64encode
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jetcar.data.sheet import as_jpeg
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.device import device_name
from jetcar.model.fold import folded
from jetcar.prediction.deliver import Delivery
from jetcar.prediction.place import Owner
from jetcar.prediction.predict import Targets, predict
from jetcar.prediction.report.facts import Facts, at_size
from jetcar.prediction.report.report import Report
from jetcar.prediction.score import PixelCounter, plain_scores, score_table
from jetcar.prediction.trained import Trained
from jetcar.road.ground import Geometry
from jetcar.settings.sentences import sentence_of
from jetcar.settings.sources import sources_of
from jetcar.training.finished import made
from jetcar.training.history import Curves, History
from jetcar.training.mirror.copies import Copies
from jetcar.training.settle import Run
from jetcar.training.summaries import result_summaries
from jetcar.versions import versions
from jetcar.whole import write_json

log = logging.getLogger(__name__)


def finish(run: Run, history: History, copies: Copies, is_over: bool = True) -> dict[str, Any]:
    """Scores the best checkpoint on Val and Test, predicts Test, and writes what is to be read.

    That is ``report.html``, if it is wanted, and ``result.json``.

    Args:
        run: The run.
        history: Its epochs, at least one.
        copies: Receives what is written.
        is_over: Whether training has come to its end; false when only the session has.

    Returns:
        What ``result.json`` holds.
    """
    folder, settings = run.folder, run.settings
    if not folder.metrics.exists():  # as on a new machine, where nothing was left to train
        history.write_table(folder.metrics)
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
        Geometry.of(run.settings.street.camera),
    )
    on = settings.report
    written: list[Path] = []
    with (
        Report(folder.report, trained.table, settings.report_pictures)
        if on
        else nullcontext() as report
    ):
        counted = _predict_all(run, trained, report)
        result = {
            "name": settings.name,
            "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "epochs": history.epochs,
            "is_over": is_over,
            "best_epoch": card.best_epoch,
            "monitor": settings.monitor,
            "score": card.best_score,
            "image_size": list(card.image_size),
            "scores": {split: plain_scores(one) for split, one in counted.items()},
            "training_seconds": round(sum(row["seconds"] for row in history.rows), 1),
            "device": device_name(run.device),
            "precision": run.precision,
            "fingerprint": card.fingerprint,
            "versions": versions(),
        }
        if settings.logger.tensorboard:
            _show_result(run, history, result)
        copies.send(folder.predictions_zip, *folder.events)
        if report is not None:
            titles = {"val": "Val", "test": "Test"}
            facts = Facts(
                trained.table,
                result,
                history.rows,
                card.settings,
                run.data.audit,
                titles,
                scored=at_size(card.image_size),
                ignored=card.ignored,
                sheet=b64encode(as_jpeg(folder.sheet)).decode(),
            )
            written = _write_report(report, facts, best)
            copies.send(*written)
    result["made"] = made(settings, has_report=bool(written))
    # Last, because this file says that all of it is done.
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


def _predict_all(run: Run, trained: Trained, report: Report | None) -> dict[str, PixelCounter]:
    """What was counted on each split that has true masks; Test is also written as masks."""
    folder, settings, splits = run.folder, run.settings, run.data.splits
    # Val as it was scored while training, to the digit; Test as predict.py does, mask for mask.
    slim = replace(trained, network=folded(trained.network, *trained.image_size))
    batch_size = settings.data.batch_size
    counted = {}
    for split, what in (("Val", "scoring Val"), ("Test", "predicting Test")):
        if split == "Test" and not (splits["Test"].images and settings.predict.test):
            continue
        targets = Targets(gallery=report.gallery(split.lower(), splits[split]) if report else None)
        if split == "Test":
            targets = replace(
                targets,
                masks=folder.predictions,
                zip_path=folder.predictions_zip,
                overlays=folder.overlays if settings.predict.overlays else None,
                # What was unpacked from a zip or a link is not what its owner's tools look at.
                delivery=Delivery.to(
                    settings.predict.layout,
                    run.data.dataset if _is_folder(settings.data.source) else None,
                    Owner.of(run.card),
                ),
            )
        network = slim if split == "Test" else trained
        counter = predict(network, splits[split], targets, batch_size, what)
        if counter is not None:
            ignored = run.data.ignored
            log.info("%s", score_table(counter.scores, trained.table, split, ignored))
            if counter.road is not None:
                log.info("%s", counter.road.in_words())
            counted[split.lower()] = counter
    if counted:
        log.info("counted %s, as in training", at_size(trained.image_size))
    return counted


def _is_folder(source: str) -> bool:
    """Whether Val and Test lie where their owner's tools look at them."""
    return Path(sources_of(source)[-1]).expanduser().is_dir()


def _write_report(report: Report, facts: Facts, checkpoint: Path) -> list[Path]:
    """Writes the page; a run without one is finished all the same.

    Returns:
        Its files; none when it could not be written, which is logged.
    """
    try:
        return report.write(facts)
    except Exception as error:
        log.warning(
            "%s could not be written (%s); the run is finished without it, and "
            "python predict.py checkpoint=%s report=true makes one",
            report.path,
            sentence_of(error),
            checkpoint,
            exc_info=os.environ.get("JETCAR_DEBUG") == "1",
        )
        return []
