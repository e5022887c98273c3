"""Tells what this program wrote, and nobody has changed since, from every other file.

A picture that it writes says so in a text entry of the PNG, with a checksum of all the rest of the
file; a zip says so in its comment, with a checksum of its listing. A mask that a person draws over
loses the entry or no longer fits it, and is a person's work from then on.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from pathlib import Path
from zlib import crc32

from jetcar.data.png_file import PNG_START

KEYWORD = b"jetcar\0"
"""Begins the text entry."""

ZIP_COMMENT = b"written by jetcar, "

HEADER = len(PNG_START) + 25
"""Bytes of a PNG before its second chunk."""


def pictures_key(image: str) -> str:
    """A short name for the folder of an image, the same from whatever folder it is asked for."""
    folder = os.path.normcase(Path(image).resolve().parent)
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def signed(png: bytes, key: str) -> bytes:
    """A PNG that says that this program wrote it.

    Args:
        png: Without a signature.
        key: Of the pictures that it belongs to, see ``pictures_key``.
    """
    text = KEYWORD + f"{key} {crc32(png):08x}".encode()
    entry = struct.pack(">I", len(text)) + b"tEXt" + text
    return png[:HEADER] + entry + struct.pack(">I", crc32(entry[4:])) + png[HEADER:]


def key_of(png: bytes) -> str | None:
    """The key that a PNG was signed with; None when it was not, or was changed since."""
    if png[:8] != PNG_START or png[HEADER + 4 : HEADER + 8 + len(KEYWORD)] != b"tEXt" + KEYWORD:
        return None
    (length,) = struct.unpack(">I", png[HEADER : HEADER + 4])
    key, _, checksum = (
        png[HEADER + 8 + len(KEYWORD) : HEADER + 8 + length].decode("latin-1").partition(" ")
    )
    rest = crc32(png[HEADER + 12 + length :], crc32(png[:HEADER]))
    return key if checksum == f"{rest:08x}" else None


def key_of_file(path: Path) -> str | None:
    """The same of a file; None, too, for what cannot be read."""
    try:
        return key_of(path.read_bytes())
    except OSError:
        return None


def zip_comment(archive: zipfile.ZipFile) -> bytes:
    """The comment of a zip with these files that says that this program wrote it."""
    listing = "\n".join(f"{one.filename} {one.CRC}" for one in archive.infolist())
    return ZIP_COMMENT + f"{crc32(listing.encode(errors='surrogateescape')):08x}".encode()


def is_our_zip(path: Path) -> bool:
    """Whether this program wrote a zip, and nobody has changed it since."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == zip_comment(archive)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def is_our_page(path: Path) -> bool:
    """Whether a file is a report page of this program."""
    try:
        with path.open("rb") as file:
            return b'<meta name="generator" content="jetcar">' in file.read(4096)
    except OSError:
        return False
