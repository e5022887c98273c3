"""Files that are whole or not there: written under another name, flushed, then renamed."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

PART = ".part"
NUMBERS = re.compile(r"\[\n[-+.,\deE\s]+\]")
"""A list of numbers over several lines; inside a string JSON has no line break."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a file for writing that takes its name when the block ends well.

    The file that bore the name stays until then; after an error nothing is left behind.
    """
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a write that fails does not name its file
        raise


def write_whole(path: Path, text: str) -> None:
    """Writes a text file (UTF-8), whole."""
    with whole_file(path) as file:
        file.write(text.encode())


def write_json(path: Path, value: Any) -> None:
    """Writes a JSON file, whole; what JSON has no number for (NaN, infinity) becomes null.

    A list of numbers stands in one line, so that a matrix looks like one.
    """
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False)
    write_whole(path, NUMBERS.sub(_in_one_line, text) + "\n")


def _in_one_line(numbers: re.Match[str]) -> str:
    return "[" + ", ".join(numbers[0][1:-1].replace(",", " ").split()) + "]"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
