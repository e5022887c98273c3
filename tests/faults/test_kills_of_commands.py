"""predict.py, the export, the street and unpacking are killed at any moment: all old or all new."""

from __future__ import annotations

import random
import signal
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.export.car import refuse_other_files
from jetcar.model.network import Network
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="Windows cannot be told who ended what"
)
DYING = "tests/faults/dying.py"
QUIET = ("device=cpu", "precision=32")
CODES = {"ones": 1, "fives": 5}
STEPS_OF_PREDICTION, STEPS_OF_CAR, STEPS_OF_STREET, STEPS_OF_UNPACKING = 80, 30, 14, 16
"""About how many steps each makes; those behind the last one are never reached."""


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Checkpoints whose networks say one code everywhere, by name."""
    folder = tmp_path_factory.mktemp("checkpoints")
    scores = {"score": 0.5, "best_score": 0.5, "best_epoch": 1, "epoch": 1}

    def saved(name: str, code: int) -> Path:
        card = card_of(IMAGE_SEGMENTER, SMALLEST, **scores, settings={"name": name})
        network = says_everywhere(Network(card.architecture), code)
        return save_checkpoint(folder / f"{name}.ckpt", card, network)

    return {name: saved(name, code) for name, code in CODES.items()}


@pytest.fixture
def die_at(program, fault):
    """A function that runs a program until a step; whether it was killed there."""

    def die_at(step: int, path: str, *arguments: str) -> bool:
        code, output = program.run(str(step), path, *arguments, program=DYING)
        assert code in (0, -signal.SIGKILL), output
        fault(code != 0)
        return code != 0

    return die_at


def codes_in(folder: Path, files) -> set[int]:
    """All codes that occur in masks; a file that is no whole picture raises."""
    found: set[int] = set()
    for file in files:
        with Image.open(file) as mask:
            found |= set(np.unique(np.asarray(mask)).tolist())
    return found


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".part" in path.name or ".lock" in path.name]


def test_predictions_are_those_of_one_checkpoint(
    program, pictures, checkpoints, die_at, tmp_path, fault
):
    folder, images = program.folder, pictures / "Img" / "Train"
    names = list(checkpoints)
    wished = (f"images={images}", "out=masks", "overlays=true", "report=true", *QUIET)

    def whole():
        """The code of all masks, and whether each companion that is there is of the same."""
        masks = sorted((folder / "masks").glob("*.png"))
        assert len(masks) in (0, 12)
        codes = codes_in(folder, masks)
        assert len(codes) <= 1
        if (folder / "masks.zip").exists():
            with zipfile.ZipFile(folder / "masks.zip") as archive:
                assert archive.testzip() is None
                zipped = {name: archive.read(name) for name in archive.namelist()}
            assert zipped == {path.name: path.read_bytes() for path in masks}
        page = folder / "masks_report.html"
        if page.exists():
            name = names[list(CODES.values()).index(*codes)]
            assert f"<title>{name} " in page.read_text(encoding="utf-8")
        overlays = list((folder / "masks_overlays").glob("*.png"))
        assert len(overlays) in (0, 12)
        for path in overlays[:2]:
            with Image.open(path) as sheet:
                colors = {color for _, color in sheet.convert("RGB").getcolors(1 << 20)}
            (code,) = codes
            assert IMAGE_SEGMENTER.colors[code] in colors
            assert not {IMAGE_SEGMENTER.colors[c] for c in CODES.values() if c != code} & colors
        return codes

    dice = random.Random("predictions")
    steps = sorted(dice.sample(range(1, STEPS_OF_PREDICTION), 14))
    kills = 0
    code, output = program.run(f"checkpoint={checkpoints['ones']}", *wished, program="predict.py")
    assert code == 0, output
    assert whole() == {1}
    for turn, step in enumerate(steps):
        other = names[(turn + 1) % 2]
        kills += die_at(step, "predict.py", f"checkpoint={checkpoints[other]}", *wished)
        assert len(whole()) == 1
        (folder / "masks" / f"mine {turn}.txt").touch()
    assert kills >= 10
    code, output = program.run(f"checkpoint={checkpoints['fives']}", *wished, program="predict.py")
    assert code == 0, output
    assert whole() == {5}
    assert leftovers(folder) == []
    assert len(list((folder / "masks").glob("mine *.txt"))) == len(steps)
    assert {path.name for path in folder.iterdir()} == {
        "masks",
        "masks.zip",
        "masks_overlays",
        "masks_report.html",
    }


def test_the_cars_folder_is_one_export(program, pictures, checkpoints, die_at):
    folder, dice = program.folder, random.Random("car")
    names = list(checkpoints)
    wished = (f"images={pictures / 'Img' / 'Val'}", "out=car")
    export = "jetcar/export/__main__.py"
    kills = 0
    for turn, step in enumerate(sorted(dice.sample(range(4, STEPS_OF_CAR), 6))):
        kills += die_at(step, export, f"checkpoint={checkpoints[names[turn % 2]]}", *wished)
        if (folder / "car").exists():
            refuse_other_files(folder / "car")  # every file is as its manifest says
            assert len(list((folder / "car").glob("*.pth"))) == 1
    assert kills >= 4
    code, output = program.run(f"checkpoint={checkpoints['ones']}", *wished, program=export)
    assert code == 0, output
    assert [path.name for path in folder.iterdir()] == ["car"]
    assert [path.name for path in (folder / "car").glob("*.pth")] == ["ones.pth"]


def test_an_exported_file_is_one_export(program, pictures, checkpoints, die_at):
    folder = program.folder
    wished = ("to=torchscript", f"images={pictures / 'Img' / 'Val'}", "out=x.pt")
    export = "jetcar/export/__main__.py"
    code, output = program.run(f"checkpoint={checkpoints['ones']}", *wished, program=export)
    assert code == 0, output
    before = (folder / "x.pt").read_bytes()
    assert die_at(1, export, f"checkpoint={checkpoints['fives']}", *wished)
    assert (folder / "x.pt").read_bytes() == before
    code, output = program.run(f"checkpoint={checkpoints['fives']}", *wished, program=export)
    assert code == 0, output
    assert (folder / "x.pt").read_bytes() != before
    assert [path.name for path in folder.iterdir()] == ["x.pt"]


def street_of(program, out: str) -> list[str]:
    return [
        f"out={out}",
        *("images.train=6", "images.val=2", "images.test=2", "size=32", "views=2", "processes=1"),
    ]


def test_a_street_is_whole_or_not_there(program, die_at, fault):
    folder, dice = program.folder, random.Random("street")
    street = "jetcar/street/__main__.py"
    kills = 0
    for step in dice.sample(range(1, STEPS_OF_STREET), 5):
        kills += die_at(step, street, *street_of(program, "drawn"))
        if (folder / "drawn").exists():
            break
        assert len(leftovers(folder)) <= 2
    assert kills >= 3
    running = program.start(*street_of(program, "late"), "images.train=100000", program=street)
    assert running.until(lambda: any(folder.glob("late.part-*/Img/Train/*.jpg")))
    time.sleep(dice.random() / 10)
    running.kill()
    assert not (folder / "late").exists()
    fault(running.code == -signal.SIGKILL)
    for out in ("drawn", "late"):
        if not (folder / out).exists():
            code, output = program.run(*street_of(program, out), program=street)
            assert code == 0, output
        assert len(list((folder / out).glob("Img/*/*.jpg"))) == 10
        assert len(list((folder / out).glob("Mask/*/*.png"))) == 10
    assert sorted(path.name for path in folder.iterdir()) == ["drawn", "late"]


def test_what_is_unpacked_is_whole_or_not_there(program, pictures, die_at):
    folder, dice = program.folder, random.Random("unpacking")
    path = folder / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(pictures.rglob("*")):
            archive.write(file, f"DataSet/{file.relative_to(pictures)}")
    audit = "jetcar/data/audit/__main__.py"
    wished = ("source=set.zip", "root=data")
    kills = 0
    for step in dice.sample(range(1, STEPS_OF_UNPACKING), 6):
        kills += die_at(step, audit, *wished)
        for made in (folder / "data").glob("set-????????"):
            assert (made / ".jetcar-whole").exists()
    assert kills >= 3
    code, output = program.run(*wished, program=audit)
    assert code == 0, output
    assert leftovers(folder) == []
    (made,) = (folder / "data").glob("set-*")
    assert len(list(made.rglob("Img/*/*.jpg"))) == 17
