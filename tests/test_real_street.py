"""How much of the road of real pictures is found: what counts as road, and the arithmetic."""

import math

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import CLASSES_FILE, ClassTable, SegmClass, write_classes
from jetcar.errors import UserError
from jetcar.model.network import Network
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere


@pytest.fixture
def real_street(benchmark_module):
    return benchmark_module("real_street")


def table_of(names):
    return ClassTable(tuple(SegmClass(i, n, (i, 0, 0)) for i, n in enumerate(names.split())))


@pytest.mark.parametrize(
    ("names", "road"),
    [
        ("nothing lane_my_dir white_solid_line arrow_straight parking_sign", [1, 2, 3]),
        ("background Drivable_Area car line", [1, 3]),
    ],
)
def test_the_road_of_a_prediction_is_all_that_lies_on_it(real_street, names, road):
    assert real_street.road_codes(table_of(names)) == road


def test_a_network_without_a_road_is_refused(real_street):
    with pytest.raises(UserError, match="neither lanes nor a road"):
        real_street.road_codes(table_of("sky tree"))


def test_road_scores_by_hand(real_street):
    assert real_street.iou(6, 8, 9) == pytest.approx(6 / (8 + 9 - 6))
    assert math.isnan(real_street.iou(0, 0, 0))


def test_a_network_that_sees_road_everywhere_finds_all_of_it(
    real_street, tmp_path, capsys, monkeypatch
):
    table = table_of("background road")
    for kind in ("Img", "Mask"):
        (tmp_path / "set" / kind / "Train").mkdir(parents=True)
        (tmp_path / "set" / kind / "Val").mkdir()
    write_classes(table, tmp_path / "set" / CLASSES_FILE)
    mask = np.zeros((32, 32), np.uint8)
    mask[:8] = 1
    Image.fromarray(mask).save(tmp_path / "set/Mask/Val/Mask_a.png")
    Image.fromarray(np.full((32, 32, 3), 90, np.uint8)).save(tmp_path / "set/Img/Val/Img_a.png")
    card = card_of(table, SMALLEST)
    network = says_everywhere(Network(card.architecture), 1)
    checkpoint = save_checkpoint(tmp_path / "best.ckpt", card, network)
    arguments = [str(checkpoint), "--data", str(tmp_path / "set"), "--road", "road"]
    arguments += ["--root", str(tmp_path / "root"), "--sheet", str(tmp_path / "sheet.png")]
    monkeypatch.setattr("sys.argv", ["real_street.py", *arguments])
    assert real_street.main() == 0
    said = capsys.readouterr().out
    assert "IoU 0.2500, precision 0.2500, recall 1.0000" in said  # 8 of 32 rows are road
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (6 * 224, 224)


def test_lines_along_the_road_are_told_from_lines_across_it(real_street):
    names = "nothing lane_my_dir white_solid_line yellow_dashed_line wait_line line lane_limit"
    assert real_street.line_codes(table_of(names)) == [2, 3, 5]


def test_pixels_are_added_up_over_pictures_before_they_are_divided(real_street):
    counts = real_street.Counts()
    ours, theirs = np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool)
    assert counts.add(ours, theirs) == pytest.approx(1 / 3)
    assert counts.add(theirs, theirs) == 1
    assert (counts.hits, counts.found, counts.true) == (3, 4, 4)
