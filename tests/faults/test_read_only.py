"""A run that is over needs no disk that can be written to."""

from __future__ import annotations

import os
import subprocess

import pytest

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a disk read-only"
)


@pytest.fixture
def disk(tmp_path):
    """A folder that ``remount`` makes read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300m", "jetcar-test", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let tests mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@needs_root
def test_a_finished_run_on_read_only_disks_says_that_it_is_finished(
    program, pictures, tiny, disk, fault
):
    (disk / "Drive").mkdir()
    quick = ("trainer.max_epochs=1", "report=false", "tensorboard.every=0")
    where = (f"runs={disk / 'runs'}", f"mirror.dir={disk / 'Drive'}")
    arguments = [f"data.source={pictures}", *tiny, *quick, *where]
    assert program.run(*arguments)[0] == 0
    assert program.run(*arguments)[0] == 0  # the mirror gets the last lines of the log
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    code, output = program.run(*arguments)
    assert code == 0, output
    assert "run first is finished" in output
    code, output = program.run(*arguments, "trainer.max_epochs=2")
    assert code == 1, output
    assert "read-only; choose a folder that can be written to" in output.splitlines()[-1]
    fault()
