"""Smoothing is an exponential mean, and flicker the share of the pixels that change."""

import numpy as np
import pytest
import torch

from jetcar.prediction.film.steady import Flicker, Smooth


def test_each_frame_keeps_a_share_of_the_mean_before_it():
    logits = torch.tensor([8.0, 0.0, 4.0]).view(3, 1, 1, 1)
    smooth = Smooth(0.25)
    # 8; 0.25 * 8 + 0.75 * 0 = 2; 0.25 * 2 + 0.75 * 4 = 3.5
    assert smooth(logits[:2]).flatten().tolist() == [8, 2]  # batches make no difference
    assert smooth(logits[2:]).flatten().tolist() == [3.5]


def test_without_smoothing_the_logits_stay_as_they_are():
    logits = torch.randn(2, 3, 4, 4).bfloat16()
    assert Smooth(0)(logits) is logits


def test_flicker_is_the_share_of_the_pixels_that_change():
    flicker = Flicker()
    assert flicker.share is None
    frames = np.zeros((3, 2, 2), np.uint8)
    frames[1, 0, 0] = 5  # 1 of 4 pixels changes, and then changes back
    frames[2, 1] = 1  # and 2 more
    flicker.add(frames[0])
    assert flicker.share is None  # there is nothing to compare with
    flicker.add(frames[1])
    flicker.add(frames[2])
    assert flicker.share == pytest.approx((1 + 3) / 8)
