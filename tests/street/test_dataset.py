"""The files: their layout, their bytes, and that there are all of them or none."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, STREET_MAKER, TABLES, load_table
from jetcar.data.audit.look import smooth_edges
from jetcar.data.pairs import find_split
from jetcar.errors import UserError
from jetcar.street.dataset import Job, jobs_of, make_street, pictures, write_street
from jetcar.street.map import draw_map

FEW = {"train": 5, "val": 2, "test": 2}


@pytest.fixture(scope="module")
def few(settings_of):
    """Nine small pictures of four maps, in one process."""
    return settings_of(size=48, images=FEW, views=3, processes=1)


@pytest.fixture(scope="module")
def dataset(few, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("street") / "DataSet"
    write_street(few, out)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_layout_is_that_of_the_jetcar_tools(dataset):
    files = list(contents(dataset))
    # Nine pictures, nine masks, two files about the classes.
    assert len(files) == 9 + 9 + 2
    assert "JetCar_Classes.txt" in files
    assert "JetCar_ColorMap.csv" in files
    for split, count in (("Train", 5), ("Val", 2), ("Test", 2)):
        images = [name for name in files if name.startswith(f"Img/{split}/Img_i")]
        assert len(images) == count
        for image in images:
            assert image.replace("Img/", "Mask/").replace("Img_", "Mask_")[:-3] + "png" in files
            assert image.endswith("_s0_a0_b0_c0_r0_n0.jpg")  # as StreetMaker names a view


def test_the_readers_of_data_sets_find_every_pair(dataset):
    for split, count in (("Train", 5), ("Val", 2), ("Test", 2)):
        pairs = find_split(dataset, split)
        assert len(pairs.with_masks()) == len(pairs) == count
        assert pairs.unused_masks == []
    assert load_table("auto", dataset) == IMAGE_SEGMENTER


def test_pictures_are_rgb_jpeg_and_masks_8_bit_codes(dataset):
    for path in dataset.rglob("*.jpg"):
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (48, 48))
    for path in dataset.rglob("*.png"):
        with Image.open(path) as mask:
            assert (mask.format, mask.mode, mask.size) == ("PNG", "L", (48, 48))
            assert set(np.unique(np.asarray(mask))) <= set(IMAGE_SEGMENTER.codes)


def test_the_other_class_table_on_request(settings_of, tmp_path):
    out = tmp_path / "street"
    one = {"train": 1, "val": 0, "test": 0}
    write_street(settings_of(size=48, images=one, classes="streetmaker"), out)
    assert load_table("auto", out) == STREET_MAKER
    assert not (out / "Img/Val").exists()


def test_the_same_seed_gives_the_same_bytes_with_one_and_with_two_processes(
    few, dataset, settings_of, tmp_path
):
    again, both = tmp_path / "again", tmp_path / "both"
    write_street(few, again)
    write_street(settings_of(size=48, images=FEW, views=3, processes=2), both)
    assert contents(again) == contents(dataset)
    assert contents(both) == contents(dataset)


def test_another_seed_gives_other_pictures(dataset, settings_of, tmp_path):
    out = tmp_path / "other"
    write_street(settings_of(size=48, images=FEW, views=3, processes=1, seed=1), out)
    ours, theirs = contents(dataset), contents(out)
    pictures = {data for name, data in ours.items() if name.endswith(".jpg")}
    assert not pictures & set(theirs.values())


def test_train_val_and_test_show_different_maps(few, dataset):
    jobs = list(jobs_of(few))
    assert [(job.split, job.pictures) for job in jobs] == [
        ("Train", 3),
        ("Train", 2),
        ("Val", 2),
        ("Test", 2),
    ]
    assert len({job.number for job in jobs}) == len(jobs)
    places = [
        tuple(
            (round(j.x), round(j.y))
            for j in draw_map(np.random.default_rng([few.seed, job.number])).network.junctions
        )
        for job in jobs
    ]
    assert len(set(places)) == len(jobs)
    # And so no picture and no name stands in two parts.
    files = contents(dataset)
    images = [data for name, data in files.items() if name.endswith(".jpg")]
    assert len(set(images)) == len(images)
    names = [Path(name).name for name in files]
    assert len(set(names)) == len(names)


def test_more_training_pictures_leave_the_others_as_they_are(settings_of):
    less, more = (
        list(jobs_of(settings_of(images={"train": n, "val": 10, "test": 10}, views=5)))
        for n in (5, 50)
    )
    for split in ("Val", "Test"):
        assert [j for j in less if j.split == split] == [j for j in more if j.split == split]


def test_a_full_disk_leaves_nothing_behind(few, tmp_path, monkeypatch):
    written = []
    write = Path.write_bytes

    def until_full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) > 6:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(OSError, match="No space left"):
        write_street(few, tmp_path / "out")
    assert len(written) == 7
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_another_process_leaves_nothing_behind(settings_of, tmp_path):
    settings = settings_of(size=48, images=FEW, views=3, processes=2)
    settings.camera.gain = [1.0, 1.0]  # what the rules would have refused
    with pytest.raises(ValueError, match="broadcast"):
        write_street(settings, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_touched(few, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"is there already\. Delete it, or choose another"):
        write_street(few, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_can_be_filled_by_others(few, dataset, tmp_path):
    make_street(few, tmp_path)
    assert contents(tmp_path) == contents(dataset)


@pytest.mark.parametrize("table", ["road", "scene"])
def test_masks_in_other_peoples_words_do_not_look_smoothed(settings_of, table):
    settings = settings_of(size=128, things=1, classes=table)
    for _, _, mask in pictures(Job("Train", 0, 40), settings):
        assert smooth_edges(mask, "a.png") == []


@pytest.mark.parametrize("table", ["road", "scene"])
def test_a_data_set_in_other_peoples_words_says_its_table(settings_of, tmp_path, table):
    images = {"train": 1, "val": 0, "test": 0}
    write_street(settings_of(size=32, images=images, classes=table), tmp_path / "set")
    assert load_table("auto", tmp_path / "set") == TABLES[table]
