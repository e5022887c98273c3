"""What a checkpoint says of its data makes nothing, starts nothing and looks up nothing."""

import shutil
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from jetcar.data.source.fetch import fetch
from jetcar.data.source.of_run import dataset_of_run, run_of
from jetcar.errors import UserError
from jetcar.settings.recorded import data_from, street_from
from tests.street.smap.conftest import document, oval

DEFAULT = Path(__file__).parents[3] / "conf/street/default.yaml"


@pytest.fixture
def drawn():
    """Settings of a tiny street, as a checkpoint holds them."""
    few = {"size": 32, "images": {"train": 2, "val": 1, "test": 1}, "processes": 1}
    return OmegaConf.to_container(OmegaConf.merge(OmegaConf.load(DEFAULT), few))


@pytest.fixture
def told(tmp_path):
    """A function from settings to the sentence about them, after which nothing was made."""

    def told(settings):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(UserError) as caught:
            dataset_of_run(settings, tmp_path / "x.ckpt")
        assert sorted(tmp_path.rglob("*")) == before
        return str(caught.value)

    return told


def data(source, root):
    return {"data": {"source": str(source), "root": str(root)}}


def test_a_street_is_found_and_never_drawn(drawn, told, tmp_path):
    root = tmp_path / "data"
    settings = {**data("street", root), "street": {**drawn, "processes": 200}}
    assert "The data set was drawn and is not in" in told(settings)
    there = fetch("street", root, street_from(drawn))
    assert dataset_of_run({**settings, "street": drawn}, tmp_path / "x.ckpt") == there


def test_millions_of_pictures_are_not_drawn_either(drawn, told, tmp_path):
    drawn["images"]["train"] = 10**7
    assert "not drawn again unasked" in told({**data("street", tmp_path / "s"), "street": drawn})


def test_a_street_of_a_map_is_found_by_the_map_and_never_drawn(drawn, told, tmp_path):
    path, root = tmp_path / "Town.smap", tmp_path / "data"
    path.write_text(document(oval()), encoding="utf-8")
    street = {**drawn, "map": str(path)}
    settings = {**data("street", root), "street": street}
    assert "The data set was drawn and is not in" in told(settings)
    there = fetch("street", root, street_from(street))
    assert dataset_of_run(settings, tmp_path / "x.ckpt") == there
    path.unlink()
    assert f"map={path} is no file" in told(settings)


@pytest.mark.parametrize("path", [r"\\server\share\a.smap", "//server/share/a.smap"])
def test_a_map_on_another_machine_is_not_asked_for(drawn, told, tmp_path, path):
    settings = {**data("street", tmp_path / "data"), "street": {**drawn, "map": path}}
    assert "is on another machine" in told(settings)
    assert "not contacted just because a file says so" in told(settings)


def test_a_run_of_before_there_were_maps_is_read(drawn):
    drawn.pop("map")
    assert street_from(drawn).map is None


def test_nothing_of_the_environment_is_looked_up(drawn, told, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "a-secret")
    for name, value in (("size", "${oc.env:SECRET}"), ("classes", "${oc.env:SECRET}")):
        settings = {**data("street", tmp_path / "s"), "street": {**drawn, name: value}}
        sentence = told(settings)
        assert "The settings of that run cannot be used" in sentence
        assert "a-secret" not in sentence
    sentence = told(data("${oc.env:SECRET}", tmp_path / "s"))
    assert "a-secret" not in sentence
    with pytest.raises(UserError, match="cannot be used"):
        data_from({"source": "${oc.env:SECRET}"})


def test_a_zip_is_not_unpacked(street, draw, told, tmp_path):
    path = draw.zip(street, tmp_path / "set.zip")
    settings = data(path, tmp_path / "data")
    assert "not unpacked again unasked; name pictures with images=..." in told(settings)
    there = fetch(str(path), tmp_path / "data")
    assert dataset_of_run(settings, tmp_path / "x.ckpt") == there


@pytest.mark.parametrize("path", [r"\\evil\share", "//evil/share"])
def test_no_other_machine_is_asked(told, tmp_path, path):
    assert "is on another machine" in told(data(path, tmp_path))
    assert "is on another machine" in told(data("x", path))


@pytest.mark.parametrize(
    "settings",
    [{}, {"data": None}, {"data": {"source": 3, "root": []}}, data("a\0b", "c")],
)
def test_nonsense_is_told(told, settings):
    assert "does not say what it was trained on. Name pictures with images=..." in told(settings)


def test_what_a_file_says_cannot_reach_the_terminal_raw(told, tmp_path):
    assert "\x1b" not in told(data("\\\\evil\x1b[2J", tmp_path))


@pytest.mark.parametrize(
    ("checkpoint", "run"),
    [
        ("runs/a/b/checkpoints/best.ckpt", "runs/a/b"),
        ("runs/a/export/a.onnx", "runs/a"),
        ("best.ckpt", None),
        ("Downloads/best.ckpt", None),
    ],
)
def test_a_checkpoint_in_its_runs_folder_is_known(checkpoint, run):
    assert run_of(Path(checkpoint)) == (run and Path(run))


def test_from_inside_the_folder_too(tmp_path, monkeypatch):
    (tmp_path / "a" / "checkpoints").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "checkpoints")
    assert run_of(Path("best.ckpt")) == tmp_path / "a"


def test_a_path_counts_from_where_the_run_was_trained(street, tmp_path, monkeypatch):
    checkpoint = tmp_path / "runs" / "a" / "b" / "checkpoints" / "best.ckpt"
    checkpoint.parent.mkdir(parents=True)
    settings = {**data("Meine Straße/DataSet", "data"), "runs": "runs", "name": "a/b"}
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert dataset_of_run(settings, checkpoint).samefile(street)
    shutil.rmtree(street)
    with pytest.raises(UserError, match=r"Meine Straße/DataSet is not a folder, a file"):
        dataset_of_run(settings, checkpoint)
