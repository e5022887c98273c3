"""Names and contents of predicted masks, and writing all or nothing."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from jetcar.errors import UserError
from jetcar.prediction.writer import PictureFolder, encode_mask, encode_picture, mask_name


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("Img_x.jpg", "Pred_x.png"),
        ("img_i032_l004.jpg", "pred_i032_l004.png"),
        ("IMG_X.JPG", "PRED_X.png"),
        ("317_297_d47b.jpg", "317_297_d47b.png"),
        ("a.b.jpeg", "a.b.png"),
        ("Grüße Img.png", "Grüße Img.png"),
    ],
)
def test_the_mask_of_an_image_is_named_as_the_viewers_expect(image, mask):
    assert mask_name(f"/some/folder/{image}") == mask


def test_a_mask_is_a_24_bit_png_with_red_green_and_blue_equal_to_the_code():
    codes = np.arange(256, dtype=np.uint8).reshape(8, 32)
    with Image.open(io.BytesIO(encode_mask(codes))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (32, 8))
        assert (np.asarray(image) == codes[..., None]).all()


def test_a_picture_keeps_its_colours():
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[..., 0] = 200  # red
    with Image.open(io.BytesIO(encode_picture(picture))) as image:
        assert image.getpixel((0, 0)) == (200, 0, 0)


def test_files_appear_in_the_folder_and_at_the_top_of_the_zip(tmp_path):
    with PictureFolder(tmp_path / "Pred", tmp_path / "Pred.zip") as out:
        for i in range(200):
            out.add(f"{i}.png", lambda i=i: b"%d" % i)
    assert len(list((tmp_path / "Pred").iterdir())) == 200
    with zipfile.ZipFile(tmp_path / "Pred.zip") as archive:
        assert archive.namelist() == [f"{i}.png" for i in range(200)]
        assert archive.read("7.png") == b"7"


def test_other_files_of_the_folder_stay(tmp_path):
    (tmp_path / "Pred").mkdir()
    (tmp_path / "Pred" / "mine.txt").write_text("keep", encoding="utf-8")
    with PictureFolder(tmp_path / "Pred") as out:
        out.add("a.png", lambda: b"a")
    assert sorted(p.name for p in (tmp_path / "Pred").iterdir()) == ["a.png", "mine.txt"]


def fail():
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("where", ["while predicting", "while encoding"])
def test_after_an_error_everything_is_as_it_was(tmp_path, where):
    (tmp_path / "Pred").mkdir()
    (tmp_path / "Pred" / "a.png").write_bytes(b"old")
    (tmp_path / "Pred.zip").write_bytes(b"old zip")

    def write():
        with PictureFolder(tmp_path / "Pred", tmp_path / "Pred.zip") as out:
            out.add("a.png", lambda: b"new")
            if where == "while predicting":
                fail()
            out.add("b.png", fail)

    with pytest.raises(OSError, match="No space"):
        write()
    assert (tmp_path / "Pred" / "a.png").read_bytes() == b"old"
    assert (tmp_path / "Pred.zip").read_bytes() == b"old zip"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Pred", "Pred.zip"]


def test_two_pictures_of_one_name_are_refused(tmp_path):
    def write():
        with PictureFolder(tmp_path / "Pred") as out:
            out.add("Pred_x.png", lambda: b"")
            out.add("pred_X.png", lambda: b"")

    with pytest.raises(UserError, match=r"both become pred_X\.png\. Rename one"):
        write()
