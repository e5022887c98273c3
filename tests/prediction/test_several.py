"""Several devices predict what one predicts, to the byte; and all of them end together."""

import logging
import multiprocessing
import os
import pickle
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.errors import UserError
from jetcar.model.device import devices_of
from jetcar.model.network import Network
from jetcar.prediction import several
from jetcar.prediction.run import run_prediction
from tests.cards import SMALLEST, card_of, save_checkpoint
from tests.composed import composed, settings_of
from tests.forked import context

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Loading the libraries takes far longer than predicting: where it can, a system forks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setattr(several, "START_METHOD", context().get_start_method())
        yield


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """11 noisy pictures of several sizes with masks, and a checkpoint that knows nothing."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(0)
    for number in range(11):
        size = (32 + 8 * (number % 3), 40)
        codes = rng.integers(0, 6, (4, 5)).repeat(8, 0).repeat(8, 1)
        mask = np.zeros(size, np.uint8)
        mask[:32] = codes
        image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
        for kind, name, pixels in (("Img", "Img", image), ("Mask", "Mask", mask)):
            path = folder / kind / "Val" / f"{name}_{number:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    torch.manual_seed(0)
    plain = {"street": OmegaConf.to_container(composed("train").street)}
    card = card_of(IMAGE_SEGMENTER, SMALLEST, settings=plain, score=0.5, epoch=1)
    network = Network(card.architecture)
    torch.nn.init.normal_(network.net.segmentation_head[0].weight)  # so that it says many codes
    save_checkpoint(folder / "some.ckpt", card, network)
    return folder


@pytest.fixture
def predict(recordings, tmp_path, monkeypatch):
    """A function that predicts with so many devices, in a folder of its own."""

    def predict(devices, *more, images=recordings / "Img/Val", batch_size=2):
        folder = tmp_path / f"with {devices}"
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        words = (f"checkpoint={recordings / 'some.ckpt'}", f"images={images}", "out=masks")
        usual = ("device=cpu", "precision=32", f"batch_size={batch_size}", f"devices={devices}")
        return run_prediction(settings_of("predict", *words, *usual, *more))

    return predict


def content_of(folder):
    """All that is in a folder, by name; of a zip what it holds, as it also holds the time."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = [(name, archive.read(name)) for name in archive.namelist()]
                found[path.name] = (archive.comment, inside)
        else:
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def children_of_several():
    return [one for one in multiprocessing.active_children() if one.daemon]


@pytest.mark.parametrize("devices", [2, 3, 9])
def test_masks_overlays_zip_page_and_lines_are_those_of_one_device(
    predict, recordings, caplog, devices
):
    caplog.set_level(logging.INFO)
    wished = ("overlays=true", "report=true", "report_pictures=4")
    said = []
    for number in (1, devices):
        caplog.clear()
        predict(number, *wished)
        said.append([line for line in caplog.messages if not line.startswith("predicting ")])
    one, more = (content_of(Path.cwd().parent / f"with {number}") for number in (1, devices))
    assert len([name for name in one if name.startswith("masks/")]) == 11
    assert len(np.unique(np.asarray(Image.open("masks/Pred_03.png")))) > 5
    assert one.keys() == more.keys()
    assert [name for name in one if one[name] != more[name]] == []
    assert said[0] == said[1]
    assert any(line.startswith("road ") for line in said[0])  # with scores of every kind
    assert children_of_several() == []


def test_pictures_that_cannot_be_read_are_left_out_of_every_share(
    predict, recordings, tmp_path, caplog
):
    caplog.set_level(logging.INFO)
    folder = tmp_path / "some"
    shutil.copytree(recordings / "Img/Val", folder)
    for number in (2, 3, 6, 10):  # with 2 and 3 a whole batch, and the last one
        (folder / f"Img_{number:02d}.png").write_bytes(b"no picture")
    told = []
    for devices in (1, 2):
        caplog.clear()
        with pytest.raises(UserError, match=r"4 of 11 pictures could not be read") as caught:
            predict(devices, images=folder)
        said = [line for line in caplog.messages if not line.startswith("predicting ")]
        told.append([str(caught.value), *said])
    assert told[0] == told[1]
    assert sum(line.startswith("left out: ") for line in told[0]) == 4
    assert content_of(tmp_path / "with 1") == content_of(tmp_path / "with 2")


@pytest.mark.parametrize("broken", [[3], [7, 8], [10, 4]])
def test_a_mistake_is_told_as_by_one_device(predict, recordings, tmp_path, broken):
    masks = tmp_path / "true"
    shutil.copytree(recordings / "Mask/Val", masks)
    for number in broken:
        Image.new("L", (5, 70)).save(masks / f"Mask_{number:02d}.png")
    told = []
    for devices in (1, 2):
        with pytest.raises(UserError) as caught:
            predict(devices, f"masks={masks}")
        told.append(str(caught.value))
        assert list(Path.cwd().iterdir()) == []
    assert told[0] == told[1]
    assert f"Img_{min(broken):02d}.png" in told[0]
    assert children_of_several() == []


def test_fewer_batches_than_devices_start_no_idle_process(predict, monkeypatch):
    shares = []
    real = several._processes

    def noted(devices, job):
        shares.append(len(devices))
        return real(devices, job)

    monkeypatch.setattr(several, "_processes", noted)
    predict(4, batch_size=8)
    assert shares == [2]  # 11 pictures are 2 batches
    predict(4, batch_size=11)
    assert shares == [2]  # and one batch needs no other process


def interrupted(monkeypatch, what):
    """Has something happen when the first batch is awaited, long before the last is there."""
    real = several._receive

    def receive(end):
        what()
        return real(end)

    monkeypatch.setattr(several, "_receive", receive)


def test_a_killed_process_ends_the_prediction_and_leaves_the_former_masks(predict, monkeypatch):
    predict(1)
    before = content_of(Path.cwd())

    def kill():
        for process in children_of_several():
            process.kill()
            process.join()

    interrupted(monkeypatch, kill)
    with pytest.raises(UserError, match=r"A process of this prediction was killed, .* Use fewer"):
        predict(2, f"out={Path.cwd() / 'masks'}", batch_size=1)
    assert content_of(Path("../with 1")) == before
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_whatever_ends_the_prediction_ends_all_processes(predict, monkeypatch, stop):
    def fail():
        assert len(children_of_several()) == 2
        raise stop

    interrupted(monkeypatch, fail)
    with pytest.raises((KeyboardInterrupt, OSError)):
        predict(2)
    assert children_of_several() == []
    assert list(Path.cwd().iterdir()) == []


def test_an_onnx_file_is_not_shared_out(predict, monkeypatch):
    monkeypatch.setattr(several, "OnnxNetwork", object)
    with pytest.raises(UserError, match=r"uses all of its cores by itself\. Leave out devices="):
        predict(2)


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ("0", r"devices=0 must be how many, auto for all GPUs, or numbers of GPUs such as \[0,1\]"),
        ("[0,1]", r"devices=\[0, 1\] are GPUs; with device=cpu say how many"),
    ],
)
def test_other_devices_are_refused_with_the_fix(devices, told):
    with pytest.raises(UserError, match=told):
        settings_of("predict", f"devices={devices}", "device=cpu")


def test_devices_are_so_many_or_those_that_are_named(monkeypatch):
    assert devices_of(3, CPU) == [CPU] * 3
    assert devices_of("auto", CPU) == [CPU]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert [str(one) for one in devices_of("auto", GPU)] == [f"cuda:{n}" for n in range(4)]
    assert [str(one) for one in devices_of([3, 1], GPU)] == ["cuda:3", "cuda:1"]
    assert [str(one) for one in devices_of(1, GPU)] == ["cuda:0"]
    with pytest.raises(UserError, match=r"^devices=5, and this machine has 4 GPUs\. Use fewer"):
        devices_of(5, GPU)


def test_a_film_is_for_one_device(predict, tmp_path):
    (tmp_path / "drive.mp4").touch()
    with pytest.raises(UserError, match=r"devices=2 is for pictures, and images=.* is a film"):
        predict(2, images=tmp_path / "drive.mp4")


def test_processes_that_torchrun_has_started_are_refused(predict, monkeypatch):
    for name, value in zip(
        ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"), "0202", strict=True
    ):
        monkeypatch.setitem(os.environ, name, value)
    with pytest.raises(UserError, match=re.escape("Start one, without it; devices=...")):
        predict(1)


def test_an_error_that_cannot_be_sent_is_sent_as_its_sentence():
    class OfThisTestError(Exception):
        pass

    with pytest.raises(UserError, match=r"A fault of the program, .* \(OfThisTestError: strange\)"):
        raise pickle.loads(several._pickled(OfThisTestError("strange")))
    mistake = pickle.loads(several._pickled(UserError("a mistake")))
    assert (type(mistake), str(mistake)) == (UserError, "a mistake")
