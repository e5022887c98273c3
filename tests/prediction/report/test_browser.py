"""The page in a real browser, opened as a file: what a person does, by mouse, keys and touch."""

import pytest

from tests.prediction.report.hands import WORST_FIRST, many, names_in_list, pixel, point_at


def test_it_opens_with_the_worst_picture_and_all_four_panes(make, visit):
    made = make()
    page = visit(made.path)
    assert names_in_list(page) == [made.names[i] for i in WORST_FIRST]
    assert page.locator("#picture-name").text_content() == made.names[2]
    assert "1 of 3 · IoU 0.4167" in page.locator("#picture-score").text_content()
    page.locator('canvas[data-layer="difference"]').wait_for()
    assert page.locator("figcaption").all_text_contents()[:4] == [
        "Image",
        "True",
        "Predicted",
        "Difference",
    ]
    assert pixel(page, "true", 0, 7)[:3] == [0, 255, 0]  # code 2
    assert pixel(page, "predicted", 0, 7)[:3] == [231, 14, 19]  # code 1
    assert pixel(page, "predicted", 0, 0)[3] == 0  # nothing leaves the image as it is
    assert pixel(page, "difference", 0, 0)[3] == 0
    assert pixel(page, "difference", 0, 7)[3] == 255


def test_names_with_markup_appear_as_text(make, visit):
    made = make()
    page = visit(made.path)
    assert page.evaluate("window.hacked") is None
    assert page.locator("h1").text_content() == f"jetcar run {made.script}"
    legend = page.locator("#legend .class-name").all_text_contents()
    assert legend[1:3] == [made.script, made.nasty]
    assert made.script in page.locator("#class-filter").text_content()
    assert f"{made.nasty} taken for {made.script}" in page.locator(".worst li").first.text_content()
    assert f"a leak of {made.nasty}" in page.locator(".findings").text_content()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=made.names[1], exact=True).wait_for()


def test_pointing_at_a_pixel_tells_both_codes_and_marks_where_they_differ(make, visit):
    made = make()
    page = visit(made.path)
    point_at(page, "true", 7)
    probe = page.locator("#probe")
    assert probe.locator(".said").all_text_contents() == [
        f"True 2 {made.nasty}",
        f"Predicted 1 {made.script} ≠",
    ]
    assert probe.evaluate("p => p.classList.contains('differs')")
    point_at(page, "true", 0)
    assert probe.locator(".said").all_text_contents() == ["True 0 nothing", "Predicted 0 nothing"]
    assert not probe.evaluate("p => p.classList.contains('differs')")


def test_keys_walk_toggle_and_blink(make, visit):
    made = make()
    page = visit(made.path)
    heading = page.locator("#picture-name")
    for key, place in (("ArrowRight", 1), ("End", 2), ("ArrowLeft", 1), ("Home", 0)):
        page.locator("#list").focus()
        page.keyboard.press(key)
        assert heading.text_content() == made.names[WORST_FIRST[place]]
    page.keyboard.press("t")
    assert page.locator("#panes figcaption").all_text_contents() == ["Predicted"]
    page.keyboard.press("t")
    assert page.locator("#panes figcaption").all_text_contents() == ["True"]
    assert pixel(page, "true", 0, 7)[:3] == [0, 255, 0]
    page.keyboard.press("b")  # toggles at once, and then on and on
    page.get_by_text("True", exact=True).and_(page.locator("figcaption")).wait_for()
    page.keyboard.press("b")
    assert page.locator('[data-do="blink"]').get_attribute("aria-pressed") == "false"
    page.keyboard.press("s")
    assert page.locator("#panes figcaption").count() == 4
    page.keyboard.press("Shift+ArrowDown")
    assert "x 4 y 5" in page.locator("#probe").text_content()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()


def test_scanning_goes_on_by_itself(make, visit):
    made = make()
    page = visit(made.path)
    page.get_by_role("button", name="Scan").click()  # goes on at once
    page.get_by_role("heading", name=made.names[1], exact=True).wait_for()
    page.get_by_role("heading", name=made.names[0], exact=True).wait_for()


def test_sorting_and_filtering_the_list(make, visit):
    made = make()
    page = visit(made.path)
    page.locator("#order").select_option("name")
    assert names_in_list(page) == sorted(made.names)
    page.locator("#order").select_option("class")  # worst classes: 0, 0.75 and 1
    assert names_in_list(page) == [made.names[i] for i in WORST_FIRST]
    page.locator("#class-filter").select_option("1")
    page.locator("#order").select_option("worst")
    # By the IoU of class 1: 0.75, 1, and none where it is only predicted.
    assert names_in_list(page) == [made.names[i] for i in (1, 0, 2)]
    page.locator("#find").fill("0001_Z1")
    assert names_in_list(page) == [made.names[0]]
    page.locator("#find").fill("no such name")
    assert page.locator("#list-count").text_content() == "0 pictures"
    assert page.locator("#picture-name").text_content() == "No picture"


def test_the_legend_hides_and_shows_classes(make, visit):
    page = visit(make().path)
    page.locator("#legend input").nth(1).uncheck()
    assert pixel(page, "predicted", 0, 7)[3] == 0
    page.get_by_role("button", name="all", exact=True).click()
    assert pixel(page, "predicted", 0, 7)[3] == 255
    page.locator("#legend li").nth(2).hover()
    page.locator("#legend .only").nth(2).click()
    assert pixel(page, "true", 0, 7)[3] == 255
    assert pixel(page, "predicted", 0, 7)[3] == 0


def test_colours_theme_and_opacity_change_what_is_seen(make, visit):
    page = visit(make().path, color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").select_option("dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator("#palette").select_option("safe")
    assert pixel(page, "true", 0, 7)[:3] != [0, 255, 0]
    assert pixel(page, "true", 0, 7)[3] == 255
    page.locator("#opacity").fill("100")
    assert pixel(page, "true", 0, 0) == [0, 0, 0, 255]  # the mask alone, nothing included
    assert page.locator('canvas[data-layer="true"]').evaluate("c => c.style.opacity") == "1"


@pytest.mark.parametrize("way", ["allowed", "missing", "refused"])
def test_the_worst_names_can_be_copied(make, visit, way):
    made = make()
    page = visit(made.path, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#copy-count").fill("2")
    if way == "missing":
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    elif way == "refused":
        page.evaluate(
            "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
            "document.execCommand = () => false"
        )
    page.locator("#copy").click()
    wanted = "\n".join(made.names[i] for i in WORST_FIRST[:2]) + "\n"
    if way == "refused":
        assert page.locator("#copied").is_visible()
        assert page.locator("#copied-text").input_value() == wanted
        assert page.evaluate("getSelection().toString()") == wanted
        return
    page.get_by_text("Copied 2").wait_for()
    page.locator("#find").focus()
    if way == "allowed":
        assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_one_picture_is_counted_as_one(make, visit):
    page = visit(make(many(1)).path)
    assert page.locator("#list-count").text_content() == "1 picture"
    assert page.locator(".tile").first.text_content().split()[-2:] == ["1", "picture"]


def test_of_many_pictures_the_worst_and_a_sample_are_in_the_page(make, visit):
    made = make(many(40), shown=10)
    page = visit(made.path)
    names = names_in_list(page)
    assert len(names) == 10
    assert {"039.jpg", "038.jpg", "037.jpg"} <= set(names)  # the worst
    assert "000.jpg" in names  # the best, by the sample
    assert page.locator("#list-count").text_content() == "10 of 40 pictures"
    page.locator("#only-kept").uncheck()
    assert page.locator("#list-count").text_content() == "40 pictures"
    page.locator("#find").fill("021")
    page.get_by_text("A report with all pictures (report_pictures=null) shows it").first.wait_for()


def test_too_many_pictures_stand_beside_the_page(make, visit, monkeypatch):
    monkeypatch.setattr("jetcar.prediction.report.shelf.INSIDE_BYTES", 2000)
    made = make(many(40))
    files = sorted(path.name for path in (made.path.parent / "report_files").iterdir())
    assert files == [f"0000{i}.js" for i in range(5)]  # 8 pictures in each
    page = visit(made.path)
    page.locator('canvas[data-layer="true"]').wait_for()
    assert pixel(page, "true", 0, 15)[:3] == [231, 14, 19]
    page.locator("#list").focus()
    page.keyboard.press("End")
    page.get_by_role("heading", name="000.jpg").wait_for()
    page.locator('canvas[data-layer="true"]').wait_for()
    assert "not-kept" not in page.locator(".row").last.get_attribute("class")


def test_a_touch_tells_the_pixel_and_nothing_is_wider_than_a_phone(make, visit):
    made = make()
    page = visit(made.path, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.locator("#panes figcaption").all_text_contents() == ["Predicted"]
    page.locator("#panes canvas").tap(position={"x": 10, "y": 300})
    assert "≠" in page.locator("#probe").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_jumps_from_picture_to_picture(make, visit):
    page = visit(make().path)
    place = "() => document.querySelector('.tools').getBoundingClientRect().top"
    page.locator('canvas[data-layer="true"]').wait_for()
    before = page.evaluate(place)
    point_at(page, "true", 7)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(place) == before


def test_curves_tell_the_values_of_an_epoch(make, visit):
    page = visit(make().path)
    chart = page.locator(".chart").first
    chart.locator("> svg").focus()
    page.keyboard.press("ArrowLeft")
    assert chart.locator("output").all_text_contents() == ["2", "2.5"]
    page.keyboard.press("ArrowRight")
    assert chart.locator("output").all_text_contents() == ["1", "–"]  # no number


def test_a_table_sorts_by_what_is_clicked(make, visit):
    page = visit(make().path)
    table = page.locator("table.classes")
    table.get_by_role("button", name="IoU", exact=True).click()
    ious = table.locator("tbody tr td:nth-child(2)").all_text_contents()
    assert ious == ["0.9231", "0.7000", "0.0000", "–", "–"]
    table.get_by_role("button", name="IoU", exact=True).click()
    assert table.locator("tbody tr td:nth-child(2)").first.text_content() == "0.0000"
