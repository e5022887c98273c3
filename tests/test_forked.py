"""What tests fork comes from a process that is safe to fork."""

import os
import sys

import pytest

from tests.forked import typed

LOOK = """
import os, sys
print("torch" in sys.modules, len(os.listdir(f"/proc/{os.getppid()}/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.skipif(os.environ.get("OMP_NUM_THREADS") != "1", reason="numpy may start threads")
def test_it_comes_from_a_process_that_has_loaded_torch_and_has_one_thread(tmp_path):
    (tmp_path / "look.py").write_text(LOOK, encoding="utf-8")
    assert typed(tmp_path, "look.py") == (0, "True 1\n")
