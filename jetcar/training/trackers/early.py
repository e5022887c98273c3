"""Whether the trackers that were chosen can be used here; asked before any data is looked at."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from jetcar.errors import UserError
from jetcar.settings.schema import Logger
from jetcar.training.trackers.mlflow_place import refuse_place

PACKAGES = {"wandb": "wandb", "mlflow": "mlflow-skinny"}
"""What to install for each tracker; it is imported by the tracker's own name."""


def refuse_trackers(chosen: Logger, runs: Path) -> None:
    """Refuses a tracker whose library is not here, or that has no key or no place for a run.

    Args:
        chosen: What ``logger=`` says.
        runs: The folder of all runs.

    Raises:
        UserError: says which, and the fix.
    """
    for name, package in PACKAGES.items():
        if getattr(chosen, name) is not None and not _is_installed(name):
            raise UserError(
                f"logger={name} needs a library that is not installed here. Install it with: "
                f"python -m pip install {package}"
            )
    if chosen.mlflow is not None:
        refuse_place(chosen.mlflow, runs)
    if chosen.wandb is not None and not chosen.wandb.offline:
        _log_in()


def _is_installed(module: str) -> bool:
    spec = find_spec(module)
    return spec is not None and spec.origin is not None  # a mere folder wandb/ has none


def _log_in() -> None:
    """Has W&B look for its key, or ask for it where there is a terminal.

    Raises:
        UserError: there is none.
    """
    import wandb

    try:
        wandb.login(verify=False)  # a server that is away for a moment is no mistake
    except wandb.Error:
        raise UserError(
            "W&B has no key on this machine. Give it once with: wandb login. Or keep the run here "
            "for a later upload: logger.wandb.offline=true"
        ) from None
