"""Which folder of a tool a run's masks go to, and what gives way there."""

import pytest

from jetcar.prediction.place import NOTE, Owner, choose_folder, place, read_owner
from jetcar.prediction.viewers import VIEWERS

FIRST, SECOND, THIRD = Owner("first", 3), Owner("second", 7), Owner("third", 9)
STREET_MAKER, IMAGE_SEGMENTER = VIEWERS["streetmaker"], VIEWERS["imagesegmenter"]


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / "JetCar" / "DataSet").mkdir(parents=True)
    return tmp_path / "JetCar" / "DataSet"


@pytest.fixture
def put(dataset, tmp_path):
    """A function that places masks of a run, which hold its name, and returns their folder."""

    def put(owner, *names, viewer=STREET_MAKER):
        masks = tmp_path / owner.run
        masks.mkdir(exist_ok=True)
        for name in names:
            (masks / name).write_text(f"{owner.run} {owner.epoch}", encoding="utf-8")
        folder = choose_folder(viewer, dataset, owner)
        place(masks, names, folder, owner)
        return folder

    return put


def names_in(folder):
    return sorted(path.name for path in folder.glob("*.png"))


def test_a_second_run_stands_beside_the_first_to_be_compared(dataset, put):
    assert put(FIRST, "Pred_a.png") == dataset / "Pred"
    assert put(SECOND, "Pred_a.png") == dataset / "PredCmp"
    assert put(FIRST, "Pred_b.png") == dataset / "Pred"  # its own again
    assert put(THIRD, "Pred_c.png") == dataset / "PredCmp"  # the newest beside the first
    assert names_in(dataset / "Pred") == ["Pred_a.png", "Pred_b.png"]
    assert names_in(dataset / "PredCmp") == ["Pred_c.png"]  # none of the second run is left
    assert read_owner(dataset / "PredCmp") == Owner("third", 9, ["Pred_c.png"])


def test_masks_of_other_weights_of_the_run_give_way(dataset, put):
    put(FIRST, "Pred_a.png", "Pred_b.png")
    folder = put(Owner("first", 4), "Pred_a.png")
    assert names_in(folder) == ["Pred_a.png"]
    assert (folder / "Pred_a.png").read_text(encoding="utf-8") == "first 4"


def test_a_folder_without_masks_is_free(dataset, put):
    put(FIRST, "Pred_a.png")
    (dataset / "Pred" / "Pred_a.png").unlink()
    assert put(SECOND, "Pred_a.png") == dataset / "Pred"


def test_masks_of_unknown_origin_stay(dataset, put, caplog):
    for folder in ("Pred", "PredCmp"):
        (dataset / folder).mkdir()
        (dataset / folder / "Pred_old.png").write_bytes(b"by hand")
    assert choose_folder(STREET_MAKER, dataset, FIRST) is None
    assert f"Move {dataset / 'PredCmp'} away for StreetMaker to show the new ones" in caplog.text
    assert "hold masks that this program did not write" in caplog.text
    (dataset / "PredCmp" / "Pred_old.png").unlink()
    assert put(FIRST, "Pred_a.png") == dataset / "PredCmp"
    assert names_in(dataset / "Pred") == ["Pred_old.png"]


def test_image_segmenter_has_one_folder_which_the_newest_run_gets(dataset, put):
    put(FIRST, "317.png", "318.png", viewer=IMAGE_SEGMENTER)
    folder = put(SECOND, "317.png", viewer=IMAGE_SEGMENTER)
    assert folder == dataset.parent / "Prediction"
    assert names_in(folder) == ["317.png"]


def test_a_note_that_names_files_elsewhere_deletes_none(dataset, put, tmp_path):
    keep = tmp_path / "JetCar" / "keep.png"
    keep.write_bytes(b"")
    folder = put(FIRST, "Pred_a.png")
    note = folder / NOTE
    note.write_text(
        note.read_text(encoding="utf-8").replace("Pred_a.png", "../../keep.png"), encoding="utf-8"
    )
    put(Owner("first", 4), "Pred_b.png")
    assert keep.exists()


@pytest.mark.parametrize("viewer", VIEWERS.values())
def test_without_a_data_set_there_is_no_folder(viewer):
    assert choose_folder(viewer, None, FIRST) is None
