"""A link to a picture, in a real browser."""

from urllib.parse import quote

from tests.prediction.report.hands import WORST_FIRST, many, wait_until


def open_at(page, made, address):
    """Opens the page anew at an address within it."""
    page.goto("about:blank")
    page.goto(made.path.as_uri() + address)
    page.wait_for_selector("[data-ready]", state="attached")


def link(name):
    return f"#picture=test/{quote(name, safe='')}"


def test_a_link_opens_its_picture(make, visit):
    made = make()
    page = visit(made.path)
    for name in made.names:
        open_at(page, made, link(name))
        page.get_by_role("heading", name=name, exact=True).wait_for()
        assert page.locator('[aria-selected="true"] .row-name').text_content() == name


def test_the_address_follows_the_picture_once_one_was_chosen(make, visit):
    made = make()
    page = visit(made.path)
    assert page.evaluate("location.hash") == ""
    page.keyboard.press("ArrowRight")
    wait_until(page, "location.hash !== ''")
    wanted = made.names[WORST_FIRST[1]]
    here, hung = page.evaluate("location.hash"), page.locator("#picture-link").get_attribute("href")
    assert here == hung
    assert page.evaluate("decodeURIComponent(location.hash)") == f"#picture=test/{wanted}"
    page.keyboard.press("ArrowLeft")
    open_at(page, made, here)
    page.get_by_role("heading", name=wanted, exact=True).wait_for()


def test_another_address_in_an_open_page_goes_there_past_all_filters(make, visit):
    made = make(many(40), shown=10)
    page = visit(made.path)
    page.locator("#find").fill("039")
    page.evaluate("location.hash = 'picture=test/021.jpg'")  # only its scores are in the page
    page.get_by_role("heading", name="021.jpg", exact=True).wait_for()
    assert page.locator("#find").input_value() == ""
    assert not page.locator("#only-kept").is_checked()
    page.get_by_text("A report with all pictures (report_pictures=null) shows it").first.wait_for()


def test_a_link_to_nothing_is_told_and_changes_nothing(make, visit):
    made = make()
    page = visit(made.path)
    for address, name in (
        ("#picture=test/lost.jpg", "lost.jpg"),
        ("#picture=constructor/x.jpg", "x.jpg"),
        ("#picture=test/100%.jpg", "100%.jpg"),
    ):
        open_at(page, made, address)
        notice = page.locator("#notice")
        assert notice.text_content() == f"There is no picture {name} in this report."
        assert page.locator("#picture-name").text_content() == made.names[WORST_FIRST[0]]
    page.evaluate(f"location.hash = {link(made.names[0])!r}")
    page.get_by_role("heading", name=made.names[0], exact=True).wait_for()
    assert not notice.is_visible()
