"""What is missed, invented or taken for another class, and two predictions without truth."""

import numpy as np

from tests.prediction.report.conftest import PICTURES
from tests.prediction.report.hands import WORST_FIRST, names_in_list, pixel, point_at
from tests.prediction.report.test_parts import distance_from, smallest_distance

MISSED, INVENTED, ANOTHER = [255, 90, 0, 255], [0, 160, 255, 255], [255, 238, 0, 255]


def shares(page):
    return page.locator("#difference-key > span").all_text_contents()


def test_missed_and_invented_pixels_and_other_classes_have_colours_of_their_own(make, visit):
    page = visit(make().path)
    page.locator('canvas[data-layer="difference"]').wait_for()
    # The last two of 8 rows are another class; one of nothing is invented.
    assert pixel(page, "difference", 0, 0)[3] == 0
    assert pixel(page, "difference", 0, 5) == INVENTED
    assert pixel(page, "difference", 0, 7) == ANOTHER
    assert [one.strip() for one in shares(page)] == [
        "missed 0.0 %",
        "invented 12.5 %",
        "another class 25.0 %",
    ]
    said = page.locator('canvas[data-layer="difference"]').get_attribute("aria-label")
    assert said.endswith("differ: missed 0.0 %, invented 12.5 %, another class 25.0 %")


def test_of_one_class_alone_all_that_is_wrong_is_missed_or_invented(make, visit):
    page = visit(make().path)
    page.locator("#legend li").nth(2).hover()
    page.locator("#legend .only").nth(2).click()  # class 2, of which 1 was made
    assert pixel(page, "difference", 0, 7) == MISSED
    assert pixel(page, "difference", 0, 5)[3] == 0
    page.locator("#legend li").nth(1).hover()
    page.locator("#legend .only").nth(1).click()
    assert pixel(page, "difference", 0, 7) == INVENTED
    page.locator("#legend li").nth(0).hover()
    page.locator("#legend .only").nth(0).click()  # nothing, too, can be missed
    assert pixel(page, "difference", 0, 5) == MISSED


def test_the_colours_stay_apart_for_every_kind_of_sight_and_on_any_grey(make, visit):
    page = visit(make().path)
    colors = page.evaluate("DIFFERENCES")
    assert [*colors[0], 255] == MISSED
    assert smallest_distance(colors) > 0.1
    # The image below is grey, and at most three quarters as bright.
    assert distance_from(colors, [(grey,) * 3 for grey in range(192)]) > 0.1


def test_two_predictions_without_truth_show_where_they_disagree(make, visit, other_run):
    made = make(compare=other_run, has_truth=False)
    page = visit(made.path)
    assert page.locator("#panes figcaption").all_text_contents() == [
        "Image",
        "Predicted",
        "second run",
        "Disagreement",
    ]
    # Its masks have true codes, but 0 for 1 and for what is ignored: it differs where 1 is
    # predicted, or 2 in the ignored row, or what is wrong: 4, 1 + 3 + 1, and 1 + 2 of 8 rows.
    assert [row["differs"] for row in made.rows] == [4 / 8, 5 / 8, 3 / 8]
    assert page.locator("#order option:checked").text_content() == "most disagreement first"
    assert names_in_list(page) == [made.names[i] for i in (1, 0, 2)]
    assert page.locator(".row-worst").first.text_content() == "62.5 % differ"
    page.get_by_role("button", name="Last picture").click()
    page.get_by_text("3 of 3").wait_for()
    page.get_by_text("another class 25.0 %").wait_for()
    assert pixel(page, "disagreement", 0, 5) == MISSED  # 4 is here, and nothing there
    assert pixel(page, "disagreement", 0, 7) == ANOTHER
    assert shares(page)[0].strip() == "only here 12.5 %"
    point_at(page, "predicted", 7)
    assert page.locator("#probe .said").all_text_contents() == [
        f"Predicted 1 {made.script}",
        f"second run 2 {made.nasty} ≠",
    ]
    page.keyboard.press("t")
    page.keyboard.press("t")
    assert page.locator("#panes figcaption").all_text_contents() == ["second run"]


def test_of_many_pictures_without_truth_those_that_disagree_are_shown(make, other_run):
    same = {
        name: (true, np.where(np.isin(true, (1, 255)), 0, true))
        for name, (true, _) in PICTURES.items()
    }
    name = list(PICTURES)[1]
    made = make({**same, name: PICTURES[name]}, compare=other_run, has_truth=False, shown=2)
    assert [row["differs"] for row in made.rows] == [0, 5 / 8, 0]
    text = made.path.read_text("utf-8")
    assert '"test-1":{' in text  # the worst one, and a sample of the others
    assert text.count('"predicted":"') == 2


def test_with_truth_the_disagreement_is_there_to_be_asked_for(make, visit, other_run):
    page = visit(make(compare=other_run).path)
    page.get_by_role("button", name="Disagreement").click()
    assert pixel(page, "disagreement", 0, 7) == ANOTHER
    page.get_by_text("only in second run 0.0 %").wait_for()
    page.locator("#order").select_option("differs")
    assert names_in_list(page)[0] != page.evaluate(f"DATA.splits.test[{WORST_FIRST[0]}].name")
