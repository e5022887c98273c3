"""A run at Weights & Biases."""

from __future__ import annotations

import logging
import os
import uuid
from functools import partial
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import WandbLogger

from jetcar.settings.schema import Wandb
from jetcar.training.history import Row
from jetcar.training.trackers.tracker import Tracker
from jetcar.wording import printable

log = logging.getLogger(__name__)

SETTINGS = {
    "silent": True,  # we say where the run is
    "console": "off",  # log.txt has what is printed
    "finish_timeout": 60,  # a network that is gone is not waited for without end
    "finish_timeout_raises": True,
    # A kill loses what is not on the disk; W&B itself writes every 15 seconds (0.31).
    "x_transaction_log_flush_interval": 1,
}
"""What we want of W&B otherwise than by default, as far as its release knows it."""


class WandbTracker(Tracker):
    """A run there; its files are in ``wandb/`` of the run's folder.

    Without a network the session is written there alone, for ``wandb sync``.

    Args:
        settings: Where it goes.
        name: Of the run; the part before a ``/`` is a sweep, which groups its runs.
        folder: Of the run.
        parameters: Its hyper-parameters.
        epochs: How many epochs are saved, which the former sessions have written.
        run_id: Of the run that continues; None for a new one.
    """

    key, title = "wandb", "W&B"

    def __init__(
        self,
        settings: Wandb,
        name: str,
        folder: Path,
        parameters: dict[str, Any],
        epochs: int,
        run_id: str | None,
    ) -> None:
        self.settings, self.name, self.folder = settings, name, folder
        self.parameters, self.epochs = parameters, epochs
        self.run_id = run_id or uuid.uuid4().hex[:12]
        self.remedy = f"wandb sync --include-online {folder / 'wandb' / '*run-*'} uploads the rest"
        self._is_offline = settings.offline
        self._logger: WandbLogger | None = None

    @property
    def experiment(self) -> Any:
        """W&B's run."""
        assert self._logger is not None
        return self._logger.experiment

    def begin(self) -> int:
        """Begins or continues the run, without the network if there is none."""
        has_former = any(self.folder.glob(f"wandb/*-{self.run_id}"))
        run = self._begun()
        self._logger = WandbLogger(experiment=run, version=self.run_id)
        log.info("W&B: %s", Path(run.dir).parent if run.offline else run.url)
        run.define_metric("*", step_metric="epoch")
        self._logger.log_hyperparams(self.parameters)
        if run.offline:  # it cannot say what it has
            return self.epochs if has_former else 0
        return int(run.summary.get("epoch") or 0)

    def _begun(self) -> Any:
        """W&B's run, which the logger would begin with other settings (Lightning 2.6.6).

        It says that it is offline in the environment, which W&B does not read a second time, and
        hands over an argument of which W&B warns.
        """
        import wandb

        # Else it recommends its tracing of language models, as timm loads a part of one (0.31).
        os.environ.setdefault("WANDB_DISABLE_WEAVE", "true")
        group, _, _ = self.name.rpartition("/")
        known = wandb.Settings.model_fields
        started = partial(
            wandb.init,
            id=self.run_id,
            resume="allow",
            name=self.name,
            dir=self.folder,
            project=self.settings.project,
            entity=self.settings.entity,
            group=self.settings.group or group or None,
            tags=self.settings.tags,
            settings=wandb.Settings(**{k: v for k, v in SETTINGS.items() if k in known}),
        )
        if not self._is_offline:
            try:
                return started()
            except wandb.Error as error:
                reason = printable(str(error).partition("\n")[0])
                log.warning("W&B cannot be reached (%s); %s", reason, self.remedy)
                self._is_offline = True
                wandb.teardown()  # else the id is in use by what has failed (0.31)
        return started(mode="offline")

    def add(self, row: Row) -> None:
        """Sends an epoch."""
        assert self._logger is not None
        self._logger.log_metrics(row)

    def close(self, status: str) -> None:
        """Waits for the upload, a minute at most."""
        self.experiment.finish(exit_code=0 if status == "success" else 1)
