"""What a command does to a run that has been there before."""

import json
from pathlib import Path

import pytest

from jetcar.errors import Interrupted, UserError
from jetcar.model.checkpoint import read_checkpoint
from jetcar.model.module import Segmentation
from jetcar.training.run_folder import RunFolder
from tests.sessions import stop_at, train

QUICK = ("trainer.max_epochs=1", "report=false", "tensorboard.every=0")


def test_a_run_that_stopped_behind_its_new_end_is_scored_with_its_best(
    settings, monkeypatch, caplog
):
    many = (*QUICK, "data.batch_size=1", "data.image_size=64")  # 3 batches an epoch
    stop_at(monkeypatch, at_step=7)
    with pytest.raises(Interrupted):
        train(settings(*many, "trainer.max_epochs=4"))
    monkeypatch.undo()
    folder = train(settings(*many)).folder
    result = json.loads(folder.result.read_text(encoding="utf-8"))
    assert "nothing is left to train after 2 epochs" in caplog.text
    assert (result["epochs"], result["is_over"]) == (2, True)
    assert result["scores"]["val"]["iou"] == result["score"]
    before = folder.result.read_bytes()
    train(settings(*many))
    assert "run first is finished" in caplog.text
    assert folder.result.read_bytes() == before


def test_a_finished_run_without_its_result_is_scored_at_a_smaller_limit_too(settings):
    folder = train(settings(*QUICK, "trainer.max_epochs=2")).folder
    scores = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]
    folder.result.unlink()
    train(settings(*QUICK))
    assert json.loads(folder.result.read_text(encoding="utf-8"))["scores"] == scores


@pytest.mark.parametrize("content", ["{", "[]", '{"epochs": "many"}', ""])
def test_a_result_of_nonsense_is_told_and_written_anew(settings, caplog, content):
    folder = train(settings(*QUICK)).folder
    before = json.loads(folder.result.read_text(encoding="utf-8"))
    folder.result.write_text(content, encoding="utf-8")
    train(settings(*QUICK))
    assert "result.json is damaged" in caplog.text
    after = json.loads(folder.result.read_text(encoding="utf-8"))
    assert after["scores"] == before["scores"]


def test_another_optimizer_begins_anew_and_says_so(settings, caplog):
    folder = train(settings(*QUICK)).folder
    train(settings(*QUICK, "trainer.max_epochs=2", "optimizer.name=sgd", "optimizer.lr=1e-3"))
    assert "optimizer.name: adamw -> sgd" in caplog.text
    assert "starts without the state of the former one" in caplog.text
    state = read_checkpoint(folder.last)[1]["optimizer_states"][0]
    assert {name for one in state["state"].values() for name in one} == {"momentum_buffer"}
    assert state["param_groups"][0]["momentum"] == 0.9


def test_a_finished_run_makes_what_is_newly_wished_and_trains_no_more(settings, caplog):
    folder = train(settings(*QUICK, "predict.test=false")).folder
    last = folder.last.read_bytes()
    for wish, made in (
        (("predict.test=true",), folder.predictions_zip),
        (("predict.overlays=true",), folder.overlays),
        (("predict.overlays=true", "report=true"), folder.report),
    ):
        assert not made.exists()
        train(settings(*QUICK, *wish))
        assert made.exists()
        assert f"finished; newly asked for: {wish[-1]}" in caplog.text
    caplog.clear()
    train(settings(*QUICK, *wish))
    assert "newly asked for" not in caplog.text
    assert "run first is finished" in caplog.text
    assert folder.last.read_bytes() == last


def test_what_an_earlier_end_has_left_is_not_shown_as_what_the_run_has_learnt(settings):
    first = train(settings(*QUICK, "predict.overlays=true"))
    assert first.to_see == [first.folder.overlays]
    more = (*QUICK, "trainer.max_epochs=2", "predict.test=false")
    for _ in range(2):  # as it ends, and as it is found finished
        assert train(settings(*more)).to_see == []
    assert first.folder.overlays.is_dir()


def test_a_mirror_that_is_the_run_itself_is_refused_before_anything_is_written(settings, tmp_path):
    with pytest.raises(UserError, match=r"mirror\.dir=.* is where the run itself is written"):
        train(settings(*QUICK, f"mirror.dir={tmp_path / 'runs'}"))
    assert not (tmp_path / "runs").exists()


def test_a_run_whose_folder_is_renamed_while_it_trains_says_so(settings, monkeypatch):
    folder = RunFolder(Path(settings().runs) / "first")
    elsewhere = folder.path.with_name("renamed")
    real, count = Segmentation.on_validation_epoch_start, iter(range(9))

    def rename(self):
        real(self)
        if next(count) == 1:
            folder.path.rename(elsewhere)

    with monkeypatch.context() as patch:
        patch.setattr(Segmentation, "on_validation_epoch_start", rename)
        try:
            with pytest.raises(
                UserError, match=r"first is gone: it was renamed, .* Restore its name"
            ):
                train(settings(*QUICK, "trainer.max_epochs=2"))
        except PermissionError:
            pytest.skip("this system lets nobody rename a folder in use")
    assert not folder.path.exists()
    assert read_checkpoint(elsewhere / "checkpoints" / "last.ckpt")[0].epoch == 1
    elsewhere.rename(folder.path)
    train(settings(*QUICK, "trainer.max_epochs=2"))
    assert read_checkpoint(folder.last)[0].epoch == 2


def test_a_file_in_the_place_of_the_outbox_is_removed(settings, tmp_path):
    folder = RunFolder(Path(settings().runs) / "first")
    folder.path.mkdir(parents=True)
    folder.outbox.write_text("no folder", encoding="utf-8")
    assert train(settings(*QUICK, f"mirror.dir={tmp_path / 'Drive'}")).missing == []
    assert (tmp_path / "Drive/first/checkpoints/last.ckpt").is_file()
