"""How large the report is and how fast it opens and scrolls, with 1,000 test pictures.

``python benchmarks/report.py`` draws pictures of the street (224 x 224), takes shifted masks for
predictions, and prints a row for the usual page (60 pictures in it) and one for a page of all of
them. Opening ends when all panes of the first picture are painted, in Chromium without a window
(``apt-get install chromium``; ``pip install playwright``). Scrolling moves through the whole list
within 200 frames.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from omegaconf import OmegaConf
from playwright.sync_api import Browser, sync_playwright
from torch.nn.functional import avg_pool2d, one_hot

from jetcar.classes import IMAGE_SEGMENTER as TABLE
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs, find_split
from jetcar.data.pictures import Pixels, read_image, read_mask
from jetcar.prediction.forward import Predicted
from jetcar.prediction.report.facts import Facts
from jetcar.prediction.report.report import Report
from jetcar.prediction.score import PixelCounter, plain_scores
from jetcar.settings.street import Street
from jetcar.street.dataset import make_street

VALUES = Path(__file__).parents[1] / "conf/street/default.yaml"
SIZE = 224

SCROLL = """async () => {
  const list = document.getElementById("list");
  const end = list.scrollHeight - list.clientHeight;
  const times = [];
  for (let i = 0; i <= 200; i++) {
    list.scrollTop = (end * i) / 200;
    times.push(await new Promise(requestAnimationFrame));
  }
  return times.slice(1).map((time, i) => time - times[i]);
}"""


def draw_pictures(folder: Path, pictures: int) -> Pairs:
    """Test pictures of the street, with masks."""
    changes = {"images": {"train": 1, "val": 1, "test": pictures}, "size": SIZE}
    values = OmegaConf.merge(OmegaConf.structured(Street), OmegaConf.load(VALUES), changes)
    make_street(OmegaConf.to_object(values), folder)
    return find_split(folder, "Test")


def unsure_logits(codes: Pixels) -> torch.Tensor:
    """What a network says that predicts these codes and is unsure at their edges."""
    chance = one_hot(torch.from_numpy(codes).long(), TABLE.n_outputs).permute(2, 0, 1).float()
    return 12 * avg_pool2d(chance, 9, 1, 4)


def write_page(path: Path, pairs: Pairs, shown: int | None) -> tuple[float, list[Path]]:
    """Makes a page as a run does; the seconds that the report itself took, and its files."""
    counter, rng = PixelCounter(TABLE, Codes.of(TABLE, [])), np.random.default_rng(0)
    seconds = 0.0
    with Report(path, TABLE, shown) as report:
        gallery = report.gallery("test", pairs)
        for i, (image, mask) in enumerate(zip(pairs.images, pairs.masks, strict=True)):
            true = read_mask(str(mask))
            codes = cv2.medianBlur(np.roll(true, tuple(rng.integers(-9, 10, 2)), (0, 1)), 3)
            one = Predicted(i, read_image(image), codes, codes, unsure_logits(codes))
            compared = counter.add(codes, str(mask))
            start = time.perf_counter()
            gallery.add(one, compared)
            seconds += time.perf_counter() - start
        result = {"name": "benchmark", "scores": {"test": plain_scores(counter)}}
        result |= {"monitor": "val/iou", "best_epoch": 0, "versions": {}}
        start = time.perf_counter()
        files = report.write(Facts(TABLE, result, [], {}, {}, {"test": "Test"}))
        return seconds + time.perf_counter() - start, files


def open_page(browser: Browser, path: Path) -> tuple[float, list[float]]:
    """Seconds until the first picture is painted, and milliseconds between frames of scrolling."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    start = time.perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector('canvas[data-layer="difference"]')
    seconds = time.perf_counter() - start
    frames = page.evaluate(SCROLL)
    page.close()
    return seconds, frames


def main() -> None:
    """Prints a row for each kind of page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5, help="times that a page is opened")
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if program is None:
        raise SystemExit("There is no chromium to open the page in: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
            f"Chromium {browser.version}"
        )
        pairs = draw_pictures(Path(folder) / "street", arguments.pictures)
        print("pictures  shown    page MB  beside MB  ms a picture  opens s   frame ms (99 %)")
        for shown in (60, None):
            path = Path(folder) / f"run-{shown}" / "report.html"
            seconds, files = write_page(path, pairs, shown)
            opened = [open_page(browser, path) for _ in range(arguments.repeats)]
            frames = [frame for _, of_one in opened for frame in of_one]
            beside = sum(file.stat().st_size for file in files[:-1])
            print(
                f"{len(pairs):8}  {shown or 'all':>5}  {path.stat().st_size / 1e6:9.2f}  "
                f"{beside / 1e6:9.2f}  {1000 * seconds / len(pairs):12.2f}  "
                f"{statistics.median(one for one, _ in opened):7.2f}   "
                f"{statistics.median(frames):.0f} ({np.percentile(frames, 99):.0f})"
            )
        browser.close()


if __name__ == "__main__":
    main()
