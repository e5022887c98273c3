"""Which versions made a result."""

import subprocess

from jetcar.versions import LIBRARIES, versions


def test_versions_name_the_program_the_system_and_the_libraries():
    found = versions()
    assert {"jetcar", "git", "python", "system", *LIBRARIES} == set(found)
    assert all(found[name] for name in ("jetcar", "python", "system", *LIBRARIES))


def test_without_git_there_is_no_revision(monkeypatch):
    def run(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", run)
    assert versions()["git"] is None
