"""Where the files of a run stand."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from jetcar.data.sheet import SHEET
from jetcar.whole import PART


@dataclass(frozen=True)
class RunFolder:
    """The paths of one run below its folder, on the local disk or in the mirror."""

    path: Path

    @property
    def last(self) -> Path:
        """The checkpoint to continue from."""
        return self.path / "checkpoints" / "last.ckpt"

    @property
    def new(self) -> Path:
        """The next ``last``, whole, for the moment until it takes its name."""
        return self.path / "checkpoints" / "new.ckpt"

    @property
    def previous(self) -> Path:
        """The one before it, in case that one is damaged."""
        return self.path / "checkpoints" / "previous.ckpt"

    @property
    def best(self) -> Path:
        """The checkpoint with the best score."""
        return self.path / "checkpoints" / "best.ckpt"

    @property
    def config(self) -> Path:
        """All settings."""
        return self.path / "config.yaml"

    @property
    def classes(self) -> Path:
        """The class table."""
        return self.path / "classes.csv"

    @property
    def audit(self) -> Path:
        """What was found in the data."""
        return self.path / "audit.json"

    @property
    def sheet(self) -> Path:
        """Pictures as training sees them."""
        return self.path / SHEET

    @property
    def metrics(self) -> Path:
        """One row of values an epoch."""
        return self.path / "metrics.csv"

    @property
    def curves(self) -> Path:
        """Folder of TensorBoard's event files."""
        return self.path / "tensorboard"

    @property
    def events(self) -> list[Path]:
        """TensorBoard's event files."""
        return sorted(self.curves.glob("events.*"))

    @property
    def result(self) -> Path:
        """Scores and versions, written when the run is over."""
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        """The page to look at the run; many pictures are in a folder beside it."""
        return self.path / "report.html"

    @property
    def report_files(self) -> list[Path]:
        """What that folder contains."""
        return sorted(self.path.glob("report_files/*.js"))

    @property
    def predictions(self) -> Path:
        """Folder of the predicted masks of Test."""
        return self.path / "predictions"

    @property
    def predictions_zip(self) -> Path:
        """The same in one file."""
        return self.path / "predictions.zip"

    @property
    def overlays(self) -> Path:
        """Folder of the pictures of Test under their masks."""
        return self.path / "overlays"

    @property
    def car(self) -> Path:
        """Folder of what the car loads."""
        return self.path / "car"

    @property
    def outbox(self) -> Path:
        """Folder of what waits to be copied to the mirror."""
        return self.path / ".outbox"

    def remove_leftovers(self) -> None:
        """Removes what a killed session left half written; only the owner of the folder may."""
        # Not below other folders: a sweep of this name has its runs there.
        for path in [
            *self.path.glob(f"*{PART}"),
            *self.path.glob(f"*{PART}-*"),
            *self.last.parent.glob(f"*{PART}"),
        ]:
            remove(path)
        remove(self.outbox)

    @property
    def log(self) -> Path:
        """What was printed, with times."""
        return self.path / "log.txt"


def remove(path: Path) -> None:
    """Removes a file or folder, as far as that is possible; the target of a link stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
