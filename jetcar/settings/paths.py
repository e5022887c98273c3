"""Settings that are paths: expanded and checked in one place, before anything is written."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import field, fields, is_dataclass
from pathlib import Path
from typing import Any

from jetcar.wording import printable

MISSING = "???"
"""OmegaConf's sign for a value that must be given. OmegaConf itself is slow to load."""

ON_WINDOWS = os.name == "nt"

SYSTEM = {"linux": "Linux", "darwin": "macOS"}.get(sys.platform, sys.platform)

LONGEST_PART = 255
"""Bytes of a file's or folder's name, letters under Windows: no usual file system takes more."""

LONGEST = 4095
"""Bytes of a whole path under Linux. Windows and macOS take less, and tell it when they meet it."""

LONGEST_SHOWN = 80


def path_setting() -> Any:
    """A field of settings that holds a path, or a path among other things: a link, a known name."""
    return field(default=MISSING, metadata={"is_path": True})


def settle_paths(settings: Any, prefix: str = "") -> list[str]:
    """Replaces ``~`` by the home folder in every path of some settings.

    Args:
        settings: A dataclass, whose sections are dataclasses.
        prefix: Put before the name of each setting.

    Returns:
        What is wrong with paths that this system cannot have, each with its fix.
    """
    broken = []
    for one in fields(settings):
        name, value = prefix + one.name, getattr(settings, one.name)
        if is_dataclass(value):
            broken += settle_paths(value, f"{name}.")
        elif one.metadata.get("is_path") and isinstance(value, str) and "://" not in value:
            try:
                full = str(Path(value).expanduser()) if value.startswith("~") else value
            except RuntimeError:
                problem = "begins with ~ and the name of no user; write the path in full"
            else:
                setattr(settings, one.name, full)
                problem = _problem(full)
            if problem:
                broken.append(f"{name}={printable(value, LONGEST_SHOWN)} {problem}")
    return broken


def _problem(value: str) -> str:
    """What is wrong with a path; nothing when all is well."""
    if "\0" in value:
        return "holds a zero byte, which no path may; write it again"
    if not ON_WINDOWS and re.match(r"[A-Za-z]:([\\/]|$)|\\\\", value):
        drive, _, rest = value.replace("\\", "/").rpartition(":")
        here = "/".join(["/mnt", *drive.lower(), *rest.strip("/").split("/")])
        return f"is a path of Windows, and this is {SYSTEM}; use one of this system, such as {here}"
    parts = re.split(r"[\\/]" if ON_WINDOWS else "/", value)
    if max(map(_length, parts)) > LONGEST_PART or _length(value) > LONGEST:
        return "is longer than a path can be; use shorter names"
    return ""


def _length(text: str) -> int:
    return len(text) if ON_WINDOWS else len(os.fsencode(text))
