"""A real browser for the pages that the program writes: Debian's chromium, nothing downloaded."""

import os
import shutil

import pytest

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser():
    """Chromium; where there is none the test is skipped, but fails with JETCAR_NEEDS_BROWSER=1."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        if os.environ.get("JETCAR_NEEDS_BROWSER") == "1":
            pytest.fail("there is no chromium: apt-get install chromium")
        pytest.skip("no chromium on this machine to open the page in")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser):
    """Opens a page as a file; afterwards it must have asked for nothing and had no error."""
    contexts, asked, errors = [], [], []

    def visit(path, **how):
        context = browser.new_context(
            viewport=how.pop("viewport", {"width": 1400, "height": 900}), **how
        )
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector("[data-ready]", state="attached")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []
