"""What stands in the run folder when training is over."""

import json

from jetcar.data.prepare import prepare_data
from jetcar.training import run


def train(settings):
    return run.train(settings, prepare_data(settings.data, settings.seed)).folder


def test_without_predictions_only_val_is_scored(settings):
    folder = train(settings("predict.test=false", "trainer.max_epochs=1"))
    assert set(json.loads(folder.result.read_text())["scores"]) == {"val"}
    assert not folder.predictions.exists()
    assert not folder.predictions_zip.exists()


def test_a_finished_run_that_lost_its_result_and_its_best_checkpoint_scores_what_is_left(settings):
    folder = train(settings("trainer.max_epochs=1"))
    before = json.loads(folder.result.read_text())
    folder.best.unlink()
    folder.result.unlink()
    train(settings("trainer.max_epochs=1"))
    # With one epoch the last checkpoint holds the same weights.
    assert json.loads(folder.result.read_text())["scores"] == before["scores"]


def test_masks_stand_where_the_tool_of_the_data_set_looks(settings, street, caplog):
    train(settings("predict.layout=streetmaker", "trainer.max_epochs=1"))
    assert sorted(path.name for path in (street / "Pred").glob("*.png")) == ["f.png", "g.png"]
    assert f"2 masks read back as StreetMaker reads them: {street / 'Pred'}" in caplog.text


def test_what_was_unpacked_from_a_zip_gets_no_masks(settings, street, draw, tmp_path, caplog):
    source = draw.zip(street, tmp_path / "street.zip")
    folder = train(
        settings(f"data.source={source}", "predict.layout=streetmaker", "trainer.max_epochs=1")
    )
    assert list(tmp_path.rglob("Pred")) == []
    assert f"unzip {folder.predictions_zip} in the folder that is your data set" in caplog.text
