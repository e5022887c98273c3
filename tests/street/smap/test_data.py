"""A data set and a plan of a map that somebody has drawn, by the command and as a source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, load_table
from jetcar.data.labels.class_codes import Choices
from jetcar.data.pairs import find_split
from jetcar.data.source.fetch import convert_source, fetch
from jetcar.errors import UserError
from jetcar.settings.street import MakeStreet, make_street_rules, street_key
from jetcar.street.dataset import write_street
from jetcar.street.plan import write_plan
from tests.street.smap.conftest import arm, document, intersection, oval, street

ROOT = Path(__file__).parents[3]

ARROW = [[("ArrowStraightOnly", 300, 90, -90)]]

FEW = {"train": 12, "val": 3, "test": 2}


@pytest.fixture
def map_file(save) -> str:
    return save(document(oval(street("Straight", 600, 400, 0, ARROW, length=600))))


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_map_becomes_a_data_set(map_file, settings_of, tmp_path, processes):
    settings = settings_of(
        map=map_file, size=48, images=FEW, views=5, classes="streetmaker", processes=processes
    )
    out, again = tmp_path / "out", tmp_path / "again"
    write_street(settings, out)
    settings.processes = 1
    write_street(settings, again)
    assert contents(out) == contents(again)
    # Its own classes alone, in StreetMaker's order: what is always there, its lines, its sign.
    names = ["nothing", "white_shoulder_line", "yellow_dashed_line", "lane_driving_dir"]
    names += ["lane_wrong_dir", "lane_left_turn", "lane_right_turn", "arrow_straight"]
    assert list(load_table("auto", out).names.values()) == names
    shown = set()
    streets = {}
    for split, count in (("Train", 12), ("Val", 3), ("Test", 2)):
        pairs = find_split(out, split)
        assert len(pairs.with_masks()) == count
        for mask in (out / "Mask" / split).iterdir():
            streets.setdefault(split, set()).add(mask.name[5:9])  # Mask_i000_...
            with Image.open(mask) as opened:
                shown |= set(np.unique(np.asarray(opened)).tolist())
    assert shown <= set(range(8))
    assert {3, 4} <= shown  # mine and the wrong way
    assert sum(map(len, streets.values())) == len(set.union(*streets.values()))


def test_the_other_tools_table_stays_whole(map_file, settings_of, tmp_path):
    one = {"train": 1, "val": 0, "test": 0}
    write_street(settings_of(map=map_file, size=48, images=one), tmp_path / "out")
    assert load_table("auto", tmp_path / "out") == IMAGE_SEGMENTER


def test_the_command_shows_the_map_and_writes_nothing_else(map_file, tmp_path):
    plan = tmp_path / "new" / "plan.png"
    ended = subprocess.run(
        [sys.executable, "-m", "jetcar", "street", f"map={map_file}", f"plan={plan}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1800 x 1400 mm, 4 items, 8 joints, 8 classes" in ended.stdout
    assert [path.name for path in plan.parent.iterdir()] == ["plan.png"]
    with Image.open(plan) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (1400, 1800, 3)  # a pixel is a millimetre
    # Down from the middle of the upper straight's left lane: asphalt, a line, asphalt, the ground.
    column = pixels[:, 750]
    assert column[280].tolist() == column[400].tolist() == [0, 0, 0]
    assert column[225].tolist() == column[455].tolist() == [255, 255, 255]
    assert column[210].tolist() == column[660].tolist() == [121, 105, 89]
    dashes = pixels[340, 600:1200]
    yellow = (dashes == [255, 215, 0]).all(1)
    assert yellow.sum() == pytest.approx(320, abs=20)  # 40 mm of each 80: 7.5 dashes and a half


def test_a_map_of_our_own_can_be_shown_too(settings_of, tmp_path):
    write_plan(settings_of(), tmp_path / "plan.png")
    with Image.open(tmp_path / "plan.png") as image:
        assert max(image.size) == 2400


def test_the_source_of_a_training_can_be_a_map(map_file, settings_of, tmp_path):
    few = {"train": 4, "val": 2, "test": 0}
    settings = settings_of(map=map_file, size=48, images=few, processes=1)
    drawn = fetch("street", tmp_path / "cache", settings)
    assert len(find_split(drawn, "Train").with_masks()) == 4
    assert fetch("street", tmp_path / "cache", settings) == drawn
    # Another map under the same name is drawn anew; the same one elsewhere is not.
    moved = Path(map_file).rename(tmp_path / "moved.smap")
    settings.map = str(moved)
    assert fetch("street", tmp_path / "cache", settings) == drawn
    moved.write_text(document(oval()), encoding="utf-8")
    assert fetch("street", tmp_path / "cache", settings) != drawn


def test_a_map_that_cannot_be_drawn_leaves_nothing_behind(save, settings_of, tmp_path):
    broken = save(document(oval())[:900])
    settings = settings_of(map=broken, images={"train": 1, "val": 0, "test": 0})
    with pytest.raises(UserError, match="is not a whole map of StreetMaker"):
        write_street(settings, tmp_path / "out")
    with pytest.raises(UserError, match="is not a whole map of StreetMaker"):
        fetch("street", tmp_path / "cache", settings)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".smap"]
    assert left == []


def test_a_map_that_is_given_as_a_data_set_is_told_how_to_give_it(map_file, tmp_path):
    with pytest.raises(UserError, match=r"data\.source=street street\.map="):
        fetch(map_file, tmp_path / "cache")
    with pytest.raises(UserError, match=r"jetcar street map=.* out=\.\.\."):
        convert_source(map_file, tmp_path / "cache", Choices(), tmp_path / "out")


def test_the_key_follows_the_map_and_not_its_place(settings_of):
    plain = street_key(settings_of())
    one, other = settings_of(map="a.smap"), settings_of(map="b.smap")
    assert street_key(one, b"1") == street_key(other, b"1") != street_key(one, b"2")
    assert plain not in (street_key(one), street_key(one, b"1"))


def test_the_command_needs_something_to_write(settings_of):
    def rules(**values):
        return make_street_rules(MakeStreet(**vars(settings_of()), **values))

    assert rules(out="x", plan=None) == rules(out=None, plan="x.png") == []
    assert rules(out=None, plan=None) == [
        "out has no value; give it as out=data/street, or ask for plan=plan.png"
    ]


def test_a_plan_is_a_png_file(settings_of, tmp_path):
    with pytest.raises(UserError, match=r"plan\.jpg must be a file that ends in \.png"):
        write_plan(settings_of(), tmp_path / "plan.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_crossing_needs_no_streets_to_be_drawn(load, settings_of):
    found = load([intersection([arm(stop_yield="StopLineText")] * 4, 600, 600, 0)])
    assert {place.item for place in found.places} == {0}
    assert len(found.used.classes) == 9  # five of lanes, two of lines, a stop line and its word
