"""The report of a run and of predict.py: written, mirrored, and never in the way of a result."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from jetcar.errors import Interrupted, UserError
from jetcar.prediction.run import run_prediction
from jetcar.training.run_folder import RunFolder
from tests.composed import settings_of
from tests.sessions import stop_at, train

ONE = "trainer.max_epochs=1"


def predict(*overrides):
    """What predict.py does."""
    return run_prediction(settings_of("predict", *overrides, "device=cpu", "precision=32"))


def test_a_run_ends_with_a_page_that_holds_the_numbers_of_its_result(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setattr("jetcar.prediction.report.shelf.INSIDE_BYTES", 100)
    result = train(settings(ONE, f"mirror.dir={tmp_path / 'Drive'}", "report_pictures=null"))
    folder = result.folder
    scores = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]
    page = folder.report.read_text("utf-8")
    for split in ("val", "test"):
        for key in ("iou", "iou_all_classes", "iou_truth_or_predicted", "iou_soft", "accuracy"):
            shown = re.findall(rf'data-number="{split}\.{key}">([^<]*)<', page)
            assert set(shown) == {f"{scores[split][key]:.4f}"}
    there = RunFolder(tmp_path / "Drive" / "first")
    assert there.report.read_bytes() == folder.report.read_bytes()
    assert [p.read_bytes() for p in there.report_files] == [
        p.read_bytes() for p in folder.report_files
    ]
    assert result.missing == []
    # Another prediction of the same pictures by the same weights is the same.
    written = predict(f"checkpoint={folder.best}", "report=true", f"compare={folder.path}")
    assert written["report"] == folder.path / "predictions_report.html"
    again = written["report"].read_text("utf-8")
    assert re.search(r'<span class="delta ">±0\.0000 against first<', again)
    assert f'data-number="pictures.iou">{scores["test"]["iou"]:.4f}<' in again
    assert "<dt>Mean IoU, Test, at 32 x 32</dt>" in page
    assert "<dt>Mean IoU, Test, at the size of each picture</dt>" in again
    assert "<dt>Best val/iou, at 32 x 32</dt>" in again


def test_what_is_scored_is_what_is_delivered_and_compared_with_itself_it_differs_nowhere(
    settings, draw, tmp_path
):
    photos = tmp_path / "photos" / "Img" / "Test"
    true = {}
    for i in range(4):  # 50 x 70 pixels, where the network sees 32 x 32
        codes = np.zeros((50, 70), np.uint8)
        codes[:, 11 * i + 5 :] = (1, 5)[i % 2]
        true[f"{i}"] = codes
        draw.mask(photos.parent.parent / "Mask" / "Test" / f"{i}.png", codes)
        draw.image(photos / f"{i}.jpg", (40 * i, 90, 200 - 30 * i), (50, 70))
    best = train(settings(ONE)).folder.best
    out = tmp_path / "masks"
    given = (f"checkpoint={best}", f"images={photos}", f"out={out}", "report=true")
    predict(*given)
    again = predict(*given, f"compare={out}")["report"].read_text("utf-8")
    counts = np.zeros((256, 256), np.int64)
    for name, codes in true.items():
        np.add.at(counts, (codes, cv2.imread(str(out / f"{name}.png"))[..., 2]), 1)
    hit, rows, columns = counts.diagonal(), counts.sum(1), counts.sum(0)
    iou = np.mean([hit[c] / (rows[c] + columns[c] - hit[c]) for c in (0, 1, 5)])
    assert f'data-number="pictures.iou">{iou:.4f}<' in again
    deltas = re.findall(r'class="(?:number )?delta ?([^"]*)">([^ <]*)', again)
    assert len(deltas) == 1 + 22
    assert set(deltas) == {("", "±0.0000"), ("", "–")}
    data = json.loads(re.search(r'id="report-data">(.*?)</script>', again)[1])
    for row in data["splits"]["pictures"]:
        assert row["other"] == {"iou": row["iou"], "classes": row["classes"]}


@pytest.mark.parametrize("place", ["report.Report.write", "gallery._picture"])
def test_a_page_that_cannot_be_written_is_told_and_the_run_is_finished(
    settings, monkeypatch, caplog, place
):
    def fail(*_):
        raise RuntimeError("no page today")

    monkeypatch.setattr(f"jetcar.prediction.report.{place}", fail)
    folder = train(settings(ONE)).folder
    assert folder.result.is_file()
    assert len(list(folder.predictions.iterdir())) == 2
    assert not folder.report.exists()
    assert re.search(
        r"report\.html could not be written .*no page today.* finished without it, and "
        r"python predict\.py checkpoint=.*best\.ckpt report=true makes one",
        caplog.text,
    )


def test_a_run_that_was_stopped_has_a_page_of_what_it_is_so_far(settings, monkeypatch, caplog):
    stop_at(monkeypatch, 2)  # in the third epoch of one batch
    wished = settings("trainer.max_epochs=5", "early_stop.patience=9")
    with pytest.raises(Interrupted):
        train(wished)
    monkeypatch.undo()
    folder = RunFolder(Path(wished.runs) / "first")
    assert not folder.result.exists()
    page = predict(f"checkpoint={folder.best}", "report=true")["report"].read_text("utf-8")
    assert "result.json is not there: the run still trains, was stopped" in page
    assert "<figcaption>Loss</figcaption>" in page
    assert "fault of the program" not in caplog.text


def test_no_page_is_made_when_none_is_wanted(settings):
    assert not train(settings(ONE, "report=false")).folder.report.exists()


def test_a_comparison_needs_the_report():
    with pytest.raises(UserError, match=r"compare=.* the report alone; add report=true"):
        predict("compare=runs/first")
