"""Which versions made a result."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jetcar.versions import LIBRARIES, versions

PACKAGE = Path(__file__).parent.parent / "jetcar"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


def test_versions_name_the_program_the_system_and_the_libraries():
    found = versions()
    assert {"jetcar", "git", "python", "system", *LIBRARIES} == set(found)
    assert all(found[name] for name in ("jetcar", "python", "system", *LIBRARIES))


def test_without_git_there_is_no_revision(monkeypatch):
    def run(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", run)
    assert versions()["git"] is None


def git(folder, *words):
    who = ("-c", "user.name=Jürgen", "-c", "user.email=j@example.org")
    done = subprocess.run(
        ["git", "-C", folder, *who, *words], check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


def revision_in(folder, **env):
    """What the program says that lies in a folder."""
    code = "import jetcar.versions as v; print(v._git_revision())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **env},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


@pytest.fixture
def unpacked(tmp_path):
    """The program in a folder of a repository that is not its own."""
    git(tmp_path, "init", "--quiet")
    project = tmp_path / "Straße" / "jetcar-main"
    (project / "jetcar").mkdir(parents=True)
    for name in ("__init__.py", "versions.py"):
        shutil.copy(PACKAGE / name, project / "jetcar")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "another project")
    return project


@needs_git
def test_the_commit_of_a_repository_around_the_project_is_not_ours(unpacked):
    assert revision_in(unpacked) == "None"


@needs_git
def test_the_commit_is_told_with_a_plus_after_a_change(unpacked):
    git(unpacked, "init", "--quiet")
    git(unpacked, "add", ".")
    git(unpacked, "commit", "--quiet", "-m", "Überarbeitet")
    commit = git(unpacked, "rev-parse", "--short=12", "HEAD")
    assert revision_in(unpacked) == commit
    # As in a hook of the repository around it:
    assert revision_in(unpacked, GIT_DIR=str(unpacked.parents[1] / ".git")) == commit
    with (unpacked / "jetcar" / "versions.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert revision_in(unpacked) == f"{commit}+"


@needs_git
def test_a_repository_in_the_same_folder_that_does_not_hold_the_program_is_not_ours(unpacked):
    git(unpacked, "init", "--quiet")
    (unpacked / "notes.txt").touch()
    git(unpacked, "add", "notes.txt")
    git(unpacked, "commit", "--quiet", "-m", "my notes")
    assert revision_in(unpacked) == "None"


@needs_git
def test_a_tag_in_a_foreign_encoding_does_not_end_the_run(unpacked):
    git(unpacked, "init", "--quiet")
    git(unpacked, "add", ".")
    git(unpacked, "commit", "--quiet", "-m", "x")
    git(unpacked, "tag", "-a", "größer-道", "-m", "x")
    for env in ({"PYTHONUTF8": "0", "LC_ALL": "C"}, {}):
        assert revision_in(unpacked, PYTHONIOENCODING="utf-8", **env) == "größer-道"
