"""Collects what the page shows while pictures are predicted, and writes it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from jetcar.classes import ClassTable
from jetcar.data.pairs import Pairs
from jetcar.prediction.report.facts import Facts
from jetcar.prediction.report.gallery import Gallery
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.page import render
from jetcar.prediction.report.shelf import Shelf
from jetcar.whole import write_whole


class Report:
    """A page in the making; a context manager, which leaves nothing unfinished.

    Args:
        path: The page; many pictures go into the folder ``<name>_files`` beside it.
        table: The classes.
        shown: Pictures of each split that it shows, half of them the worst; None shows all.
    """

    def __init__(self, path: Path, table: ClassTable, shown: int | None) -> None:
        self.path, self.table, self.shown = path, table, shown
        self.galleries: dict[str, Gallery] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._shelf = Shelf(path.with_name(f"{path.stem}_files"), may_drop=shown is not None)

    def __enter__(self) -> Report:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shelf.close()

    def gallery(self, split: str, pairs: Pairs, other: OtherPrediction | None = None) -> Gallery:
        """The gallery of a split, for its pictures to be added as they are predicted."""
        gallery = Gallery(split, pairs, self.table.n_outputs, self.shown, self._shelf, other)
        self.galleries[split] = gallery
        return gallery

    def write(self, facts: Facts) -> list[Path]:
        """Writes the page, whole.

        Returns:
            All its files, the page last.

        Raises:
            Exception: the first fault that a gallery met.
        """
        for gallery in self.galleries.values():
            if gallery.fault is not None:
                raise gallery.fault
        self._shelf.settle()
        write_whole(self.path, render(facts, self.galleries, self._shelf))
        return [*sorted(self._shelf.folder.glob("*.js")), self.path]
