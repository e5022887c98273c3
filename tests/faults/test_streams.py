"""A training whose lines nobody takes loses nothing: it goes on quietly, or stops and saves."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch

PROJECT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shells of POSIX")


@pytest.fixture
def shell(tmp_path, pictures, tiny):
    """A function that runs a training in a shell that does something to its streams."""

    def run(form, *more):
        words = [sys.executable, str(PROJECT / "train.py"), f"data.source={pictures}", *tiny, *more]
        command = form.format(shlex.join(words))
        return subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )

    return run


@pytest.mark.parametrize("streams", ["> /dev/full", ">&-", "<&- >&- 2>&-"])
def test_a_training_goes_on_without_its_streams(shell, tmp_path, streams, fault):
    if "/dev/full" in streams and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = shell(f"{{}} {streams}", "trainer.max_epochs=2")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "runs/first/result.json").read_text(encoding="utf-8"))
    assert result["epochs"] == 2
    assert "Traceback" not in done.stderr
    if "/dev/full" in streams:
        assert "the work itself is done" in done.stderr
    fault()


@pytest.mark.parametrize("sweep", ["", "-m"])
def test_a_training_whose_reader_leaves_stops_and_saves(shell, tmp_path, sweep, fault):
    more = [sweep, "seed=1,2"] if sweep else []
    form = "{} | head -n 3; exit ${{PIPESTATUS[0]}}"
    done = shell(form, "trainer.max_epochs=100000", *more)
    assert done.returncode == 141, done.stderr
    assert "nobody reads what is printed any more; stopping after this step" in done.stderr
    assert "Traceback" not in done.stderr
    (last,) = tmp_path.rglob("last.ckpt")
    assert os.path.getsize(last) > 0
    assert torch.load(last, weights_only=True)["jetcar"]["epoch"] >= 0
    fault()
