"""Several data sets: the last one decides, the others give training pictures in its codes."""

import logging

import numpy as np
import pytest

from jetcar.classes import CLASSES_FILE, ClassTable, SegmClass, write_classes
from jetcar.data.pictures import read_mask
from jetcar.data.prepare import prepare_data
from jetcar.errors import UserError
from jetcar.settings.schema import Data


def table_of(names):
    return ClassTable(tuple(SegmClass(i, n, (9 * i, 0, 0)) for i, n in enumerate(names.split())))


@pytest.fixture
def dataset(tmp_path, draw):
    """A function that draws a data set with one code a picture of Train, and one of Val."""

    def make(name, classes, codes, kind="grey"):
        for split, numbers in (("Train", codes), ("Val", codes[:1])):
            for number, code in enumerate(numbers):
                draw.image(tmp_path / name / "Img" / split / f"Img_{split}{number}.png")
                mask = tmp_path / name / "Mask" / split / f"Mask_{split}{number}.png"
                draw.mask(mask, code, kind)
        write_classes(table_of(classes), tmp_path / name / CLASSES_FILE)
        return tmp_path / name

    return make


@pytest.fixture
def prepare(tmp_path):
    def run(*sources, ignore=()):
        source = f"[{', '.join(map(str, sources))}]" if len(sources) > 1 else str(sources[0])
        settings = Data(
            source=source,
            root=str(tmp_path / "data"),
            classes="auto",
            ignore=list(ignore),
            split="folders",
        )
        return prepare_data(settings, 0)

    return run


def codes_in(pairs):
    return [np.unique(read_mask(mask)).tolist() for mask in pairs.masks]


def test_the_last_data_set_decides_and_the_others_train_in_its_codes(dataset, prepare, caplog):
    caplog.set_level(logging.INFO)
    street = dataset("street_", "background road line", [0, 1, 2, 255])
    mine = dataset("mine", "sky drivable_area Background", [0, 1])
    data = prepare(street, mine)
    assert data.table == table_of("sky drivable_area Background")
    assert data.parts == (4, 2)
    train = data.splits["Train"]
    assert codes_in(train) == [[2], [1], [255], [255], [0], [1]]  # no class for line: 255
    assert [image.split("/")[-4] for image in train.images] == ["street_"] * 4 + ["mine"] * 2
    assert codes_in(data.splits["Val"]) == [[0]]
    assert "line count nowhere, as the last data set lacks them" in caplog.text
    assert read_mask(str(street / "Mask/Train/Mask_Train1.png")).max() == 1  # stays as it was


def test_one_data_set_is_as_it_was(dataset, prepare):
    mine = dataset("mine", "nothing road", [0, 1])
    data = prepare(mine)
    assert data.parts == (2,)
    assert data.splits["Train"].masks[0] == str(mine / "Mask/Train/Mask_Train0.png")


def test_masks_are_brought_to_other_codes_once_and_again_when_one_has_changed(
    dataset, prepare, draw
):
    street, mine = dataset("a", "road nothing", [0, 1]), dataset("b", "nothing road", [0, 1])
    first = prepare(street, mine)
    again = prepare(street, mine)
    assert again.splits == first.splits
    assert again.fingerprint == first.fingerprint
    draw.mask(street / "Mask/Train/Mask_Train0.png", 1, "grey")
    changed = prepare(street, mine)
    assert codes_in(changed.splits["Train"])[:2] == [[0], [0]]
    assert changed.fingerprint != first.fingerprint


def test_another_mix_has_another_fingerprint(dataset, prepare):
    a, b = dataset("a", "nothing road", [0, 1]), dataset("b", "nothing road", [0, 1, 1])
    prints = [prepare(*mix).fingerprint for mix in ((b,), (a, b), (b, a))]
    assert len(set(prints)) == 3


def test_data_sets_without_common_classes_are_refused(dataset, prepare):
    a, b = dataset("a", "nothing wall", [0, 1]), dataset("b", "nothing road", [0, 1])
    with pytest.raises(UserError, match=r"only nothing in common \(nothing, wall; nothing, road\)"):
        prepare(a, b)


def test_a_code_that_its_table_lacks_is_told_with_its_file(dataset, prepare):
    a, b = dataset("a", "road nothing", [0, 7]), dataset("b", "nothing road", [0, 1])
    with pytest.raises(UserError, match=r"Mask_Train1\.png holds the code 7"):
        prepare(a, b)
