"""Files of a run that something has damaged: each is told in one sentence, none in a stack."""

import json
import re

import pytest

from jetcar.records import DamagedRecordError, read_audit, read_result, wrong_in_history

RESULT = {
    "name": "first",
    "monitor": "val/iou",
    "score": 0.5,
    "best_epoch": 2,
    "epochs": 3,
    "training_seconds": 90.5,
    "scores": {"test": {"iou": None}},
    "versions": {"git": None},
}
AUDIT = {
    "format": 1,
    "warnings": {"leak": ["a leak"]},
    "splits": {"Train": {"images": 3, "masks": 3, "share": {"road": 0.5}, "pictures": {"road": 2}}},
}


@pytest.fixture
def kept(tmp_path):
    """A function that writes a text or a value as a file."""

    def write(content):
        path = tmp_path / "kept.json"
        path.write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )
        return path

    return write


def test_what_was_written_is_read(kept):
    assert read_result(kept(RESULT)) == RESULT
    assert read_audit(kept(AUDIT)) == AUDIT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        (json.dumps(RESULT)[:20], "it is not JSON: "),
        ("[" * 100_000, "it is not JSON"),
        (json.dumps({**RESULT, "score": float("nan")}), "NaN is not a number"),
        ([], r"\[\] is not a table"),
        ({}, "monitor is missing"),
        ({**RESULT, "score": "0.5"}, 'score: "0.5" is not a number'),
        ({**RESULT, "score": 10**400}, "score: 10+.* is not a number"),
        ({**RESULT, "epochs": True}, "epochs: true is not a count"),
        ({**RESULT, "best_epoch": -1}, "best_epoch: -1 is not a count"),
        ({**RESULT, "scores": {"test": 1}}, "scores: test: 1 is not a table"),
        ({**RESULT, "scores": {"test": {}}}, "scores: test: iou is missing"),
        ({**RESULT, "versions": {"git": []}}, r"versions: git: \[\] is not a version"),
        ({**RESULT, "name": ["\x1b[2J"]}, "name: .* is not a text"),
    ],
)
def test_a_damaged_result_is_told_with_what_to_do(kept, content, reason):
    path = kept(content)
    with pytest.raises(DamagedRecordError, match=reason) as told:
        read_result(path)
    assert re.fullmatch(
        r".*kept\.json is damaged \(.*\)\. The same train\.py command writes it again\.",
        str(told.value),
    )
    assert len(str(told.value)) < 500


def test_a_number_beyond_all_numbers_is_none(kept):
    text = json.dumps(RESULT).replace("0.5,", "1e999,")
    with pytest.raises(DamagedRecordError, match="score: inf is not a number"):
        read_result(kept(text))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("warnings", ["leak"], r'warnings: \["leak"\] is not a table'),
        ("warnings", {"leak": "a leak"}, 'leak: "a leak" is not a list'),
        ("warnings", {"leak": [1]}, "leak: 1 is not a text"),
        ("splits", {"Train": {}}, "Train: images is missing"),
        ("splits", {"Train": {**AUDIT["splits"]["Train"], "share": {"road": "x"}}}, "not a number"),
    ],
)
def test_a_damaged_audit_is_told(kept, name, value, reason):
    with pytest.raises(
        DamagedRecordError, match=rf"{reason}.*\. Delete it; python -m jetcar\.data"
    ):
        read_audit(kept({**AUDIT, name: value}))


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([], None),
        ([{"epoch": 1, "val/iou": float("nan")}, {"epoch": 2, "val/iou": None}], None),
        ([{"val/iou": 0.5}], "a row names no epoch"),
        ([{"epoch": 1.0}], "a row names no epoch"),
        ([{"epoch": 2}, {"epoch": 2}], "the epochs do not count up"),
        ([{"epoch": 0}], "the epochs do not count up"),
        ([{"epoch": 1, "val/iou": "high"}], 'val/iou: "high" is not a number'),
        ([[1, 2]], r"[1, 2] is not a table"),
    ],
)
def test_what_is_wrong_with_a_history(rows, wrong):
    assert wrong_in_history(rows) == wrong
