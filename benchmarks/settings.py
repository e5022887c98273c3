"""The programs' own settings, as the command line gives them."""

from __future__ import annotations

from hydra import compose, initialize_config_dir

from jetcar.settings.arguments import CONF, repair_arguments
from jetcar.settings.check import settings_from
from jetcar.settings.schema import Predict, Train


def train_settings(*arguments: str) -> Train:
    """What ``train.py`` makes of these arguments."""
    return _settings("train", Train, arguments)


def predict_settings(*arguments: str) -> Predict:
    """What ``predict.py`` makes of these arguments."""
    return _settings("predict", Predict, arguments)


def _settings(name: str, schema: type, arguments: tuple[str, ...]):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return settings_from(compose(name, repair_arguments(list(arguments), schema)), schema)
