"""What all commands share: arguments in, checked settings, one sentence and an exit code out."""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from jetcar.config import Settings, is_text, setting_types, settings_from, unknown_setting
from jetcar.errors import Interrupted, UserError
from jetcar.signals import listen

PACKAGE = Path(__file__).resolve().parent
# An installed package carries its settings inside, a checkout has them beside it.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"

DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the disk is read-only; choose a folder that can be written to",
    errno.EACCES: "permission denied; choose a folder that you may write to",
    errno.EPERM: "not permitted; choose a folder that you may write to",
    errno.EIO: "the disk reports a read or write error; is it still connected?",
}

FULL_MEMORY = "can't allocate memory"
"""What torch says when a CPU has no memory left."""

LOST_WORKER = "DataLoader worker"
"""How torch begins when one of its workers is gone."""

log = logging.getLogger("jetcar")


@dataclass(frozen=True)
class Composed:
    """What Hydra made of the arguments.

    Attributes:
        settings: All values, not checked yet.
        overrides: The arguments that lead there, as Hydra reads them.
        is_job: Whether it is one of several jobs of a sweep (``-m``).
    """

    settings: DictConfig
    overrides: list[str]
    is_job: bool


def run_command(
    config_name: str,
    schema: type[Settings],
    job: Callable[[Settings], int | None],
    sweep: Callable[[list[Composed]], int] | None = None,
) -> None:
    """Runs a command line program from its arguments to its exit code.

    Args:
        config_name: The file in ``conf/`` that holds the values.
        schema: The dataclass of its settings.
        job: Does the work; what it returns is the exit code, None means 0.
        sweep: Does the jobs of a sweep, and returns the exit code; None for a program without.

    Raises:
        SystemExit: always when it ends with a code other than 0: 1 after a mistake of the user,
            which is told in one sentence, 130 after Ctrl-C, and 143 after SIGTERM.
    """
    debug = os.environ.get("JETCAR_DEBUG") == "1"
    os.environ["HYDRA_FULL_ERROR"] = "1"  # hand errors on to us, instead of printing a stack
    _talk_to_terminal()
    listen()
    code = 0
    composed: list[Composed] = []

    def note(settings: DictConfig) -> None:
        hydra_config = HydraConfig.get()
        is_job = hydra_config.mode == RunMode.MULTIRUN
        # As typed: an interpolation in an argument is one of the settings, not of Hydra's own.
        task = OmegaConf.to_container(hydra_config.overrides.task, resolve=False)
        composed.append(Composed(settings, [str(one) for one in task or ()], is_job))

    try:
        sys.argv[1:] = repair_arguments(sys.argv[1:], schema)
        # The work starts after Hydra is done: it would print a line of its own for each error.
        hydra.main(version_base="1.3", config_path=str(CONF), config_name=config_name)(note)()
        if composed and composed[0].is_job:
            if sweep is None:
                raise UserError("This program has no sweeps. Leave out -m.")
            code = sweep(composed)
        elif composed:
            code = job(settings_from(composed[0].settings, schema)) or 0
    except Interrupted as stop:
        code = 128 + stop.signum
    except KeyboardInterrupt:
        if debug:
            raise
        log.error("stopped by Ctrl-C")
        code = 130
    except Exception as error:
        if debug:
            raise
        log.error("%s", sentence_of(error))
        code = 1
    if code:
        sys.exit(code)


def sentence_of(error: Exception) -> str:
    """One sentence for the person at the keyboard: what is wrong, and what to do."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, (HydraException, OmegaConfBaseException)) or _is_yaml_error(error):
        cause = f" {error.__cause__}" if isinstance(error.__cause__, OmegaConfBaseException) else ""
        return re.sub(r"\s*\n\s*", " ", f"{error}{cause}".strip())
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{DISK_TROUBLE[error.errno]}."
    if isinstance(error, MemoryError) or FULL_MEMORY in str(error):
        return "The memory of this machine is full. Use a smaller batch_size."
    if type(error).__name__ == "OutOfMemoryError":  # torch's, which need not be loaded
        return "The memory of the GPU is full. Use a smaller batch_size."
    if isinstance(error, BrokenExecutor) or LOST_WORKER in str(error):
        return (
            "A process that helps with the pictures was ended from outside, mostly because the "
            "memory of this machine is full. Close other programs, and start the same again."
        )
    if isinstance(error, RuntimeError) and "home directory" in str(error):  # from expanduser
        return "A path begins with ~ and a name that no user has. Write the path in full."
    kind = type(error).__name__
    return (
        f"A fault of the program, not of your input ({kind}: {error}). "
        "JETCAR_DEBUG=1 shows where; please report it with that output."
    )


def _is_yaml_error(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "yaml"


def repair_arguments(arguments: list[str], schema: type) -> list[str]:
    r"""Makes arguments that a person would type digestible for Hydra.

    ``machine=colab`` becomes ``+machine=colab``, because a group outside the defaults list must
    be added. The value of a text setting, and any other value that Hydra's grammar refuses, is
    quoted, so that paths and links need no quotes: ``data.source=C:\Bilder (1).zip``.

    Raises:
        UserError: one message with every setting that does not exist.
    """
    if any(a in ("-sc", "--shell-completion") for a in arguments):
        return arguments  # what follows are no settings
    known = setting_types(schema)
    sweep = any(a in ("-m", "--multirun") for a in arguments)
    repaired, unknown = [], []
    before = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        bare = name.lstrip("+~").partition("@")[0]
        is_group = bare == "machine" or (bare in known and (CONF / bare).is_dir())
        if not equals or name.startswith("-"):
            if not argument.startswith(("-", "~")) and not before.startswith("-"):
                unknown.append(
                    f"{argument} is no setting. Give settings as name=value, without spaces "
                    "around the =."
                )
            repaired.append(argument)
        elif is_group or bare.startswith("hydra"):
            repaired.append(f"+{argument}" if name == "machine" else argument)
        elif bare in known:
            repaired.append(f"{name}={_for_hydra(value, known[bare], sweep)}")
        else:
            unknown.append(unknown_setting(bare or argument, known))
        before = argument
    if unknown:
        raise UserError("\n  ".join(unknown))
    return repaired


def _for_hydra(value: str, kind: Any, sweep: bool) -> str:
    """The value as Hydra's grammar takes it."""
    if value.startswith("${"):
        return value
    if value[:1] in ("'", '"'):
        if _parses(value):
            return value
        closed = len(value) > 1 and value[-1] == value[0]
        return quoted(value[1:-1] if closed else value)
    if is_text(kind) and not sweep:
        return value if value in ("", "null", "???") else quoted(value)
    # In a sweep, and for numbers and lists, commas and brackets keep their meaning in Hydra.
    if _parses(value) and "\\" not in value:
        return value
    if kind == list[str] and value.startswith("[") and value.endswith("]"):
        items = (item.strip() for item in value[1:-1].split(","))
        return f"[{','.join(item if _parses(item) else quoted(item) for item in items)}]"
    return value if value.startswith(("[", "{")) else quoted(value)


def _parses(value: str) -> bool:
    try:
        OverridesParser.create().parse_override(f"x={value}")
    except HydraException:
        return False
    return True


def quoted(value: str) -> str:
    """The value in single quotes, as Hydra's grammar reads it back unchanged."""
    inner = re.sub(r"(\\+)(?='|\Z)", r"\1\1", value).replace("'", "\\'")
    return f"'{inner}'"


class _Format(logging.Formatter):
    """The bare message; from a warning on, what it is."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return f"{record.levelname.lower()}: {text}" if record.levelno > logging.INFO else text


def _talk_to_terminal() -> None:
    """Sends the program's lines to standard output, and its errors to standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a Windows console may lack a path's letters
    out, err = logging.StreamHandler(sys.stdout), logging.StreamHandler(sys.stderr)
    out.addFilter(lambda record: record.levelno < logging.ERROR)
    err.setLevel(logging.ERROR)
    log.handlers.clear()
    for handler in (out, err):
        handler.setFormatter(_Format("%(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
