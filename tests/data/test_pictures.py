"""Tests of jetcar.data.pictures: files become pixels and codes, or a sentence with a fix."""

import contextlib
import io
import os
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, PngImagePlugin

from jetcar.data import pictures
from jetcar.data.pictures import read_image, read_mask, resize_image, resize_mask
from jetcar.errors import UserError

SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("Bilder für alle")


def png(width, height, depth=8, kind=2, data=b""):
    """A PNG file with this header, whose data need not fit it."""

    def chunk(name, content):
        checksum = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    end = chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + end


def jpeg(array, **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "JPEG", **options)
    return file.getvalue()


def written(path, content):
    path.write_bytes(content)
    return str(path)


# Images


@settings(max_examples=30)
@given(array=SIDES.flatmap(lambda hw: arrays(np.uint8, (*hw, 3))))
def test_a_png_gives_its_pixels(folder, array):
    Image.fromarray(array).save(folder / "ä b.png")
    assert (read_image(str(folder / "ä b.png")) == array).all()


@pytest.mark.parametrize("suffix", ["jpg", "JPEG"])
def test_a_jpeg_gives_red_green_blue(draw, tmp_path, suffix):
    path = draw.image(tmp_path / f"ä b.{suffix}", (250, 120, 10), size=(16, 24))
    image = read_image(str(path))
    assert image.shape == (16, 24, 3)
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - [250, 120, 10]).max() <= 3  # JPEG rounds


def test_a_jpeg_is_known_by_its_content(tmp_path):
    path = written(tmp_path / "picture.png", jpeg(np.full((8, 8, 3), 200, np.uint8)))
    assert read_image(path).shape == (8, 8, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA"])
def test_a_png_of_another_kind_becomes_rgb(tmp_path, mode):
    Image.new("RGB", (4, 4), (255, 255, 255)).convert(mode).save(tmp_path / "x.png")
    assert (read_image(str(tmp_path / "x.png")) == 255).all()


def test_sixteen_bits_become_eight(tmp_path):
    values = np.array([[0, 255, 256, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "x.png")
    assert read_image(str(tmp_path / "x.png"))[0, :, 0].tolist() == [0, 0, 1, 255]  # / 256


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("most", "factor"), [(255, 256), (1023, 64), (4095, 16)])
def test_sixteen_bits_of_which_the_upper_are_empty_are_refused(tmp_path, channels, most, factor):
    values = np.linspace(0, most, 64).astype(np.uint16).reshape(8, 8)
    path = str(tmp_path / "x.png")
    cv2.imwrite(path, values if channels == 1 else np.repeat(values[..., None], 3, axis=2))
    told = (
        rf"would be black, as no value in it is above {most} of 65535\. Multiply .* by {factor}, or"
    )
    with pytest.raises(UserError, match=told):
        read_image(path)


def test_sixteen_bits_of_colour_become_eight(tmp_path):
    values = np.array([[[0, 256, 65535]]], np.uint16)  # blue, green, red
    cv2.imwrite(str(tmp_path / "x.png"), values)
    assert read_image(str(tmp_path / "x.png")).tolist() == [[[255, 1, 0]]]


def test_a_black_picture_of_eight_bits_is_read(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "x.png")
    assert not read_image(str(tmp_path / "x.png")).any()


def test_a_jpeg_in_the_colours_of_printers_with_luminance_becomes_rgb(tmp_path):
    content = jpeg(np.full((8, 8, 3), 90, np.uint8))
    file = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("CMYK").save(file, "JPEG")
    data = bytearray(file.getvalue())
    data[data.index(b"Adobe") + 11] = 2  # how colours are meant: YCCK instead of CMYK
    assert read_image(written(tmp_path / "x.jpg", bytes(data))).shape == (8, 8, 3)


@pytest.mark.parametrize("read", [read_image, read_mask])
@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"iCCP"])
@pytest.mark.parametrize("after", [b"IDAT", b"IEND"])  # which chunk the words stand before
def test_megabytes_of_words_in_a_png_are_passed_over(
    tmp_path, draw, monkeypatch, read, name, after
):
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_MEMORY", 1_500_000)  # 64 MB, but quicker
    path = draw.mask(tmp_path / "x.png", np.array([[1, 5]], np.uint8), "grey")
    words = {
        b"tEXt": b"Comment\0" + b"x" * 2_000_000,
        b"zTXt": b"Comment\0\0" + zlib.compress(bytes(2_000_000)),
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + b"x" * 2_000_000,
        b"iCCP": b"profile\0\0" + zlib.compress(bytes(2_000_000)),
    }[name]
    data = path.read_bytes()
    at = data.index(after) - 4
    chunk = struct.pack(">I", len(words)) + name + words
    chunk += struct.pack(">I", zlib.crc32(name + words))
    path = written(path, data[:at] + chunk + data[at:])
    assert read(path).reshape(2, -1)[:, 0].tolist() == [1, 5]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("read", [read_image, read_mask])
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path, read):
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(UserError, match=r"cannot be read \(it is not a file\)\. Save or copy it"):
        read(str(tmp_path / "x.png"))


@pytest.mark.parametrize("read", [read_image, read_mask])
def test_gigabytes_are_no_picture(tmp_path, monkeypatch, read):
    monkeypatch.setattr(pictures, "MAX_BYTES", 1000)
    path = written(tmp_path / "x.png", jpeg(NOISE))
    with pytest.raises(UserError, match=r"cannot be read \(it is larger than 1 GB\)"):
        read(path)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_jpeg_of_another_kind_becomes_rgb(tmp_path, mode):
    Image.new("RGB", (8, 8), (90, 90, 90)).convert(mode).save(tmp_path / "x.jpg")
    assert np.abs(read_image(str(tmp_path / "x.jpg")).astype(int) - 90).max() <= 3  # JPEG rounds


def test_orientation_in_exif_is_ignored(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a viewer would turn it by 90 degrees
    path = written(tmp_path / "x.jpg", jpeg(np.zeros((8, 16, 3), np.uint8), exif=exif))
    assert read_image(path).shape == (8, 16, 3)


# Not square, so that a cut never happens to leave a whole picture.
NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
UNREADABLE = r"cannot be read \(.+\)\. Save or copy it again, or move it out\."


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_jpeg_that_ends_too_early_is_refused(tmp_path, progressive, share):
    whole = jpeg(NOISE, progressive=progressive)
    path = written(tmp_path / "x.jpg", whole[: int(share * len(whole))])
    with pytest.raises(UserError, match=UNREADABLE):
        read_image(path)


@pytest.mark.parametrize("read", [read_image, read_mask])
@pytest.mark.parametrize("share", [0.003, 0.3, 0.9])
def test_a_png_that_ends_too_early_is_refused(tmp_path, read, share):
    Image.fromarray(NOISE[..., 0]).save(tmp_path / "x.png")
    whole = (tmp_path / "x.png").read_bytes()
    path = written(tmp_path / "x.png", whole[: max(8, int(share * len(whole)))])
    with pytest.raises(UserError, match=UNREADABLE):
        read(path)


@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(50), b"<!doctype html>"])
def test_what_is_neither_jpeg_nor_png_is_refused(tmp_path, content):
    with pytest.raises(UserError, match=r"\(neither JPEG nor PNG\)\. Save or copy it again"):
        read_image(written(tmp_path / "x.jpg", content))


@pytest.mark.parametrize("read", [read_image, read_mask])
def test_a_file_that_is_not_there_is_refused(tmp_path, read):
    with pytest.raises(UserError, match=UNREADABLE):
        read(str(tmp_path / "x.png"))


@pytest.mark.parametrize("side", [9_000, 10_000, 50_000])  # 81, 100, 2500 million pixels
@pytest.mark.parametrize("read", [read_image, read_mask])
def test_a_huge_png_is_refused_before_it_is_decoded(tmp_path, read, side):
    with pytest.raises(UserError, match=rf"{side} x {side} pixels, more than 80 million\. Shrink"):
        read(written(tmp_path / "x.png", png(side, side, kind=0)))


def test_a_huge_jpeg_is_refused_before_it_is_decoded(tmp_path):
    content = bytearray(jpeg(np.zeros((8, 8, 3), np.uint8)))
    frame = content.index(b"\xff\xc0") + 5  # marker, length, precision; then height and width
    content[frame : frame + 4] = struct.pack(">HH", 9_000, 10_000)
    with pytest.raises(UserError, match=r"10000 x 9000 pixels, more than 80 million\. Shrink it\."):
        read_image(written(tmp_path / "x.jpg", bytes(content)))


@pytest.mark.parametrize("read", [read_image, read_mask])
@pytest.mark.parametrize("content", [png(0, 0, kind=0), png(4, 4, kind=0, data=bytes(3))])
def test_a_png_without_pixels_is_refused(tmp_path, read, content):
    with pytest.raises(UserError, match=UNREADABLE):
        read(written(tmp_path / "x.png", content))


@settings(max_examples=200)
@given(st.data())
def test_damage_is_told_or_does_no_harm(folder, data):
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = written(folder / "damaged", bytes(content))
    for read in (read_image, read_mask):
        with contextlib.suppress(UserError):  # and no other error
            assert read(path).dtype == np.uint8


def _whole_files():
    file = io.BytesIO()
    Image.fromarray(NOISE[..., 0]).convert("P").save(file, "PNG")
    return [jpeg(NOISE), file.getvalue()]


WHOLE = _whole_files()


# Masks


def codes_below(limit):
    return SIDES.flatmap(lambda hw: arrays(np.uint8, hw, elements=st.integers(0, limit - 1)))


@settings(max_examples=60)
@given(data=st.data())
@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        *(("palette", 256), ("palette4", 16), ("palette2", 4), ("palette1", 2)),
        *(("grey", 256), ("rgb", 256)),
    ],
)
def test_a_mask_gives_the_codes_that_were_drawn(folder, draw, kind, limit, data):
    codes = data.draw(codes_below(limit))
    path = draw.mask(folder / f"Maske {kind}.png", codes, kind)
    mask = read_mask(str(path))
    assert mask.dtype == np.uint8
    assert (mask == codes).all()


@pytest.mark.parametrize(("bits", "kind"), [(8, "palette"), (4, "palette4"), (1, "palette1")])
def test_the_pens_draw_palettes_of_so_many_bits(draw, tmp_path, bits, kind):
    header = draw.mask(tmp_path / "x.png", 1, kind).read_bytes()[24:26]
    assert header == bytes([bits, 3])  # depth, colour type "palette"


def test_a_palette_with_transparency_gives_its_indices(tmp_path):
    mask = Image.fromarray(np.array([[0, 1, 2, 255]], np.uint8))
    mask.putpalette([7] * 768)
    mask.save(tmp_path / "x.png", transparency=1)
    assert read_mask(str(tmp_path / "x.png")).tolist() == [[0, 1, 2, 255]]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("grey1", "a PNG of 1 bit, not"),
        ("grey16", "a PNG of 16 bits, not"),
        ("grey-alpha", "a PNG of 8 bits with alpha, not"),
        ("rgba", "a PNG of 8 bits with alpha, not"),
    ],
)
def test_a_png_that_is_no_mask_is_refused_with_its_kind(draw, tmp_path, kind, told):
    with pytest.raises(UserError, match=rf"{told} a mask of codes\. Save it as an 8-bit PNG whose"):
        read_mask(str(draw.mask(tmp_path / "x.png", 1, kind)))


@pytest.mark.parametrize("color", [(1, 2, 1), (1, 1, 2), (2, 1, 1)])
def test_a_mask_of_colours_is_refused(draw, tmp_path, color):
    with pytest.raises(UserError, match=r"colours instead of class codes\. Save it as an 8-bit"):
        read_mask(str(draw.image(tmp_path / "x.png", color)))


def test_a_mask_in_jpeg_is_refused(draw, tmp_path):
    path = draw.image(tmp_path / "x.jpg")
    with pytest.raises(UserError, match=r"is not a PNG file\. Save it as an 8-bit PNG"):
        read_mask(str(path))


# Sizes


def test_an_image_shrinks_by_area():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0], image[1:3, 1:3] = 100, 20
    assert resize_image(image, 1, 1).tolist() == [[[30, 30, 30]]]  # (4 * 100 + 4 * 20) / 16


def test_an_image_grows_bilinearly():
    image = np.array([[0, 100]], np.uint8)[..., None].repeat(3, axis=2)
    # Four new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones.
    assert resize_image(image, 1, 4)[0, :, 0].tolist() == [0, 25, 75, 100]


def test_an_image_gets_height_and_width():
    assert resize_image(np.zeros((10, 20, 3), np.uint8), 32, 64).shape == (32, 64, 3)


def test_a_mask_takes_the_nearest_pixel():
    mask = np.array([[1, 200], [3, 255]], np.uint8)
    big = resize_mask(mask, 4, 4)
    assert big.tolist() == [[1, 1, 200, 200]] * 2 + [[3, 3, 255, 255]] * 2
    assert resize_mask(big, 2, 2).tolist() == mask.tolist()


@given(codes_below(256), SIDES)
def test_a_resized_mask_has_no_new_codes(mask, sides):
    resized = resize_mask(mask, *sides)
    assert resized.shape == sides
    assert set(np.unique(resized)) <= set(np.unique(mask))


def test_an_image_and_its_mask_stay_in_place_when_resized():
    mask = np.zeros((90, 70), np.uint8)
    mask[30:60, 20:50] = 1
    image = (mask * 255)[..., None].repeat(3, axis=2)
    small, codes = resize_image(image, 64, 64), resize_mask(mask, 64, 64)
    agree = (small[..., 0] > 127) == (codes == 1)
    assert agree.mean() > 0.97  # all but pixels on the edge: 4 * 27 / 64**2 = 0.026


def test_pixels_of_the_right_size_are_not_touched():
    image, mask = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint8)
    assert resize_image(image, 4, 6) is image
    assert resize_mask(mask, 4, 6) is mask
