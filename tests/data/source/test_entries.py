"""Tests of jetcar.data.source.entries: what of a zip belongs to a data set, and what is refused."""

import os
import re
import struct
import unicodedata
import warnings
import zipfile
import zlib

import pytest

from jetcar.data.source import entries as module
from jetcar.data.source import unpack as unpack_module
from jetcar.errors import UserError
from tests.zips import CENTRAL, FILES, LOCAL, make_zip, patch, refused, unpacked

ONE_FILE = "which are one file on some systems"


def test_backslashes_are_separators(tmp_path, out):
    files = {f"DataSet\\{name}".replace("/", "\\"): c for name, c in FILES.items()}
    assert unpacked(make_zip(tmp_path / "x.zip", files), out) == FILES


def test_folders_get_the_usual_spelling(tmp_path, out):
    files = {"DATASET/IMG/train/A.JPG": b"a", "DATASET/mask/TRAIN/A.PNG": b"b"}
    files["DATASET/jetcar_classes.TXT"] = b"c"
    assert unpacked(make_zip(tmp_path / "x.zip", files), out) == {
        "Img/Train/A.JPG": b"a",
        "Mask/Train/A.PNG": b"b",
        "JetCar_Classes.txt": b"c",
    }


@pytest.mark.parametrize(
    "other",
    [
        "__MACOSX/DataSet/Img/Train/._Img_a.jpg",
        "__MACOSX/DataSet/Img/Train/Img_a.jpg",
        "DataSet/Img/Train/._Img_a.jpg",
        "DataSet/Img/Train/.hidden.jpg",
        "DataSet/Img/Train/Thumbs.db",
        "DataSet/Img/Train/run.exe",
        "DataSet/Img/Train/deeper/Img_x.jpg",
        "DataSet/Img/Other/Img_x.jpg",
        "DataSet/Pred/Pred_a.png",
        "DataSet/notes.txt",
        "readme.txt",
    ],
)
def test_what_is_no_part_of_a_data_set_stays_in_the_zip(tmp_path, out, other):
    files = {f"DataSet/{name}": content for name, content in FILES.items()}
    assert unpacked(make_zip(tmp_path / "x.zip", files | {other: b"?"}), out) == FILES


@pytest.mark.parametrize(
    "name",
    [
        "../Img/Train/x.jpg",
        "DataSet/Img/Train/../../../../x.jpg",
        "..\\x.jpg",
        "/etc/Img/Train/x.jpg",
        "\\Img\\Train\\x.jpg",
        "C:\\Img\\Train\\x.jpg",
        "C:x.jpg",
        "//server/share/Img/Train/x.jpg",
    ],
)
def test_an_entry_that_would_land_outside_is_refused(tmp_path, out, name):
    told = refused(make_zip(tmp_path / "x.zip", FILES | {name: b"!"}), out)
    assert f"an entry that would land outside its folder: {name}. Zip the folder DataSet" in told


def test_a_link_is_refused(tmp_path, out):
    path = make_zip(tmp_path / "x.zip", FILES)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("Img/Train/link.jpg")
        info.external_attr = 0o120777 << 16  # the mode of a symbolic link
        archive.writestr(info, "/etc/passwd")
    told = refused(path, out)
    assert "has a link in it: Img/Train/link.jpg. Zip the pictures themselves." in told


def test_a_zip_that_grows_absurdly_is_refused(tmp_path, out):
    zeros = {"Img/Train/zeros.png": bytes(66 << 20)}  # 1 : 1000
    told = refused(make_zip(tmp_path / "x.zip", zeros, zipfile.ZIP_DEFLATED), out)
    assert "would grow from 0 MB to 69 MB in 1 file, which no data set does. Zip the" in told


def test_a_zip_of_absurdly_many_files_is_refused(tmp_path, out, monkeypatch):
    monkeypatch.setattr(module, "MAX_ENTRIES", 3)
    told = refused(make_zip(tmp_path / "x.zip", FILES), out)
    assert "in 4 files, which no data set does. Zip the folder DataSet again." in told


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (98, "PPMd"), (50, "method 50")])
def test_a_whole_zip_that_python_cannot_read_is_told_with_the_way_out(tmp_path, out, method, name):
    path = make_zip(tmp_path / "x.zip", FILES)
    patch(path, LOCAL, 8, struct.pack("<H", method))
    patch(path, CENTRAL, 10, struct.pack("<H", method))
    told = refused(path, out)
    assert told.startswith(
        f"{path} is packed with {name}, which cannot be read here; Windows Explorer"
    )
    assert (
        "Unpack it there and give the folder as data.source=..., or zip it again with 7-Zip" in told
    )


def central(path):
    """Where the records of a zip's directory begin."""
    content = path.read_bytes()
    return [m.start() for m in re.finditer(CENTRAL, content)], bytearray(content)


def test_entries_that_pack_the_same_bytes_are_refused(tmp_path, out):
    """A quine of a bomb: many names for one packed file, each within its claim."""
    path = make_zip(tmp_path / "x.zip", {f"Img/Train/{i}.png": bytes(9) for i in range(3)})
    starts, content = central(path)
    content[starts[2] + 42 : starts[2] + 46] = content[starts[1] + 42 : starts[1] + 46]
    path.write_bytes(content)
    told = refused(path, out)
    assert "has entries that overlap, at Img/Train/1.png, which no program that zips" in told


def test_a_packed_size_beyond_the_file_is_refused(tmp_path, out):
    """Which would excuse any growth: 1 : 1000 becomes 1 : 1 by a claim alone."""
    zeros = {"Img/Train/zeros.png": bytes(100 << 20)}
    path = make_zip(tmp_path / "x.zip", zeros, zipfile.ZIP_DEFLATED)
    patch(path, CENTRAL, 20, struct.pack("<L", 100 << 20))
    assert "has entries that overlap, at Img/Train/zeros.png" in refused(path, out)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            ["Img/Train/a.png", "img/train/a.png"],
            f"Img/Train/a.png and img/train/a.png, {ONE_FILE}",
        ),
        (
            ["Img/Train/a.png", "Img/Train/A.PNG"],
            f"Img/Train/a.png and Img/Train/A.PNG, {ONE_FILE}",
        ),
        (["Img/Train/a.png", "Img\\Train\\a.png"], f"a.png and Img\\Train\\a.png, {ONE_FILE}"),
        (["Img/Train/ü.png", "Img/Train/u\u0308.png"], ONE_FILE),
        (["Img/Train/a.png", "Img/Train/a.png"], "holds Img/Train/a.png twice. Rename one"),
        (["Img/Train/a.png", "img/train/A.png", "IMG/Train/a.png"], "(2 such names in all)"),
    ],
)
def test_two_entries_that_become_one_file_are_refused_on_every_system(
    tmp_path, out, names, sentence
):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # about a name twice
                archive.writestr(info, b"x")
    told = refused(path, out)
    assert sentence in told
    assert told.endswith("Rename one, and zip the folder DataSet again.")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("x" * 300 + ".png", f"a name of 304 letters, more than file systems allow: {'x' * 40}..."),
        ("ü" * 130 + ".png", "a name of 134 letters, more than file systems allow: "),
        ("a\x1b[2Jb.png", r"control characters in its name: a\x1b[2Jb.png. Rename it"),
    ],
)
def test_a_name_that_no_disk_or_terminal_should_get_is_refused(tmp_path, out, name, sentence):
    assert sentence in refused(
        make_zip(tmp_path / "x.zip", FILES | {f"Img/Train/{name}": b""}), out
    )


@pytest.mark.parametrize("name", ["a:b.png", "CON.png", "nul.x.jpg", "com1.png", "what?.png"])
def test_a_name_that_windows_does_not_take_is_refused_there_alone(tmp_path, out, name, monkeypatch):
    path = make_zip(tmp_path / "x.zip", FILES | {f"Img/Train/{name}": b"x"})
    monkeypatch.setattr(module, "IS_WINDOWS", True)
    told = refused(path, out)
    assert f"has a file whose name Windows does not allow: {name}. Rename it, and zip" in told
    monkeypatch.setattr(module, "IS_WINDOWS", False)
    if os.name != "nt":
        assert f"Img/Train/{name}" in unpacked(path, out)


def test_a_path_that_windows_does_not_take_is_told_with_its_length(tmp_path, monkeypatch):
    """Windows says only that there is no such file; stood for by a folder that is not there."""
    target = f"{tmp_path}/{'x' * 120}/{'y' * 120}/Img_a.jpg"
    monkeypatch.setattr(unpack_module, "IS_WINDOWS", True)
    with pytest.raises(UserError) as caught:
        unpack_module._opened(target)
    told = f"{target} has {len(target)} letters, more than Windows allows. Set data.root to a "
    assert str(caught.value).startswith(told)
    monkeypatch.setattr(unpack_module, "IS_WINDOWS", False)
    with pytest.raises(FileNotFoundError):
        unpack_module._opened(target)


def test_console_is_a_name_as_any_other(tmp_path, out, monkeypatch):
    monkeypatch.setattr(module, "IS_WINDOWS", True)
    files = {
        "Img/Train/console.png": b"a",
        "Img/Train/contact.jpg": b"b",
        "Img/Train/nullpunkt.png": b"c",
    }
    assert unpacked(make_zip(tmp_path / "x.zip", files), out) == files


def zip_with_raw_name(path, raw, extra=b""):
    """A zip of one file whose name is given in bytes, without the mark of UTF-8."""
    name = b"Img/Train/" + b"?" * len(raw) + b".png"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(name.decode())
        info.extra = extra
        archive.writestr(info, b"x")
    path.write_bytes(path.read_bytes().replace(b"?" * len(raw), raw))
    return path


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Straße".encode(), "Straße"),  # of macOS, which leaves the mark out
        (unicodedata.normalize("NFD", "Tür").encode(), "Tür"),
        (
            "Tür ß Ä".encode("cp437"),
            "Tür ß Ä",
        ),  # of Windows in western Europe: cp850 has them alike
    ],
)
def test_names_without_the_mark_of_utf_8_are_read_as_they_were_meant(tmp_path, out, raw, name):
    path = zip_with_raw_name(tmp_path / "x.zip", raw)
    assert unpacked(path, out) == {f"Img/Train/{name}.png": b"x"}


def test_a_name_that_is_repeated_in_utf_8_is_taken_from_there(tmp_path, out):
    raw = "улица".encode("cp866")
    full = b"Img/Train/" + raw + b".png"
    field = struct.pack("<BL", 1, zlib.crc32(full)) + "Img/Train/улица.png".encode()
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    path = zip_with_raw_name(tmp_path / "x.zip", raw, extra)
    assert unpacked(path, out) == {"Img/Train/улица.png": b"x"}


def test_pictures_that_are_left_in_the_zip_are_told(tmp_path, out, caplog):
    more = ("Img/Train/b.webp", "Img/Train/a.tif", "Img/Train/city/x.png", "Img/Train/notes.txt")
    path = make_zip(tmp_path / "x.zip", FILES | dict.fromkeys(more, b"?"))
    assert unpacked(path, out) == FILES
    assert [record.getMessage() for record in caplog.records] == [
        "x.zip: Img/Train has 2 pictures that are neither jpg nor png and are left out, first "
        "a.tif. Save them as png or jpg, masks as png.",
        "x.zip: Img/Train has 1 picture in folders below it that is left out, first city/x.png. "
        "Move them up.",
    ]


@pytest.mark.parametrize(
    "files", [{"holiday/1.jpg": b"a"}, {"DataSet/JetCar_Classes.txt": b"a"}, {}, {"Img/a.jpg": b""}]
)
def test_a_zip_without_a_data_set_is_refused(tmp_path, out, files):
    told = refused(make_zip(tmp_path / "x.zip", files), out)
    assert "holds no data set. It needs the folders Img/Train, Img/Val, Mask/Train and" in told


def test_a_zip_of_two_data_sets_is_refused(tmp_path, out):
    files = {"one/Img/Train/a.jpg": b"a", "two/b/Img/Val/a.jpg": b"a"}
    told = refused(make_zip(tmp_path / "x.zip", files), out)
    assert told.endswith("holds 2 data sets, at one and two/b. Zip only one.")
