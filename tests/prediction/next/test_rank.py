"""Tests of prediction.next.rank: doubts and choices by hand."""

import numpy as np
import pytest
import torch

from jetcar.prediction.next.rank import chosen, doubts_of, scores_of

NONE = np.empty((0, 3), np.float32)


def facing(*angles):
    """Directions in a plane, by degrees from the first axis."""
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians), 0 * radians], axis=1).astype(np.float32)


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


def test_of_two_that_are_alike_one_is_chosen_before_others():
    scores = np.array([0.8, 0.9, 0.9, 0.7])
    shown = facing(0, 90, 90, 180)
    assert chosen(scores, shown, NONE, 3) == [1, 0, 3]
    assert chosen(scores, shown, NONE, 9) == [1, 0, 3, 2]


def test_what_is_like_a_labelled_picture_waits():
    scores, shown = np.array([0.9, 0.5, 0.5]), facing(0, 90, 180)
    assert chosen(scores, shown, NONE, 3) == [0, 1, 2]
    assert chosen(scores, shown, facing(-5), 3) == [1, 2, 0]


def test_one_that_stands_for_many_comes_before_one_that_is_like_no_other():
    scores = np.array([1.0, 0.9, 0.9, 0.9])
    # 1 to 3 are 60 degrees apart and half alike; the one in the middle stands for 0.9 * (1 + 1).
    assert chosen(scores, facing(-120, 0, 60, 120), NONE, 2) == [2, 0]


def test_only_the_more_doubtful_half_is_looked_at_while_that_is_enough():
    scores = np.array([0.9, 0.8, 0.1, 0.1])
    assert chosen(scores, facing(0, 1, 90, 180), NONE, 1) == [0]
    # Of two of four, all four are candidates, and the doubtless ones are like no other.
    assert chosen(scores, facing(0, 0, 90, 180), NONE, 2) == [0, 2]


def test_where_nothing_is_doubtful_pictures_that_differ_are_chosen():
    assert chosen(np.zeros(3), facing(0, 0, 90), NONE, 2) == [0, 2]


def test_the_greedy_choice_is_the_same_when_gains_are_all_computed_anew():
    rng = np.random.default_rng(0)
    shown = rng.normal(size=(60, 8)).astype(np.float32)
    shown /= np.linalg.norm(shown, axis=1, keepdims=True)
    scores, known = rng.uniform(0.5, 1, 60), shown[:5]
    order = np.argsort(-scores, kind="stable")
    alike = (shown[order] @ shown[order].T).clip(min=0)
    covered, slow = (shown[order] @ known.T).max(axis=1).clip(min=0), []
    for _ in range(30):
        gains = [scores[order] @ (row - covered).clip(min=0) for row in alike]
        best = int(np.argmax([-1 if i in slow else gain for i, gain in enumerate(gains)]))
        slow.append(best)
        covered = np.maximum(covered, alike[best])
    assert chosen(scores, shown, known, 30) == order[slow].tolist()
