"""Keys, clicks and taps, and where things stand at which size, in a real browser."""

import pytest

from tests.prediction.report.hands import WORST_FIRST


def test_keys_work_as_soon_as_the_page_is_open_and_after_a_click_on_a_pane(make, visit):
    expect = pytest.importorskip("playwright.sync_api").expect
    made = make()
    page = visit(made.path)
    heading = page.locator("#picture-name")
    for key, place in (("End", 2), ("Home", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        assert heading.text_content() == made.names[WORST_FIRST[place]]
    page.locator("#theme").focus()
    page.keyboard.press("ArrowDown")  # belongs to the control
    assert heading.text_content() == made.names[WORST_FIRST[0]]
    page.locator('canvas[data-layer="true"]').click()
    page.keyboard.press("ArrowDown")
    assert heading.text_content() == made.names[WORST_FIRST[1]]
    page.keyboard.press(" ")  # scans, which goes on at once
    page.get_by_role("heading", name=made.names[WORST_FIRST[2]], exact=True).wait_for()
    assert page.evaluate("scrollY") == 0
    page.keyboard.press(" ")
    page.evaluate("scrollTo(0, document.body.scrollHeight); document.activeElement.blur()")
    before = heading.text_content()
    page.keyboard.press("Home")  # where the pictures are not seen it scrolls
    expect(page.locator("#panes")).to_be_in_viewport()
    assert heading.text_content() == before


def test_another_order_begins_with_its_first_picture(make, visit):
    made = make()
    page = visit(made.path)
    page.keyboard.press("ArrowRight")
    page.locator("#order").select_option("name")
    assert page.locator("#picture-name").text_content() == sorted(made.names)[0]
    assert page.locator('#list [aria-selected="true"]').get_attribute("data-index") == "0"
    page.keyboard.press("Escape")
    page.locator("#list .row").nth(1).click()
    page.locator("#find").fill("i")  # a filter keeps the picture where it can
    assert page.locator("#picture-name").text_content() == sorted(made.names)[1]


def test_at_1280_x_800_the_classes_stand_beside_the_picture_and_all_tools_are_seen(make, visit):
    page = visit(make().path, viewport={"width": 1280, "height": 800})
    page.locator('canvas[data-layer="true"]').wait_for()
    for key in ("s", "s"):  # one large picture, and all side by side again
        page.keyboard.press(key)
        legend = page.locator("#legend").bounding_box()
        panes = page.locator("#panes").bounding_box()
        tools = page.locator(".tools").bounding_box()
        assert legend["x"] >= panes["x"] + panes["width"]
        assert legend["y"] < panes["y"]
        assert tools["y"] + tools["height"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


@pytest.mark.parametrize("width", [390, 800, 1100, 1280, 1800])
def test_no_row_of_the_classes_is_split(make, visit, width):
    page = visit(make().path, viewport={"width": width, "height": 800})
    parts = page.locator("#legend li").evaluate_all(
        "all => all.map(r => r.getClientRects().length)"
    )
    assert set(parts) == {1}


def test_on_a_phone_a_tapped_row_brings_its_picture(make, visit):
    made = make()
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = visit(made.path, **phone)
    row = page.locator("#list .row").nth(1)
    row.scroll_into_view_if_needed()
    assert page.locator("#panes").bounding_box()["y"] < -100
    row.tap()
    assert page.locator("#picture-name").text_content() == made.names[WORST_FIRST[1]]
    panes = page.locator("#panes").bounding_box()
    assert 0 <= panes["y"] < 400
