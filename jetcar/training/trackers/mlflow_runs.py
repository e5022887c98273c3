"""A run at MLflow."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import MLFlowLogger

from jetcar.settings.schema import MLflow
from jetcar.training.history import Row
from jetcar.training.trackers.mlflow_place import (
    place_of,
    set_environment,
    without_password,
)
from jetcar.training.trackers.tracker import Tracker

log = logging.getLogger(__name__)

MOST_PARAMETERS = 100
"""MLflow takes no more at once."""

LONGEST_VALUE = 500
"""Letters of a parameter: what every version and database takes."""


class MLflowTracker(Tracker):
    """A run there.

    Args:
        settings: Where it goes.
        name: Of the run; the part before a ``/`` is a sweep, which becomes the tag ``sweep``.
        runs: The folder of all runs, for MLflow's own where no other place is named.
        parameters: The run's hyper-parameters.
        run_id: Of the run that continues; None for a new one.
    """

    key, title = "mlflow", "MLflow"
    remedy = "each epoch tries it again with all that it lacks, and so does the same command"

    def __init__(
        self,
        settings: MLflow,
        name: str,
        runs: Path,
        parameters: dict[str, Any],
        run_id: str | None,
    ) -> None:
        self.settings, self.name, self.parameters = settings, name, parameters
        self.place = place_of(settings, runs)
        self.run_id = run_id
        self._logger: MLFlowLogger | None = None

    @property
    def experiment(self) -> Any:
        """MLflow's client."""
        assert self._logger is not None
        return self._logger.experiment

    def begin(self) -> int:
        """Begins the run, or continues it if MLflow still has it."""
        client = self._begun()
        run = client.get_run(self.run_id)
        log.info("MLflow: run %s in %s", self.run_id, without_password(self.place))
        client.update_run(self.run_id, "RUNNING")
        self._send_parameters(client, known=run.data.params)
        epochs = client.get_metric_history(self.run_id, "epoch")
        return max((one.step for one in epochs), default=0)

    def _begun(self) -> Any:
        set_environment()
        from mlflow.exceptions import MlflowException

        try:
            self._logger = self._made(self.run_id)
            client = self._logger.experiment
        except MlflowException as error:
            if self.run_id is None or error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            log.info("MLflow has no run %s any more; a new one gets all epochs", self.run_id)
            self._logger = self._made(None)
            client = self._logger.experiment
        self.run_id = self._logger.run_id
        return client

    def _made(self, run_id: str | None) -> MLFlowLogger:
        sweep, _, _ = self.name.rpartition("/")
        return MLFlowLogger(
            experiment_name=self.settings.experiment_name,
            run_name=self.name,
            tracking_uri=self.place,
            tags={"sweep": sweep} if sweep else None,
            run_id=run_id,
        )

    def _send_parameters(self, client: Any, known: dict[str, str]) -> None:
        """Sends those that are not there yet: MLflow lets none be changed."""
        from mlflow.entities import Param

        new = [
            Param(metric_key(name), str(value)[:LONGEST_VALUE])
            for name, value in self.parameters.items()
            if metric_key(name) not in known
        ]
        for start in range(0, len(new), MOST_PARAMETERS):
            client.log_batch(self.run_id, params=new[start : start + MOST_PARAMETERS])

    def add(self, row: Row) -> None:
        """Sends an epoch; its number comes last, as the sign that all of it is there."""
        from mlflow.entities import Metric

        now, epoch = int(time.time() * 1000), row["epoch"]
        values = {metric_key(name): value for name, value in row.items() if value is not None}
        metrics = [
            Metric(name, float(value), now, epoch)
            for name, value in sorted(values.items(), key=lambda one: one[0] == "epoch")
        ]
        self.experiment.log_batch(self.run_id, metrics=metrics)

    def close(self, status: str) -> None:
        """Says how the session ended."""
        assert self._logger is not None
        self._logger.finalize(status)


def metric_key(name: str) -> str:
    """A name that MLflow takes: ``val/iou/lane`` would be a file below the file ``val/iou``."""
    first, slash, rest = name.partition("/")
    return re.sub(r"[^\w. -]", "_", first) + slash + re.sub(r"[^\w. -]", "_", rest)
