"""Pixels and classes that count nowhere, in a real browser: told apart from what is absent."""

from tests.prediction.report.hands import many, pixel


def test_ignored_pixels_are_hatched_and_can_be_hidden(make, visit):
    """The first row of the second picture is ignored."""
    page = visit(make().path)
    page.keyboard.press("ArrowRight")
    page.get_by_text("2 of 3").wait_for()
    for layer in ("true", "difference"):
        stripes = {tuple(pixel(page, layer, x, 0)) for x in range(8)}
        assert stripes == {(70, 74, 80, 255), (214, 217, 221, 255)}
    row = page.locator("#legend li").last
    assert row.locator(".class-name").text_content() == "ignored"
    assert "absent" not in (row.get_attribute("class") or "")
    row.locator("input").uncheck()
    assert pixel(page, "true", 0, 0)[3] == pixel(page, "difference", 0, 0)[3] == 0
    assert pixel(page, "true", 0, 7)[3] == 255
    page.get_by_role("button", name="all", exact=True).click()
    assert pixel(page, "true", 0, 0)[3] == 255
    page.get_by_role("button", name="none", exact=True).click()
    assert pixel(page, "true", 0, 0)[3] == 0
    page.keyboard.press("ArrowRight")
    page.get_by_text("3 of 3").wait_for()
    assert "absent" in row.get_attribute("class")  # no pixel of this picture is ignored


def test_a_page_without_ignored_pixels_has_no_row_for_them(make, visit):
    page = visit(make(many(2)).path)
    assert "ignored" not in page.locator("#legend .class-name").all_text_contents()


def test_a_class_that_is_ignored_is_not_called_absent(make, visit):
    page = visit(make(ignored=["never"]).path)
    for table in ("table.classes", "#data table"):
        tagged = page.locator(f"{table} tbody tr:has(.tag)")
        assert tagged.locator("th").all_text_contents() == ["5 neverignored"]
    legend = page.locator('#legend li[data-code="5"] .class-iou')
    assert legend.text_content() == "ignored"
