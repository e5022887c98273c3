"""The settings of a schema by their dotted names, and which of them a wrong name probably means."""

from __future__ import annotations

import difflib
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from omegaconf import OmegaConf

OPEN = dict[str, Any]
"""The type of a setting whose entries may have any name."""


def setting_types(schema: type, prefix: str = "") -> dict[str, Any]:
    """The type of every setting by its dotted name, sections included as their dataclass."""
    hints = get_type_hints(schema)
    types: dict[str, Any] = {}
    for one in fields(schema):
        types[prefix + one.name] = hints[one.name]
        if (section := section_of(hints[one.name])) is not None:
            types |= setting_types(section, f"{prefix}{one.name}.")
    return types


def section_of(kind: Any) -> type | None:
    """The dataclass behind the type of a section, which may be left out; None for a value."""
    kinds = (one for one in (kind, *get_args(kind)) if isinstance(one, type))
    return next((one for one in kinds if is_dataclass(one)), None)


def is_in_open_setting(name: str, known: dict[str, Any]) -> bool:
    """Whether a dotted name is an entry of a setting whose entries may have any name."""
    return any(kind == OPEN and name.startswith(f"{one}.") for one, kind in known.items())


def plain_of(value: Any) -> Any:
    """A value of OmegaConf as plain Python, whatever is nested in it."""
    return OmegaConf.to_object(value) if OmegaConf.is_config(value) else value


def is_text(kind: Any) -> bool:
    """Whether a setting of that type holds free text: a path, a link, a name."""
    return kind in (str, str | None)


def near_settings(name: str, known: dict[str, Any]) -> list[str]:
    """The settings that were probably meant by a name that is none; perhaps nothing."""
    if name in known:
        return [name]
    leaf = name.rpartition(".")[2]
    leaves = {key: key.rpartition(".")[2] for key in known}
    like = (
        [leaf]
        if leaf in leaves.values()
        else difflib.get_close_matches(leaf, leaves.values(), cutoff=0.7)
    )
    return [key for key in known if leaves[key] in like]


def unknown_setting(name: str, known: dict[str, Any]) -> str:
    """The sentence about a setting that does not exist, with the nearest that does."""
    near = near_settings(name, known)
    hint = f"Did you mean {' or '.join(near)}?" if near else "--cfg job lists all settings."
    return f"there is no setting {name}. {hint}"
