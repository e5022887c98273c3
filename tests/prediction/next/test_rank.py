"""Tests of prediction.next.rank: doubts by hand, rare classes first, no two alike."""

import numpy as np
import pytest
import torch

from jetcar.data.views import NEAR_BITS
from jetcar.prediction.next.rank import chosen, copies_among, doubts_of, scores_of


def prints(*numbers):
    """Likenesses of pictures; those of one number are near copies, others are not."""
    rng = np.random.default_rng(0)
    views = rng.integers(0, 2**64, (1 + max(numbers), 4), np.uint64)
    found = views[list(numbers)]
    found[:, 0] ^= np.arange(len(numbers), dtype=np.uint64)  # which changes a few bits
    return found


def test_where_all_classes_are_alike_the_doubt_is_whole():
    shares, doubts = doubts_of(torch.zeros(4, 2, 3))
    assert shares == pytest.approx([0.25] * 4)
    assert doubts == pytest.approx([0.25] * 4)


def test_where_the_network_is_sure_there_is_no_doubt():
    logits = torch.full((2, 1, 4), -50.0)
    logits[0, :, :3] = logits[1, :, 3:] = 50.0
    shares, doubts = doubts_of(logits)
    assert shares == pytest.approx([0.75, 0.25])
    assert doubts == pytest.approx([0, 0], abs=1e-6)


def test_doubts_by_hand():
    # Half of the picture is sure to be class 0; in the other half 1 in 4 says class 1, which has
    # an entropy of (0.25 * 2 + 0.75 * 0.415) bits = 0.811.
    logits = torch.tensor([[[50.0, 0.75]], [[-50.0, 0.25]]]).clamp(min=1e-30)
    logits = torch.where(logits < 1, logits.log(), logits)
    shares, doubts = doubts_of(logits)
    assert shares == pytest.approx([(1 + 0.75) / 2, 0.25 / 2])
    entropy = 0.25 * 2 - 0.75 * np.log2(0.75)
    assert doubts == pytest.approx([0.75 * entropy / 2, 0.25 * entropy / 2])


def test_of_equal_doubts_that_about_the_rare_class_counts_more():
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    doubts = np.array([[0.1, 0.0], [0.0, 0.1], [0.05, 0.0]])
    scores = scores_of(shares, doubts)
    assert scores == pytest.approx([0.1 / 0.9**0.5, 0.1 / 0.1**0.5, 0.05 / 0.9**0.5])


def test_a_class_that_is_expected_nowhere_does_not_drown_the_others():
    scores = scores_of(np.array([[1.0, 0.0]]), np.array([[0.1, 1e-9]]))
    assert scores == pytest.approx([0.1], rel=1e-3)


def test_the_best_come_first_and_look_alikes_wait():
    scores = np.array([0.5, 0.9, 0.8, 0.1])
    shown = prints(0, 1, 1, 2)
    assert np.bitwise_count(shown[1] ^ shown[2]).sum() < NEAR_BITS
    assert chosen(scores, shown, 2) == [1, 0]
    assert chosen(scores, shown, 3) == [1, 0, 3]
    assert chosen(scores, shown, 9) == [1, 0, 3, 2]
    assert copies_among(shown, [1, 0, 3, 2]) == 1
    assert copies_among(shown, [1, 0, 3]) == 0
