"""The car's files in the mirror: of the best weights at any moment, at no risk for the run."""

import json
import logging

import pytest
import torch

from jetcar.model.checkpoint import read_checkpoint
from jetcar.settings.schema import Mirror
from jetcar.training.callbacks import car
from jetcar.training.mirror.copies import Copies
from jetcar.training.run_folder import RunFolder
from tests.cards import card_of, save_checkpoint
from tests.sessions import train


@pytest.fixture
def drive(tmp_path):
    return tmp_path / "Drive"


def test_the_mirror_holds_the_cars_files_of_the_best_epoch(settings, drive):
    result = train(settings(f"mirror.dir={drive}", "name=a/b"))
    folder = drive / "a/b/car"
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.iterdir()} == {*told["files"], "manifest.json"}
    assert told["scores"]["score"] == result.score
    card, content = read_checkpoint(drive / "a/b/checkpoints/best.ckpt")
    assert told["scores"]["epoch"] == card.epoch
    weights = torch.load(folder / "b.pth", weights_only=True)
    best = {
        name.removeprefix("network.net."): value
        for name, value in content["state_dict"].items()
        if name.startswith("network.net.")
    }
    assert weights.keys() == best.keys()
    differ = [name for name in weights if not torch.equal(weights[name], best[name])]
    assert differ == ["encoder.model.conv_stem.weight"]  # reversed, for BGR
    assert torch.equal(weights[differ[0]].flip(1), best[differ[0]])


@pytest.mark.parametrize("override", ["mirror.car=false", "mirror.dir=null"])
def test_nobody_who_does_not_want_them_gets_them(settings, drive, override):
    result = train(settings(f"mirror.dir={drive}", override, "trainer.max_epochs=1"))
    assert not result.folder.car.exists()
    assert not (drive / "first/car").exists()


def test_a_failure_costs_the_cars_files_and_not_the_run(settings, drive, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(car, "write_car", full)
    with caplog.at_level(logging.WARNING):
        result = train(settings(f"mirror.dir={drive}", "trainer.max_epochs=1"))
    assert result.missing == []
    assert "the files for the car are not up to date" in caplog.text
    assert "training goes on, and python -m jetcar.export makes them from" in caplog.text
    assert (drive / "first/checkpoints/best.ckpt").is_file()


@pytest.mark.parametrize(("score", "kept"), [(0.4, "theirs"), (0.6, "ours")])
def test_a_better_best_in_the_mirror_keeps_its_car(drive, tmp_path, score, kept):
    local, there = RunFolder(tmp_path / "runs/first"), RunFolder(drive / "first")
    save_checkpoint(there.best, card_of(score=0.5))
    for folder, text in ((local, "ours"), (there, "theirs")):
        folder.car.mkdir(parents=True)
        (folder.car / "first.pth").write_text(text, encoding="utf-8")
    copies = Copies(Mirror(dir=str(drive), wait_minutes=1, car=True), "first", local)
    with copies:
        copies.send_car(score, "val/iou")
    assert (there.car / "first.pth").read_text(encoding="utf-8") == kept
