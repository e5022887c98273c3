"""Unpacks the zip of a data set: only its pictures and class files, and nothing that is unsafe."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

from jetcar.data.labels.folder import Folder
from jetcar.data.labels.readers import reader_of
from jetcar.data.source.entries import (
    NoDatasetError,
    entries_of_dataset,
    entries_of_export,
    refuse_unsafe,
)
from jetcar.data.source.packed import pieces_of
from jetcar.errors import UserError
from jetcar.progress import progress
from jetcar.wording import printable

IS_WINDOWS = os.name == "nt"
LONGEST_PATH = 260
"""Letters of a path that Windows takes, the one behind its end included."""

WAYS_OUT = "Copy or download it again, or zip the folder DataSet again."


class DiskTooSmallError(UserError):
    """The zip is good, but the disk has no room for what is in it."""


def content_key(path: Path) -> str:
    """A key that changes with the content of the zip, read from its directory alone.

    Returns:
        SHA-256 over name, size and checksum of every entry, as hexadecimal digits.

    Raises:
        UserError: the file is not a zip, or ends too early.
    """
    with _open(path) as archive:
        rows = sorted(f"{i.filename} {i.file_size} {i.CRC}" for i in archive.infolist())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def unpack(path: Path, folder: Path) -> None:
    """Unpacks the data set in a zip, or the export of a labelling tool, into an existing folder.

    Args:
        path: The zip. The data set is at its top, or in a folder such as ``DataSet/``.
        folder: Receives ``Img``, ``Mask`` and the class files, in this spelling; or the export as
            it is.

    Raises:
        UserError: the zip is damaged or unsafe, or holds no data set.
        DiskTooSmallError: what is in it does not fit on the disk.
    """
    with _open(path) as archive:
        refuse_unsafe(archive, path)
        no_dataset: UserError | None = None
        try:
            wanted = entries_of_dataset(archive, path)
        except NoDatasetError as error:
            wanted, no_dataset = entries_of_export(archive, path), error
        total = sum(info.file_size for info in wanted.values())
        free = shutil.disk_usage(folder).free
        if total > free:
            raise DiskTooSmallError(
                f"{path} needs {total / 1e9:.1f} GB unpacked, and {folder.parent} has "
                f"{free / 1e9:.1f} GB free. Free some space, or set data.root to a folder "
                "on a larger disk."
            )
        with progress(f"unpacking {path.name}", len(wanted)) as advance:
            for parent in {(folder / name).parent for name in wanted}:
                parent.mkdir(parents=True, exist_ok=True)
            for name, info in wanted.items():
                _write(archive, info, f"{folder}/{name}", path)
                advance(1)
        if no_dataset is not None and reader_of(Folder(folder)) is None:
            for name in os.listdir(folder):
                path_of = folder / name
                shutil.rmtree(path_of) if path_of.is_dir() else path_of.unlink()
            raise no_dataset


def _open(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        start = file.read(2)
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # zipfile has no one type for a damaged file
        what = "is a damaged or incomplete zip" if start == b"PK" else "is not a zip"
        raise UserError(f"{path} {what} ({error}). {WAYS_OUT}") from None


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: str, path: Path) -> None:
    pieces = pieces_of(archive, info)
    with _opened(target) as file:
        while True:
            try:
                piece = next(pieces, None)
            except Exception as error:  # nor do its decompressors
                name = printable(info.filename)
                raise UserError(
                    f"{path} is damaged at {name} ({printable(error)}). {WAYS_OUT}"
                ) from None
            if piece is None:
                return
            file.write(piece)


def _opened(target: str) -> BinaryIO:
    try:
        return open(target, "xb")
    except FileNotFoundError:
        length = len(str(Path(target).absolute()))
        if IS_WINDOWS and length >= LONGEST_PATH:
            raise UserError(
                f"{target} has {length} letters, more than Windows allows. Set data.root to a "
                "folder near the top of a drive, such as C:\\jetcar, or allow long paths in "
                "Windows (LongPathsEnabled)."
            ) from None
        raise
