"""A file of what runs have found: hours of training may be spread over days and machines."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from recipes import Found, Trial


def read_record(path: Path) -> dict[str, Found]:
    """What was found, by ``key``; nothing where there is no file yet."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {_key(row["settings"]): Found(**row["found"]) for row in rows}


def key(trial: Trial) -> str:
    """What decides what a run finds, wherever its data set and its weights lie."""
    return _key(_plain(trial))


def add_to_record(path: Path, trial: Trial, found: Found, machine: str) -> None:
    """Adds a line for a run that is over."""
    row = {
        "recipe": trial.recipe,
        "seed": trial.seed,
        "settings": _plain(trial),
        "found": asdict(found),
        "machine": machine,
    }
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _plain(trial: Trial) -> list[str]:
    """The settings, each path as the name of its file alone; of lists, only one of data sets."""
    return [
        re.sub(r"(?<=[\[,])[^\[\],]*[/\\]", "", one)
        if one.startswith("data.source=[")
        else re.sub(r"=(?![\[{]).*[/\\]", "=", one)
        for one in trial.settings
    ]


def _key(settings: list[str]) -> str:
    return "\n".join(sorted(settings))
