"""The trackers that ``logger=`` has chosen for a run."""

from __future__ import annotations

from pathlib import Path

from jetcar.training.settle import Run
from jetcar.training.summaries import hyper_parameters
from jetcar.training.trackers.mlflow_runs import MLflowTracker
from jetcar.training.trackers.tracker import Tracker
from jetcar.training.trackers.weights_and_biases import WandbTracker


def chosen_trackers(run: Run) -> list[Tracker]:
    """Those of the settings, which go on with the runs that the checkpoint names."""
    settings, card = run.settings, run.card
    parameters, ids = hyper_parameters(card.settings), card.state.get("trackers", {})
    trackers: list[Tracker] = []
    if (wandb := settings.logger.wandb) is not None:
        trackers.append(
            WandbTracker(
                wandb,
                settings.name,
                run.folder.path,
                parameters,
                card.epoch,
                ids.get(WandbTracker.key),
            )
        )
    if (mlflow := settings.logger.mlflow) is not None:
        runs = Path(settings.runs).expanduser()
        run_id = ids.get(MLflowTracker.key)
        trackers.append(MLflowTracker(mlflow, settings.name, runs, parameters, run_id))
    return trackers
