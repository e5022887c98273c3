"""Settings as a program makes them of its files in ``conf`` and of what a person types."""

from __future__ import annotations

from typing import Any

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from jetcar.settings.arguments import CONF, repair_arguments
from jetcar.settings.check import settings_from
from jetcar.settings.schema import Audit, Export, Predict, Train
from jetcar.settings.street import MakeStreet

SCHEMAS = {
    "train": Train,
    "predict": Predict,
    "export": Export,
    "audit": Audit,
    "street": MakeStreet,
}


def composed(program: str, *arguments: str) -> DictConfig:
    """The values of ``conf/<program>.yaml`` under these arguments, not checked yet."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose(program, repair_arguments(list(arguments), SCHEMAS[program]))


def settings_of(program: str, *arguments: str) -> Any:
    """The program's checked settings.

    Raises:
        UserError: a setting is wrong.
    """
    return settings_from(composed(program, *arguments), SCHEMAS[program])
