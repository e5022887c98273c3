"""Scores from a confusion matrix, by hand."""

import pytest
import torch

from jetcar.classes import IGNORED
from jetcar.model.metrics import confusion_counter, other_means, predicted_codes, scores_of

CONFUSION = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])


def test_iou_and_dice_by_hand():
    scores = scores_of(CONFUSION)
    road = 6 / (6 + 2 + 1)  # 6 hits, 2 road pixels called line, 1 line pixel called road
    line = 3 / (3 + 1 + 2)
    assert scores.iou[:2].tolist() == pytest.approx([road, line])
    assert scores.dice[:2].tolist() == pytest.approx([2 * 6 / (8 + 7), 2 * 3 / (4 + 5)])
    assert scores.mean_iou == pytest.approx((road + line) / 2)
    assert scores.accuracy == pytest.approx(9 / 12)
    assert scores.share.tolist() == pytest.approx([8 / 12, 4 / 12, 0])


def test_an_absent_class_is_left_out_of_the_mean():
    assert scores_of(CONFUSION).iou[2].isnan()


def test_a_class_that_is_only_predicted_is_absent_but_costs_the_others():
    # Two of ten road pixels are called class 2, which has no true pixel.
    scores = scores_of(torch.tensor([[8, 0, 2], [0, 0, 0], [0, 0, 0]]))
    assert scores.iou[2].isnan()
    assert scores.mean_iou == pytest.approx(8 / 10)


def test_no_pixels_are_no_score():
    scores = scores_of(torch.zeros(2, 2, dtype=torch.long))
    assert scores.mean_iou != scores.mean_iou  # NaN
    assert scores.accuracy != scores.accuracy


def test_a_matrix_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match=r"square, not \(2, 3\)"):
        scores_of(torch.zeros(2, 3))


def test_counts_are_rows_of_truth_and_ignored_pixels_count_nowhere():
    counter = confusion_counter(3)
    truth = torch.tensor([[0, 0, 1, IGNORED]], dtype=torch.uint8)
    counter.update(torch.tensor([[0, 2, 1, 1]]), truth)
    assert counter.compute().tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_the_score_does_not_depend_on_how_pictures_are_batched():
    torch.manual_seed(0)
    truth, guess = torch.randint(0, 4, (2, 10, 6, 6))
    matrices = []
    for size in (1, 3, 10):
        counter = confusion_counter(4)
        for t, g in zip(truth.split(size), guess.split(size), strict=True):
            counter.update(g, t)
        matrices.append(counter.compute())
    assert torch.equal(matrices[0], matrices[1])
    assert torch.equal(matrices[0], matrices[2])


def test_precision_and_recall_by_hand():
    scores = scores_of(CONFUSION)
    assert scores.precision[:2].tolist() == pytest.approx([6 / 7, 3 / 5])
    assert scores.recall[:2].tolist() == pytest.approx([6 / 8, 3 / 4])
    assert scores.precision[2].isnan()
    assert scores.recall[2].isnan()
    assert scores.pixels.tolist() == [8, 4, 0]
    assert scores.predicted.tolist() == [7, 5, 0]


def test_the_mean_iou_under_other_rules_by_hand():
    # Of classes 0..3: 0 is all right but for two pixels called 2; 1 and 3 are nowhere.
    confusion = torch.zeros(4, 4, dtype=torch.long)
    confusion[0, 0], confusion[0, 2] = 8, 2
    means = other_means(confusion, [0, 1, 2, 3])
    assert means.truth_or_predicted == pytest.approx(0.8 / 2)  # 0, and 2 that is only predicted
    assert means.all_classes == pytest.approx(0.8 / 4)
    assert other_means(confusion, [0, 1, 3]).truth_or_predicted == pytest.approx(0.8)  # 2 ignored


def test_no_pixels_are_no_score_under_any_rule():
    means = other_means(torch.zeros(2, 2, dtype=torch.long), [0, 1])
    assert means.all_classes != means.all_classes  # NaN
    assert means.truth_or_predicted != means.truth_or_predicted


def test_a_predicted_code_is_the_first_of_the_highest_logits():
    logits = torch.randint(-2, 3, (2, 5, 16, 16)).to(torch.bfloat16)  # many are equal
    assert torch.equal(predicted_codes(logits), logits.argmax(dim=1))


def test_a_code_without_a_class_is_never_predicted():
    logits = torch.tensor([0.5, 9.0, 0.7, 0.7]).reshape(1, 4, 1, 1)
    assert predicted_codes(logits).item() == 1
    assert predicted_codes(logits, [0, 2, 3]).item() == 2  # the first of equals
    assert predicted_codes(logits, [0, 1, 2, 3]).item() == 1
