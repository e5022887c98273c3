"""Learning rates fall when the score does not improve, or along a run whose length is known."""

import pytest
import torch

from jetcar.model.schedules import ScheduleSettings, build_scheduler, cosine, warm_up


def built(name="plateau", lr=1.0, **changes):
    """An optimizer of two parts, and its scheduler."""
    groups = [
        {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate, "part": part}
        for part, rate in (("encoder", lr / 2), ("decoder", lr))
    ]
    optimizer = torch.optim.SGD(groups, lr=lr)
    settings = ScheduleSettings(name, **{"factor": 0.5, "patience": 2, "min_lr": 0.2, **changes})
    rates = {group["part"]: group["lr"] for group in optimizer.param_groups}
    return optimizer, build_scheduler(optimizer, settings, rates)


def run(scores, monitor="val/iou", state=None, lr=1.0):
    """The decoder's rate after each score, and the scheduler."""
    optimizer, scheduler = built(lr=lr, monitor=monitor)
    if state:
        scheduler.load_state_dict(state)
    rates = []
    for score in scores:
        optimizer.step()
        scheduler.step(score)
        rates.append(optimizer.param_groups[1]["lr"])
    return rates, scheduler


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


def test_a_continued_plateau_takes_its_settings_from_now():
    _, before = built(patience=9, factor=0.9)
    _, after = built(patience=3, factor=0.1)
    after.load_state_dict(before.state_dict())
    assert (after.patience, after.factor) == (2, 0.1)  # torch counts one less


def test_a_cosine_by_hand():
    rates = [cosine(1.0, epoch, 4, 0.2) for epoch in range(5)]
    half = 2**0.5 / 4  # of the cosine of an eighth of a turn
    assert rates == pytest.approx(
        [1.0, 0.2 + 0.8 * (0.5 + half), 0.6, 0.2 + 0.8 * (0.5 - half), 0.2]
    )


def rates_of_steps(scheduler, warm_steps, steps, epoch_steps=4):
    """The decoder's rate in each of these steps, as a run that goes on there has it."""
    found = []
    for step in steps:
        if hasattr(scheduler, "apply"):
            scheduler.load_state_dict({"last_epoch": step // epoch_steps})
            scheduler.apply()
        if step < warm_steps:
            warm_up(scheduler.optimizer, {"encoder": 0.5, "decoder": 1.0}, step, warm_steps)
        found.append(scheduler.optimizer.param_groups[1]["lr"])
    return found


def test_a_cosine_falls_with_each_epoch_whatever_was_set_before():
    _, scheduler = built("cosine", max_epochs=2, min_lr=0)
    expected = [1.0] * 4 + [0.5] * 4
    assert rates_of_steps(scheduler, 0, range(8)) == pytest.approx(expected)
    _, late = built("cosine", max_epochs=2, min_lr=0)
    assert rates_of_steps(late, 0, [5]) == pytest.approx([expected[5]])
    assert late.optimizer.param_groups[0]["lr"] == pytest.approx(expected[5] / 2)


def test_rates_rise_to_the_full_ones_and_then_do_what_the_schedule_says():
    _, scheduler = built("cosine", max_epochs=3, min_lr=0, warmup=1)
    rising = rates_of_steps(scheduler, 4, range(5))
    assert rising == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])
    assert rates_of_steps(scheduler, 4, [8]) == pytest.approx([0.5])  # half of two epochs

    _, plateau = built()
    assert rates_of_steps(plateau, 2, range(3)) == pytest.approx([0.5, 1.0, 1.0])
    plateau.optimizer.param_groups[1]["lr"] = 0.3  # lowered since
    assert rates_of_steps(plateau, 2, [9]) == [0.3]


def test_a_continued_cosine_follows_another_length_and_other_rates():
    optimizer, first = built("cosine", max_epochs=2, min_lr=0)
    optimizer.step()
    first.step()
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.25, 0.5])

    optimizer, second = built("cosine", lr=4.0, max_epochs=3, min_lr=0)
    second.load_state_dict(first.state_dict())
    second.apply()
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([1.5, 3.0])
