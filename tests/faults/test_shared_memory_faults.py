"""Training with workers where the memory between processes is small, full or read-only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
SMALL = "mount -t tmpfs -o size=1m tmpfs /dev/shm"
SHARED_MEMORIES = {
    "small": (SMALL, "goes through pipes"),
    "full": (f"{SMALL}; head -c 9m /dev/zero > /dev/shm/x", "without worker processes"),
    "read-only": (f"{SMALL}; mount -o remount,ro /dev/shm", "without worker processes"),
}

pytestmark = pytest.mark.skipif(
    not shutil.which("unshare") or os.geteuid() != 0, reason="mounts a /dev/shm of its own"
)


@pytest.mark.parametrize("kind", SHARED_MEMORIES)
def test_training_with_workers_goes_on(kind, tmp_path, pictures, tiny, fault):
    mount, said = SHARED_MEMORIES[kind]
    can_mount = subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
    if not can_mount:
        pytest.skip("this container may not mount")
    words = [PROJECT / "train.py", f"data.source={pictures}", "name=a", *tiny]
    words += ["data.image_size=224", "trainer.max_epochs=1", "data.workers=2", "report=false"]
    done = subprocess.run(
        ["unshare", "-m", "bash", "-c", f'{mount}; exec "$@"', "x", sys.executable, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert said in done.stdout
    fault()
