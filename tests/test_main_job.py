"""The real programs as a person types them, end to end."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.forked import typed

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parent.parent
TRAIN = str(PROJECT / "train.py")
TINY = (
    "data.image_size=64",
    "data.batch_size=3",
    "trainer.max_epochs=2",
    "model.encoder=tu-test_efficientnet",
)


def command(program, *arguments):
    return [sys.executable, str(PROJECT / program), *arguments]


def run(program, *arguments, cwd):
    done = subprocess.run(
        command(program, *arguments), cwd=cwd, capture_output=True, text=True, encoding="utf-8"
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def zipped(street, draw, tmp_path):
    return draw.zip(street, tmp_path / "Meine Straße" / "JetCar DataSet (1).zip")


def test_from_a_zip_to_masks(zipped, tmp_path):
    source = f"data.source={zipped}"
    arguments = (source, "name=grün", f"mirror.dir={tmp_path / 'Drive'}", *TINY)
    trained = run("train.py", *arguments, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "3 Train, 2 Val, 2 Test images" in trained.stdout
    assert "epoch 2/2" in trained.stdout
    assert (tmp_path / "Drive/grün/predictions.zip").is_file()

    # The same command again has nothing to do.
    code, said = typed(tmp_path, TRAIN, *arguments)
    assert code == 0, said
    assert "Traceback" not in said
    assert "run grün is finished" in said

    # predict.py without arguments takes the newest run's best checkpoint and its test pictures.
    predicted = run("predict.py", "overlays=true", cwd=tmp_path)
    assert predicted.returncode == 0, predicted.stderr
    assert "mean" in predicted.stdout  # the true masks lie beside the pictures
    folder = tmp_path / "runs/grün/predictions"
    for name in ("f.png", "g.png"):
        with Image.open(folder / name) as image:
            assert (image.mode, image.size) == ("RGB", (32, 32))  # the size of the picture
            pixels = np.asarray(image)
        assert (pixels[..., 0] == pixels[..., 1]).all()
        assert (pixels[..., 0] == pixels[..., 2]).all()
        assert pixels.max() < 22
    with zipfile.ZipFile(tmp_path / "runs/grün/predictions.zip") as archive:
        assert archive.namelist() == ["f.png", "g.png"]
    assert (tmp_path / "runs/grün/predictions_overlays/f.png").is_file()


def test_the_demo_needs_no_data_and_says_what_to_open(tmp_path):
    few = [f"street.images.{split}={n}" for split, n in (("train", 6), ("val", 2), ("test", 2))]
    small = ("street.size=32", "data.image_size=32", "data.batch_size=3", "trainer.max_epochs=1")
    done = run("train.py", "machine=demo", *few, *small, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report, overlays = Path("runs/demo/report.html"), Path("runs/demo/overlays")
    assert done.stdout.splitlines()[-1].endswith(f"open {report} and {overlays}")
    assert (tmp_path / report).is_file()
    assert len(list((tmp_path / overlays).iterdir())) == 2


no_signals = pytest.mark.skipif(
    os.name == "nt", reason="Windows cannot send Ctrl-C to one child process"
)


@pytest.mark.parametrize("by", [pytest.param("signal", marks=no_signals), "file"])
def test_ctrl_c_saves_and_the_same_command_continues(street, tmp_path, by):
    sign = tmp_path / "stop"
    program = command("train.py")
    if by == "file":  # as the notebook does on Windows
        program[1:1] = ["-m", "jetcar.stoppable", str(sign)]
    arguments = (
        f"data.source={street}",
        *TINY,
        "trainer.max_epochs=1000",
        "early_stop.patience=900",
    )
    with subprocess.Popen(
        [*program, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        for line in process.stdout:
            if line.startswith("epoch 2/"):
                break
        if by == "file":
            sign.touch()
        else:
            process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "stopped and saved; the same command continues" in rest
    history = (tmp_path / "runs/first/metrics.csv").read_text(encoding="utf-8").splitlines()
    done = len(history) - 1
    arguments = (*arguments[:-2], f"trainer.max_epochs={done + 1}")
    _, said = typed(tmp_path, TRAIN, *arguments)
    assert "Traceback" not in said
    assert f"continuing in epoch {done + 1}" in said
    assert (
        len((tmp_path / "runs/first/metrics.csv").read_text(encoding="utf-8").splitlines())
        == done + 2
    )


@pytest.mark.parametrize(
    ("program", "arguments", "sentence"),
    [
        ("train.py", ["data.source=nowhere"], "is not a folder, a file or a link"),
        (
            "train.py",
            ["data.source=nowhere", "trainer.devices=2"],
            "is not a folder, a file or a link",
        ),
        ("train.py", ["data.batch_size=0", "data.source=x"], "data.batch_size=0 must be 1 or more"),
        ("train.py", ["trainer.max_epoch=3"], "Did you mean trainer.max_epochs"),
        ("train.py", ["+machine=colap", "data.source=x"], "colab"),
        ("predict.py", [], "There is no run in runs yet"),
        ("predict.py", ["checkpoint=none.ckpt"], "no checkpoint none.ckpt"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1_and_leaves_nothing(
    tmp_path, program, arguments, sentence
):
    done = run(program, *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_ends_with_a_table_and_starts_again_where_it_was(street, tmp_path):
    sweep = ("-m", f"data.source={street}", "name=lr", "optimizer.lr=1e-3,3e-4", *TINY)
    first = run("train.py", *sweep, "trainer.max_epochs=1", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    rows = (tmp_path / "runs/lr/sweep.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("job,val/iou")
    assert len(rows) == 3
    started = time.time()
    again = run("train.py", *sweep, "trainer.max_epochs=1", cwd=tmp_path)
    assert again.stdout.count("is finished") == 2
    for checkpoint in (tmp_path / "runs/lr").rglob("best.ckpt"):
        assert checkpoint.stat().st_mtime < started
