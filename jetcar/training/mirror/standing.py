"""How far the run in the mirror is, against what this session has reached."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.checkpoint import DamagedError, read_checkpoint
from jetcar.training.mirror.lock import TakenOverError
from jetcar.training.mirror.whole_copy import left_there
from jetcar.training.run_folder import RunFolder
from jetcar.wording import counted

Mark: TypeAlias = tuple[int, int, int, int]
"""By which a file is known again without reading it: its size, its times and its number."""


@dataclass(frozen=True)
class State:
    """What a session has reached.

    Attributes:
        epoch: Epochs that are over.
        batch: Batches of the next epoch that are over.
        rows: What each of those epochs brought, with the seconds that it took, as text: no two
            sessions that did the same epoch share it.
    """

    epoch: int
    batch: int
    rows: tuple[str, ...]

    @classmethod
    def of(cls, card: Card) -> State:
        """The state of a checkpoint."""
        return cls(card.epoch, card.batch, tuple(map(repr, card.history)))

    def is_earlier(self, other: State) -> bool:
        """Whether another one has come further, no matter by which way."""
        return (self.epoch, self.batch) < (other.epoch, other.batch)

    def leads_to(self, other: State) -> bool:
        """Whether another one went on from here, or is the very same."""
        return not other.is_earlier(self) and self.rows == other.rows[: len(self.rows)]

    def __str__(self) -> str:
        inside = f" and {counted(self.batch, 'batch', 'batches')}" if self.batch else ""
        return f"{counted(self.epoch, 'epoch')}{inside}"


@dataclass(frozen=True)
class Found:
    """A whole checkpoint in the mirror: its state and its score."""

    state: State
    score: float


class Standing:
    """Watches the checkpoints of the run's folder in the mirror.

    A mirror that was away may come back with another content, and a session that slept may have
    been overtaken by one that is over by now. So what is there counts, not what was copied.

    Args:
        folder: The run in the mirror.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.reached: State | None = None
        """What this session has reached; None as long as that is not known."""

        self._known: dict[Path, tuple[Mark, Found | None]] = {}

    def found(self, path: Path, anew: bool = False) -> Found | None:
        """What is there now; None for a file that is missing or damaged.

        Args:
            path: One of the two checkpoints.
            anew: Whether to read it even if it looks as it did before.

        Raises:
            UserError: it cannot be judged, such as one of a newer version.
            OSError: the disk does not say.
        """
        path = left_there(path)
        if (mark := _mark(path)) is None:
            return None
        known = self._known.get(path)
        if anew or known is None or known[0] != mark:
            try:
                card = read_checkpoint(path)[0]
                known = mark, Found(State.of(card), card.score)
            except DamagedError:
                known = mark, None
            self._known[path] = known
        return known[1]

    def refuse_another_run(self, is_held: bool = True) -> None:
        """Looks whether another session has come further, or as far by another way.

        Args:
            is_held: Whether the folder has this session's sign of life. If not, whatever did not
                lead to what this session has reached was written by another one meanwhile.

        Raises:
            TakenOverError: it has.
        """
        if self.reached is None:
            return
        for path in (self.folder.last, self.folder.best):
            try:
                found = self.found(path, anew=not is_held)
            except UserError as error:  # there was none such when this session began
                raise TakenOverError(f"Another run took over {self.folder.path}: {error}") from None
            if found is None or found.state.leads_to(self.reached):
                continue
            if not (is_held and found.state.is_earlier(self.reached)):
                raise TakenOverError(
                    f"Another run took over {self.folder.path}: {path.name} there is of "
                    f"{found.state}, and this run has {self.reached}."
                )


def _mark(path: Path) -> Mark | None:
    try:
        file = path.stat()
    except FileNotFoundError:
        return None
    return file.st_size, file.st_mtime_ns, file.st_ctime_ns, file.st_ino
