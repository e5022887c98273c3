"""How one job of a sweep ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetcar.model.monitor import falls
from jetcar.records import DamagedRecordError, read_result, read_table
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
        damage: What is wrong with that file, in a sentence; None when nothing is.
    """

    job: str
    settings: dict[str, str]
    folder: RunFolder
    code: int
    result: dict[str, Any]
    damage: str | None = None

    @classmethod
    def of(cls, job: str, settings: dict[str, str], path: Path, code: int) -> Outcome:
        """What a job left in its folder."""
        folder = RunFolder(path)
        try:
            result = {} if code else read_result(folder.result)
        except FileNotFoundError:
            return cls(job, settings, folder, code, {})
        except DamagedRecordError as error:
            return cls(job, settings, folder, code, {}, str(error))
        except OSError as error:
            damage = f"{folder.result} cannot be read ({error.strerror})."
            return cls(job, settings, folder, code, {}, damage)
        return cls(job, settings, folder, code, result)

    @property
    def is_bad(self) -> bool:
        """Whether it failed, or left a result that cannot be read."""
        return bool(self.code) or self.damage is not None

    @property
    def state(self) -> str:
        """In words."""
        if self.damage is not None:
            return "damaged result.json"
        return f"failed with exit code {self.code}" if self.code else "done"

    @property
    def score(self) -> float | None:
        """The best value of the monitor; None for a failed job and a damaged result."""
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
        """Epochs with a value of the run's table, also of a job that failed on the way.

        Rows that are not numbers are left out, as of a table that was cut off or edited.
        """
        rows = read_table(self.folder.metrics)
        points = (_point(row.get("epoch"), row.get(value)) for row in rows)
        return [point for point in points if point is not None]


def _point(epoch: str | None, value: str | None) -> tuple[int, float] | None:
    try:
        point = int(epoch or ""), float(value or "")
    except ValueError:
        return None
    return point if math.isfinite(point[1]) else None
