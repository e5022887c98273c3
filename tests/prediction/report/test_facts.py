"""What a page says of a run that is not finished, is not there, or has damaged files."""

import json

import pytest

from jetcar.prediction.report.facts import _run_of
from jetcar.prediction.run import run_prediction
from jetcar.whole import write_json

RESULT = {
    "monitor": "val/iou",
    "score": 0.25,
    "best_epoch": 3,
    "epochs": 5,
    "training_seconds": 90,
    "scores": {},
}


@pytest.fixture
def report(settings, street):
    """A function that makes the page of a checkpoint and gives its path."""

    def make(checkpoint, *more):
        made = run_prediction(
            settings(f"checkpoint={checkpoint}", f"images={street}/Img/Val", "report=true", *more)
        )
        assert len(list(made["2 masks"].glob("*.png"))) == 2
        return made["report"].resolve()

    return make


def not_known(page):
    return page.locator(".missing li").all_text_contents()


def test_a_run_that_still_trains_or_was_stopped_has_a_page(checkpoint, report, visit):
    write_json(checkpoint.parent.parent / "audit.json", {"warnings": {}, "splits": {}})
    page = visit(report(checkpoint))
    assert page.locator(".tile").first.text_content().startswith("Mean IoU, Val")
    (sentence,) = not_known(page)
    assert sentence.startswith("result.json is not there: the run still trains, was stopped")
    assert "The audit of the data found nothing odd." in page.locator("#data").text_content()


def test_a_checkpoint_without_its_run_has_a_page(checkpoint, report, visit, tmp_path):
    alone = tmp_path / "Drive" / "MyDrive" / "best.ckpt"
    alone.parent.mkdir(parents=True)
    alone.write_bytes(checkpoint.read_bytes())
    write_json(tmp_path / "Drive" / "result.json", RESULT)  # of something else
    page = visit(report(alone))
    (sentence,) = not_known(page)
    assert sentence.startswith("best.ckpt does not lie in the folder of its run")
    assert "Training time" not in page.locator("#run").text_content()


def test_the_files_for_the_car_lie_in_their_run_too(tmp_path):
    assert _run_of(tmp_path / "first" / "car" / "first.onnx") == tmp_path / "first"
    assert _run_of(tmp_path / "first" / "checkpoints" / "last.ckpt") == tmp_path / "first"
    assert _run_of(tmp_path / "first" / "last.ckpt") is None


@pytest.mark.parametrize("name", ["result.json", "audit.json"])
@pytest.mark.parametrize("content", ["", '{"score": ', "[1]", '{"warnings": 7, "score": "high"}'])
def test_a_damaged_file_of_the_run_is_told_in_the_page_and_the_masks_are_written(
    checkpoint, report, visit, caplog, name, content
):
    run = checkpoint.parent.parent
    write_json(run / "result.json", RESULT)
    write_json(run / "audit.json", {"warnings": {}, "splits": {}})
    (run / name).write_text(content, encoding="utf-8")
    page = visit(report(checkpoint))
    (sentence,) = not_known(page)
    assert sentence.startswith(f"{run / name} is damaged (")
    assert f"the report is made without {name}: {sentence}" in caplog.text


def test_a_whole_result_is_shown_and_nothing_is_missing(checkpoint, report, visit):
    run = checkpoint.parent.parent
    write_json(run / "result.json", RESULT)
    write_json(run / "audit.json", {"warnings": {}, "splits": {}})
    page = visit(report(checkpoint))
    assert not_known(page) == []
    assert "1 min 30 s" in page.locator("#run").text_content()
    assert json.loads((run / "result.json").read_text(encoding="utf-8")) == RESULT


def test_where_the_class_table_was_taken_from_is_told_and_a_guess_is_called_one(
    checkpoint, report, visit
):
    doubt = "The data set has no class table, and its file names are not JetCar's"
    table = {"origin": "ImageSegmenter's", "is_guess": True, "others": []}
    audit = {"warnings": {"table": [doubt]}, "splits": {}, "table": table}
    write_json(checkpoint.parent.parent / "audit.json", audit)
    page = visit(report(checkpoint))
    facts = page.locator("#run dl.pairs").first.text_content()
    assert "Class tableImageSegmenter's (a guess)" in facts
    assert doubt in page.locator("#data .findings").text_content()


def test_a_class_that_the_audit_does_not_know_has_no_share(checkpoint, report, visit):
    run = checkpoint.parent.parent
    split = {"images": 1, "masks": 1, "share": {"nothing": 1.0}, "pictures": {"nothing": 1}}
    write_json(run / "audit.json", {"warnings": {}, "splits": {"Train": split}})
    page = visit(report(checkpoint))
    cells = page.locator("#data tbody td:nth-child(3)").all_text_contents()
    assert [cell.strip() for cell in cells[:2]] == ["100.00 (1)", "–"]
