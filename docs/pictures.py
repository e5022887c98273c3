"""Makes the two pictures of the README, from a run that has predicted its test pictures.

``python train.py +machine=demo``, then ``python docs/pictures.py`` writes ``docs/demo.png``, a
row for each of some test pictures, with the view, its true mask and the predicted mask, and
``docs/report.png``, the run's report as chromium shows it. Another run's folder may follow as an
argument.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from jetcar.data.codes import Codes, read_pair
from jetcar.data.pairs import find_split
from jetcar.data.source.fetch import fetch
from jetcar.errors import UserError
from jetcar.model.checkpoint import read_checkpoint
from jetcar.prediction.writer import mask_name
from jetcar.settings.recorded import street_from

ROWS = 3
SIDE = 256
"""Pixels of each picture on the sheet."""

GAP = 6
HEADER = 22

WINDOW = (1280, 800)
"""Pixels of the browser in which the report is shown."""


def draw_views(run: Path) -> Path:
    """Writes ``demo.png`` beside this file.

    Raises:
        UserError: the run is not there, or has no masks of its test pictures.
    """
    if not (run / "checkpoints" / "best.ckpt").is_file():
        raise UserError(f"There is no run in {run} yet; python train.py +machine=demo makes one.")
    card, _ = read_checkpoint(run / "checkpoints" / "best.ckpt")
    data = card.settings["data"]
    dataset = fetch(data["source"], Path(data["root"]), street_from(card.settings["street"]))
    pairs = find_split(dataset, "Test")
    colors = np.array(card.table.colors, np.uint8)
    codes = Codes.of(card.table, [])
    sheet = Image.new("RGB", (3 * SIDE + 2 * GAP, HEADER + ROWS * (SIDE + GAP) - GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for column, title in enumerate(("what the car sees", "what is there", "what it learnt to see")):
        draw.text((column * (SIDE + GAP) + 4, 2), title, "black", ImageFont.load_default(15))
    for row in range(ROWS):
        number = row * len(pairs) // ROWS  # spread over the maps
        image, mask = pairs.images[number], pairs.masks[number]
        if mask is None:
            raise UserError(f"{image} has no true mask to show.")
        pixels, true = read_pair(image, mask, *card.image_size)
        codes.check(true, mask)
        prediction = run / "predictions" / mask_name(image)
        if not prediction.is_file():
            raise UserError(f"There is no {prediction} yet; python predict.py makes it.")
        predicted = np.asarray(Image.open(prediction))[..., 0]
        for column, cell in enumerate((pixels, colors[true], colors[predicted])):
            large = Image.fromarray(cell).resize((SIDE, SIDE), Image.Resampling.NEAREST)
            sheet.paste(large, (column * (SIDE + GAP), HEADER + row * (SIDE + GAP)))
    out = Path(__file__).with_name("demo.png")
    sheet.save(out, optimize=True)
    return out


def photograph_report(run: Path) -> Path:
    """Writes ``report.png`` beside this file.

    Raises:
        UserError: the run has no report, or there is no chromium to open it.
    """
    page = (run / "report.html").absolute()
    if not page.is_file():
        raise UserError(f"There is no {page} yet; python predict.py report=true makes it.")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise UserError("There is no chromium to open the report in: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    width, height = WINDOW
    out = Path(__file__).with_name("report.png")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": width, "height": height})
        shown.goto(page.as_uri())
        shown.wait_for_selector("[data-ready]", state="attached")
        shown.screenshot(path=out)
        browser.close()
    Image.open(out).convert("RGB").quantize(256).save(out, optimize=True)
    return out


if __name__ == "__main__":
    try:
        of = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/demo")
        print(draw_views(of))
        print(photograph_report(of))
    except UserError as error:
        sys.exit(str(error))
