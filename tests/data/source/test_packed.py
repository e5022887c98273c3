"""Tests of jetcar.data.source.packed: no more than was claimed, and damage is told."""

import struct
import tracemalloc
import zipfile

import pytest

from tests.zips import CENTRAL, COPY_AGAIN, LOCAL, damaged, make_zip, patch


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_damaged_data_is_told_with_its_file(tmp_path, out, method):
    files = {"Img/Train/a.jpg": bytes(range(256)) * 4, "Img/Train/b.jpg": b"b"}
    path = make_zip(tmp_path / "x.zip", files, method)
    name_ends = path.read_bytes().index(b"a.jpg") + len("a.jpg")
    patch(path, LOCAL, name_ends + 20, b"\xaa\x55\xaa")
    told = damaged(path, out)
    assert f"{path} is damaged at Img/Train/a.jpg (" in told
    assert told.endswith(COPY_AGAIN)


def test_a_wrong_size_is_told_with_its_file(tmp_path, out):
    path = make_zip(tmp_path / "x.zip", {"Img/Train/a.jpg": bytes(1000)}, zipfile.ZIP_DEFLATED)
    patch(path, CENTRAL, 24, struct.pack("<L", 10))  # 10 bytes unpacked, it says
    assert "damaged at Img/Train/a.jpg (Bad CRC-32" in damaged(path, out)


def test_what_grows_beyond_its_claim_is_stopped_at_the_claim(tmp_path, out):
    """A directory that claims little: neither disk nor memory gets more than the claim."""
    path = tmp_path / "x.zip"
    make_zip(path, {"Img/Train/a.png": bytes(64 << 20)}, zipfile.ZIP_DEFLATED)
    patch(path, CENTRAL, 24, struct.pack("<L", 1 << 20))  # 1 MB unpacked, it says, and not 64
    tracemalloc.start()
    told = damaged(path, out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"{path} is damaged at Img/Train/a.png (" in told
    assert (out / "Img/Train/a.png").stat().st_size <= 1 << 20
    assert peak < 8 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_decompressor_without_brakes_gets_little_at_a_time(tmp_path, out, method):
    path = make_zip(tmp_path / "x.zip", {"Img/Train/a.png": bytes(32 << 20)}, method)
    patch(path, CENTRAL, 24, struct.pack("<L", 100))
    tracemalloc.start()
    damaged(path, out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (out / "Img/Train/a.png").stat().st_size <= 100
    assert peak < 1 << 20
