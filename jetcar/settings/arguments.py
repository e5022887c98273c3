"""What a person types, made digestible for Hydra: settings without quotes, switches that exist."""

from __future__ import annotations

import difflib
import re
from itertools import zip_longest
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from jetcar.errors import UserError
from jetcar.settings.names import (
    is_in_open_setting,
    is_text,
    near_settings,
    setting_types,
    unknown_setting,
)

PACKAGE = Path(__file__).resolve().parent.parent
# An installed package carries its settings inside, a checkout has them beside it.
CONF = PACKAGE / "conf" if (PACKAGE / "conf").is_dir() else PACKAGE.parent / "conf"

ALONE = ("--help", "-h", "--hydra-help", "--version", "--resolve", "--run", "-r")
MULTIRUN = ("--multirun", "-m")
"""Switches without a value."""

COMPLETION = ("--shell-completion", "-sc")
"""What follows are no settings."""

FILES = ("--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd")
WITH_VALUE = ("--cfg", "-c", "--package", "-p", "--info", "-i", "--experimental-rerun", *FILES)
"""Switches whose value may be the next argument."""

SWITCHES = (*ALONE, *MULTIRUN, *COMPLETION, *WITH_VALUE)


def repair_arguments(arguments: list[str], schema: type) -> list[str]:
    r"""Makes arguments that a person would type digestible for Hydra.

    ``machine=colab`` becomes ``+machine=colab``, because a group outside the defaults list must
    be added. The value of a text setting, and any other value that Hydra's grammar refuses, is
    quoted, so that paths and links need no quotes: ``data.source=C:\Bilder (1).zip``.

    Raises:
        UserError: one message with every setting and switch that does not exist.
    """
    if any(a in COMPLETION for a in arguments):
        return arguments
    known = setting_types(schema)
    sweep = any(a in MULTIRUN for a in arguments)
    repaired, unknown = [], []
    before = ""  # the argument before, where this one may belong to it
    for argument, after in zip_longest(arguments, arguments[1:], fillvalue=""):
        name, equals, value = argument.partition("=")
        bare = name.lstrip("+~").partition("@")[0]
        is_group = bare == "machine" or (bare in known and (CONF / bare).is_dir())
        if name.startswith("-"):
            if name not in SWITCHES:
                unknown.append(_unknown_switch(name, value if equals else after, known))
            repaired.append(argument)
        elif not equals:
            belongs = before in WITH_VALUE or (before.startswith("-") and before not in SWITCHES)
            if not argument.startswith("~") and not belongs:
                unknown.append(
                    f"{argument} is not a setting. Give settings as name=value, without spaces "
                    "around the =."
                )
            repaired.append(argument)
        elif is_group or bare.startswith("hydra"):
            if not value.startswith("${") and not _parses(value):
                argument = f"{name}={quoted(value)}"
            repaired.append(f"+{argument}" if name == "machine" else argument)
        elif is_in_open_setting(bare, known):
            # Hydra adds a name that is not there yet only when told so.
            repaired.append(f"++{bare}={_for_hydra(value, Any, sweep)}")
        elif bare in known:
            repaired.append(f"{name}={_for_hydra(value, known[bare], sweep)}")
        else:
            unknown.append(unknown_setting(bare or argument, known))
        before = argument
    if unknown:
        raise UserError("\n  ".join(unknown))
    return repaired


def _unknown_switch(name: str, value: str, known: dict[str, Any]) -> str:
    """The sentence about a switch that does not exist, with what was probably meant."""
    if like := difflib.get_close_matches(name, SWITCHES, 1, cutoff=0.7):
        return f"there is no switch {name}. Did you mean {like[0]}?"
    near = near_settings(name.lstrip("-").replace("-", "_"), known)
    given = "..." if not value or value.startswith("-") or "=" in value else value
    example = " or ".join(f"{one}={given}" for one in near) or "trainer.max_epochs=5"
    return f"there is no switch {name}. Settings are given without dashes, such as {example}."


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
