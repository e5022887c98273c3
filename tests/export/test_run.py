"""The command: from settings to a proven file, or to one sentence and nothing."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from PIL import Image

from jetcar.errors import UserError
from jetcar.export import graph, run
from jetcar.export.run import run_export
from jetcar.prediction.run import run_prediction
from tests.composed import settings_of

PROJECT = Path(__file__).parent.parent.parent


def test_an_onnx_file_predicts_the_same_masks_as_its_checkpoint(
    settings, checkpoint, pictures, tmp_path
):
    exported = run_export(settings("to=onnx", f"out={tmp_path / 'x.onnx'}"))

    def masks_of(path, out):
        given = [f"checkpoint={path}", f"images={pictures}", f"out={tmp_path / out}"]
        given.append("precision=32")  # as ONNX files have it
        run_prediction(settings_of("predict", *given))
        return {p.name: np.asarray(Image.open(p)) for p in sorted((tmp_path / out).iterdir())}

    ours, theirs = masks_of(checkpoint, "a"), masks_of(exported, "b")
    assert ours.keys() == theirs.keys() == {"0.png", "1.png", "2.png"}
    assert len(np.unique(ours["0.png"])) > 1
    for name, mask in ours.items():
        assert (mask == theirs[name]).all()


def test_the_cars_folder_is_proven_and_named_after_the_run(settings, caplog):
    out = run_export(settings("to=car"))
    assert (out / "straße.pth").is_file()
    proof = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["proof"]
    assert proof["pictures"] == 3
    assert proof["same"] == 1
    assert "100.0000 % of the pixels of 3 pictures agree" in caplog.text
    assert (
        "made for pictures of 224 x 224 pixels, this network wants 32 x 64; train with"
        in caplog.text
    )
    assert "was never tried under the car's library" in caplog.text


def test_the_cars_own_file_keeps_its_rules(settings, tmp_path, caplog):
    own = tmp_path / "own.py"
    own.write_text(
        "import enum\nN_CLASSES = 1\nclass SegmClass(enum.Enum):\n\tsky = 0\n"
        "RULE = [SegmClass.sky.value]\n",
        encoding="utf-8",
    )
    out = run_export(settings("to=car", f"definitions={own}", "name=best"))
    assert (out / "best.pth").is_file()
    text = (out / "jetcar_definitions.py").read_text(encoding="utf-8")
    assert "N_CLASSES = 19" in text
    assert text.endswith("RULE = [SegmClass.sky.value]\n")
    assert "the car's rules use classes that this network never predicts: sky" in caplog.text


@pytest.mark.filterwarnings("ignore:.torch.jit.load. is deprecated")  # torch 2.15
def test_a_torchscript_file_needs_torch_alone(settings, pictures, tmp_path):
    out = run_export(settings("to=torchscript", "output=codes", f"out={tmp_path / 'x.pt'}"))
    said = {"jetcar": ""}
    script = torch.jit.load(str(out), _extra_files=said)
    image = torch.from_numpy(np.asarray(Image.open(pictures / "0.png")).copy())
    codes = script(image.permute(2, 0, 1)[None].float())
    assert codes.shape == (1, 32, 64)
    assert json.loads(said["jetcar"])["contract"]["output"] == "codes"


def test_files_stand_in_the_runs_folder(settings, checkpoint):
    assert run_export(settings("to=car", "out=null")) == checkpoint.parent.parent / "car"
    out = run_export(settings("to=onnx", "out=null"))
    assert out == checkpoint.parent.parent / "export" / "straße.onnx"


def test_the_table_of_speed_shows_the_loss_of_each_arithmetic(
    settings, checkpoint_of, draw, tmp_path, caplog, monkeypatch
):
    from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
    from jetcar.model.network import Architecture

    for split in ("Train", "Val"):
        for number in range(2):
            draw.image(tmp_path / f"set/Img/{split}/{number}.jpg", (200, 90, 10), (32, 64))
            draw.mask(tmp_path / f"set/Mask/{split}/{number}.png", np.full((32, 64), 5), "grey")
    path = checkpoint_of(tmp_path / "a.ckpt", Architecture("unet", "tu-test_efficientnet", 19))
    _, content = read_checkpoint(path)
    data = {"source": str(tmp_path / "set"), "root": str(tmp_path), "split": "folders"}
    content["jetcar"]["settings"]["data"] = {**data, "classes": "car", "ignore": []}
    write_checkpoint(content, path)
    monkeypatch.setattr("jetcar.export.latency.TIMED_RUNS", 1)
    run_export(settings("to=onnx", f"checkpoint={path}", "images=null", "latency=true"))
    table = caplog.text[caplog.text.index("ms a batch") :].splitlines()
    assert [line.split()[0] for line in table[1:4]] == ["float32", "float16", "int8"]
    assert table[1].split()[2] == "1.00x"
    sizes = [float(line.split()[5]) for line in table[1:4]]
    assert sizes[0] > sizes[1] > sizes[2]


def test_a_difference_leaves_no_file(settings, tmp_path, monkeypatch):
    class Other(run.Deployed):
        def forward(self, image):
            return super().forward(image * 0)

    monkeypatch.setattr(run, "Deployed", Other)
    with pytest.raises(UserError, match=r"differs from its checkpoint .* not kept"):
        run_export(settings("to=onnx"))
    assert not (tmp_path / "out").exists()


def test_an_operator_that_is_not_plain_leaves_no_file(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(graph, "PLAIN", graph.PLAIN - {"Resize"})
    with pytest.raises(UserError, match=r"may lack: Resize \(5\)"):
        run_export(settings("to=onnx"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("to", ["car", "onnx", "torchscript"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"hello", "is not a checkpoint"), (None, "was not written by jetcar")],
    ids=["damaged", "of another project"],
)
def test_a_checkpoint_that_is_not_ours_is_refused(settings, tmp_path, to, content, sentence):
    path = tmp_path / "x.ckpt"
    if content is None:
        torch.save({"state_dict": {}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(UserError, match=rf"x\.ckpt {sentence}"):
        run_export(settings(f"to={to}", f"checkpoint={path}"))
    assert not (tmp_path / "out").exists()


def test_without_pictures_it_asks_for_some(settings, tmp_path):
    with pytest.raises(UserError, match=r"data set of the checkpoint cannot be used: .*images="):
        run_export(settings("to=car", "images=null"))
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match=r"none holds no picture .* Name another"):
        run_export(settings("to=car", f"images={tmp_path / 'none'}"))
    with pytest.raises(UserError, match=r"images=.*away is not a folder\. Name a folder"):
        run_export(settings("to=car", f"images={tmp_path / 'away'}"))


def test_the_command_as_a_person_types_it(checkpoint, pictures, tmp_path):
    arguments = [f"checkpoint={checkpoint}", f"images={pictures}", "to=onnx", "opset=11"]

    def typed(*more):
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "jetcar.export",
                *arguments,
                f"out={tmp_path / 'a.onnx'}",
                *more,
            ],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    done = typed()
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == f"onnx: {tmp_path / 'a.onnx'}"
    assert onnx.load(tmp_path / "a.onnx").doc_string == "takes RGB 0 to 255, gives logits"
    wrong = typed("opset=9")
    assert (wrong.returncode, wrong.stderr) == (1, "error: opset=9 must be from 11 to 20\n")
