"""What all tests share: pens that draw pictures, and a tiny data set drawn with them."""

from __future__ import annotations

import logging
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from PIL import Image

pytest_plugins = ("tests.benchmark", "tests.browser", "tests.links")

# The same examples in every run, and no limit of time for one: a computer may be busy.
hypothesis.settings.register_profile("jetcar", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.load_profile("jetcar")

# Tests send these to programs that they start. `nohup`, and `&` in a script, switch them off
# for all that they start, and the programs would go on.
for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), usual)

Color = tuple[int, int, int]

SPLITS = {
    "Train": {"Img_a": 5, "Img_b": 0, "Img_c": 1},
    "Val": {"Img_d": 5, "Img_e": 0},
    "Test": {"f": 5, "g": 1},
}
"""The pictures of ``street`` and the code that fills each of them."""

COLORS: dict[int, Color] = {0: (0, 0, 0), 1: (231, 14, 19), 5: (0, 255, 0)}
"""The colours of ImageSegmenter's nothing, white_solid_line and lane_my_dir."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files marked as ``long`` first, each as a whole.

    A test process that has come to its end takes over tests from the end of another one's list.
    These shall be short, else one process works for a minute when all others are done.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


class Pens:
    """Draws the files of a data set; a folder that is missing is made."""

    @staticmethod
    def image(path: Path, color: Color = (90, 120, 150), size: tuple[int, int] = (32, 32)) -> Path:
        """A picture of one colour, ``size`` is height and width; JPEG or PNG by its suffix."""
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((*size, 3), color, np.uint8)).save(path)
        return path

    @staticmethod
    def mask(
        path: Path, codes: int | np.ndarray = 0, kind: str = "palette", size: int = 32
    ) -> Path:
        """A PNG that holds codes.

        Args:
            path: Where to.
            codes: Of shape ``(H, W)``, or one code for ``size`` x ``size`` pixels.
            kind: How codes are written. ``palette``, ``palette1``, ``palette2``, ``palette4``: as
                indices of so many bits (8 without a number), into a palette that is not the
                identity; ``grey`` and ``rgb`` (R = G = B): as values. As no mask should be:
                ``grey1`` (1 bit: code above 0), ``grey16``, ``grey-alpha`` and ``rgba``.
            size: Pixels.
        """
        array = np.full((size, size), codes, np.uint8) if isinstance(codes, int) else codes
        array = array.astype(np.uint8)
        image = Image.fromarray(array)
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind.startswith("palette"):
            image.putpalette([255 - i // 3 for i in range(768)])  # index i looks like grey 255 - i
            image.save(path, bits=int(kind.removeprefix("palette") or 8))
        elif kind == "grey16":
            Image.fromarray(array.astype(np.uint16)).save(path)
        elif kind == "grey1":
            Image.fromarray(array > 0).save(path)
        else:
            modes = {"grey": "L", "rgb": "RGB", "grey-alpha": "LA", "rgba": "RGBA"}
            image.convert(modes[kind]).save(path)
        return path

    @staticmethod
    def noise(path: Path, rng: np.random.Generator) -> Path:
        """A picture of 32 x 32 pixels that is like no other."""
        cells = rng.integers(0, 256, (16, 16, 3), np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(cells.repeat(2, axis=0).repeat(2, axis=1)).save(path)
        return path

    @staticmethod
    def zip(folder: Path, path: Path, top: str = "DataSet/") -> Path:
        """A zip of everything in a folder, below ``top``; ``""`` is the zip's own top."""
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*")):
                archive.write(file, top + file.relative_to(folder).as_posix())
        return path


@pytest.fixture(scope="session")
def draw() -> type[Pens]:
    """Pens for pictures, masks and zips: ``draw.image(path)``, ``draw.mask(path, 5)``."""
    return Pens


@pytest.fixture
def street(tmp_path: Path, draw: type[Pens]) -> Path:
    """The folder of a data set: 3 Train, 2 Val and 2 Test pairs of 32 x 32 pixels.

    Every picture shows one class of ImageSegmenter in its colour: ``SPLITS`` says which. Nothing
    else lies in its parent folder, whose name has a space and an umlaut.
    """
    folder = tmp_path / "Meine Straße" / "DataSet"
    for split, pictures in SPLITS.items():
        for name, code in pictures.items():
            draw.image(folder / "Img" / split / f"{name}.jpg", COLORS[code])
            mask = name.replace("Img_", "Mask_")
            draw.mask(folder / "Mask" / split / f"{mask}.png", code)
    return folder


@pytest.fixture(autouse=True)
def log_as_at_start() -> Iterator[None]:
    """Takes back what a command did to the program's log, for ``caplog`` to hear the next test."""
    log = logging.getLogger("jetcar")
    handlers, level, propagate = log.handlers[:], log.level, log.propagate
    log.setLevel(logging.INFO)
    yield
    log.handlers[:], log.propagate = handlers, propagate
    log.setLevel(level)
