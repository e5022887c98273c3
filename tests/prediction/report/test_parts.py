"""What the page is made of: packed pictures, colours, curves, the second prediction."""

import base64
import json
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest

from jetcar.classes import CAR, IMAGE_SEGMENTER, STREET_MAKER, ClassTable, SegmClass, write_csv
from jetcar.data.pairs import Pairs
from jetcar.errors import UserError
from jetcar.prediction.report.curves import charts_of
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.packing import as_json, pack_codes, pack_image
from jetcar.prediction.report.palette import safe_colors
from jetcar.prediction.report.shelf import Shelf

SIGHTS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""Machado et al. (2009), severity 1: what of linear red, green and blue arrives."""


def distances(colors):
    """How far each two colours are apart in OKLab, the least over all kinds of sight."""
    share = np.array(colors) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    apart = np.full((len(share), len(share)), np.inf)
    for seen in SIGHTS.values():
        cones = np.cbrt(np.clip(linear @ np.transpose(seen), 0, 1) @ np.transpose(to_cones))
        lab = cones @ np.transpose(to_lab)
        apart = np.minimum(apart, np.linalg.norm(lab[:, None] - lab[None], axis=2))
    return apart


def smallest_distance(colors):
    """The smallest distance of two colours."""
    apart = distances(colors)
    return apart[~np.eye(len(apart), dtype=bool)].min()


def distance_from(colors, greys):
    """The smallest distance of a colour from a grey."""
    return distances([*colors, *greys])[: len(colors), len(colors) :].min()


ASPHALT = [(grey, grey, grey) for grey in range(48, 161)]


@pytest.mark.parametrize("table", [IMAGE_SEGMENTER, STREET_MAKER, CAR])
def test_safe_colours_stay_apart_for_every_kind_of_sight(table):
    assert smallest_distance([c.color for c in table.classes]) < 0.01  # why they are needed
    assert smallest_distance(list(safe_colors(table, {}).values())) > 0.06


@pytest.mark.parametrize("table", [IMAGE_SEGMENTER, STREET_MAKER, CAR])
def test_safe_colours_stay_apart_from_asphalt_for_every_kind_of_sight(table):
    black = (0, 0, 0)  # is not drawn
    own = [c.color for c in table.classes if c.color != black]
    assert distance_from(own, ASPHALT) < 0.03  # why they are needed
    safe = [color for color in safe_colors(table, {}).values() if color != black]
    assert distance_from(safe, ASPHALT) > 0.06


def test_the_commonest_classes_get_the_colours_that_are_farthest_apart():
    colors = safe_colors(IMAGE_SEGMENTER, {"nothing": 0.5, "lane_limit": 0.3, "stop_sign": 0.2})
    assert colors[0] == (0, 0, 0)  # black stands for nothing
    assert (colors[21], colors[10]) == ((0x44, 0x11, 0xFF), (0xEE, 0x55, 0x11))


def test_codes_come_back_as_they_went_in():
    codes = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert zlib.decompress(base64.b64decode(pack_codes(codes))) == codes.tobytes()


def test_an_image_keeps_its_colours_but_for_what_jpeg_takes():
    image = np.full((16, 16, 3), (200, 30, 90), np.uint8)
    raw = np.frombuffer(base64.b64decode(pack_image(image)), np.uint8)
    assert np.abs(cv2.imdecode(raw, cv2.IMREAD_COLOR)[..., ::-1].astype(int) - image).max() <= 3


def test_no_text_can_end_a_script():
    text = as_json({"</script>": "<!--\u2028 ü"})
    assert "<" not in text
    assert json.loads(text) == {"</script>": "<!--\u2028 ü"}


def test_pictures_that_are_taken_back_leave_no_trace(tmp_path):
    shelf = Shelf(tmp_path / "page_files", may_drop=True)
    shelf.put("a", '"first"')
    shelf.put("b", '"second"')
    shelf.drop("a")
    shelf.settle()
    assert shelf.inside == {"b": '"second"'}
    assert not any(tmp_path.iterdir())


def test_a_new_page_replaces_the_pictures_beside_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setattr("jetcar.prediction.report.shelf.INSIDE_BYTES", 10)
    for keys in (range(20), range(3)):
        shelf = Shelf(tmp_path / "page_files", may_drop=False)
        for key in keys:
            shelf.put(f"test-{key}", '"text"')
        shelf.settle()
    assert shelf.inside == {}
    assert set(shelf.file_of.values()) == {"00000.js"}
    assert [path.name for path in tmp_path.iterdir()] == ["page_files"]
    lines = (tmp_path / "page_files" / "00000.js").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "jetcarPictures({",
        *[f'"test-{i}":"text",' for i in (0, 1)],
        '"test-2":"text"',
        "});",
    ]
    monkeypatch.undo()
    small = Shelf(tmp_path / "page_files", may_drop=False)
    small.settle()  # all of it fits into the page now
    assert not any(tmp_path.iterdir())


def test_pictures_beside_an_unfinished_page_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("jetcar.prediction.report.shelf.INSIDE_BYTES", 10)
    shelf = Shelf(tmp_path / "page_files", may_drop=False)
    for key in range(20):
        shelf.put(str(key), '"text"')
    assert any(tmp_path.iterdir())
    shelf.close()
    assert not any(tmp_path.iterdir())


KILLED = """
import os, sys
from pathlib import Path
from jetcar.prediction.report.shelf import INSIDE_BYTES, Shelf
shelf = Shelf(Path(sys.argv[1]), may_drop=False)
shelf.put("a", " " * (INSIDE_BYTES + 1))
os._exit(1)
"""


def test_pictures_beside_a_page_that_was_killed_are_removed_by_the_next(tmp_path, monkeypatch):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "page_files")], check=False)
    assert [path for path in tmp_path.iterdir() if path.is_dir()]
    monkeypatch.setattr("jetcar.prediction.report.shelf.INSIDE_BYTES", 10)
    shelf = Shelf(tmp_path / "page_files", may_drop=False)
    shelf.put("a", '"longer text"')
    shelf.settle()
    assert [path.name for path in tmp_path.iterdir()] == ["page_files"]


def test_a_curve_goes_from_left_to_right_and_is_broken_where_there_is_no_number():
    nan = float("nan")
    history = [{"epoch": i + 1, "val/iou": v} for i, v in enumerate([0.0, 0.5, nan, 1.0])]
    (chart,) = charts_of(history)
    assert chart.title == "Scores on Val"
    # 360 pixels wide with margins of 52 and 10, 190 high with margins of 10 and 26.
    assert chart.lines[0].path == "M52.0 164.0 L151.3 87.0 M350.0 10.0"
    assert [text for _, text in chart.y_ticks] == ["0", "0.5", "1"]
    assert chart.summary == "val/iou goes from 0 to 1."


def test_classes_have_curves_the_lowest_at_the_end_first():
    ends = {"a": 0.7, "b": 0.1, "c": 0.3, "d": 0.2, "e": 0.6, "f": 0.5, "g": 0.4}
    rows = [{f"val/iou/{name}": end / n for name, end in ends.items()} for n in (2, 1)]
    never = {"val/iou/never": float("nan")}  # Val does not show it
    first, second = charts_of([{"epoch": i + 1, **row, **never} for i, row in enumerate(rows)])
    assert first.title == "IoU of classes on Val, 1 to 6 from the lowest"
    assert [line.name[-1] for line in first.lines] == ["b", "d", "c", "g", "f", "e"]
    assert first.lines[0].values == [0.05, 0.1]
    assert [line.name for line in second.lines] == ["val/iou/a"]


def test_learning_rates_stand_on_powers_of_ten():
    history = [{"epoch": 1, "lr/decoder": 1e-3}, {"epoch": 2, "lr/decoder": 1e-5}]
    (chart,) = charts_of(history)
    assert [text for _, text in chart.y_ticks] == ["1e-05", "0.0001", "0.001"]
    assert chart.lines[0].path == "M52.0 10.0 L350.0 164.0"


def test_a_run_without_a_finished_epoch_has_no_curves():
    assert charts_of([]) == []


PAIRS = Pairs(["/x/Img_a.jpg", "/x/b.jpg"], [None, None], [])


def test_masks_to_compare_with_are_found_by_the_names_of_all_tools(tmp_path, draw):
    draw.mask(tmp_path / "PredCmp" / "Pred_a.png", 1, "rgb")
    draw.mask(tmp_path / "PredCmp" / "B.PNG", 2, "rgb")
    other = OtherPrediction(str(tmp_path), PAIRS, IMAGE_SEGMENTER)
    assert other.name == tmp_path.name
    assert other.codes("/x/Img_a.jpg", 4, 4).tolist() == [[1] * 4] * 4
    assert other.codes("/x/b.jpg", 4, 4).max() == 2


def test_masks_to_compare_with_must_be_there(tmp_path, draw):
    with pytest.raises(UserError, match=r"not a folder\. Name a run or a folder of masks"):
        OtherPrediction(str(tmp_path / "lost"), PAIRS, IMAGE_SEGMENTER)
    with pytest.raises(UserError, match=r"holds no masks, .* Name a run that has predicted"):
        OtherPrediction(str(tmp_path), PAIRS, IMAGE_SEGMENTER)
    draw.mask(tmp_path / "predictions" / "Pred_a.png", 0)
    with pytest.raises(
        UserError, match=r"no mask for 1 of 2 pictures, first b\.jpg\. Predict the same pictures"
    ):
        OtherPrediction(str(tmp_path), PAIRS, IMAGE_SEGMENTER)


def test_masks_to_compare_with_must_have_the_same_classes(tmp_path, draw):
    for name in ("Pred_a", "b"):
        draw.mask(tmp_path / "predictions" / f"{name}.png", 200, "rgb")
    other = OtherPrediction(str(tmp_path), PAIRS, IMAGE_SEGMENTER)
    with pytest.raises(UserError, match=r"code 200, but the classes end at 21\. Compare with"):
        other.codes("/x/b.jpg", 4, 4)
    write_csv(ClassTable((SegmClass(0, "road", (0, 0, 0)),)), tmp_path / "classes.csv")
    with pytest.raises(UserError, match=r"0: nothing \| road; .* a run of the same classes"):
        OtherPrediction(str(tmp_path), PAIRS, IMAGE_SEGMENTER)
