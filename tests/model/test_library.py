"""Prediction starts without what it does not need; what is needed later is there then."""

import subprocess
import sys

import pytest

from jetcar.model.library import _disable_later

CODE = """
import sys
import torch
disable = torch.compiler.disable
import jetcar.prediction.run
print(*(name in sys.modules for name in ("torch._dynamo", "torchmetrics", "scipy")))
assert torch.compiler.disable is disable
import torchvision
boxes = torch.tensor([[0.0, 0.0, 0.0, 4.0, 4.0]])
print(torchvision.ops.roi_align(torch.ones(1, 1, 8, 8), boxes, 1).item())
import torch._dynamo.utils
print(callable(torch._dynamo.utils.is_compile_supported), torch._dynamo.utils.__file__ is not None)
"""


def test_prediction_starts_without_compiler_and_metrics_which_work_when_they_are_used():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, encoding="utf-8")
    assert done.stderr == ""
    assert done.stdout.split() == ["False", "False", "False", "1.0", "True", "True"]


@pytest.mark.parametrize("is_bare", [True, False])
def test_the_compiler_keeps_off_a_function_when_it_is_called(is_bare):
    asked = []

    def disable(function, recursive=True):
        asked.append(recursive)
        return function

    def double(number):
        """Twice as much."""
        return 2 * number

    if is_bare:
        later = _disable_later(disable, double)
    else:
        later = _disable_later(disable, recursive=False)(double)
    assert asked == []
    assert (later(3), later.__doc__) == (6, "Twice as much.")
    assert asked == [is_bare]
