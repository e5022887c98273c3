"""The environment that make makes for the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="make is not here, as on Windows"
)

PYTHON = """#!/bin/sh
# Answers as Python {version}, and makes an environment that holds nothing but itself.
case "$2" in
  venv) mkdir -p .venv/bin; cp "$0" .venv/bin/python
        echo 'echo "$@" >> uv.txt' > .venv/bin/uv; chmod +x .venv/bin/uv;;
  pip) ;;
  *) exec {python} -c "import sys; sys.version = '{version}'
sys.version_info = tuple(map(int, sys.version.split('.'))); exec(sys.argv[1])" "$2";;
esac
"""


@pytest.fixture
def make(tmp_path):
    """A function that runs ``make`` in a copy of the project without anything in it."""
    folder = tmp_path / "jetcar"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(PROJECT / name, folder)

    def run(*words, python=None):
        if python is not None:
            program = folder / f"python{python}"
            program.write_text(
                PYTHON.format(python=sys.executable, version=python), encoding="utf-8"
            )
            program.chmod(0o755)
            words = (*words, f"PYTHON={program}")
        env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return subprocess.run(["make", *words], cwd=folder, env=env, capture_output=True, text=True)

    run.folder = folder
    return run


@pytest.mark.parametrize("python", ["2.7.18", "3.9.18", "3.14.0"])
def test_a_python_that_is_too_old_or_too_new_is_told_before_anything_is_made(make, python):
    done = make("setup", python=python)
    assert done.returncode != 0
    words = f"jetcar needs Python 3.10 to 3.13, and .*python{python} is {python.rpartition('.')[0]}"
    assert re.search(words, done.stderr)
    assert "make setup PYTHON=python3.12" in done.stderr
    assert not (make.folder / ".venv").exists()
    assert done.stdout == ""


def test_an_environment_of_another_python_gives_way(make):
    for version in PYTHONS:
        stale = make.folder / ".venv" / "stale"
        stale.parent.mkdir(exist_ok=True)
        stale.touch()
        assert make("setup", python=f"{version}.1").returncode == 0
        assert not stale.exists()
        stale.touch()
        assert make("setup", python=f"{version}.1").returncode == 0
        assert stale.exists()


def test_the_same_python_named_again_needs_nothing_more(make):
    for python in ("3.12.1", "3.12.1", "3.11.1", "3.11.1"):
        assert make("setup", python=python).returncode == 0
        assert len((make.folder / "uv.txt").read_text(encoding="utf-8").splitlines()) == (
            1 if python == "3.12.1" else 2
        )


def test_setup_says_what_it_costs_and_takes_the_tested_versions(make):
    done = make("setup", python="3.12.1")
    assert re.search(r"\d\.\d GB are fetched once", done.stdout)
    uv = (make.folder / "uv.txt").read_text(encoding="utf-8")
    assert "--constraint constraints.txt" in uv
    assert "--quiet" not in uv  # so that it shows how far it is
    assert "torch-backend" not in uv


def test_setup_without_nvidia_or_with_the_newest_libraries_also_after_a_first_setup(make):
    make("setup", python="3.12.1")
    cpu = make("setup", "TORCH=cpu", python="3.12.1")
    make("setup", "NEWEST=1", python="3.12.1")
    _, without, newest = (make.folder / "uv.txt").read_text(encoding="utf-8").splitlines()
    assert "--torch-backend=cpu" in without
    assert "Nvidia" not in cpu.stdout
    assert "--constraint" not in newest
    assert "--upgrade" in newest


def test_what_make_starts_keeps_compiled_libraries(make, monkeypatch):
    """A container that forbids it would have every process compile all of torch."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (make.folder / "show.mk").write_text("include Makefile\nshow:\n\t@env\n", encoding="utf-8")
    shown = make("-f", "show.mk", "show").stdout.splitlines()
    assert any(line.startswith("PATH=") for line in shown)
    assert not [line for line in shown if line.startswith("PYTHONDONTWRITEBYTECODE=")]


def test_clean_leaves_nothing_but_data_and_results(make):
    tools, results = (
        (PROJECT / ".gitignore").read_text(encoding="utf-8").split("# what the program writes")
    )
    tools = [line.replace("*", "jetcar") for line in tools.split() if line.endswith("/")]
    results = [line for line in results.split() if line.endswith("/")]
    assert "dist/" in [one.strip("/") + "/" for one in tools]
    for name in (*tools, *results, "jetcar/data/__pycache__/"):
        (make.folder / name.strip("/")).mkdir(parents=True, exist_ok=True)
        (make.folder / name.strip("/") / "file").touch()
    assert make("clean").returncode == 0
    left = {path.name for path in make.folder.iterdir() if path.is_dir()}
    assert left == {name.strip("/") for name in results} | {"jetcar"}
    assert list((make.folder / "jetcar").rglob("file")) == []
