"""An export replaces nothing that it did not write, and takes nothing but values from a file."""

import json
from dataclasses import replace

import pytest
from omegaconf import OmegaConf

from jetcar.classes import ClassTable, SegmClass
from jetcar.errors import UserError
from jetcar.export.run import export_name, run_export
from jetcar.model import onnx_network
from jetcar.model.checkpoint import read_checkpoint
from jetcar.model.deployed import Contract, card_from_json, card_to_json
from jetcar.model.network import Network
from jetcar.model.onnx_network import read_onnx
from tests.cards import save_checkpoint
from tests.composed import composed, settings_of

TRAIN = OmegaConf.to_container(composed("train"))


@pytest.fixture
def card(checkpoint):
    return read_checkpoint(checkpoint)[0]


@pytest.mark.parametrize("to", ["onnx", "torchscript"])
def test_a_file_of_somebody_else_stays(settings, tmp_path, to):
    out = tmp_path / "mine"
    out.write_bytes(b"mine")
    with pytest.raises(UserError, match=r"mine is there already, and this program did not write"):
        run_export(settings(f"to={to}", f"out={out}"))
    assert out.read_bytes() == b"mine"
    with pytest.raises(UserError, match=r"is a folder\. Name a file"):
        run_export(settings(f"to={to}", f"out={tmp_path}"))


def test_an_exported_file_is_replaced_by_the_next(settings, tmp_path):
    out = tmp_path / "x.pt"
    for _ in range(2):
        assert run_export(settings("to=torchscript", f"out={out}")) == out
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt"]


def test_what_a_person_changed_or_added_in_the_cars_folder_stays(settings, tmp_path):
    out = run_export(settings("to=car"))
    rules = out / "jetcar_definitions.py"
    rules.write_text(rules.read_text(encoding="utf-8") + "# my rule\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"but jetcar_definitions\.py was changed since and would"):
        run_export(settings("to=car"))
    assert rules.read_text(encoding="utf-8").endswith("# my rule\n")
    rules.unlink()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"but mine\.txt is not part of it and would be lost"):
        run_export(settings("to=car"))
    (out / "mine.txt").unlink()
    assert run_export(settings("to=car")) == out
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_manifest_of_another_program_does_not_make_a_folder_ours(settings, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(
        json.dumps({"name": "web app"}), encoding="utf-8"
    )
    with pytest.raises(UserError, match=r"out holds other files\. Name another folder"):
        run_export(settings("to=car"))


@pytest.mark.parametrize("more", [(), ("latency=true", "to=onnx")])
@pytest.mark.parametrize(
    ("data", "street", "sentence"),
    [
        ("street", {"processes": 200}, "was drawn and is not in"),
        ("street", {"size": "${oc.env:SECRET}"}, "The settings of that run cannot be used"),
        ("${oc.env:SECRET}", {}, "is not a folder, a file or a link"),
    ],
)
def test_what_a_checkpoint_says_of_its_data_makes_nothing_and_looks_nothing_up(
    card, tmp_path, monkeypatch, data, street, sentence, more
):
    monkeypatch.setenv("SECRET", "a-secret")
    root = str(tmp_path / "data")
    said = {
        "data": {**TRAIN["data"], "source": data, "root": root},
        "street": {**TRAIN["street"], **street},
    }
    path = save_checkpoint(
        tmp_path / "theirs.ckpt", replace(card, settings=said), Network(card.architecture)
    )
    before = sorted(tmp_path.rglob("*"))
    given = settings_of("export", f"checkpoint={path}", f"out={tmp_path / 'out'}", *more)
    with pytest.raises(UserError, match=sentence) as caught:
        run_export(given)
    assert "a-secret" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_class_name_cannot_become_code_on_the_car(end):
    with pytest.raises(UserError, match=r"a name of one line|cannot be shown|control"):
        ClassTable((SegmClass(0, f"road{end}import os", (0, 0, 0)),))


@pytest.mark.parametrize("name", ["..", "a/..", "", "con", "a\0b", "x" * 500])
def test_a_name_that_is_none_for_a_file_is_not_taken(card, checkpoint, name):
    assert export_name(replace(card, settings={"name": name}), checkpoint) == "best"


@pytest.mark.parametrize("part", ["channels", "normalise", "output"])
def test_a_contract_that_nobody_keeps_is_refused(card, part):
    plain = json.loads(card_to_json(card, Contract("rgb", "inside", "logits")))
    plain["contract"][part] = "else"
    with pytest.raises(ValueError, match=f"{part} is not one of"):
        card_from_json(json.dumps(plain))


def test_an_onnx_file_that_gives_other_channels_is_refused(settings, tmp_path, card, monkeypatch):
    out = run_export(settings("to=onnx", f"out={tmp_path / 'x.onnx'}"))
    assert read_onnx(out)[0].table == card.table
    small = ClassTable(card.table.classes[:3])
    fewer = replace(card.architecture, n_outputs=3)
    other = replace(card, table=small, architecture=fewer)
    told = other, Contract("rgb", "inside", "logits")
    monkeypatch.setattr(onnx_network, "card_from_json", lambda text: told)
    with pytest.raises(UserError, match=r"gives .*, not one batch of \[3, 32, 64\]"):
        read_onnx(out)


def test_weights_in_other_files_are_not_read(settings, tmp_path):
    path = tmp_path / "x.onnx"
    path.write_bytes(b"\x0a\x08location\x12\x0b/etc/passwd")
    with pytest.raises(UserError, match="has weights in other files, which are not read"):
        read_onnx(path)
