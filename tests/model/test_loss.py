"""The parts of the loss, by hand and against the library whose formulas they are."""

import math

import pytest
import segmentation_models_pytorch as smp
import torch
from torch import nn
from torch.nn import functional

from jetcar.classes import IGNORED
from jetcar.model.loss import PARTS, Loss
from jetcar.model.thin import borders, thin
from jetcar.settings.loss import SHAPES_THE_LOSS
from tests.composed import settings_of


@pytest.fixture
def case():
    """Random logits of 5 classes and a mask without class 3, a fifth of it ignored."""
    torch.manual_seed(0)
    logits = torch.randn(2, 5, 8, 10)
    mask = torch.randint(0, 5, (2, 8, 10)).to(torch.uint8)
    mask[mask == 3] = 1
    mask[:, :, :2] = IGNORED
    return logits, mask


def part(name, logits, mask):
    return Loss({name: 1.0})(logits, mask)[1][name].item()


def test_cross_entropy_by_hand():
    # One pixel whose two logits differ by ln 3: shares 3/4 and 1/4.
    logits = torch.tensor([math.log(3), 0.0]).view(1, 2, 1, 1)
    assert part("cross_entropy", logits, torch.zeros(1, 1, 1)) == pytest.approx(-math.log(3 / 4))


def test_dice_and_jaccard_by_hand():
    # Two pixels, true 0 and 1, both predicted half and half.
    logits = torch.zeros(1, 2, 1, 2)
    mask = torch.tensor([[[0, 1]]], dtype=torch.uint8)
    # Each class: hit 1/2, predicted 1, true 1.
    assert part("dice", logits, mask) == pytest.approx(1 - 2 * 0.5 / (1 + 1))
    assert part("jaccard", logits, mask) == pytest.approx(1 - 0.5 / (1 + 1 - 0.5))


def one_hot_bce(logits, mask):
    """Binary cross-entropy against one-hot masks, over the pixels that count."""
    counts = mask != IGNORED
    one_hot = functional.one_hot(mask[counts], logits.shape[1]).float()
    return functional.binary_cross_entropy_with_logits(logits.movedim(1, 3)[counts], one_hot)


def cross_entropy_over(chosen, logits, mask):
    """Torch's cross-entropy of those pixels alone."""
    rows, codes = logits.movedim(1, 3)[chosen], mask[chosen]
    return functional.cross_entropy(rows, codes, ignore_index=IGNORED)


def hard_pixels_alone(logits, mask):
    """The same of the pixels whose true class has a share of at most 0.7."""
    share = logits.softmax(1).gather(1, torch.where(mask == IGNORED, 0, mask)[:, None])[:, 0]
    return cross_entropy_over(share <= 0.7, logits, mask)


LIBRARY = {
    "cross_entropy": nn.CrossEntropyLoss(ignore_index=IGNORED),
    "dice": smp.losses.DiceLoss("multiclass", ignore_index=IGNORED),
    "jaccard": smp.losses.JaccardLoss("multiclass", ignore_index=IGNORED),
    "bce": one_hot_bce,
    "focal": smp.losses.FocalLoss("multiclass", 0.25, ignore_index=IGNORED),
    "lovasz": smp.losses.LovaszLoss("multiclass", ignore_index=IGNORED),
    "ohem": hard_pixels_alone,
    "thin": lambda logits, mask: cross_entropy_over(thin(mask.byte()), logits, mask),
    "edges": lambda logits, mask: cross_entropy_over(borders(mask.byte()), logits, mask),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_and_its_gradient_equal_those_of_the_library(case, name):
    logits, mask = case
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    value = Loss({name: 1.0})(ours, mask)[0]
    expected = LIBRARY[name](theirs, mask.long())
    value.backward()
    expected.backward()
    torch.testing.assert_close(value, expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-7)
    assert ours.grad[:, :, :, :2].abs().max() == 0  # ignored pixels move nothing


@pytest.mark.parametrize("name", PARTS)
def test_a_batch_without_a_pixel_that_counts_is_no_loss_and_no_gradient(case, name):
    logits, mask = case
    leaf = logits.clone().requires_grad_()
    total, _ = Loss({name: 1.0})(leaf, torch.full_like(mask, IGNORED))
    total.backward()
    assert total.item() == 0
    assert leaf.grad.abs().max() == 0


def test_the_sum_is_weighted_and_parts_of_weight_0_are_left_out(case):
    logits, mask = case
    total, parts = Loss({"cross_entropy": 0.5, "dice": 2.0, "bce": 0.0})(logits, mask)
    assert set(parts) == {"cross_entropy", "dice"}
    assert total.item() == pytest.approx(
        0.5 * parts["cross_entropy"].item() + 2 * parts["dice"].item()
    )


def test_the_loss_of_short_floats_is_summed_in_float32(case):
    logits, mask = case
    with torch.autocast("cpu", dtype=torch.bfloat16):
        total, _ = Loss({"cross_entropy": 1.0, "dice": 1.0, "lovasz": 1.0})(logits.bfloat16(), mask)
    assert total.dtype == torch.float32


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("by_class", [None, [1.0, 0.5, 3.0, 0.0, 7.0]])
def test_weighted_and_smoothed_cross_entropy_equals_that_of_torch(case, by_class, smoothing):
    logits, mask = case
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    weight = None if by_class is None else torch.tensor(by_class)
    library = nn.CrossEntropyLoss(weight, ignore_index=IGNORED, label_smoothing=smoothing)
    value = Loss({"cross_entropy": 1.0}, by_class, smoothing)(ours, mask)[0]
    expected = library(theirs, mask.long())
    value.backward()
    expected.backward()
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-7)


def test_where_nearly_all_is_easy_the_hardest_sixteenth_is_learnt():
    # 32 pixels of class 0: shares of 0.99, but for 0.9 and 0.8, and a 33rd pixel that is ignored.
    share = torch.full((1, 1, 33), 0.99)
    share[0, 0, :3] = torch.tensor([0.9, 0.8, 0.01])
    mask = torch.zeros(1, 1, 33, dtype=torch.uint8)
    mask[0, 0, 2] = IGNORED
    logits = torch.stack([share, 1 - share], dim=1).log()
    # 33 / 16 are two pixels.
    expected = -(math.log(0.9) + math.log(0.8)) / 2
    assert part("ohem", logits, mask) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["cross_entropy", "ohem", "thin", "edges"])
def test_class_weights_reach_every_cross_entropy_and_stay_out_of_the_checkpoint(case, name):
    logits, mask = case
    equal, weighted = Loss({name: 1.0}), Loss({name: 1.0}, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert weighted(logits, mask)[0].item() != pytest.approx(equal(logits, mask)[0].item())
    assert weighted.state_dict() == {}


def test_each_part_has_a_setting_and_each_setting_of_the_loss_is_known():
    settings = vars(settings_of("train", "data.source=x").loss)
    assert set(settings) == {*PARTS, *SHAPES_THE_LOSS}
