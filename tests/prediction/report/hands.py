"""What a person sees and does on the page, for its tests."""

import csv
import io

import numpy as np

WORST_FIRST = [2, 1, 0]  # of the three pictures: IoU 0.4167, 0.875 and 1


def names_in_list(page):
    rows = page.locator("#list .row")
    rows.first.wait_for()
    return rows.locator(".row-name").all_text_contents()


def wait_until(page, condition):
    """Waits until it is true; the page's own policy forbids playwright's ``wait_for_function``."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to be: {condition}")


def pixel(page, layer, x, y):
    """Red, green, blue and alpha of a pixel of a mask, as painted."""
    return page.locator(f'canvas[data-layer="{layer}"]').evaluate(
        """(canvas, [x, y]) => {
            const copy = new OffscreenCanvas(1, 1).getContext("2d");
            copy.drawImage(canvas, -x, -y);
            return [...copy.getImageData(0, 0, 1, 1).data];
        }""",
        [x, y],
    )


def point_at(page, layer, row):
    """Hovers over the middle of a row of an 8 x 8 picture."""
    box = page.locator(f'canvas[data-layer="{layer}"]').bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * (row + 0.5) / 8)


def many(n):
    """Pictures of two classes; each has more wrong pixels than the one before."""
    true = np.repeat([0, 1], 128).reshape(16, 16)
    return {f"{i:03}.jpg": (true, np.roll(true.ravel(), 3 * i).reshape(16, 16)) for i in range(n)}


def saved(page):
    """The lines of pictures.csv, read as a spreadsheet does."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as CSV").click()
    assert waiting.value.suggested_filename == "pictures.csv"
    with open(waiting.value.path(), "rb") as file:
        text = file.read().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))
