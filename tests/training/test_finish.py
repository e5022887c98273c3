"""What stands in the run folder when training is over."""

import json

from jetcar.training import begin
from tests.sessions import trained


def test_without_predictions_only_val_is_scored(settings):
    folder = trained(settings("predict.test=false", "trainer.max_epochs=1"))
    assert set(json.loads(folder.result.read_text(encoding="utf-8"))["scores"]) == {"val"}
    assert not folder.predictions.exists()
    assert not folder.predictions_zip.exists()


def lose_the_best(folder):
    scores = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]
    folder.best.unlink()
    folder.result.unlink()
    return scores


def test_a_lost_best_checkpoint_is_had_back_from_the_last_one_if_that_is_it(settings):
    folder = trained(settings("trainer.max_epochs=1"))
    scores = lose_the_best(folder)
    trained(settings("trainer.max_epochs=1"))
    assert folder.best.read_bytes() == folder.last.read_bytes()
    assert json.loads(folder.result.read_text(encoding="utf-8"))["scores"] == scores


def test_a_best_checkpoint_that_is_nowhere_is_told_and_the_last_one_scored(
    settings, caplog, monkeypatch
):
    folder = trained(settings("trainer.max_epochs=1"))
    lose_the_best(folder)
    monkeypatch.setattr(begin, "bring_back", lambda start, *_: start.path)
    trained(settings("trainer.max_epochs=1"))
    assert "the best checkpoint is lost; scoring the last one instead" in caplog.text
    assert folder.result.is_file()


def test_masks_stand_where_the_tool_of_the_data_set_looks(settings, street, caplog):
    trained(settings("predict.layout=streetmaker", "trainer.max_epochs=1"))
    assert sorted(path.name for path in (street / "Pred").glob("*.png")) == ["f.png", "g.png"]
    assert f"2 masks read back as StreetMaker reads them: {street / 'Pred'}" in caplog.text


def test_what_was_unpacked_from_a_zip_gets_no_masks(settings, street, draw, tmp_path, caplog):
    source = draw.zip(street, tmp_path / "street.zip")
    folder = trained(
        settings(f"data.source={source}", "predict.layout=streetmaker", "trainer.max_epochs=1")
    )
    assert list(tmp_path.rglob("Pred")) == []
    assert f"unzip {folder.predictions_zip} in the folder that is your data set" in caplog.text
