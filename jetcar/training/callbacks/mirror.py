"""Has every checkpoint copied to the mirror, with what belongs to it."""

from __future__ import annotations

from pytorch_lightning import LightningModule, Trainer

from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints
from jetcar.training.mirror.copies import Copies


class CopyToMirror(AfterSaving):
    """Copies what was saved, in the background.

    Args:
        copies: Receives the files; without a mirror it does nothing.
    """

    def __init__(self, copies: Copies) -> None:
        super().__init__()
        self.copies = copies

    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """The checkpoint comes last: in the mirror no epoch of it lacks its row and point."""
        folder, score = saver.folder, saver.card.best_score
        self.copies.reached(saver.card)
        if not saver.is_inside:
            self.copies.send(folder.log, folder.metrics, *folder.events)
        if saver.is_best:
            self.copies.send_best(folder.best, score, str(saver.monitor))
        self.copies.send_last()
