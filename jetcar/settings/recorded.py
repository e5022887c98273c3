"""Settings that a run or a checkpoint recorded, read back with distrust."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from jetcar.errors import UserError
from jetcar.settings.names import plain_of
from jetcar.settings.schema import Data
from jetcar.settings.street import Street
from jetcar.wording import printable


def street_from(plain: dict[str, Any] | None) -> Street | None:
    """The street's settings from plain values, as a checkpoint holds them; older ones do not.

    Raises:
        UserError: they are no such values. What would be looked up elsewhere, such as in the
            environment, is not.
    """
    if plain is None:
        return None
    if isinstance(plain, dict):
        plain = {"map": None, **plain}  # version 0.2 knew of none
    try:
        street: Street = OmegaConf.to_object(_typed(plain, Street))  # type: ignore[assignment]
    except OmegaConfBaseException as error:
        raise _no_settings(error) from None
    return street


def data_from(plain: dict[str, Any]) -> Data:
    """The data's settings from plain values, likewise; what is not given stays missing."""
    known = {one.name: plain[one.name] for one in fields(Data) if one.name in plain}
    typed = _typed(known, Data)
    return Data(**{name: plain_of(typed[name]) for name in known})


def _typed(plain: Any, schema: type) -> DictConfig:
    try:
        if not isinstance(plain, dict) or _has_interpolation(plain):
            raise ValueError("values are looked up elsewhere")
        merged = OmegaConf.merge(OmegaConf.structured(schema), plain)
    except (OmegaConfBaseException, ValueError, TypeError) as error:
        raise _no_settings(error) from None
    assert isinstance(merged, DictConfig)
    return merged


def _no_settings(error: Exception) -> UserError:
    reason = printable(str(error).partition("\n")[0])
    return UserError(
        f"The settings of that run cannot be used ({reason}). Name pictures with images=..."
    )


def _has_interpolation(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_interpolation, (*value, *value.values())))
    if isinstance(value, (list, tuple)):
        return any(map(_has_interpolation, value))
    return isinstance(value, str) and "${" in value
