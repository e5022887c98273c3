"""From arguments to settings: all that reaches into Hydra, and what Hydra may not do here.

Hydra reads files, lays them over each other, and prints its pages. Besides, a ``hydra`` section in
any file that it reads may name code to run, files to write and modules to load, before a program
has seen a single setting. A profile often comes from somebody else, so Hydra's own job, with
its callbacks and logs, is not started, and such sections are refused. Launchers and sweepers are
what a person types, or none.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import hydra
from hydra import version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, IConfigRepository
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.config_search_path import SearchPathQuery
from hydra.core.default_element import ResultDefault
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult
from hydra.types import RunMode
from omegaconf import DictConfig, open_dict, read_write

from jetcar import __version__
from jetcar.errors import UserError
from jetcar.settings.arguments import CONF
from jetcar.settings.lookups import first_lookup
from jetcar.settings.multirun import (
    PLUGINS,
    Multirun,
    chosen_plugins,
    refuse_missing_plugins,
    typed_overrides,
)
from jetcar.wording import printable

PROGRAMS = ("audit", "convert", "export", "live", "next", "predict", "street", "train")
OURS = ("hydra/quiet", *PROGRAMS, *(f"hydra/help/{name}" for name in PROGRAMS))
"""The files of ``conf/`` that say how Hydra itself is to behave."""

OF_SWEEPS = ("hydra/launcher", "hydra/sweeper", "hydra.launcher.", "hydra.sweeper.")
"""What a person may give for a sweep; see ``Multirun``."""

SEARCHPATH = "hydra.searchpath"
"""The one other setting of Hydra itself that a person may give: where else files lie."""


@dataclass(frozen=True)
class Composed:
    """What Hydra made of the arguments.

    Attributes:
        settings: All values, not checked yet.
        overrides: The arguments that lead there, as Hydra reads them.
        is_job: Whether it is one of several jobs of a sweep (``-m``).
        switches: The arguments that say in which files its settings lie.
        multirun: The whole sweep, where plugins of Hydra find out its jobs.
    """

    settings: DictConfig
    overrides: list[str]
    is_job: bool
    switches: tuple[str, ...] = ()
    multirun: Multirun | None = None


def compose(arguments: list[str], config_name: str) -> list[Composed]:
    """Lays files and arguments over each other, or prints what was asked for instead.

    Args:
        arguments: As Hydra reads them.
        config_name: The file in ``conf/`` that holds the values.

    Returns:
        One job; those of a sweep, at least one; none when a page was printed. Of a sweep by
        plugins of Hydra there is one with the settings that all its jobs share.

    Raises:
        UserError: a switch is wrong, or a file tells Hydra to do more than to hold values.
        HydraException: names or values do not fit; see ``sentence_of``.
    """
    parser = get_args_parser()
    parser.error = _refuse  # type: ignore[method-assign]  # it would print its usage
    if "--version" in arguments:
        print(f"jetcar {__version__}, Hydra {hydra.__version__}")
        return []
    args = parser.parse_intermixed_args(arguments)
    _refuse_switches(args)
    _refuse_settings_of_hydra([] if args.shell_completion else args.overrides, args.multirun)
    version.setbase("1.3")
    loader = _Loader(_search_path(args))
    program = Hydra(task_name=config_name, config_loader=loader)
    GlobalHydra.instance().initialize(program)
    name = args.config_name or config_name
    chosen = chosen_plugins(args.overrides)
    try:
        if _print_page(program, parser, args, name):
            return []
        refuse_missing_plugins(chosen, loader)
        mode = RunMode.MULTIRUN if args.multirun else RunMode.RUN
        composed = program.compose_config(name, args.overrides, mode, with_log_configuration=False)
        _refuse_plugins(composed, chosen)
        HydraConfig.instance().set_config(composed)
        switches = _switches(args, composed)
        if mode == RunMode.RUN:
            return [_composed(composed, is_job=False, switches=switches)]
        if set(chosen.values()) - {"basic"}:
            multirun = Multirun(composed, loader)
            return [replace(_composed(composed, is_job=True, switches=switches), multirun=multirun)]
        return [
            _composed(loader.load_sweep_config(composed, point), is_job=True, switches=switches)
            for point in _points(composed)
        ]
    finally:
        GlobalHydra.instance().clear()


class _Loader(ConfigLoaderImpl):
    """Reads the files, and refuses those that would make Hydra act."""

    def _process_config_searchpath(
        self,
        config_name: str | None,
        parsed_overrides: list[Override],
        repo: CachingConfigRepository,
    ) -> None:
        # It looks into the first file for more folders and packages before all else.
        loaded = None if config_name is None else repo.load_config(config_name)
        if config_name is not None and loaded is not None:
            _refuse_more_than_values(config_name, loaded)
        super()._process_config_searchpath(config_name, parsed_overrides, repo)

    def _load_single_config(self, default: ResultDefault, repo: IConfigRepository) -> ConfigResult:
        loaded = super()._load_single_config(default, repo)
        _refuse_more_than_values(str(default.config_path), loaded)
        return loaded


def _refuse_more_than_values(name: str, loaded: ConfigResult) -> None:
    is_ours = name in OURS and loaded.path == f"file://{CONF}"
    # Hydra's own, and what an installed plugin has registered; no file has such a path.
    is_hydras = loaded.provider in ("hydra", "schema") or str(loaded.path).startswith("structured:")
    if is_ours or is_hydras or not isinstance(loaded.config, DictConfig):
        return
    if "hydra" in loaded.config:
        raise UserError(
            f"The settings file {printable(name)}.yaml has a section for Hydra itself, which may "
            "run programs and write files. Take the section out, and ask whoever gave you the file "
            "what it was for."
        )
    if (value := first_lookup(loaded.config)) is not None:
        raise UserError(
            f"The settings file {printable(name)}.yaml has {printable(value)} in it, which looks "
            "something up outside the settings, such as in the environment. Write the value "
            "itself, or take the line out and type the setting in the command."
        )


def _refuse(message: str) -> NoReturn:
    raise UserError(f"The command is not complete: {message}. --help shows what there is.")


def _refuse_switches(args: argparse.Namespace) -> None:
    if args.experimental_rerun is not None:
        raise UserError(
            "--experimental-rerun reads a file that may run programs. Give the same command as "
            "before instead."
        )
    asked = ("run", "multirun", "cfg", "info", "shell_completion", "help", "hydra_help")
    given = [f"--{name.replace('_', '-')}" for name in asked if getattr(args, name)]
    if len(given) > 1 and "--help" not in given and "--hydra-help" not in given:
        raise UserError(f"{' and '.join(given)} exclude each other; give one of them.")
    if args.resolve and not (args.cfg or args.help):
        raise UserError("--resolve belongs to --cfg job; add that, or leave --resolve out.")


def _refuse_settings_of_hydra(overrides: Sequence[str], is_sweep: bool) -> None:
    for override in overrides:
        name = override.partition("=")[0].lstrip("+~")
        group, _, package = name.partition("@")
        if name.startswith(OF_SWEEPS) and not package:
            if not is_sweep:
                raise UserError(
                    f"{printable(override)} is about the jobs of a sweep. Add -m and values to "
                    "try, such as optimizer.lr=1e-3,3e-4, or leave it out."
                )
            continue
        parts = [one.partition(".")[0].partition("/")[0] for one in (group, package)]
        if "hydra" in parts and name != SEARCHPATH:
            raise UserError(
                f"{printable(override)} is a setting of Hydra itself, which this program does not "
                "pass on. Leave it out; runs=... and name=... say where results go."
            )


def _refuse_plugins(composed: DictConfig, typed: dict[str, str]) -> None:
    """Refuses what a defaults list has chosen: which programs start is for a person to say."""
    chosen = composed.hydra.runtime.choices
    for group in PLUGINS:
        if chosen.get(group) not in (None, "basic", typed.get(group)):
            raise UserError(
                f"A settings file chooses {group}: {printable(chosen[group])}. Take that out, and "
                f"type {group}={printable(chosen[group])} if you want it."
            )


def _search_path(args: argparse.Namespace) -> Any:
    path = create_config_search_path(_absolute(args.config_path) or str(CONF))
    if args.config_dir is not None:
        folder = _absolute(args.config_dir)
        if not Path(str(folder)).is_dir():
            raise UserError(
                f"--config-dir={printable(args.config_dir)} is not a folder. Check the path."
            )
        path.prepend("command-line", f"file://{folder}", SearchPathQuery(provider="schema"))
    return path


def _absolute(path: str | None) -> str | None:
    if path is None or path.startswith("pkg://"):
        return path
    return str(Path(path).expanduser().absolute())


def _print_page(
    program: Hydra, parser: argparse.ArgumentParser, args: argparse.Namespace, name: str
) -> bool:
    """Prints the page that was asked for; False when none was."""
    if args.help or args.hydra_help:  # Hydra's own page is about switches that are refused here
        program.app_help(name, parser, args)
    elif args.cfg:
        program.show_cfg(name, args.overrides, args.cfg, args.package, args.resolve)
    elif args.info:
        program.show_info(args.info, name, args.overrides)
    elif args.shell_completion:
        try:
            program.shell_completion(name, args.overrides)
        except ValueError as error:
            raise UserError(
                f"{error}. Give --shell-completion install=bash, or install=fish."
            ) from None
    else:
        return False
    return True


def _points(composed: DictConfig) -> Sequence[list[str]]:
    """The arguments of each job of a sweep."""
    parsed = OverridesParser.create().parse_overrides(typed_overrides(composed))
    for one in parsed:
        if one.is_sweep_override() and not one.is_discrete_sweep():
            raise UserError(
                f"{printable(one.input_line)} names no values. Give those that are to be tried, "
                f"such as {one.key_or_group}=0.1,0.01 or {one.key_or_group}=range(1,4)."
            )
    (points,) = BasicSweeper.split_arguments(parsed, None)
    if not points:
        raise UserError("The sweep has no job, as one of its settings has no value. Give it some.")
    return points


def _composed(config: DictConfig, is_job: bool, switches: tuple[str, ...]) -> Composed:
    settings = config.copy()
    with read_write(settings), open_dict(settings):
        del settings["hydra"]
    return Composed(settings, typed_overrides(config), is_job, switches)


def _switches(args: argparse.Namespace, composed: DictConfig) -> tuple[str, ...]:
    """The same folders and files for a process that does one of the jobs."""
    given = {
        "--config-path": _absolute(args.config_path),
        "--config-dir": _absolute(args.config_dir),
        "--config-name": args.config_name,
    }
    named = [f"{switch}={value}" for switch, value in given.items() if value is not None]
    given_to_hydra = map(str, composed.hydra.overrides.hydra)
    return (*named, *(one for one in given_to_hydra if not one.startswith(OF_SWEEPS)))
