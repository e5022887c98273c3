"""How Lightning writes and reads the files of a run, and continues with chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import CheckpointIO

from jetcar.model.card import Card
from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
from jetcar.model.over_ranks import is_first, said_by_first
from jetcar.training.callbacks.checkpoint import SaveCheckpoints
from jetcar.training.callbacks.early_stopping import StopEarly
from jetcar.training.history import History


class WholeCheckpoints(CheckpointIO):
    """How Lightning writes and reads files: whole, and without running what they bring along."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Writes a checkpoint, whole."""
        write_checkpoint(checkpoint, Path(path))

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Reads a checkpoint of ours; the other processes and machines get what the first has."""
        return said_by_first(self._read(Path(path)) if is_first() else {})

    def _read(self, path: Path) -> dict[str, Any]:
        card, content = read_checkpoint(path)
        return content if content.get("callbacks") else {**content, **_as_now(card)}

    def remove_checkpoint(self, path: str | Path) -> None:
        """Removes a checkpoint."""
        Path(path).unlink(missing_ok=True)


def _as_now(card: Card) -> dict[str, Any]:
    """What Lightning's parts need of a run of version 0.1, which kept it in the card alone."""
    history = History(card.monitor, card.history)
    score, epoch = history.best
    kept = card.state.get("plateau", {})
    plateau = {name: value for name, value in kept.items() if value is not None}
    stop, save = StopEarly(card.monitor, 1), SaveCheckpoints.state_key_of(card.monitor)
    best = torch.tensor(score, dtype=torch.float64) if epoch else None
    return {
        "lr_schedulers": [{"last_epoch": card.epoch, **plateau}],
        "callbacks": {
            stop.state_key: {
                **stop.state_dict(),
                "wait_count": history.epochs_without_better,
                **({"best_score": best} if epoch else {}),
            },
            save: {"best_model_score": best, "current_score": None},
        },
    }
