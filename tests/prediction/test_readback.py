"""Masks read back as the tools read them; every way to be wrong is told with the file."""

import zipfile

import cv2
import numpy as np
import pytest

from jetcar.classes import ClassTable, SegmClass
from jetcar.errors import UserError
from jetcar.prediction.readback import Written, check_zip, checksum, read_back
from jetcar.prediction.viewers import VIEWERS

CODES = np.arange(4, dtype=np.uint8).repeat(8).reshape(4, 8)
TABLE = ClassTable(tuple(SegmClass(code, f"class {code}", (0, 0, 0)) for code in range(4)))


@pytest.fixture
def image(tmp_path, draw):
    return str(draw.image(tmp_path / "Img_a.jpg", size=(4, 8)))


def check(folder, image, data=None, name="Pred_a.png", codes=CODES, table=TABLE):
    """Reads back a mask of these bytes, by default the right ones."""
    if data is None:
        data = png(np.dstack([codes] * 3))
    (folder / "Pred").mkdir()
    (folder / "Pred" / name).write_bytes(data)
    written = [Written(image, name, checksum(codes))]
    read_back(folder / "Pred", written, VIEWERS["streetmaker"], table)


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


def test_a_mask_as_it_was_written_is_right(tmp_path, image):
    check(tmp_path, image)


BLUE = np.dstack([CODES, CODES * 0, CODES * 0])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "it is not a PNG file"),
        (png(CODES), "it is not a 24-bit PNG"),
        (png(np.dstack([CODES] * 4)), "it is not a 24-bit PNG"),
        (png(np.dstack([CODES] * 3).astype(np.uint16)), "it is not a 24-bit PNG"),
        (png(np.dstack([CODES.T] * 3)), "it has 4 x 8 pixels, its picture 8 x 4"),
        (png(np.dstack([CODES] * 3))[:-30], "it is damaged"),
        (png(BLUE), "its red, green and blue differ"),
        (png(np.dstack([CODES[::-1]] * 3)), "its codes are not those that were predicted"),
    ],
)
def test_what_a_tool_would_show_wrong_is_told_with_the_file(tmp_path, image, data, told):
    with pytest.raises(UserError) as caught:
        check(tmp_path, image, data)
    assert str(caught.value) == (
        f"{tmp_path / 'Pred' / 'Pred_a.png'} does not read back as it was written: {told}. Does "
        "another program change the folder, and is the disk sound? Predict again."
    )


def test_a_mask_of_another_name_would_not_be_shown(tmp_path, image):
    with pytest.raises(UserError, match=r"the mask of .*Img_a\.jpg has to be called pred_a\.png"):
        check(tmp_path, image, name="a.png")


def test_a_code_without_a_class_is_told_but_no_error(tmp_path, image, caplog):
    gap = ClassTable(tuple(c for c in TABLE.classes if c.code != 2))
    check(tmp_path, image, table=gap)
    assert (
        "codes without a class (2), which are shown white, are in 1 of 1 mask, first Pred_a"
        in caplog.text
    )


def test_a_file_that_a_zip_lacks_or_that_is_damaged_is_named(tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Pred/a.png", b"content")
    check_zip(path, ["Pred/a.png"])
    with pytest.raises(UserError, match=r"p\.zip: Pred/b\.png does not read back.* Predict again"):
        check_zip(path, ["Pred/a.png", "Pred/b.png"])
    path.write_bytes(path.read_bytes().replace(b"content", b"CONTENT"))
    with pytest.raises(UserError, match=r"Pred/a\.png does not read back"):
        check_zip(path, ["Pred/a.png"])
