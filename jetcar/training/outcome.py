"""How one job of a sweep ended."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetcar.training.history import falls
from jetcar.training.run_folder import RunFolder


@dataclass(frozen=True)
class Outcome:
    """A job that is over.

    Attributes:
        job: Its name.
        settings: The values of the settings in which the jobs differ, as text.
        folder: Its run folder.
        code: The exit code of its process; 0 is well.
        result: Its ``result.json``; empty when there is none or the job failed.
    """

    job: str
    settings: dict[str, str]
    folder: RunFolder
    code: int
    result: dict[str, Any]

    @classmethod
    def of(cls, job: str, settings: dict[str, str], path: Path, code: int) -> Outcome:
        """What a job left in its folder."""
        folder = RunFolder(path)
        result = {}
        if not code and folder.result.is_file():
            result = dict(json.loads(folder.result.read_text(encoding="utf-8")))
        return cls(job, settings, folder, code, result)

    @property
    def state(self) -> str:
        """In words."""
        return f"failed with exit code {self.code}" if self.code else "done"

    @property
    def score(self) -> float | None:
        """The best value of the monitor; None for a failed job."""
        return float(self.result["score"]) if self.result.get("score") is not None else None

    @property
    def test_iou(self) -> float | None:
        """The IoU on Test; None without."""
        iou: float | None = self.result.get("scores", {}).get("test", {}).get("iou")
        return iou

    @property
    def rank(self) -> tuple[bool, float]:
        """Sorts outcomes: the best score first, failed jobs last."""
        if self.score is None:
            return True, 0.0
        return False, self.score if falls(str(self.result["monitor"])) else -self.score

    def curve(self, value: str) -> list[tuple[int, float]]:
        """Epochs with a value of the run's table, also of a job that failed on the way."""
        try:
            with self.folder.metrics.open(newline="", encoding="utf-8") as file:
                rows = [(int(row["epoch"]), float(row[value])) for row in csv.DictReader(file)]
        except (FileNotFoundError, KeyError, ValueError):  # not as far as an epoch
            return []
        return [(epoch, number) for epoch, number in rows if math.isfinite(number)]
