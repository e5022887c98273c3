"""Pictures, masks and class tables as people have them, tried on the programs themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

PROJECT = Path(__file__).parent.parent.parent
TABLE = "Code;Name;Color\r\n0;nothing;0\r\n5;lane;00FF00\r\n"
COLOR_OF = {0: (0, 0, 0), 5: (0, 255, 0)}
PATIENCE_SECONDS = 300


def masks(folder, split="*"):
    return sorted((folder / "DataSet/Mask").glob(f"{split}/*.png"))


def packed(color_of):
    """Gives each mask a palette of its own, in which the codes have these colours."""

    def spoil(folder):
        for turn, path in enumerate(masks(folder)):
            codes = np.asarray(Image.open(path))
            order = [0, 5][:: 1 if turn % 2 else -1]
            image = Image.fromarray(np.argmax(codes[..., None] == order, axis=-1).astype(np.uint8))
            image.putpalette([level for code in order for level in color_of[code]])
            image.save(path)

    return spoil


def coloured(folder):
    for path in masks(folder):
        colours = np.zeros((256, 3), np.uint8)
        colours[5] = COLOR_OF[5]
        Image.fromarray(colours[np.asarray(Image.open(path))]).save(path)


def ignored_val(folder):
    for path in masks(folder, "Val"):
        Image.fromarray(np.full((32, 32), 255, np.uint8)).save(path)


def dark(folder):
    for path in sorted((folder / "DataSet/Img/Train").glob("*")):
        image = cv2.imread(str(path)).astype(np.uint16)  # 8 bits in 16
        path.unlink()
        cv2.imwrite(str(path.with_suffix(".png")), image)


def smooth(folder):
    for path in masks(folder, "Train"):
        codes = np.asarray(Image.open(path))
        small = cv2.resize(codes, (16, 16), interpolation=cv2.INTER_NEAREST)
        Image.fromarray(cv2.resize(small, (32, 32), interpolation=cv2.INTER_CUBIC)).save(path)


def foreign(folder):
    for path in (folder / "DataSet").rglob("*_*.*"):
        path.rename(path.with_name(path.name.rpartition("_")[2]))
    shutil.copy(folder / "mine.csv", folder / "DataSet/classes.csv")


def named(text):
    return lambda folder: (folder / "mine.csv").write_text(text, encoding="utf-8")


FAULTS = {
    "palettes that differ": (packed(COLOR_OF), (), 0, "the colour counts, not the index"),
    "packed greys": (packed({0: (0,) * 3, 5: (5,) * 3}), (), 0, "the grey counts, not the index"),
    "palettes of foreign colours": (
        packed({0: (1, 2, 3), 5: (3, 2, 1)}),
        (),
        1,
        "error: The palettes of the masks differ: index 0 is",
    ),
    "colours": (coloured, (), 0, "they are read by the colours of the class table"),
    "nothing counts in Val": (ignored_val, (), 1, "error: No pixel of Val counts"),
    "16 bits that hold 8": (dark, (), 1, "would be black, as no value in it is above 255 of 65535"),
    "smooth edges": (smooth, ("classes=imagesegmenter",), 0, "has smooth edges"),
    "a foreign data set": (foreign, ("classes=auto",), 0, "(0 class_0, 5 class_5, ...)"),
    "a table that is not taken": (foreign, ("classes=auto",), 0, "Take it with classes="),
    "a near name": (None, ("ignore=[Lane]",), 1, "Did you mean lane?"),
    "a name with an escape": (
        named("code,name,color\n0,\x1b[2Jroad,000000\n5,lane,00FF00\n"),
        (),
        1,
        r"has the name '\x1b[2Jroad'",
    ),
    "a name without end": (
        named(f"code,name,color\n0,{'x' * 5_000_000},000000\n"),
        (),
        1,
        "mine.csv is larger than 1 MB, so it is not a class table.",
    ),
}


@pytest.fixture
def audited(pictures, tmp_path):
    """A function that spoils a copy of the pictures and audits it: exit code and output."""

    def run(name, spoil, arguments):
        folder = tmp_path / name
        shutil.copytree(pictures, folder / "DataSet")
        (folder / "mine.csv").write_bytes(TABLE.encode("utf-8-sig"))
        if spoil is not None:
            spoil(folder)
        usual = {"source": "DataSet", "classes": "mine.csv"}
        usual |= dict(one.split("=", 1) for one in arguments)
        words = [f"{setting}={value}" for setting, value in usual.items()]
        done = subprocess.run(
            [sys.executable, "-m", "jetcar.data.audit", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).decode("utf-8")

    return run


def test_data_as_people_have_it_is_read_right_or_told(audited, fault):
    def attempt(name):
        spoil, arguments, wanted, sentence = FAULTS[name]
        code, output = audited(name, spoil, arguments)
        problems = [] if code == wanted else [f"exit code {code}"]
        if sentence not in output:
            problems.append(f"not said: {sentence!r}")
        if "A fault of the program" in output or "Traceback" in output:
            problems.append("a fault of the program")
        if "\x1b" in output or len(output) > 20_000:
            problems.append("a name reached the terminal as it is")
        return f"{name}: {'; '.join(problems)}\n{output[:2000]}" if problems else None

    with ThreadPoolExecutor(2) as pool:
        wrong = [problem for problem in pool.map(attempt, FAULTS) if problem]
    assert not wrong, "\n\n".join([f"{len(wrong)} of {len(FAULTS)}:", *wrong])
    fault(len(FAULTS))


def test_masks_in_another_coding_show_the_same_shares(audited, fault):
    spoils = {"as they are": None, "palettes": packed(COLOR_OF), "rgb": coloured}
    tables = []
    for name, spoil in spoils.items():
        lines = audited(f"shares {name}", spoil, ())[1].splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("class "))
        start += lines[start].startswith("class table")
        tables.append([line for line in lines[start:] if line.endswith(" %")])
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) == 2  # nothing and lane
    fault(len(spoils) - 1)
