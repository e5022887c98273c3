"""Whether a folder can be a second copy of a run."""

import os
from pathlib import Path

import pytest

from jetcar.errors import UserError
from jetcar.training.mirror.root import is_same, refuse_unfit_root


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Relative, as people give it; the run itself is made or not."""
    monkeypatch.chdir(tmp_path)
    return Path("runs")


@pytest.fixture(params=["new", "made"])
def run(request, runs):
    if request.param == "made":
        (runs / "first").mkdir(parents=True)
    return runs / "first"


def link(path, target):
    try:
        path.symlink_to(target, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    return path


@pytest.mark.parametrize("folder", ["runs", "./runs", "other/../runs"])
def test_the_folder_of_the_runs_is_no_second_copy(run, folder):
    Path("other").mkdir()
    with pytest.raises(UserError, match=r"where the run itself is written .* on another disk, or"):
        refuse_unfit_root(Path(folder), "first", run)
    with pytest.raises(UserError, match="where the run itself is written"):
        refuse_unfit_root(Path(folder).resolve(), "first", run)


def test_nor_is_a_link_to_it(run, tmp_path):
    Path("runs").mkdir(exist_ok=True)
    root = link(tmp_path / "Drive", tmp_path / "runs")
    with pytest.raises(UserError, match="where the run itself is written"):
        refuse_unfit_root(root, "first", run)


def test_nor_is_a_copy_that_is_a_link_to_the_run(runs, tmp_path):
    (runs / "first").mkdir(parents=True)
    (tmp_path / "Drive").mkdir()
    link(tmp_path / "Drive" / "first", runs.resolve() / "first")
    with pytest.raises(UserError, match="where the run itself is written"):
        refuse_unfit_root(tmp_path / "Drive", "first", runs / "first")


@pytest.mark.parametrize("folder", ["runs/first", "runs/first/copy"])
def test_a_folder_in_the_run_is_none_either(runs, folder):
    (runs / "first").mkdir(parents=True)
    with pytest.raises(UserError, match=r"lies in the run itself \(runs.first\)"):
        refuse_unfit_root(Path(folder), "first", runs / "first")


def test_a_file_is_none(run, tmp_path):
    (tmp_path / "Drive").write_text("no folder", encoding="utf-8")
    with pytest.raises(UserError, match=r"Drive is a file\. Name a folder, or train without it: m"):
        refuse_unfit_root(tmp_path / "Drive", "first", run)


def test_a_file_in_the_place_of_the_copy_is_told(run, tmp_path):
    (tmp_path / "Drive").mkdir()
    (tmp_path / "Drive/first").write_text("no folder", encoding="utf-8")
    with pytest.raises(UserError, match=r"first is a file where the copy of the run belongs\. Rem"):
        refuse_unfit_root(tmp_path / "Drive", "first", run)
    with pytest.raises(UserError, match=r"first is a file where the copy of the run belongs\. Rem"):
        refuse_unfit_root(tmp_path / "Drive", "first/lr=1", run)


def test_a_link_that_leads_nowhere_is_told(run, tmp_path):
    root = link(tmp_path / "Drive", tmp_path / "unplugged")
    with pytest.raises(UserError, match=r"is a link to .*unplugged, which is not there\. Is that"):
        refuse_unfit_root(root, "first", run)


def test_a_folder_beside_it_is_fine_and_is_not_made(run, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    refuse_unfit_root(tmp_path / "Drive", "first", run)
    refuse_unfit_root(tmp_path, "copy/of/it", run)
    assert sorted(tmp_path.rglob("*")) == before


def test_capital_letters_make_another_folder_where_the_system_says_so(tmp_path):
    (tmp_path / "runs").mkdir()
    same = os.path.normcase("A") == os.path.normcase("a")
    assert is_same(tmp_path / "runs/First", tmp_path / "runs/first") is same
