"""Reads an entry of a zip piece by piece, and never more of it than the zip's directory claims."""

from __future__ import annotations

import bz2
import copy
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

PIECE = 16 << 20
"""Bytes that are unpacked at a time; pictures are smaller."""

PACKED_PIECE = 64 << 10

READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
"""Ways to pack that are read here."""

SMALLEST_DICTIONARY = 4096
"""Bytes that LZMA needs to remember at least."""


class Decompressor(Protocol):
    """What ``bz2`` and ``lzma`` have in common."""

    @property
    def eof(self) -> bool: ...  # noqa: D102
    @property
    def needs_input(self) -> bool: ...  # noqa: D102
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...  # noqa: D102


def pieces_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry holds, checked against its checksum at the end.

    Neither the pieces together nor the memory that they take exceed ``info.file_size`` by more than
    one byte, whatever the packed bytes would grow to.

    Raises:
        Exception: the entry is damaged; ``zipfile`` and its decompressors have no one type for it.
    """
    if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with archive.open(info) as source:  # which stops at the size that is claimed
            while piece := source.read(min(PIECE, info.file_size + 1)):
                yield piece
        return
    # Of the others zipfile unpacks all of what it has read, and a few bytes may become gigabytes.
    left, checksum = info.file_size, 0
    for piece in _unpacked(archive, info):
        left -= len(piece)
        checksum = zlib.crc32(piece, checksum)
        if left < 0:
            raise zipfile.BadZipFile("it holds more than its directory says")
        yield piece
    if checksum != info.CRC:
        raise zipfile.BadZipFile("wrong checksum")


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    as_it_lies = copy.copy(info)
    as_it_lies.compress_type, as_it_lies.file_size = zipfile.ZIP_STORED, info.compress_size
    del as_it_lies.CRC  # is that of the unpacked bytes
    with archive.open(as_it_lies) as packed:
        if info.compress_type == zipfile.ZIP_BZIP2:
            decompressor: Decompressor = bz2.BZ2Decompressor()
        else:
            (size,) = struct.unpack("<xxH", packed.read(4))
            decompressor = _lzma(packed.read(size), info.file_size)
        while not decompressor.eof:
            data = packed.read(PACKED_PIECE) if decompressor.needs_input else b""
            if decompressor.needs_input and not data:
                return  # LZMA need not mark its end; the checksum tells whether all was there
            yield decompressor.decompress(data, min(PIECE, info.file_size + 1))


def _lzma(properties: bytes, unpacked: int) -> lzma.LZMADecompressor:
    """LZMA as zips have it, with no more memory than the unpacked bytes can need."""
    first, dictionary = struct.unpack("<BL", properties)
    settings = {
        "id": lzma.FILTER_LZMA1,
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
        "dict_size": min(dictionary, max(unpacked, SMALLEST_DICTIONARY)),
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])
