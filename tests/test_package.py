"""The package as pip installs it, what it needs, and the environment that make makes for it."""

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import jetcar
from jetcar.training.trackers.early import PACKAGES

PROJECT = Path(__file__).parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
NOT_OURS = {"IPython", "google"}
"""Imported only inside a notebook, which brings them along."""


def project():
    """What ``pyproject.toml`` says, for people and for pip."""
    return ProjectMetadata(str(PROJECT), PluginManager()).core


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    (wheel,) = WheelBuilder(str(PROJECT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_an_installed_package_brings_its_settings_along(installed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "jetcar.street", "out=street", "images.train=7", "--cfg", "job"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "train: 7" in done.stdout
    assert (installed / "jetcar" / "conf" / "machine" / "colab.yaml").is_file()


def test_an_installed_package_has_every_program_under_one_name(installed, tmp_path):
    (names,) = installed.glob("*.dist-info/entry_points.txt")
    assert "jetcar = jetcar.__main__:main" in names.read_text(encoding="utf-8")
    for words in (["train", "name=street1"], ["predict", "images=photos"], ["export", "to=onnx"]):
        done = subprocess.run(
            [sys.executable, "-m", "jetcar", *words, "--cfg", "job"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
        )
        assert done.stderr == ""
        assert words[1].replace("=", ": ") in done.stdout


def test_an_installed_package_says_who_made_it_where_and_for_which_pythons(installed):
    (card,) = installed.glob("*.dist-info/METADATA")
    lines = card.read_text(encoding="utf-8").splitlines()
    assert f"Version: {jetcar.__version__}" in lines
    assert "Author: The jetcar contributors" in lines  # as in LICENSE
    assert "The jetcar contributors" in (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert any(line.startswith("Project-URL: ") for line in lines)
    found = [line.rpartition(" ")[2] for line in lines if "Programming Language" in line]
    assert tuple(found) == PYTHONS
    assert "Requires-Python: <3.14,>=3.10" in lines


def imported(paths):
    """Names of other packages that Python files import."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"jetcar", "tests"} - NOT_OURS


def missing(paths, declared):
    """Which imported packages are not among the declared ones."""
    names = {canonicalize_name(Requirement(one).name) for one in declared}
    there = [one for one in distributions() if canonicalize_name(one.metadata["Name"]) in names]
    # importlib's own packages_distributions knows some of them from Python 3.11 on.
    files = {file.parts[0] for one in there for file in one.files or ()}
    return sorted(imported(paths) - {name.partition(".")[0] for name in files})


def test_what_the_program_imports_is_declared():
    core = project()
    own = [PROJECT / "train.py", PROJECT / "predict.py", *(PROJECT / "jetcar").rglob("*.py")]
    export = [path for path in own if path.parent.name == "export" or "onnx" in path.name]
    trackers = [path for path in own if path.parent.name == "trackers"]
    rest = [path for path in own if path not in (*export, *trackers)]
    assert missing(rest, core.dependencies) == []
    extras = core.optional_dependencies
    assert missing(export, core.dependencies + extras["export"]) == []
    # Their libraries are not in this environment, only in one of the tests of the trackers.
    assert set(missing(trackers, core.dependencies)) <= set(PACKAGES)
    declared = {name: [Requirement(one).name for one in extras[name]] for name in PACKAGES}
    assert declared == {name: [package] for name, package in PACKAGES.items()}


def test_what_the_tests_import_is_declared():
    core = project()
    declared = [one for extra in core.optional_dependencies.values() for one in extra]
    not_here = missing((PROJECT / "tests").rglob("*.py"), core.dependencies + declared)
    assert set(not_here) <= set(PACKAGES)


def without_encoding(path):
    """The lines of a module that leave it to the system how a text is written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = getattr(function, "attr", getattr(function, "id", ""))
        given = {word.arg: word.value for word in node.keywords}
        texts = [
            one.value for one in (*node.args, *given.values()) if isinstance(one, ast.Constant)
        ]
        at_place = {"read_text": 1, "write_text": 2}.get(name)
        if at_place is not None:
            wrong = "encoding" not in given and len(node.args) < at_place
        elif name == "open":
            of_path = isinstance(function, ast.Attribute)  # else of a name; os, zips have their own
            modes = [str(one) for one in texts if re.fullmatch("[rwaxbt+]+", str(one))]
            is_text = not any("b" in mode for mode in modes)
            wrong = is_text and "encoding" not in given and bool(modes or not of_path)
            wrong |= of_path and not node.args and not node.keywords
        else:
            wrong = "text" in given
        if wrong:
            yield f"{path.name}:{node.lineno}"


def test_texts_are_written_and_read_as_utf_8_on_every_system():
    folders = ("jetcar", "benchmarks", "docs")
    paths = [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    assert [line for path in paths for line in without_encoding(path)] == []


# The versions that were tested last


def constraints():
    """The lines of ``constraints.txt``."""
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_the_tested_versions_are_single_ones_that_name_no_host():
    for line in constraints():
        assert re.fullmatch(r"==[\w.+!-]+", str(line.specifier)), line
        assert line.url is None
    assert not re.search(
        "https?:|index|--", (PROJECT / "constraints.txt").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", PYTHONS)
def test_there_is_one_tested_version_of_everything_for_each_python_and_system(python, system):
    here = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "platform_machine": "arm64" if system == "darwin" else "x86_64",
    }
    pinned = {}
    for line in constraints():
        if line.marker is None or line.marker.evaluate(here):
            assert canonicalize_name(line.name) not in pinned, line
            pinned[canonicalize_name(line.name)] = str(line.specifier).removeprefix("==")
    core = project()
    for one in [*core.dependencies, *core.optional_dependencies["dev"]]:
        wanted = Requirement(one)
        if wanted.name != "jetcar":
            version = Version(pinned[canonicalize_name(wanted.name)])
            assert wanted.specifier.contains(version, prereleases=True), one


# The environment that make makes

needs_make = pytest.mark.skipif(
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


@needs_make
@pytest.mark.parametrize("python", ["2.7.18", "3.9.18", "3.14.0"])
def test_a_python_that_is_too_old_or_too_new_is_told_before_anything_is_made(make, python):
    done = make("setup", python=python)
    assert done.returncode != 0
    words = f"jetcar needs Python 3.10 to 3.13, and .*python{python} is {python.rpartition('.')[0]}"
    assert re.search(words, done.stderr)
    assert "make setup PYTHON=python3.12" in done.stderr
    assert not (make.folder / ".venv").exists()
    assert done.stdout == ""


@needs_make
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


@needs_make
def test_the_same_python_named_again_needs_nothing_more(make):
    for python in ("3.12.1", "3.12.1", "3.11.1", "3.11.1"):
        assert make("setup", python=python).returncode == 0
        assert len((make.folder / "uv.txt").read_text(encoding="utf-8").splitlines()) == (
            1 if python == "3.12.1" else 2
        )


@needs_make
def test_setup_says_what_it_costs_and_takes_the_tested_versions(make):
    done = make("setup", python="3.12.1")
    assert re.search(r"\d\.\d GB are fetched once", done.stdout)
    uv = (make.folder / "uv.txt").read_text(encoding="utf-8")
    assert "--constraint constraints.txt" in uv
    assert "--quiet" not in uv  # so that it shows how far it is
    assert "torch-backend" not in uv


@needs_make
def test_setup_without_nvidia_or_with_the_newest_libraries_also_after_a_first_setup(make):
    make("setup", python="3.12.1")
    cpu = make("setup", "TORCH=cpu", python="3.12.1")
    make("setup", "NEWEST=1", python="3.12.1")
    _, without, newest = (make.folder / "uv.txt").read_text(encoding="utf-8").splitlines()
    assert "--torch-backend=cpu" in without
    assert "Nvidia" not in cpu.stdout
    assert "--constraint" not in newest
    assert "--upgrade" in newest


@needs_make
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
