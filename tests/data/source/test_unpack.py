"""Tests of jetcar.data.source.unpack: a data set comes out of its zip, and nothing else does."""

import re
import shutil
import struct
import zipfile
from collections import namedtuple

import pytest

from jetcar.data.source.unpack import DiskTooSmallError, content_key, unpack
from jetcar.errors import UserError
from tests.zips import CENTRAL, COPY_AGAIN, FILES, make_zip, patch, refused, unpacked


@pytest.mark.parametrize("top", ["DataSet/", "", "My Street 2/", "a/b/c/", "./DataSet/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_data_set_comes_out_wherever_it_stands(tmp_path, out, top, method):
    files = {top + name: content for name, content in FILES.items()}
    assert unpacked(make_zip(tmp_path / "Straße 1.zip", files, method), out) == FILES


def test_folders_in_the_zip_do_no_harm(street, draw, tmp_path, out):
    path = draw.zip(street, tmp_path / "x.zip")  # has entries of its own for folders
    expected = {
        file.relative_to(street).as_posix(): file.read_bytes()
        for file in street.rglob("*")
        if file.is_file()
    }
    assert unpacked(path, out) == expected


def test_the_key_is_that_of_the_content(tmp_path):
    one = make_zip(tmp_path / "one.zip", FILES)
    two = make_zip(tmp_path / "two.zip", dict(reversed(FILES.items())))
    assert content_key(one) == content_key(two)


@pytest.mark.parametrize(
    "other",
    [{"Img/Train/Img_a.jpg": b"A"}, {"Img/Train/Img_b.jpg": b"a"}, {"JetCar_Classes.txt": b""}],
)
def test_the_key_changes_with_the_content(tmp_path, other):
    key = content_key(make_zip(tmp_path / "one.zip", FILES))
    assert content_key(make_zip(tmp_path / "two.zip", FILES | other)) != key


def test_an_encrypted_zip_is_refused(tmp_path, out):
    path = make_zip(tmp_path / "x.zip", FILES)
    patch(path, CENTRAL, 8, struct.pack("<H", 1))  # the flag of encryption
    assert refused(path, out).endswith("is encrypted. Zip the folder DataSet without a password.")


@pytest.mark.parametrize("missing", [1, 30, 300])
def test_a_zip_that_ends_too_early_is_refused(tmp_path, out, missing):
    path = make_zip(tmp_path / "x.zip", FILES)
    path.write_bytes(path.read_bytes()[:-missing])
    assert re.search(rf"damaged or incomplete zip \(.+\)\. {COPY_AGAIN}", refused(path, out))


@pytest.mark.parametrize("read", [content_key, lambda path: unpack(path, path.parent)])
@pytest.mark.parametrize("content", [b"<!doctype html><html>", b"", b"Rar!" + bytes(100)])
def test_what_is_no_zip_is_refused(tmp_path, read, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"x\.zip is not a zip \(.+\)\. {COPY_AGAIN}"):
        read(path)


def test_a_zip_of_a_later_version_is_refused(tmp_path, out):
    path = make_zip(tmp_path / "x.zip", FILES)
    patch(path, CENTRAL, 6, struct.pack("<H", 99))  # the version needed to unpack
    assert refused(path, out).endswith(f"(zip file version 9.9). {COPY_AGAIN}")


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, out, monkeypatch):
    path = make_zip(tmp_path / "x.zip", {"Img/Train/a.jpg": bytes(1000)})
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2000, 1001, 999))
    with pytest.raises(DiskTooSmallError):
        unpack(path, out)
    told = refused(path, out)
    assert "needs 0.0 GB unpacked, and " in told
    assert told.endswith("Free some space, or set data.root to a folder on a larger disk.")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2000, 1000, 1000))
    assert unpacked(path, out) == {"Img/Train/a.jpg": bytes(1000)}
