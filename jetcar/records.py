"""The files in which a run records what came out, read back with the distrust of any input.

A disk that was full, an editor or another program may have left half of them, or something else.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jetcar.errors import UserError
from jetcar.wording import printable

Shape = Callable[[Any], str | None]
"""Says what is wrong with a value, or nothing."""

MOST_SETTINGS = 10_000
DEEPEST_SETTING = 10

RESULT_ANEW = "The same train.py command writes it again."
AUDIT_ANEW = "Delete it; python -m jetcar.data.audit looks at the data again."


class DamagedRecordError(UserError):
    """A file of a run is not as it was written."""


def read_result(path: Path) -> dict[str, Any]:
    """What ``result.json`` holds: at least its monitor, score, epochs and scores, of their kind.

    Raises:
        DamagedRecordError: it is cut off, or holds something else.
        OSError: the disk does not give it.
    """
    return _read(path, _result, RESULT_ANEW)


def read_audit(path: Path) -> dict[str, Any]:
    """What ``audit.json`` holds: findings by kind, and what was counted in each split.

    Raises:
        DamagedRecordError, OSError: as ``read_result``.
    """
    return _read(path, wrong_in_audit, AUDIT_ANEW)


def wrong_in_audit(content: Any) -> str | None:
    """What is wrong with the shape of an audit; None when nothing is."""
    return _audit(content)


def wrong_in_history(rows: Any) -> str | None:
    """What is wrong with the values of the epochs, one row each; None when nothing is.

    Epochs count up from 1 or more, and everything else is a number, NaN included, or None.
    """
    if (wrong := _list_of(_dict_of(_number_or_nan))(rows)) is not None:
        return wrong
    epochs = [row.get("epoch") for row in rows]
    if not all(map(_is_whole, epochs)):
        return "a row names no epoch"
    if any(later <= before for before, later in zip([0, *epochs], epochs, strict=False)):
        return "the epochs do not count up"
    return None


def wrong_in_settings(settings: Any) -> str | None:
    """What is wrong with the settings of a run as its checkpoint has them; None when nothing is.

    Plain values by name, not endless, and those that are used without a look of their own are of
    their kinds. Versions differ in which settings there are, so that none is needed.
    """
    todo, seen = [(settings, 0)], 0
    while todo:
        value, depth = todo.pop()
        seen += 1
        if seen > MOST_SETTINGS or depth > DEEPEST_SETTING:  # a list may hold itself
            return "they have no end"
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                return "a name is not a text"
            todo += ((one, depth + 1) for one in value.values())
        elif isinstance(value, list):
            todo += ((one, depth + 1) for one in value)
        elif not isinstance(value, (str, int, float, type(None))):
            return f"a {type(value).__name__} is not a setting"
    return _settings(settings)


def wrong_in_plateau(state: Any) -> str | None:
    """What is wrong with what a schedule has seen, as version 0.1 kept it; None when nothing is."""
    return _plateau(state)


def _read(path: Path, shape: Shape, fix: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "it is empty" if not path.stat().st_size else f"it is not JSON: {error}"
        raise _damaged(path, reason, fix) from None
    if (wrong := shape(content)) is not None:
        raise _damaged(path, wrong, fix)
    known: dict[str, Any] = content
    return known


def _damaged(path: Path, reason: str, fix: str) -> DamagedRecordError:
    return DamagedRecordError(f"{path} is damaged ({printable(reason)}). {fix}")


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _kind(kind: type | tuple[type, ...], words: str) -> Shape:
    return lambda value: None if isinstance(value, kind) else f"{_shown(value)} is not {words}"


def _shown(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False, default=repr), 40)


def _number_or_nan(value: Any) -> str | None:
    is_number = isinstance(value, float) or _is_whole(value)
    return None if value is None or is_number else f"{_shown(value)} is not a number"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def _number(value: Any) -> str | None:
    wrong = _number_or_nan(value)
    is_endless = isinstance(value, float) and not math.isfinite(value)  # such as 1e999
    return wrong or (f"{value} is not a number" if is_endless else None)


def _count(value: Any) -> str | None:
    return None if _is_whole(value) and value >= 0 else f"{_shown(value)} is not a count"


def _dict_of(shape: Shape) -> Shape:
    def wrong(value: Any) -> str | None:
        if not isinstance(value, dict):
            return f"{_shown(value)} is not a table"
        found = ((name, shape(one)) for name, one in value.items())
        return next((f"{name}: {what}" for name, what in found if what is not None), None)

    return wrong


def _list_of(shape: Shape) -> Shape:
    def wrong(value: Any) -> str | None:
        if not isinstance(value, list):
            return f"{_shown(value)} is not a list"
        return next((what for one in value if (what := shape(one)) is not None), None)

    return wrong


def _table(needed: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """A table with entries of their kinds; what is not named may be anything."""

    def wrong(value: Any) -> str | None:
        if not isinstance(value, dict):
            return f"{_shown(value)} is not a table"
        for name, shape in {**needed, **(optional or {})}.items():
            if name not in value:
                if name in needed:
                    return f"{name} is missing"
                continue
            if (what := shape(value[name])) is not None:
                return f"{name}: {what}"
        return None

    return wrong


_text = _kind(str, "a text")
_result = _table(
    {
        "monitor": _text,
        "score": _number,
        "best_epoch": _count,
        "epochs": _count,
        "training_seconds": _number,
        "scores": _dict_of(_table({"iou": _number})),
    },
    {
        "name": _text,
        "finished": _text,
        "device": _text,
        "precision": _text,
        "fingerprint": _text,
        "is_over": _kind(bool, "yes or no"),
        "versions": _dict_of(_kind((str, type(None)), "a version")),
    },
)
_section = _table({})
_settings = _table(
    {},
    {
        "name": _text,
        "seed": _kind(int, "an integer"),
        "data": _table({}, {"source": _text, "root": _text}),
        "street": _section,
        "model": _section,
        "trainer": _section,
        "optimizer": _section,
    },
)
_plateau = _table({}, {"best": _number_or_nan, "num_bad_epochs": _count, "last_epoch": _count})
_audit = _table(
    {
        "warnings": _dict_of(_list_of(_text)),
        "splits": _dict_of(
            _table(
                {
                    "images": _count,
                    "masks": _count,
                    "share": _dict_of(_number),
                    "pictures": _dict_of(_count),
                }
            )
        ),
    },
    {"table": _table({}, {"origin": _text, "is_guess": _kind(bool, "yes or no")})},
)


def read_table(path: Path) -> list[dict[str, str | None]]:
    """The rows of a CSV file of ours; none where it is not there yet, or no table."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        # For a zero byte, as an interrupted write may leave, Python 3.10 refuses all rows.
        return list(csv.DictReader(text.replace("\0", "\ufffd").splitlines()))
    except (OSError, csv.Error):
        return []
