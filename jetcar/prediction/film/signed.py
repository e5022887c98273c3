"""Tells films that this program wrote, and nobody has changed since, from every other file."""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from jetcar.prediction.film.named import Named
from jetcar.prediction.signature import KEYWORD

BOX = struct.Struct(">I4s7s16s8s")
"""The last box of the mp4: its length, ``free``, which players pass over, the word that begins
every signature, the key of the source, and a checksum of all before."""

PIECE = 1 << 20


def source_key(named: Named) -> str:
    """A short name of what a film was made of."""
    place = named.place if named.is_live else os.path.normcase(Path(named.place).resolve())
    return hashlib.sha256(os.fsencode(f"{named.kind} {place}")).hexdigest()[:16]


def sign(film: BinaryIO, key: str) -> None:
    """Ends an mp4 with a signature; the file is open for reading and writing."""
    end = film.seek(0, os.SEEK_END)
    checksum = f"{_checksum(film, end):08x}"
    film.seek(end)
    film.write(BOX.pack(BOX.size, b"free", KEYWORD, key.encode(), checksum.encode()))


def key_of_film(path: Path) -> str | None:
    """The key that a film was signed with; None when it was not, or was changed since."""
    try:
        with path.open("rb") as film:
            end = film.seek(0, os.SEEK_END) - BOX.size
            if end < 0:
                return None
            film.seek(end)
            size, kind, word, key, checksum = BOX.unpack(film.read(BOX.size))
            if (size, kind, word) != (BOX.size, b"free", KEYWORD):
                return None
            is_whole = checksum == f"{_checksum(film, end):08x}".encode()
            return key.decode("latin-1") if is_whole else None
    except OSError:
        return None


def _checksum(film: BinaryIO, end: int) -> int:
    film.seek(0)
    value = 0
    while left := end - film.tell():
        value = crc32(film.read(min(PIECE, left)), value)
    return value
