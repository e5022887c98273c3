"""Pictures as people have them become JPEG and PNG files that training reads."""

import io
import sys

import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from jetcar.data.labels.picture_files import ORIENTATION, picture_file
from jetcar.data.pictures import read_image
from jetcar.errors import UserError

RGB = np.arange(36, dtype=np.uint8).reshape(3, 4, 3) * 7


def encoded(array, kind, mode=None, **more):
    image = Image.fromarray(array)
    file = io.BytesIO()
    (image.convert(mode) if mode else image).save(file, kind, **more)
    return file.getvalue()


@pytest.fixture
def read(tmp_path):
    """A function from the content of a file to what training reads of it."""

    def read(data, size=None):
        made = picture_file("x", data, size)
        path = tmp_path / f"x{made.suffix}"
        path.write_bytes(made.data)
        pixels = read_image(str(path))
        assert pixels.shape == (made.size[1], made.size[0], 3)
        return pixels

    return read


@pytest.mark.parametrize(
    ("kind", "more"), [("BMP", {}), ("TIFF", {}), ("WEBP", {"lossless": True}), ("PNG", {})]
)
def test_other_formats_lose_nothing(read, kind, more):
    assert (read(encoded(RGB, kind, **more)) == RGB).all()


def test_jpeg_and_png_are_copied_byte_by_byte():
    for kind, suffix in (("JPEG", ".jpg"), ("PNG", ".png")):
        data = encoded(RGB, kind)
        assert picture_file("x", data, None).data is data
        assert picture_file("x", data, None).suffix == suffix


def test_grey_palette_and_transparent_pictures_are_rgb(read):
    grey = RGB[..., 0]
    assert (read(encoded(grey, "TIFF")) == grey[..., None]).all()
    assert (read(encoded(grey, "PNG", "LA")) == grey[..., None]).all()
    assert (read(encoded(RGB, "PNG", "RGBA")) == RGB).all()
    assert (read(encoded(grey, "BMP", "P")) == grey[..., None]).all()


def test_of_16_bits_the_upper_8_are_kept(read):
    grey = RGB[..., 0].astype(np.uint16) * 256 + 99
    for kind in ("PNG", "TIFF"):
        assert (read(encoded(grey, kind)) == RGB[..., :1]).all()


def test_cmyk_is_read(read):
    flat = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    assert np.abs(read(encoded(flat, "JPEG", "CMYK", quality=95)).astype(int) - flat).max() < 12


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a),
}


def turned(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(RGB, "PNG", exif=exif.tobytes())


@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_is_turned_as_exif_says(read, orientation):
    seen = TURNS[orientation](RGB)
    assert (read(turned(orientation)) == seen).all()
    assert (read(turned(orientation), seen.shape[1::-1]) == seen).all()


def test_a_picture_that_was_labelled_as_it_is_stored_is_not_turned(read):
    assert (read(turned(6), (4, 3)) == RGB).all()


def test_a_picture_of_another_size_than_its_labels_is_told():
    with pytest.raises(UserError, match=r"x is 3 x 4 pixels, but its labels are of .* 7 x 7"):
        picture_file("x", turned(6), (7, 7))


@pytest.mark.parametrize("name", ["x.png", "x.HEIC"])
def test_what_is_no_picture_is_told(name):
    with pytest.raises(UserError, match="is damaged, or no picture"):
        picture_file(name, b"words", None)


def test_a_photo_of_a_phone_is_read_and_turned():
    register_heif_opener()
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    flat = np.full((32, 48, 3), (200, 100, 50), np.uint8)
    made = picture_file("IMG_1.HEIC", encoded(flat, "HEIF", exif=exif.tobytes()), (32, 48))
    assert (made.suffix, made.size) == (".png", (32, 48))
    with Image.open(io.BytesIO(made.data)) as image:
        assert np.abs(np.asarray(image).astype(int) - (200, 100, 50)).max() < 5


def test_a_photo_of_a_phone_without_the_library_is_told_with_the_way_to_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UserError, match="python -m pip install pillow-heif"):
        picture_file("IMG_1.heic", b"", None)


def test_a_picture_that_is_cut_off_is_told():
    with pytest.raises(UserError, match=r"cannot be read|damaged"):
        picture_file("x", encoded(RGB, "TIFF")[:60], None)


def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded():
    image = Image.new("1", (20_000, 20_000))
    file = io.BytesIO()
    image.save(file, "TIFF", compression="group4")
    with pytest.raises(UserError, match="more than 80 million"):
        picture_file("x", file.getvalue(), None)
