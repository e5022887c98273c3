"""Shows in TensorBoard what the network makes of a few pictures of Val, and what it mixes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from jetcar.model.module import Segmentation
from jetcar.training.history import Curves
from jetcar.training.panels import confusion_picture, side_by_side
from jetcar.training.summaries import drawing_summary, photo_summary
from jetcar.wording import printable


class ShowPictures(Callback):
    """Keeps some of the predictions that validation makes anyway; nothing is predicted for it.

    Args:
        curves: Receives the pictures.
        images: Files of Val by their numbers, in the order of its batches: all that are seen here.
        count: How many of them to show, spread evenly; 0 for none.
        every: Epochs between two looks, which the first and the last epoch get too; 0 for none.
    """

    def __init__(self, curves: Curves, images: dict[int, str], count: int, every: int) -> None:
        self.curves, self.every = curves, every
        numbers = list(images)
        shown = (numbers[i] for i in spread(len(numbers), count))
        self.names = {number: Path(images[number]).stem for number in shown}

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Writes those pictures of the batch that are shown."""
        if not self.names or not self._is_due(trainer):
            return
        assert isinstance(module, Segmentation)
        for place, index in enumerate(batch["index"].tolist()):
            if index in self.names:
                panel = side_by_side(
                    batch["image"][place].permute(1, 2, 0).cpu().numpy(),
                    batch["mask"][place].byte().cpu().numpy(),
                    outputs[place].byte().cpu().numpy(),
                    module.table,
                )
                summary = photo_summary(f"Val pictures/{printable(self.names[index])}", panel)
                self.curves.write(summary, trainer.current_epoch + 1)

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Writes the confusion matrix."""
        if not self._is_due(trainer):
            return
        assert isinstance(module, Segmentation)
        epoch = trainer.current_epoch + 1
        confusion = module.confusion.compute().cpu().numpy()
        title = f"Epoch {epoch}: where the pixels of each class of Val went, in %"
        picture = confusion_picture(confusion, module.table, title)
        self.curves.write(
            drawing_summary("Val confusion/percent of each true class", picture), epoch
        )

    def _is_due(self, trainer: Trainer) -> bool:
        epoch = trainer.current_epoch + 1
        return self.every > 0 and (epoch in (1, trainer.max_epochs) or epoch % self.every == 0)


def spread(total: int, count: int) -> list[int]:
    """So many numbers below ``total``, evenly spread; all when there are fewer."""
    shown = min(count, total)
    return [round(i * (total - 1) / max(1, shown - 1)) for i in range(shown)]
