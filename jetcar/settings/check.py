"""From what Hydra composed to settings whose names, types and values are right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigKeyError, OmegaConfBaseException

from jetcar.errors import UserError
from jetcar.settings.names import OPEN, plain_of, section_of, setting_types, unknown_setting
from jetcar.settings.paths import settle_paths
from jetcar.settings.rules import (
    audit_rules,
    convert_rules,
    export_rules,
    live_rules,
    next_rules,
    predict_rules,
    train_rules,
)
from jetcar.settings.schema import Audit, Convert, Export, Live, Next, Predict, Train
from jetcar.settings.sources import as_text
from jetcar.settings.street import MakeStreet, Street, make_street_rules, street_rules

RULES: dict[type, Callable[[Any], list[str]]] = {
    Train: train_rules,
    Predict: predict_rules,
    Export: export_rules,
    Audit: audit_rules,
    Convert: convert_rules,
    Live: live_rules,
    Next: next_rules,
    MakeStreet: make_street_rules,  # before what it is a kind of
    Street: street_rules,
}
"""What must hold for the values of each program, in sentences about what does not."""

SEVERAL = ("data.source", "source")
"""Texts that a settings file may give as a list."""

OPTIONAL = (str | None, int | None, float | None)
"""Types of settings that may be null."""

Settings = TypeVar("Settings")


def settings_from(composed: DictConfig, schema: type[Settings]) -> Settings:
    """Turns what Hydra composed into checked settings.

    Args:
        composed: Values of all settings, interpolations allowed.
        schema: The dataclass that names and types them.

    Returns:
        An instance of ``schema`` that satisfies every rule.

    Raises:
        UserError: one message that lists every unknown name, wrong type, missing value and
            broken rule.
    """
    known = setting_types(schema)
    typed = OmegaConf.structured(schema)
    wrong: list[str] = []
    broken: list[str] = []
    for name in _chosen_sections(composed, known):
        OmegaConf.update(typed, name, section_of(known[name]), merge=False)
    for name, value in _leaves(composed, known):
        if name not in known:
            wrong.append(unknown_setting(name, known))
            continue
        if value == "":
            continue  # the same as none at all
        if name in SEVERAL and isinstance(value, list):
            value = as_text(value)
        try:
            OmegaConf.update(typed, name, value)
        except (OmegaConfBaseException, ConfigKeyError):
            wrong.append(f"{name}={_as_typed(value)} must be {_in_words(known[name])}")
            broken.append(name)
    unset = sorted(
        name
        for name in OmegaConf.missing_keys(typed)
        if not any(f"{name}.".startswith(f"{one}.") for one in broken)
    )
    for name in unset:
        or_null = f" or {name}=null" if known[name] in OPTIONAL else ""
        wrong.append(f"{name} has no value; give it as {name}=...{or_null}")
    if not wrong:
        settings: Settings = OmegaConf.to_object(typed)  # type: ignore[assignment]
        wrong = settle_paths(settings) + _broken_rules(settings)
        if not wrong:
            return settings
    if len(wrong) == 1:
        raise UserError(wrong[0])
    raise UserError("\n  ".join([f"{len(wrong)} settings are wrong:", *wrong]))


def _broken_rules(settings: Any) -> list[str]:
    """Every rule that the values break, each with its fix; a section alone has none."""
    return next(
        (rules(settings) for kind, rules in RULES.items() if isinstance(settings, kind)), []
    )


def _chosen_sections(composed: DictConfig, known: dict[str, Any]) -> Iterator[str]:
    """The sections that may be left out, and are not."""
    for name, kind in known.items():
        may_lack = type(None) in get_args(kind) and section_of(kind) is not None
        if may_lack and OmegaConf.is_dict(OmegaConf.select(composed, name)):
            yield name


def _leaves(node: DictConfig, known: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its dotted name; one that may be anything is not a section, even as a dict."""
    for key in map(str, node):
        name = f"{prefix}{key}"
        if OmegaConf.is_missing(node, key):
            continue
        value = node[key]
        if isinstance(value, DictConfig) and known.get(name) not in (Any, OPEN):
            yield from _leaves(value, known, f"{name}.")
        else:
            yield name, plain_of(value)


def _as_typed(value: Any) -> str:
    """A value as a person types it."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _in_words(kind: Any) -> str:
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        int | None: "a whole number or null",
        float | None: "a number or null",
        str | None: "text or null",
        list[str]: "a list such as [a,b]",
        list[float]: "a list of numbers such as [1,2]",
        OPEN: "entries such as {limit_train_batches: 10}",
    }
    return words.get(kind, "a section with settings of its own")
