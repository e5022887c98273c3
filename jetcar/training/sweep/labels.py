"""Names of the folders of a sweep's jobs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from omegaconf import OmegaConf

from jetcar.errors import UserError
from jetcar.settings.compose import Composed
from jetcar.wording import printable

LONGEST_NAME = 100
"""Bytes of a job's folder, before its digest."""


def refuse_many_names() -> NoReturn:
    """Refuses a sweep over ``name``.

    Raises:
        UserError: always.
    """
    raise UserError(
        "A sweep has one name, the folder of all its runs. Sweep over a setting instead, such "
        "as seed=0,1 to repeat a run."
    )


def words_of(overrides: Sequence[str], name: str, label: str) -> list[str]:
    """The settings of a job as its process gets them: those given, and the name of its own run.

    Args:
        overrides: As Hydra reads them.
        name: Of the sweep.
        label: Of the job.
    """
    return [*(one for one in overrides if not one.startswith("name=")), f"name='{name}/{label}'"]


def job_labels(jobs: list[Composed]) -> list[str]:
    """A folder name for each job, made of the settings in which the jobs differ.

    The same point of a sweep has the same name in every sweep over the same settings.

    Raises:
        UserError: two jobs are the same, and would share a folder.
    """
    wholes = [
        ",".join(f"{name}={value}" for name, value in point.items())
        for point in varied_settings(jobs)
    ]
    twice = next((one for one, count in Counter(wholes).items() if count > 1), None)
    if twice is not None:
        raise UserError(f"The sweep does {printable(twice)} twice. Give each value once.")
    labels = [_as_folder(whole) for whole in wholes]
    # Windows and macOS take large and small letters for the same.
    folders = Counter(label.casefold() for label in labels)
    return [
        label if folders[label.casefold()] == 1 else _with_digest(label, whole)
        for label, whole in zip(labels, wholes, strict=True)
    ]


def varied_settings(jobs: list[Composed]) -> list[dict[str, str]]:
    """The values, as text, of the settings in which jobs differ; of one job all that were given."""
    assigned = [dict(_split(one) for one in job.overrides) for job in jobs]
    names = [name for name in assigned[0] if name != "name"]
    varied = [name for name in names if len({one[name] for one in assigned}) > 1] or names
    return [
        {name: _value(job, name, own[name]) for name in varied}
        for job, own in zip(jobs, assigned, strict=True)
    ]


def _split(override: str) -> tuple[str, str]:
    name, _, value = override.lstrip("+").partition("=")
    return name, value


def _value(job: Composed, name: str, typed: str) -> str:
    """The value itself where there is one, so that 1e-3 and 0.001 are the same job."""
    value = OmegaConf.select(job.settings, name)
    return typed.strip("'\"") if value is None or OmegaConf.is_dict(value) else str(value)


def folder_of(point: dict[str, str]) -> str:
    """A folder name for a point of a sweep whose other points are not known."""
    whole = ",".join(f"{name}={_as_number(value)}" for name, value in point.items())
    label = _as_folder(whole)
    # Windows and macOS take large and small letters for the same.
    return label if label == label.casefold() else _with_digest(label, whole)


def _as_number(value: str) -> str:
    """The same text for 1e-3 and 0.001."""
    try:
        return value if value.lstrip("+-").isdigit() else str(float(value))
    except ValueError:
        return value


def _as_folder(label: str) -> str:
    safe = re.sub(r"[^\w.,=+-]", "_", label).rstrip(".") or "default"
    return safe if len(safe.encode()) <= LONGEST_NAME else _with_digest(safe, label)


def _with_digest(safe: str, label: str) -> str:
    """A folder name that no other label has."""
    digest = hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()
    return f"{safe.encode()[:LONGEST_NAME].decode(errors='ignore')}-{digest[:8]}"
