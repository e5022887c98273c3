"""Which checkpoint a person means; torch takes seconds to load, and is not needed to tell."""

from __future__ import annotations

from pathlib import Path

from jetcar.errors import UserError

BEST = Path("checkpoints") / "best.ckpt"
"""The best checkpoint below the folder of its run."""


def chosen_checkpoint(named: str | None, runs: str) -> Path:
    """The file that a person named, else the best checkpoint of the newest run.

    Raises:
        UserError: none is named, and there is no run.
    """
    return Path(named).expanduser() if named else newest_best(runs)


def newest_best(runs: str) -> Path:
    """The best checkpoint of the run that was written last.

    Raises:
        UserError: there is none.
    """
    found = sorted(Path(runs).expanduser().rglob(str(BEST)), key=lambda path: path.stat().st_mtime)
    if not found:
        raise UserError(
            f"There is no run in {runs} yet. Train first, or name a file with checkpoint=..."
        )
    return found[-1]


def refuse_missing(path: Path) -> None:
    """Refuses a checkpoint that is not there.

    Raises:
        UserError: it is not.
    """
    if not path.is_file():
        raise UserError(f"There is no checkpoint {path}. Check the path, or train first.")
