"""Names that a terminal or a browser would act upon appear as text, and not without end."""

import dataclasses

import numpy as np
import pytest

from jetcar.classes import ClassTable, SegmClass
from jetcar.data.pairs import Pairs
from jetcar.prediction.report.facts import Facts
from jetcar.prediction.report.report import Report

ESCAPE, LONG, TURNED = "\x1b[31mred\x07", "x" * 5_000_000, "abc\u202efdp"
# A table refuses such names, on which the page does not rely.
TABLE = object.__new__(ClassTable)
object.__setattr__(
    TABLE,
    "classes",
    tuple(SegmClass(i, name, (i, 0, 0)) for i, name in enumerate((ESCAPE, LONG, TURNED))),
)


@pytest.fixture
def page(tmp_path):
    """The text of a page in which every name is odd."""
    scores = {
        "pictures": 1,
        **dict.fromkeys(
            ("iou", "dice", "accuracy", "iou_all_classes", "iou_truth_or_predicted", "iou_soft"),
            0.5,
        ),
        "classes": {
            c.name: {
                "code": c.code,
                "pixels": 3,
                **dict.fromkeys(("iou", "dice", "precision", "recall", "share"), 0.5),
            }
            for c in TABLE.classes
        },
        "origins": {},
        "confusion": np.ones((3, 3), int).tolist(),
    }
    result = {
        "name": ESCAPE,
        "monitor": ESCAPE,
        "score": 0.5,
        "best_epoch": 1,
        "epochs": 1,
        "scores": {"test": scores},
        "versions": {ESCAPE: LONG},
    }
    audit = {"warnings": {"leak": [ESCAPE, LONG]}}
    history = [{"epoch": 1, f"lr/{ESCAPE}": 1e-3}]
    facts = Facts(TABLE, result, history, {ESCAPE: LONG}, audit, {"test": "Test"})
    with Report(tmp_path / "report.html", TABLE, None) as report:
        report.gallery("test", Pairs([], [], []))
        report.write(dataclasses.replace(facts, missing=[ESCAPE, "\udcff"]))
    return report.path


def test_no_control_character_and_no_endless_text_reaches_a_page(page, visit):
    text = page.read_bytes().decode("utf-8")
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert r"\x1b[31mred\x07" in text
    assert len(text) < 500_000
    shown = visit(page)
    names = shown.locator("#legend .class-name").all_text_contents()
    assert names == [
        r"\x1b[31mred\x07",
        f"{LONG[:200]}... (4,999,800 more)",
        r"abc\u202efdp",
    ]
