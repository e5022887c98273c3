"""Zoom, pan and full screen in a real browser: by wheel, mouse, fingers, buttons and keys."""

import pytest

from tests.prediction.report.hands import many, wait_until

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def boxes(page):
    """Where the masks of all panes stand in their frames, in parts of them: x, y, width."""
    return page.locator(".frame").evaluate_all(
        """frames => frames.map((frame) => {
            const boxOf = (one) => one.getBoundingClientRect();
            const [f, c] = [boxOf(frame), boxOf(frame.querySelector(".zoomed"))];
            return [(c.x - f.x) / f.width, (c.y - f.y) / f.height, c.width / f.width];
        })"""
    )


def at(page, x, y, pane=1):
    """A place of a frame on the screen."""
    box = page.locator(".frame").nth(pane).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def near(*values):
    return pytest.approx(values, abs=0.01)


@pytest.fixture
def page(make, visit):
    page = visit(make().path)
    page.locator('canvas[data-layer="true"]').wait_for()
    return page


def test_the_wheel_zooms_all_panes_about_the_pointer(page):
    page.mouse.move(*at(page, 0.25, 0.5))
    page.mouse.wheel(0, -300)  # exp(300 / 300) times as large
    wait_until(page, "view.zoom > 1")
    # What was at (0.25, 0.5) is there still: 0.25 - 0.25 e, 0.5 - 0.5 e.
    assert boxes(page) == [near(-0.4296, -0.8591, 2.7183)] * 4
    assert page.locator("#zoom-value").text_content() == "272 %"


def test_the_wheel_scrolls_the_page_where_nothing_is_zoomed(page):
    page.mouse.move(*at(page, 0.5, 0.5))
    page.mouse.wheel(0, 200)
    wait_until(page, "scrollY > 0")
    page.mouse.wheel(0, -200)  # and back, as it is still scrolling
    wait_until(page, "scrollY === 0")
    assert boxes(page)[0] == near(0, 0, 1)


def test_a_drag_moves_all_panes_and_never_beyond_the_picture(page):
    page.keyboard.press("z")
    page.keyboard.press("z")  # 1.5 x 1.5 about the middle: 0.5 - 0.5 x 2.25 = -0.625
    assert boxes(page) == [near(-0.625, -0.625, 2.25)] * 4
    page.mouse.move(*at(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*at(page, 0.7, 0.4))
    assert boxes(page) == [near(-0.425, -0.725, 2.25)] * 4
    page.mouse.move(*at(page, 3, 0.4))
    assert boxes(page)[3] == near(0, -0.725, 2.25)
    page.mouse.up()
    page.mouse.move(*at(page, 0.2, 0.2))
    assert boxes(page)[0] == near(0, -0.725, 2.25)


def test_keys_and_buttons_zoom_and_move(page):
    page.get_by_role("button", name="Zoom in").click()
    assert boxes(page)[0] == near(-0.25, -0.25, 1.5)
    page.keyboard.press("i")  # up: the picture goes down, by a fifth of what is seen
    page.keyboard.press("l")
    assert boxes(page)[0] == near(-0.45, -0.05, 1.5)
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert boxes(page)[0] == near(-0.25, -0.25, 1.5)
    page.keyboard.press("x")
    assert boxes(page)[0] == near(0, 0, 1)
    page.keyboard.press("z")
    page.get_by_role("button", name="Whole picture").click()
    assert boxes(page)[0] == near(0, 0, 1)


def test_pointing_tells_the_right_pixel_of_a_zoomed_picture(page):
    page.mouse.move(*at(page, 0.95, 0.95))  # the last of 8 x 8
    assert "x 7 y 7" in page.locator("#probe").text_content()
    page.keyboard.press("z")  # about that pixel, whose middle is at 7.5 / 8
    left = 7.5 / 8 * (1 - 1.5)
    assert boxes(page)[0] == near(left, left, 1.5)
    page.mouse.move(*at(page, 0.05, 0.5))  # (0.05 - left) / 1.5 x 8 = 2.77, (0.5 - left) ... = 5.17
    assert "x 2 y 5" in page.locator("#probe").text_content()
    cross = page.locator(".cross").first.bounding_box()
    x, y = at(page, 2.5 / 8 * 1.5 + left, 5.5 / 8 * 1.5 + left, pane=0)
    assert (cross["x"] + 7.5, cross["y"] + 7.5) == pytest.approx((x, y), abs=2)


def test_the_view_follows_a_pixel_that_keys_move(page):
    for _ in range(4):
        page.keyboard.press("z")  # 5.06 times: less than two of 8 pixels are seen
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    assert "x 7 y 4" in page.locator("#probe").text_content()
    cross = page.locator(".cross").first.bounding_box()
    frame = page.locator(".frame").first.bounding_box()
    assert cross["x"] <= frame["x"] + frame["width"]
    # Its middle is at the right edge: left = 1 - 7.5 / 8 x 5.0625.
    assert boxes(page)[0][0] == pytest.approx(1 - 7.5 / 8 * 5.0625, abs=0.01)


def test_another_picture_and_one_large_pane_keep_the_view(page):
    page.keyboard.press("z")
    page.keyboard.press("ArrowRight")
    page.get_by_text("2 of 3").wait_for()
    page.keyboard.press("3")
    assert boxes(page) == [near(-0.25, -0.25, 1.5)]


def test_two_fingers_zoom_and_one_moves_what_is_zoomed(make, visit):
    page = visit(make(many(2)).path, **PHONE)
    page.locator("#panes canvas").wait_for()
    hand = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [dict(zip("xy", at(page, *place, pane=0), strict=True)) for place in places]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.4, 0.5))
    touch("touchStart", (0.4, 0.5), (0.6, 0.5))
    touch("touchMove", (0.3, 0.5), (0.7, 0.5))  # twice as far apart, about the middle
    wait_until(page, "view.zoom > 1.9")
    assert boxes(page)[0] == near(-0.5, -0.5, 2)
    touch("touchEnd")
    touch("touchStart", (0.5, 0.5))
    for x in (0.6, 0.7, 0.8):
        touch("touchMove", (x, 0.5))
    wait_until(page, "view.left > -0.25")
    assert boxes(page)[0] == near(-0.2, -0.5, 2)
    touch("touchEnd")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_full_screen_shows_the_pictures_and_keys_go_on_working(page):
    page.keyboard.press("f")
    wait_until(page, "document.fullscreenElement?.id === 'stage'")
    button = page.get_by_role("button", name="Full", exact=True)
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")
    page.get_by_text("2 of 3").wait_for()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    if page.locator("#help").is_visible():
        page.get_by_role("button", name="Close").click()
    if page.evaluate("document.fullscreenElement !== null"):
        button.click()
    wait_until(page, "document.fullscreenElement === null")
    assert button.get_attribute("aria-pressed") == "false"


def test_a_browser_that_refuses_full_screen_says_so(page):
    page.evaluate(
        "() => { Element.prototype.requestFullscreen = () => Promise.reject(new Error('no')); }"
    )
    page.keyboard.press("f")
    page.get_by_text("This browser shows no full screen (no).").wait_for()
