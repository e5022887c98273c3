"""A checksum over every byte of a checkpoint, in the comment that may end a zip.

A checkpoint is a zip of uncompressed records. torch writes a CRC-32 of each record into the
directory at the end and never looks at it; nothing guards the directory itself, where a single bit
can turn a tensor into whatever lay in memory. The seal is a digest of all that is not the content
of a record. It holds the CRC-32 of every record, so no byte of the file is left out; and it is
made in a few milliseconds, since the contents are not read again to make it.
"""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

SEAL = b"jetcar-sha256:"
DIGITS = hashlib.sha256().digest_size * 2
COMMENT_BYTES = len(SEAL) + DIGITS

LOCAL_HEADER = struct.Struct("<4s5H3L2H")
"""Before each record; its last two numbers are the bytes of name and padding that follow."""

END_START, END_BYTES = b"PK\5\6", 22
"""The last record of a zip; it closes with the length of the comment behind it."""

IS_FOLDER = 0x10
"""The attribute of a folder: torch reads nothing of such an entry, and leaves its tensor unset."""

CHUNK_BYTES = 1 << 20


class BrokenSealError(Exception):
    """A file is not as it was sealed, or is not a zip."""


def seal(file: BinaryIO) -> None:
    """Puts the seal behind a zip that was just written and has no comment.

    Args:
        file: The zip, open for writing and reading.
    """
    file.seek(-2, os.SEEK_END)  # the length of the comment, which is the last thing in a zip
    file.write(struct.pack("<H", COMMENT_BYTES) + SEAL + bytes(DIGITS))
    file.flush()
    # A thousand small looks at a file take longer than the digest itself. Nobody else has this
    # file, so that it cannot be cut short under the mapping.
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        end = len(mapped) - DIGITS
        digest = _digest(lambda place, size: mapped[place : place + size], _records(mapped), end)
    file.seek(end)
    file.write(digest)


def refuse_broken(file: BinaryIO) -> None:
    """Reads all of a zip and compares it with its checksums.

    Without a seal, as of older checkpoints, the checksums of the records are all there is.

    Args:
        file: Open for reading, anywhere; it is left at its start.

    Raises:
        BrokenSealError: a checksum is wrong, or it is not a zip.
        OSError: the disk does not give the file.
    """
    try:
        end = file.seek(0, os.SEEK_END) - DIGITS
        file.seek(max(0, end - len(SEAL)))
        is_sealed = file.read(len(SEAL)) == SEAL
        if is_sealed and _true_digest(file, end) != _read(file, end, DIGITS):
            raise BrokenSealError("the seal is wrong")
        if not is_sealed:
            _refuse_comment(file)
            _test_records(file)
        file.seek(0)
    except OSError as error:
        if error.errno == errno.EINVAL:  # it names places before its start
            raise BrokenSealError("the directory is wrong") from None
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OverflowError,
        RuntimeError,
        ValueError,
    ) as error:
        raise BrokenSealError(str(error)) from None


def _records(file: BinaryIO | mmap.mmap) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(file) as archive:  # type: ignore[arg-type]
        return sorted(archive.infolist(), key=lambda record: record.header_offset)


def _digest(
    read: Callable[[int, int], bytes],
    records: list[zipfile.ZipInfo],
    end: int,
    refuse_content: Callable[[int, zipfile.ZipInfo], None] | None = None,
) -> bytes:
    """The digest of all bytes before ``end`` outside the contents of the records.

    Args:
        read: Gives so many bytes from a place in the file.
        records: Of its directory, as they are in the file.
        end: Where the digest itself belongs.
        refuse_content: Called with the place of each content and its record.

    Raises:
        BrokenSealError: the directory names places that cannot be.
    """
    digest = hashlib.sha256()
    done = 0
    for record in records:
        if not done <= record.header_offset < end:
            raise BrokenSealError("the directory is wrong")
        behind = record.header_offset + LOCAL_HEADER.size
        between = read(done, behind - done)
        *_, name, padding = LOCAL_HEADER.unpack(between[-LOCAL_HEADER.size :])
        digest.update(between)
        digest.update(read(behind, name + padding))
        content = behind + name + padding
        if refuse_content is not None:
            refuse_content(content, record)
        done = content + record.compress_size
    digest.update(read(done, end - done))
    return digest.hexdigest().encode()


def _true_digest(file: BinaryIO, end: int) -> bytes:
    """The digest of a file whose contents are those that its directory says.

    Raises:
        BrokenSealError: a content is another.
    """
    buffer = memoryview(bytearray(CHUNK_BYTES))

    def refuse_content(place: int, record: zipfile.ZipInfo) -> None:
        file.seek(place)
        if _crc(file, record.compress_size, buffer) != record.CRC:
            raise BrokenSealError("a record is wrong")

    return _digest(partial(_read, file), _records(file), end, refuse_content)


def _read(file: BinaryIO, place: int, size: int) -> bytes:
    if size < 0:
        raise BrokenSealError("the directory is wrong")
    file.seek(place)
    return file.read(size)


def _crc(file: BinaryIO, size: int, buffer: memoryview) -> int:
    crc = 0
    while size:
        count = file.readinto(buffer[:size])  # type: ignore[attr-defined]
        if not count:
            raise BrokenSealError("it ends too early")
        crc = zlib.crc32(buffer[:count], crc)
        size -= count
    return crc


def _refuse_comment(file: BinaryIO) -> None:
    """Refuses a zip that does not end as torch ends one, such as within a seal."""
    file.seek(-END_BYTES, os.SEEK_END)
    end = file.read()
    if not end.startswith(END_START) or any(end[-2:]):
        raise BrokenSealError("the seal is wrong or cut off")


def _test_records(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        if archive.testzip() is not None:
            raise BrokenSealError("a record is wrong")
        if any(record.external_attr & IS_FOLDER for record in archive.infolist()):
            raise BrokenSealError("a record is malformed")
