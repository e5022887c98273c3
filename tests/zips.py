"""Zips of data sets, made by hand and damaged."""

import zipfile

import pytest

from jetcar.data.source.unpack import unpack
from jetcar.errors import UserError

FILES = {
    "Img/Train/Img_a.jpg": b"a",
    "Mask/Train/Mask_a.png": b"b",
    "Img/Val/Img_ä b.jpg": b"c",
    "JetCar_Classes.txt": b"d",
}
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
"""How a file's record and the directory's begin."""

COPY_AGAIN = "Copy or download it again, or zip the folder DataSet again."


def make_zip(path, files, method=zipfile.ZIP_STORED):
    """A zip of these files, whose names stay as they are given."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            # A ZipInfo of its own, as writestr would mend the slashes of a name.
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return path


def patch(path, signature, offset, value):
    """Overwrites bytes at an offset behind the first such record of a zip."""
    content = bytearray(path.read_bytes())
    start = content.index(signature) + offset
    content[start : start + len(value)] = value
    path.write_bytes(content)


def unpacked(path, out):
    """What comes out of a zip, by name."""
    unpack(path, out)
    return {
        file.relative_to(out).as_posix(): file.read_bytes()
        for file in out.rglob("*")
        if file.is_file()
    }


def refused(path, out):
    """The sentence that refuses the zip, after which nothing must have been written."""
    with pytest.raises(UserError) as caught:
        unpack(path, out)
    assert str(caught.value).startswith(str(path))
    assert list(out.iterdir()) == []
    return str(caught.value)


def damaged(path, out):
    """The sentence that refuses the zip, part of which may have been written."""
    with pytest.raises(UserError) as caught:
        unpack(path, out)
    return str(caught.value)
