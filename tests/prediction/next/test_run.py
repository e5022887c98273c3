"""Tests of prediction.next.run: the list, the sheet and the labels of a whole run."""

import csv
import json
import logging
import shutil

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.errors import UserError
from jetcar.model.network import Network
from jetcar.prediction.next.__main__ import main
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere
from tests.composed import settings_of

LANE = 5


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A function from overrides to settings of jetcar next, with a network that says one class."""
    card = card_of(IMAGE_SEGMENTER, SMALLEST, score=0.25, epoch=3, settings={"name": "lane"})
    path = tmp_path / "runs" / "lane" / "checkpoints" / "best.ckpt"
    save_checkpoint(path, card, says_everywhere(Network(card.architecture), LANE))
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(4):
        pixels = rng.integers(0, 256, (32, 48, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"Bild {number}.png")
    Image.fromarray(pixels).save(tmp_path / "photos" / "Kopie.png")

    def make(*overrides):
        words = ("images=photos", "device=cpu", "precision=32", "batch_size=2")
        return settings_of("next", *words, *overrides)

    return make


def test_it_leaves_a_list_a_sheet_and_labels_to_correct(settings, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    main(settings("count=3", "out=soon/next"))
    out = tmp_path / "soon" / "next"
    with (out / "next.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert len({row["picture"] for row in rows}) == 3
    assert not {"Bild 3.png", "Kopie.png"} <= {row["picture"].rpartition("/")[2] for row in rows}
    labels = sorted((out / "masks_labelme").glob("*.json"))
    assert len(labels) == 3
    shapes = json.loads(labels[0].read_text("utf-8"))["shapes"]
    assert [shape["label"] for shape in shapes] == ["lane_my_dir"]
    with Image.open(out / "next.png") as sheet:
        assert sheet.width > 900
    assert "3 of 5 pictures to label next" in caplog.text


def names_of(out):
    with (out / "next.csv").open(encoding="utf-8", newline="") as file:
        return [row["picture"].rpartition("/")[2] for row in csv.DictReader(file)]


def test_all_are_chosen_where_there_are_no_more(settings, tmp_path):
    main(settings("layout=voc"))
    assert len(list((tmp_path / "next" / "masks_voc" / "SegmentationClass").iterdir())) == 5
    assert names_of(tmp_path / "next")[-1] in ("Bild 3.png", "Kopie.png")


def test_what_is_labelled_already_comes_last(settings, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    (tmp_path / "done").mkdir()
    for name in ("Bild 0.png", "Bild 2.png"):
        shutil.copy(tmp_path / "photos" / name, tmp_path / "done")
    main(settings("labelled=done"))
    assert set(names_of(tmp_path / "next")[:2]) < {"Bild 1.png", "Bild 3.png", "Kopie.png"}
    main(settings("labelled=none", "out=other"))
    assert "what is labelled already is not known" not in caplog.text
    main(settings("out=third"))  # of a run that says nothing of its data
    assert "what is labelled already is not known: " in caplog.text
    with pytest.raises(UserError, match=r"labelled=nowhere is neither auto nor none nor a folder"):
        main(settings("labelled=nowhere"))


def test_a_folder_that_is_there_is_kept(settings, tmp_path):
    (tmp_path / "next").mkdir()
    with pytest.raises(UserError, match=r"out=next is there already, and what was corrected"):
        main(settings())
    assert list((tmp_path / "next").iterdir()) == []


def test_a_folder_without_pictures_is_told(settings, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty holds no picture"):
        main(settings("images=empty"))
    with pytest.raises(UserError, match=r"images=nowhere is not a folder\. Check the path"):
        main(settings("images=nowhere"))
    assert not (tmp_path / "next").exists()


@pytest.mark.parametrize(
    ("word", "told"),
    [("count=0", "count=0 must be 1 or more"), ("layout=plain", "layout=plain must be one of")],
)
def test_a_wrong_setting_is_told(settings, word, told):
    with pytest.raises(UserError, match=told):
        settings(word)
