"""Codes at the size of a picture: the same in strips, in memory that does not grow with it."""

import numpy as np
import pytest
import torch

from jetcar.prediction.enlarge import enlarged_codes


@pytest.mark.parametrize("size", [(500, 700), (224, 300), (20, 17), (61, 1000), (1, 1)])
def test_strips_give_what_the_whole_gives(size):
    logits = torch.randn(1, 5, 30, 40, generator=torch.Generator().manual_seed(0))
    whole = enlarged_codes(logits, size)
    assert whole.shape == size
    assert whole.dtype == np.uint8
    for rows in (1, 7, 64):
        strips = enlarged_codes(logits, size, values_at_once=5 * size[1] * rows)
        # A tie may be decided by the last bit.
        assert (strips != whole).mean() < 1e-4


def test_logits_are_enlarged_and_not_codes():
    logits = torch.tensor([[[[3.0, -1.0]], [[0.0, 0.0]]]])  # they meet at three quarters
    for values in (1, 1 << 20):
        assert enlarged_codes(logits, (1, 80), values).tolist() == [[0] * 50 + [1] * 30]
