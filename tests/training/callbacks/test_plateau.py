"""The learning rate falls when the score does not improve."""

import pytest
import torch

from jetcar.training.callbacks.plateau import Plateau


def run(scores, monitor="val/iou", state=None, lr=1.0, patience=2):
    """The learning rate after each score, and the plateau."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    plateau = Plateau(monitor, 0.5, patience, 0.2, state or {})
    plateau.attach(optimizer)
    rates = []
    for score in scores:
        plateau.step(score)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates, plateau


def test_the_rate_falls_after_two_epochs_without_a_better_score():
    rates, _ = run([0.1, 0.3, 0.3, 0.2, 0.4, 0.1])
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5]


def test_a_falling_loss_is_an_improvement_and_a_falling_score_is_not():
    assert run([3, 2, 1, 0.5], "val/loss")[0] == [1, 1, 1, 1]
    assert run([3, 2, 1, 0.5], "val/iou")[0] == [1, 1, 0.5, 0.5]


def test_the_rate_never_falls_below_its_minimum():
    assert run([0.1] * 9)[0][-1] == 0.2


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_continued_plateau_does_what_an_undisturbed_one_does(cut):
    scores = [0.1, 0.3, 0.3, 0.2, 0.2, 0.2, 0.5]
    undisturbed, _ = run(scores)
    before, plateau = run(scores[:cut])
    after, _ = run(scores[cut:], state=plateau.state_dict(), lr=before[-1])
    assert before + after == undisturbed
