"""The list as pictures.csv, saved by a real browser."""

import pytest

from tests.prediction.report.hands import WORST_FIRST, many, saved


def test_it_has_the_scores_of_each_picture_in_the_order_of_the_list(make, visit):
    made = make()
    head, *lines = saved(visit(made.path))
    assert head == [
        "split",
        "name",
        "iou",
        "iou/nothing",
        f"iou/{made.script}",
        f"iou/{made.nasty}",
    ]
    assert [line[1] for line in lines] == [made.names[i] for i in WORST_FIRST]
    for line, i in zip(lines, WORST_FIRST, strict=True):
        row = made.rows[i]
        of_class = dict(row["classes"])
        wanted = [row["iou"], *(of_class.get(code) for code in (0, 1, 2))]
        assert [float(x) if x else None for x in line[2:]] == wanted


def test_a_filter_and_an_order_count_and_pictures_that_are_not_shown_do_too(make, visit):
    page = visit(make(many(40), shown=4).path)
    page.locator("#order").select_option("name")
    page.locator("#find").fill("02")
    assert [line[1] for line in saved(page)[1:]] == [
        "002.jpg",
        *(f"0{number}.jpg" for number in range(20, 30)),
    ]


def test_a_second_prediction_has_columns_of_its_own(make, visit, other_run):
    made = make(compare=other_run)
    head, *lines = saved(visit(made.path))
    assert head[-2:] == ["iou of second run", "pixels other than second run"]
    # Of the worst picture the other is right, and ours is wrong in 3 of 8 rows.
    assert [float(value) for value in lines[0][-2:]] == [1, 3 / 8]


@pytest.mark.parametrize("first", ["=", "+", "-", "@"])
def test_no_name_becomes_a_formula(make, visit, first):
    pictures = {f"{first}1.jpg": next(iter(many(1).values()))}
    assert saved(visit(make(pictures).path))[1][1] == f"'{first}1.jpg"
