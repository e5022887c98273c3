"""What all commands share: arguments in, checked settings, one sentence and an exit code out."""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from jetcar.config import Settings, is_text, setting_types, settings_from, unknown_setting
from jetcar.errors import Interrupted, UserError

CONF = Path(__file__).resolve().parent.parent / "conf"

DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the disk is read-only; choose a folder that can be written to",
    errno.EACCES: "permission denied; choose a folder that you may write to",
    errno.EPERM: "not permitted; choose a folder that you may write to",
    errno.EIO: "the disk reports a read or write error; is it still connected?",
}

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
            which is told in one sentence, and 130 after Ctrl-C.
    """
    debug = os.environ.get("JETCAR_DEBUG") == "1"
    os.environ["HYDRA_FULL_ERROR"] = "1"  # hand errors on to us, instead of printing a stack
    _talk_to_terminal()
    code = 0
    composed: list[Composed] = []

    def note(settings: DictConfig) -> None:
        hydra_config = HydraConfig.get()
        is_job = hydra_config.mode == RunMode.MULTIRUN
        composed.append(Composed(settings, list(hydra_config.overrides.task), is_job))

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
    if isinstance(error, MemoryError):
        return "The memory of this machine is full. Use a smaller data.batch_size."
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
    known = setting_types(schema)
    sweep = any(a in ("-m", "--multirun") for a in arguments)
    repaired, unknown = [], []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or name.startswith("-"):
            repaired.append(argument)
            continue
        bare = name.lstrip("+~").partition("@")[0]
        is_group = (CONF / bare).is_dir()
        if bare == "machine" and name == "machine":
            name = "+machine"
        elif not is_group and bare not in known and not bare.startswith("hydra"):
            unknown.append(unknown_setting(bare, known))
        if not is_group and _needs_quotes(value, is_text(known.get(bare)), sweep):
            value = quoted(value)
        repaired.append(f"{name}={value}")
    if unknown:
        raise UserError("\n  ".join(unknown))
    return repaired


def _needs_quotes(value: str, text: bool, sweep: bool) -> bool:
    if value[:1] in ("'", '"') or value.startswith("${"):
        return False
    if text and not sweep:
        return value not in ("", "null", "???")
    # In a sweep, and for numbers and lists, commas and brackets keep their meaning in Hydra.
    return not value.startswith(("[", "{")) and not _parses(value)


def _parses(value: str) -> bool:
    try:
        OverridesParser.create().parse_override(f"x={value}")
    except OverrideParseException:
        return False
    return "\\" not in value


def quoted(value: str) -> str:
    """The value in single quotes, as Hydra's grammar reads it back unchanged."""
    inner = re.sub(r"(\\+)(?='|$)", r"\1\1", value).replace("'", "\\'")
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
