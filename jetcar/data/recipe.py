"""From a list of names and arguments to transforms of albumentations, or to a sentence about it.

Names are looked up among the library's own transforms; nothing is imported by a path. The library
takes seconds to load, so it is loaded here alone, and only for a list that is not empty.
"""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from typing import Any

from jetcar.errors import UserError
from jetcar.wording import did_you_mean, printable

GROUPS = ("OneOf", "RandomOrder", "Sequential", "SomeOf")
"""What holds a list of transforms of its own."""

UNSUITED = {
    "ConstrainedCoarseDropout": "it reads what the codes of the mask mean",
    "CropNonEmptyMaskIfExists": "it reads what the codes of the mask mean",
    "MaskDropout": "it reads what the codes of the mask mean",
    "Lambda": "it runs a function, which settings cannot name",
}
"""Transforms that are not for a recipe, and why."""

BASES = ("BasicTransform", "DualTransform", "ImageOnlyTransform", "Transform3D")

FIXED = {
    "fill_mask": ((0, 255, None), "what turns in from outside counts nowhere in the mask"),
    "mask_drop_value": ((0, 255, None), "what is dropped counts nowhere in the mask"),
    "mask_interpolation": ((0,), "anything between two codes is another class"),
    "border_mode": ((0,), "the library would invent what lies outside the picture"),
}
"""Arguments that have one right value, and why: see ``Transforms`` for 0 and 255."""


@cache
def library() -> Any:
    """The library, without its look at the package index."""
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    return albumentations


@cache
def known_transforms() -> dict[str, Any]:
    """Every transform that a recipe can name."""
    found = {}
    for name, kind in vars(library()).items():
        is_transform = inspect.isclass(kind) and issubclass(kind, library().BasicTransform)
        if name in GROUPS or (is_transform and name not in (*BASES, *UNSUITED)):
            found[name] = kind
    return found


def build_list(plain: Any, where: str = "augment.transforms") -> list[Any]:
    """Makes the transforms of a list.

    Args:
        plain: Entries such as ``{"MotionBlur": {"blur_limit": 5, "p": 0.2}}``.
        where: The list's name, for messages.

    Raises:
        UserError: an entry is not one; says which, and the fix.
    """
    if not isinstance(plain, list):
        raise UserError(f"{where} must be a list such as [{{MotionBlur: {{p: 0.2}}}}]")
    return [_build(entry, f"{where}[{i}]") for i, entry in enumerate(plain)]


def leaves(plain: list[Any], where: str = "augment.transforms") -> Iterator[tuple[str, str, Any]]:
    """Every single transform of a list that ``build_list`` has accepted.

    Yields:
        Where it stands, its name, and the transform as it is when it happens (``p`` is 1), whatever
        the chances of the groups around it.
    """
    for i, entry in enumerate(plain):
        ((name, arguments),) = entry.items()
        here = f"{where}[{i}]"
        if name in GROUPS:
            yield from leaves(arguments["transforms"], f"{here}.{name}.transforms")
        else:
            yield here, name, _build({name: {**arguments, "p": 1}}, here)


def _build(entry: Any, where: str) -> Any:
    if not isinstance(entry, dict) or len(entry) != 1:
        raise UserError(f"{where} must be one name with arguments, such as MotionBlur: {{p: 0.2}}")
    ((name, arguments),) = entry.items()
    kind = _named(name, where)
    if not isinstance(arguments, dict) or "p" not in arguments:
        raise UserError(
            f"{where}: {name} has no p, the share of the pictures that it changes; give it one, "
            f"such as {name}: {{p: 0.2}}"
        )
    p = arguments["p"]
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        raise UserError(f"{where}: p={printable(p)} of {name} must be from 0 to 1")
    _refuse_arguments(name, kind, arguments, where)
    given = {key: _fixed(key, value) for key, value in arguments.items()}
    if name in GROUPS:
        if not arguments.get("transforms"):
            raise UserError(f"{where}: {name} has no transforms; give it a list of them")
        given["transforms"] = build_list(arguments["transforms"], f"{where}.{name}.transforms")
        if not any(next(iter(one.values()))["p"] for one in arguments["transforms"]):
            raise UserError(f"{where}: every p in {name} is 0; give one of them a share")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return kind(**given)
    except (ValueError, TypeError, UserWarning) as error:
        raise UserError(f"{where}: {name} cannot be made: {_reason(error)}") from None


def _named(name: Any, where: str) -> Any:
    known = known_transforms()
    if isinstance(name, str) and name in known:
        return known[name]
    if name in UNSUITED:
        raise UserError(f"{where}: {name} is not for a recipe: {UNSUITED[name]}; leave it out")
    hint = did_you_mean(name, known, "docs/augmentation.md has examples.", most=2)
    raise UserError(f"{where}: {_version()} has no transform {printable(name)}. {hint}")


def _version() -> str:
    """The library's name and version; its MIT fork has another name and the same modules."""
    for name in ("albumentations", "nrtk-albumentations"):
        try:
            return f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
    return "albumentations"


def _refuse_arguments(name: str, kind: Any, arguments: dict[Any, Any], where: str) -> None:
    has = [one for one in inspect.signature(kind.__init__).parameters if one != "self"]
    for key, value in arguments.items():
        if key not in has:
            hint = did_you_mean(key, has, f"It has {', '.join(has)}.")
            raise UserError(f"{where}: {name} has no argument {printable(key)}. {hint}")
        if key in FIXED and (isinstance(value, (list, bool)) or value not in FIXED[key][0]):
            raise UserError(
                f"{where}: {key}={printable(value)} of {name} cannot be: {FIXED[key][1]}; leave "
                f"{key} out"
            )


def _fixed(key: Any, value: Any) -> Any:
    # A mask is handed over with 0 and 255 exchanged: see ``Transforms``.
    return 0 if key in ("fill_mask", "mask_drop_value") and value == 255 else value


def _reason(error: Exception) -> str:
    """What the library says about arguments, in one line."""
    cause = error.__cause__
    if cause is not None and hasattr(cause, "errors"):  # pydantic's
        places = [".".join(map(str, one["loc"])) for one in cause.errors()]
        found = [
            f"{place}: {one['msg']}" if place else one["msg"]
            for place, one in zip(places, cause.errors(), strict=True)
        ]
        return printable("; ".join(found))
    return printable(" ".join(str(error).split()))
