"""Hands a sweep to a launcher or a sweeper that is installed as a plugin of Hydra.

The jobs of an ordinary sweep need none of it. Whoever types ``hydra/launcher=joblib`` or
``hydra/sweeper=optuna`` gets what that plugin's own pages say, each job through this program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hydra._internal.callbacks import Callbacks
from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import setup_globals
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from jetcar.errors import UserError

PLUGINS = ("hydra/launcher", "hydra/sweeper")
"""The parts of Hydra that may be chosen for a sweep."""

PACKAGES = {
    "joblib": "hydra-joblib-launcher",
    "submitit_local": "hydra-submitit-launcher",
    "submitit_slurm": "hydra-submitit-launcher",
    "ray": "hydra-ray-launcher",
    "optuna": "hydra-optuna-sweeper",
    "ax": "hydra-ax-sweeper",
    "nevergrad": "hydra-nevergrad-sweeper",
}
"""Where the plugins come from that Hydra's own pages describe."""

Job = Callable[[list[str], int], float]
"""Does a job: its overrides and its number go in, its score comes out."""


@dataclass(frozen=True)
class Multirun:
    """A sweep, and the plugins that a person has chosen for it.

    Attributes:
        config: What Hydra composed of the arguments, its own section included.
        loader: Composes the settings of a job; plugins do it in processes of their own.
    """

    config: DictConfig
    loader: ConfigLoader

    @property
    def arguments(self) -> list[str]:
        """As they were typed, sweeps included."""
        return typed_overrides(self.config)

    @property
    def keys(self) -> set[str]:
        """The settings that were typed, swept or not."""
        return {one.key_or_group for one in self._parsed}

    @property
    def swept(self) -> set[str]:
        """Those of them that are swept over; a sweeper's own settings may name more."""
        return {one.key_or_group for one in self._parsed if one.is_sweep_override()}

    @cached_property
    def _parsed(self) -> list[Override]:
        return OverridesParser.create().parse_overrides(self.arguments)

    def run(self, job: Job, folder: Path, direction: str) -> None:
        """Has every job done, where and in the order that launcher and sweeper think best.

        Args:
            job: Does one; it is pickled where a launcher starts processes.
            folder: Receives what launcher and sweeper write themselves.
            direction: ``maximize`` or ``minimize``: what a better score is.
        """
        config = self.config.copy()
        with read_write(config.hydra), open_dict(config.hydra):
            config.hydra.sweep.dir = str(folder)
            # The sweeper's own default would look for the lowest IoU.
            is_chosen = any(
                "hydra.sweeper.direction" in one for one in config.hydra.overrides.hydra
            )
            if "direction" in config.hydra.sweeper and not is_chosen:
                config.hydra.sweeper.direction = direction
        setup_globals()
        context = HydraContext(config_loader=self.loader, callbacks=Callbacks())
        sweeper = Plugins.instance().instantiate_sweeper(
            config=config, hydra_context=context, task_function=_Task(job)
        )
        sweeper.sweep(arguments=self.arguments)


@dataclass(frozen=True)
class _Task:
    """What Hydra calls for each job, in this process or in another."""

    job: Job

    def __call__(self, _: DictConfig) -> float:
        """The score of the job that Hydra has set up."""
        hydra = HydraConfig.get()
        return self.job([str(one) for one in hydra.overrides.task], int(hydra.job.num))


def typed_overrides(composed: DictConfig) -> list[str]:
    """The settings as they were typed: an interpolation in one is none of Hydra's own section."""
    task = OmegaConf.to_container(composed.hydra.overrides.task, resolve=False)
    return [str(one) for one in task or ()]


def refuse_missing_plugins(chosen: dict[str, str], loader: ConfigLoader) -> None:
    """Says how a plugin that was typed is installed, where it is not.

    Raises:
        UserError: it is not.
    """
    for group, name in chosen.items():
        if name in PACKAGES and name not in loader.get_group_options(group):
            raise UserError(
                f"{group}={name} is a plugin that is not installed here. Install it with: "
                f"python -m pip install {PACKAGES[name]}"
            )


def chosen_plugins(overrides: Sequence[str]) -> dict[str, str]:
    """The launcher and the sweeper that were typed, as in ``hydra/launcher=joblib``."""
    typed = (one.lstrip("+").partition("=") for one in overrides)
    return {name: value for name, _, value in typed if name in PLUGINS}
