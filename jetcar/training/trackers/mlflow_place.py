"""Where MLflow keeps its runs; answers without torch."""

from __future__ import annotations

import os
import re
from pathlib import Path

from jetcar.errors import UserError
from jetcar.settings.schema import MLflow
from jetcar.wording import printable

ENVIRONMENT = {
    "MLFLOW_ALLOW_FILE_STORE": "true",  # a folder needs no server; MLflow wants it said (3.17)
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that is away is not waited for at the end of each epoch: the next one tries again.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""What we want of MLflow otherwise than by default, unless the environment says something."""


def place_of(settings: MLflow, runs: Path) -> str:
    """The address that MLflow takes for what the settings or the environment name."""
    place = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or str(runs / "mlruns")
    # One letter before the colon is a drive of Windows.
    is_address = re.match(r"[a-z][a-z0-9+.-]+:", place) or place == "databricks"
    return place if is_address else Path(place).absolute().as_uri()


def without_password(place: str) -> str:
    """An address as it may be printed."""
    return printable(re.sub("//[^/]*@", "//", place))


def set_environment() -> None:
    """Tells MLflow what we want, before it is loaded."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def refuse_place(settings: MLflow, runs: Path) -> None:
    """Refuses what is no place for MLflow; whether a server answers is not asked.

    Raises:
        UserError: says why.
    """
    place = place_of(settings, runs)
    if place.startswith("file:"):  # asking would make the folder
        return
    set_environment()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        MlflowClient(place)
    except (MlflowException, ImportError) as error:
        shown = without_password(place)
        reason = without_password(str(error).strip().partition("\n")[0])
        raise UserError(
            f"MLflow cannot use logger.mlflow.tracking_uri={shown} ({reason}). Give a folder or a "
            "server, or install what a database needs: python -m pip install mlflow"
        ) from None
