"""The package as pip installs it, and what it needs."""

import ast
import os
import re
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
    heic = [path for path in own if path.name == "opening.py"]
    rest = [path for path in own if path not in (*export, *trackers, *heic)]
    assert missing(rest, core.dependencies) == []
    extras = core.optional_dependencies
    assert missing(export, core.dependencies + extras["export"]) == []
    assert missing(heic, core.dependencies + extras["heic"]) == []
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
            wrong &= getattr(getattr(function, "value", None), "id", "") != "av"  # films, no texts
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
