"""The folder of a run, written by hand as a training would, as far as it has come."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from jetcar.training.events import EventFile
from jetcar.training.history import write_table
from jetcar.training.run_folder import RunFolder
from jetcar.training.summaries import photo_summary

CONFIG = "name: street1\nmonitor: val/iou\ntrainer:\n  max_epochs: 10\n"


def row(epoch: int, iou: float, seconds: float = 60.0) -> dict[str, float]:
    """The values of an epoch."""
    return {
        **{"epoch": epoch, "train/loss": 1 / epoch, "val/loss": 1.1 / epoch, "val/iou": iou},
        **{"val/dice": iou, "val/accuracy": 0.9, "lr/decoder": 1e-3, "seconds": seconds},
    }


def run_folder(path: Path, *ious: float) -> RunFolder:
    """A run of so many epochs."""
    folder = RunFolder(path)
    path.mkdir(parents=True)
    folder.config.write_text(CONFIG, encoding="utf-8")
    folder.log.write_text("2026-11-28 10:00:00 INFO it begins\nepoch 1\n", encoding="utf-8")
    if ious:
        write_table(folder.metrics, [row(epoch, iou) for epoch, iou in enumerate(ious, 1)])
    return folder


def show_panel(folder: RunFolder, name: str, epoch: int, grey: int) -> None:
    """What TensorBoard shows of a picture in an epoch, in a session of its own."""
    file = EventFile(folder.curves, epoch)
    panel = np.full((24, 80, 3), grey, np.uint8)
    file.add(photo_summary(f"Val pictures/{name}", panel), epoch)
    file.close()


def finish(folder: RunFolder, epochs: int) -> None:
    """The run's end."""
    result = {"monitor": "val/iou", "score": 0.5, "best_epoch": 1, "epochs": epochs}
    result |= {"training_seconds": 60.0, "scores": {}, "is_over": True}
    folder.result.write_text(json.dumps(result), encoding="utf-8")
