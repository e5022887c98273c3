"""What is told before torch is loaded and any picture is looked at."""

import subprocess
import sys

import pytest

from jetcar.errors import UserError
from jetcar.prediction.early import refuse_early

pytestmark = pytest.mark.usefixtures("checkpoint")

SAYS_WHETHER_TORCH_IS_THERE = (
    "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); "
    "from jetcar.prediction.__main__ import run; run()"
)

MISSING = [
    (["checkpoint=lost.ckpt"], "There is no checkpoint lost.ckpt"),
    (["images=lost"], "images=lost is neither a folder nor a file"),
    (["images=runs", "masks=lost"], "masks=lost is not a folder"),
    (["compare=lost"], "compare=lost is not a folder. Name a run or a folder of masks"),
]


@pytest.mark.parametrize(("wishes", "sentence"), MISSING)
def test_what_is_not_there_is_told_first(settings, wishes, sentence):
    refuse_early(settings("report=true"))
    with pytest.raises(UserError) as caught:
        refuse_early(settings("report=true", *wishes))
    assert sentence in str(caught.value)


def test_a_run_without_masks_to_compare_with_is_told_first(settings):
    with pytest.raises(UserError, match=r"compare=runs/lane holds no masks, nor does a folder"):
        refuse_early(settings("report=true", "compare=runs/lane"))


@pytest.mark.parametrize("wish", ["compare=lost", "runs=lost"])
def test_the_command_tells_it_without_torch(tmp_path, wish):
    done = subprocess.run(
        [sys.executable, "-c", SAYS_WHETHER_TORCH_IS_THERE, "report=true", wish],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 1
    assert done.stdout.split() == ["False"]
