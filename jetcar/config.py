"""Names and types of every setting; their values stand in ``conf/``, their rules in ``rules``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Protocol, TypeVar, get_type_hints

from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import ConfigKeyError, OmegaConfBaseException

from jetcar.errors import UserError
from jetcar.paths import path_setting, settle_paths
from jetcar.rules import audit_rules, export_rules, predict_rules, train_rules
from jetcar.street.settings import Street
from jetcar.wording import printable


@dataclass
class Data:
    """Where pictures and masks come from and how they become batches."""

    source: str = path_setting()
    root: str = path_setting()
    split: str = MISSING
    classes: str = path_setting()
    ignore: list[str] = MISSING
    remap: bool = MISSING
    image_size: Any = MISSING  # pixels: a number, or [height, width]
    batch_size: int = MISSING
    workers: int | None = MISSING
    cache: bool = MISSING


@dataclass
class Augment:
    """What training may change in a picture; 0 switches a part off."""

    tilt: float = MISSING
    zoom: float = MISSING
    brightness: float = MISSING
    contrast: float = MISSING
    noise: float = MISSING
    spot: float = MISSING


@dataclass
class Model:
    """The network."""

    architecture: str = MISSING
    encoder: str = MISSING
    encoder_weights: str | None = path_setting()


@dataclass
class Optimizer:
    """How the weights move."""

    name: str = MISSING
    lr: float = MISSING
    encoder_lr: float | None = MISSING
    schedule: str = MISSING
    weight_decay: float = MISSING
    encoder_weight_decay: float | None = MISSING


@dataclass
class Loss:
    """The weight of each part of the loss; a part of weight 0 is not computed."""

    cross_entropy: float = MISSING
    dice: float = MISSING
    jaccard: float = MISSING
    bce: float = MISSING
    focal: float = MISSING
    lovasz: float = MISSING


@dataclass
class Plateau:
    """When the learning rate falls."""

    factor: float = MISSING
    patience: int = MISSING
    min_lr: float = MISSING


@dataclass
class EarlyStop:
    """When the run ends by itself."""

    patience: int = MISSING


@dataclass
class Trainer:
    """The loop, and the machine it runs on."""

    max_epochs: int = MISSING
    device: str = MISSING
    precision: str = MISSING
    accumulate: int = MISSING
    clip: float = MISSING
    compile: bool = MISSING
    checkpoint_minutes: float = MISSING
    budget_hours: float = MISSING


@dataclass
class Mirror:
    """The second folder, which receives every result."""

    dir: str | None = path_setting()
    wait_minutes: float = MISSING
    car: bool = MISSING


@dataclass
class TensorBoard:
    """What TensorBoard shows beside the curves."""

    pictures: int = MISSING
    every: int = MISSING


@dataclass
class PredictAfter:
    """What happens with the test pictures after training."""

    test: bool = MISSING
    overlays: bool = MISSING
    layout: str = MISSING


@dataclass
class Train:
    """Every setting of ``train.py``."""

    name: str = MISSING
    runs: str = path_setting()
    seed: int = MISSING
    resume: bool = MISSING
    init_from: str | None = path_setting()
    monitor: str = MISSING
    report: bool = MISSING
    report_pictures: int | None = MISSING
    data: Data = field(default_factory=Data)
    street: Street = field(default_factory=Street)
    augment: Augment = field(default_factory=Augment)
    model: Model = field(default_factory=Model)
    optimizer: Optimizer = field(default_factory=Optimizer)
    loss: Loss = field(default_factory=Loss)
    plateau: Plateau = field(default_factory=Plateau)
    early_stop: EarlyStop = field(default_factory=EarlyStop)
    trainer: Trainer = field(default_factory=Trainer)
    mirror: Mirror = field(default_factory=Mirror)
    tensorboard: TensorBoard = field(default_factory=TensorBoard)
    predict: PredictAfter = field(default_factory=PredictAfter)

    def broken_rules(self) -> list[str]:
        """Every rule that the values break, each with its fix."""
        return train_rules(self)


@dataclass
class Predict:
    """Every setting of ``predict.py``."""

    checkpoint: str | None = path_setting()
    images: str | None = path_setting()
    masks: str | None = path_setting()
    remap: bool = MISSING
    out: str | None = path_setting()
    zip: bool = MISSING
    overlays: bool = MISSING
    layout: str = MISSING
    report: bool = MISSING
    report_pictures: int | None = MISSING
    compare: str | None = path_setting()
    batch_size: int = MISSING
    device: str = MISSING
    precision: str = MISSING
    runs: str = path_setting()

    def broken_rules(self) -> list[str]:
        """Every rule that the values break, each with its fix."""
        return predict_rules(self)


@dataclass
class Export:
    """Every setting of ``python -m jetcar.export``."""

    checkpoint: str | None = path_setting()
    to: str = MISSING
    out: str | None = path_setting()
    name: str | None = MISSING
    definitions: str | None = path_setting()
    images: str | None = path_setting()
    pictures: int = MISSING
    channels: str = MISSING
    normalise: str = MISSING
    output: str = MISSING
    opset: int = MISSING
    batch: int = MISSING
    latency: bool = MISSING
    runs: str = path_setting()

    def broken_rules(self) -> list[str]:
        """Every rule that the values break, each with its fix."""
        return export_rules(self)


@dataclass
class Audit:
    """Every setting of ``python -m jetcar.data.audit``."""

    source: str = path_setting()
    root: str = path_setting()
    split: str = MISSING
    classes: str = path_setting()
    ignore: list[str] = MISSING
    seed: int = MISSING
    street: Street = field(default_factory=Street)
    out: str | None = path_setting()

    def broken_rules(self) -> list[str]:
        """Every rule that the values break, each with its fix."""
        return audit_rules(self)


def street_from(plain: dict[str, Any] | None) -> Street | None:
    """The street's settings from plain values, as a checkpoint holds them; older ones do not.

    Raises:
        UserError: they are no such values. What would be looked up elsewhere, such as in the
            environment, is not.
    """
    if plain is None:
        return None
    try:
        street: Street = OmegaConf.to_object(_typed(plain, Street))  # type: ignore[assignment]
    except OmegaConfBaseException as error:
        raise _no_settings(error) from None
    return street


def data_from(plain: dict[str, Any]) -> Data:
    """The data's settings from plain values, likewise; what is not given stays missing."""
    known = {one.name: plain[one.name] for one in fields(Data) if one.name in plain}
    typed = _typed(known, Data)
    return Data(**{name: _plain_of(typed[name]) for name in known})


def _plain_of(value: Any) -> Any:
    return OmegaConf.to_object(value) if OmegaConf.is_config(value) else value


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


class HasRules(Protocol):
    """A dataclass of settings that knows its rules."""

    def broken_rules(self) -> list[str]:
        """Every rule that the values break, each with its fix."""


OPTIONAL = (str | None, int | None, float | None)
"""Types of settings that may be null."""

Settings = TypeVar("Settings", bound=HasRules)


def setting_types(schema: type, prefix: str = "") -> dict[str, Any]:
    """The type of every setting by its dotted name, sections included as their dataclass."""
    hints = get_type_hints(schema)
    types: dict[str, Any] = {}
    for one in fields(schema):
        types[prefix + one.name] = hints[one.name]
        if is_dataclass(hints[one.name]):
            types |= setting_types(hints[one.name], f"{prefix}{one.name}.")
    return types


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
    for name, value in _leaves(composed):
        if name not in known:
            wrong.append(unknown_setting(name, known))
            continue
        if value == "":
            continue  # the same as none at all
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
        wrong = settle_paths(settings) + settings.broken_rules()
        if not wrong:
            return settings
    if len(wrong) == 1:
        raise UserError(wrong[0])
    raise UserError("\n  ".join([f"{len(wrong)} settings are wrong:", *wrong]))


def _leaves(node: DictConfig, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key in map(str, node):
        name = f"{prefix}{key}"
        if OmegaConf.is_missing(node, key):
            continue
        value = node[key]
        if isinstance(value, DictConfig):
            yield from _leaves(value, f"{name}.")
        else:
            yield name, _plain_of(value)


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
    }
    return words.get(kind, "a section with settings of its own")
