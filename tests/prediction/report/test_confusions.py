"""A click on the confusion matrix lists the pictures where it happens, in a real browser."""

from tests.prediction.report.conftest import rows
from tests.prediction.report.hands import WORST_FIRST, many, names_in_list


def cell(page, true, taken):
    return page.locator(f'.heat button[data-true="{true}"][data-taken="{taken}"]')


def test_a_click_lists_the_pictures_with_this_confusion_most_of_it_first(make, visit):
    page = visit(make(many(4)).path)
    page.locator("#order").select_option("name")
    cell(page, 0, 1).click()
    # Picture n was moved by 3 n pixels; the first one is right everywhere.
    assert names_in_list(page) == ["003.jpg", "002.jpg", "001.jpg"]
    assert page.locator(".row-worst").all_text_contents() == ["9 pixels", "6 pixels", "3 pixels"]
    assert "9 pixels confused" in page.locator("#picture-score").text_content()
    assert page.locator("#confusion-words").text_content().startswith("nothing taken for ")
    assert page.locator("#order option:checked").text_content() == "most of it first"
    page.get_by_role("button", name="all pictures").click()
    assert names_in_list(page) == ["003.jpg", "002.jpg", "001.jpg", "000.jpg"]
    assert not page.locator("#confusion").is_visible()
    assert page.locator("#order").input_value() == "worst"


def test_the_worst_confusions_in_words_do_the_same(make, visit):
    made = make()
    page = visit(made.path)
    page.locator(".worst button").nth(1).click()  # class 1 taken for 2
    assert names_in_list(page) == [made.names[1]]
    assert (
        page.locator("#confusion-words").text_content() == f"{made.script} taken for {made.nasty}"
    )


def test_another_order_keeps_the_filter(make, visit):
    page = visit(make(many(4)).path)
    cell(page, 1, 0).click()
    page.locator("#order").select_option("name")
    assert names_in_list(page) == ["001.jpg", "002.jpg", "003.jpg"]


def test_what_is_right_or_never_happens_is_no_button(make, visit):
    page = visit(make().path)
    found = page.locator(".heat button").evaluate_all(
        "all => all.map((one) => `${one.dataset.true} ${one.dataset.taken}`)"
    )
    assert found == ["0 4", "1 2", "2 1"]
    name = page.locator(".heat button").first.get_attribute("aria-label")
    assert name == "nothing taken for only predicted: 7.69 % (8 pixels)"


def test_the_keyboard_walks_the_matrix_and_not_the_pictures(make, visit):
    true = rows((4, 0), (4, 1))
    page = visit(make({"1.jpg": (true, rows((2, 0), (1, 1), (1, 2), (4, 1)))}).path)
    first = cell(page, 0, 1)
    assert page.locator('.heat button[tabindex="0"]').count() == 1
    first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.taken") == "2"
    page.keyboard.press("ArrowRight")  # there is no other
    assert page.evaluate("document.activeElement.dataset.taken") == "2"
    page.keyboard.press("Enter")
    assert names_in_list(page) == ["1.jpg"]
    assert "8 pixels confused" in page.locator("#picture-score").text_content()


def test_a_link_shows_a_picture_that_the_filter_leaves_out(make, visit):
    made = make()
    page = visit(made.path)
    cell(page, 1, 2).click()
    page.evaluate("location.hash = linkOf(DATA.splits.test[0])")
    page.get_by_role("heading", name=made.names[0], exact=True).wait_for()
    assert names_in_list(page) == [made.names[i] for i in WORST_FIRST]
    assert not page.locator("#confusion").is_visible()
