"""What predict.py does with its settings: where masks go, what is scored, what is refused."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass, write_classes
from jetcar.data.pictures import read_mask
from jetcar.errors import UserError
from jetcar.prediction.run import run_prediction

pytestmark = pytest.mark.usefixtures("checkpoint")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_without_settings_the_test_pictures_of_the_newest_run_are_predicted(settings, tmp_path):
    written = run_prediction(settings())
    folder = Path("runs/lane/predictions")
    assert written == {"2 masks": folder, "zip": Path("runs/lane/predictions.zip")}
    assert names_in(folder) == ["f.png", "g.png"]
    assert (read_mask(str(folder / "f.png")) == 5).all()
    with zipfile.ZipFile(written["zip"]) as archive:
        assert archive.namelist() == ["f.png", "g.png"]


def test_the_newest_run_is_the_one_that_was_written_last(settings, checkpoint, tmp_path, caplog):
    other = tmp_path / "runs" / "sweep" / "lr=1" / "checkpoints" / "best.ckpt"
    other.parent.mkdir(parents=True)
    shutil.copy(checkpoint, other)  # a copy is newer
    run_prediction(settings())
    assert f"checkpoint {Path('runs/sweep/lr=1/checkpoints/best.ckpt')}: epoch 3" in caplog.text


def test_true_masks_beside_the_pictures_are_scored(settings, caplog):
    run_prediction(settings())
    # Half of the pixels are lane_my_dir and the other half are taken for it: 1 / 2 and 0.
    assert "lane_my_dir        0.5000   0.6667    50.00 %" in caplog.text
    assert "white_solid_line   0.0000   0.0000    50.00 %" in caplog.text
    assert "mean               0.2500   0.3333" in caplog.text
    assert "50.00 % of the pixels are right" in caplog.text


def test_a_run_without_test_pictures_predicts_val(settings, street, caplog):
    shutil.rmtree(street / "Img" / "Test")
    assert "2 masks" in run_prediction(settings())
    assert f"pictures of Val: {street / 'Img' / 'Val'}" in caplog.text


def test_one_picture_gets_one_mask_and_its_score(settings, street, caplog):
    written = run_prediction(settings(f"images={street / 'Img' / 'Val' / 'Img_d.jpg'}"))
    assert next(iter(written.values())) == Path("predictions/Img_d")
    assert names_in(Path("predictions/Img_d")) == ["Pred_d.png"]
    assert "lane_my_dir   1.0000" in caplog.text


def test_pictures_of_any_size_get_masks_of_their_own_size(settings, draw, tmp_path, caplog):
    sizes = {"a.jpg": (50, 70), "b.png": (32, 32), "Img_c.JPG": (224, 33)}
    for name, size in sizes.items():
        draw.image(tmp_path / "my photos" / name, size=size)
    folder = run_prediction(settings("images=my photos", "zip=false", "batch_size=2"))["3 masks"]
    shapes = {name: read_mask(str(folder / name)).shape for name in names_in(folder)}
    assert shapes == {"Pred_c.png": (224, 33), "a.png": (50, 70), "b.png": (32, 32)}
    assert names_in(tmp_path / "predictions") == ["my photos"]  # and no zip
    assert "mean" not in caplog.text  # nothing to score


def test_pictures_looked_at_in_several_sizes_get_masks_of_their_own_size(settings, draw, tmp_path):
    draw.image(tmp_path / "photos" / "a.jpg", size=(50, 70))
    folder = run_prediction(settings("images=photos", "scales=[0.5,1,2]"))["1 mask"]
    assert read_mask(str(folder / "a.png")).shape == (50, 70)


def test_masks_of_a_folder_of_ones_own_are_scored(settings, draw, tmp_path, caplog):
    draw.image(tmp_path / "photos" / "a.jpg")
    draw.mask(tmp_path / "truth" / "a.png", 5)
    run_prediction(settings("images=photos", "masks=truth"))
    assert "lane_my_dir   1.0000" in caplog.text


def test_out_and_overlays_stand_where_they_are_asked_for(settings, tmp_path):
    written = run_prediction(settings("out=mine/masks", "overlays=true"))
    assert list(written.values()) == [
        Path("mine/masks"),
        Path("mine/masks.zip"),
        Path("mine/masks_overlays"),
    ]
    assert names_in(Path("mine/masks_overlays")) == ["f.png", "g.png"]


def test_street_maker_gets_the_masks_into_its_data_set(settings, street, caplog):
    run_prediction(settings("layout=streetmaker", f"images={street / 'Img' / 'Val'}"))
    assert names_in(street / "Pred") == ["Pred_d.png", "Pred_e.png", "jetcar.json"]
    assert f"2 masks read back as StreetMaker reads them: {street / 'Pred'}" in caplog.text
    with zipfile.ZipFile("predictions/Val.zip") as archive:
        assert archive.namelist() == ["Pred/Pred_d.png", "Pred/Pred_e.png"]


def test_image_segmenter_gets_the_masks_beside_its_data_set(settings, street, caplog):
    run_prediction(settings("layout=imagesegmenter"))
    folder = street.parent / "Prediction"
    assert names_in(folder) == ["f.png", "g.png", "jetcar.json"]
    assert f"2 masks read back as ImageSegmenter reads them: {folder}" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["layout=streetmaker"], "StreetMaker reads them; unzip {zip} in the folder that is your"),
        (
            ["layout=streetmaker", "zip=false"],
            "; copy {masks} as Pred into the folder that is",
        ),
        (["layout=imagesegmenter"], "; unzip {zip} in the folder that holds your data set"),
    ],
)
def test_without_a_data_set_the_line_says_where_the_masks_belong(
    settings, draw, tmp_path, caplog, arguments, told
):
    draw.image(tmp_path / "photos" / "Img_a.jpg")
    run_prediction(settings("images=photos", *arguments))
    masks = Path("predictions/photos")
    assert told.format(masks=masks, zip=masks.with_suffix(".zip")) in caplog.text


@pytest.fixture
def refused(settings):
    """A function from overrides to the sentence about them, after which nothing is written."""

    def refused(*overrides):
        before = sorted(Path.cwd().rglob("*"))
        with pytest.raises(UserError) as caught:
            run_prediction(settings(*overrides))
        assert sorted(Path.cwd().rglob("*")) == before
        return str(caught.value)

    return refused


def test_no_run_yet(refused):
    told = refused("runs=elsewhere")
    assert (
        told == "There is no run in elsewhere yet. Train first, or name a file with checkpoint=..."
    )


def test_pictures_that_are_not_there(refused):
    assert refused("images=x") == "images=x is neither a folder nor a file. Check the path."


def test_a_folder_without_pictures(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused("images=empty") == "empty holds no picture (.jpg, .jpeg, .png). Name another."


def test_a_file_that_is_no_picture(refused, tmp_path):
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    assert "holds no picture" in refused("images=notes.txt")


def test_masks_that_belong_to_no_picture(refused, draw, tmp_path):
    draw.image(tmp_path / "photos" / "a.jpg")
    draw.mask(tmp_path / "truth" / "b.png")
    told = refused("images=photos", "masks=truth")
    assert told == "masks=truth has no mask for any picture of photos. Check the path."


def test_masks_over_the_pictures_themselves(refused, draw, tmp_path):
    draw.image(tmp_path / "photos" / "a.png")
    told = refused("images=photos", "out=photos")
    assert told == "out=photos is the folder of the pictures. Choose another folder."


def test_a_data_set_without_test_and_val(refused, street):
    for split in ("Test", "Val"):
        shutil.rmtree(street / "Img" / split)
    told = refused()
    assert told.endswith("has neither Img/Test nor Img/Val. Name pictures with images=...")


def test_a_damaged_picture_of_the_test_set_costs_its_own_mask_alone(settings, street, caplog):
    picture = street / "Img" / "Test" / "g.jpg"
    picture.write_bytes(picture.read_bytes()[:200])
    with pytest.raises(UserError, match=r"^1 of 2 pictures could not be read"):
        run_prediction(settings())
    assert f"left out: {picture} cannot be read" in caplog.text
    assert "Save or copy it again, or move it out" in caplog.text
    assert names_in(Path("runs/lane/predictions")) == ["f.png"]


def renumber(street, draw):
    """Gives the street a class table in which lane_my_dir has the code 1."""
    swap = {1: 5, 5: 1}
    classes = (
        SegmClass(swap.get(c.code, c.code), c.name, c.color) for c in IMAGE_SEGMENTER.classes
    )
    write_classes(ClassTable(tuple(classes)), street / "JetCar_Classes.txt")
    draw.mask(street / "Mask" / "Test" / "f.png", 1)
    draw.mask(street / "Mask" / "Test" / "g.png", 5)


def test_masks_with_other_codes_are_matched_by_name_or_refused(
    refused, settings, street, draw, caplog
):
    renumber(street, draw)
    told = refused()
    assert "1: white_solid_line | lane_my_dir; 5: lane_my_dir | white_solid_line" in told
    assert "Match them by name with remap=true" in told
    run_prediction(settings("remap=true"))
    assert "lane_my_dir        0.5000" in caplog.text


@pytest.fixture
def broken(draw, tmp_path):
    """Five pictures with true masks, whose fourth is cut off."""
    for name in "abcde":
        draw.image(tmp_path / "photos" / f"{name}.jpg")
        draw.mask(tmp_path / "truth" / f"{name}.png", 5)
    path = tmp_path / "photos" / "d.jpg"
    path.write_bytes(path.read_bytes()[:100])
    return path


TELLS_THE_REST = (
    "1 of 5 pictures could not be read and is missing from masks and scores; 4 masks are written. "
    "Mend or remove it, and predict again."
)


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_one_broken_picture_is_named_and_the_masks_of_the_others_are_written(
    settings, broken, caplog, batch_size
):
    wanted = ("masks=truth", "overlays=true", "report=true", f"batch_size={batch_size}")
    with pytest.raises(UserError) as caught:
        run_prediction(settings("images=photos", *wanted))
    assert str(caught.value) == TELLS_THE_REST
    assert f"left out: {Path('photos/d.jpg')} cannot be read" in caplog.text
    names = [f"{name}.png" for name in "abce"]
    folder = Path("predictions/photos")
    assert names_in(folder) == names_in(folder.with_name("photos_overlays")) == names
    assert all((read_mask(str(folder / name)) == 5).all() for name in names)
    with zipfile.ZipFile("predictions/photos.zip") as archive:
        assert archive.namelist() == names
    page = Path("predictions/photos_report.html").read_text(encoding="utf-8")
    assert f"Left out, and counted in no score: {Path('photos/d.jpg')} cannot be read" in page
    assert '"name":"c.jpg"' in page
    assert '"name":"d.jpg"' not in page
    assert "lane_my_dir   1.0000   1.0000   100.00 %" in caplog.text


def test_a_broken_pictures_former_mask_does_not_stay_among_the_new_ones(settings, draw, tmp_path):
    for name in "ab":
        draw.image(tmp_path / "photos" / f"{name}.jpg")
    run_prediction(settings("images=photos", "overlays=true"))
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(UserError, match=r"^1 of 2 pictures .* 1 mask is written"):
        run_prediction(settings("images=photos", "overlays=true"))
    assert names_in(Path("predictions/photos")) == ["b.png"]
    assert names_in(Path("predictions/photos_overlays")) == ["b.png"]


def test_a_broken_picture_counts_on_neither_side_of_a_comparison(settings, broken, draw, tmp_path):
    for name in "abcde":
        draw.mask(tmp_path / "others" / f"{name}.png", 0 if name == "d" else 5)
    wanted = ("masks=truth", "report=true", "compare=others")
    with pytest.raises(UserError, match=r"^1 of 5 pictures"):
        run_prediction(settings("images=photos", *wanted))
    page = Path("predictions/photos_report.html").read_text(encoding="utf-8")
    assert "±0.0000" in page
    assert "−" not in re.sub(r"(?s)<script.*?</script>", "", page)


def test_pictures_that_are_all_broken_leave_nothing_behind(refused, draw, tmp_path):
    for name in "ab":
        (tmp_path / "photos").mkdir(exist_ok=True)
        (tmp_path / "photos" / f"{name}.jpg").write_bytes(b"x")
    assert "a.jpg cannot be read" in refused("images=photos", "report=true")


def test_many_broken_pictures_are_counted_and_the_first_are_named(settings, draw, tmp_path, caplog):
    draw.image(tmp_path / "photos" / "z.jpg")
    for i in range(23):
        (tmp_path / "photos" / f"{i:02}.jpg").write_bytes(b"x")
    with pytest.raises(UserError, match=r"^23 of 24 pictures .* 1 mask is written\. Mend .* them"):
        run_prediction(settings("images=photos", "report=true"))
    assert caplog.text.count("cannot be read") == 20
    assert "left out: 3 more" in caplog.text
    page = Path("predictions/photos_report.html").read_text(encoding="utf-8")
    assert page.count("Left out, and counted in no score") == 23
