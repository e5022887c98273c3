"""Ends a run whose score no longer improves."""

from __future__ import annotations

from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping

from jetcar.model.monitor import mode_of


class StopEarly(EarlyStopping):
    """Lightning's early stopping, under which a run that was over stays over.

    Lightning's own trains one more epoch each time such a run is started again, and takes its
    patience from the checkpoint.

    Args:
        monitor: Name of the score; whether it shall rise or fall follows from the name.
        patience: Epochs without a better one before the run ends.
    """

    def __init__(self, monitor: str, patience: int) -> None:
        # A score that is not a number is no better one; the checkpoint looks at loss and weights.
        super().__init__(monitor, patience=patience, mode=mode_of(monitor), check_finite=False)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues to count, with the patience of now."""
        super().load_state_dict({**state_dict, "patience": self.patience})

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Ends at once what was over before."""
        if self.wait_count >= self.patience:  # else another callback may have asked to stop
            trainer.should_stop = True
