"""Unpacks the zip of a data set: only its pictures and class files, and nothing that is unsafe."""

from __future__ import annotations

import hashlib
import shutil
import stat
import zipfile
from pathlib import Path, PureWindowsPath

from jetcar.classes import CLASSES_FILE, COLOR_MAP_FILE
from jetcar.data.layout import IMAGE_SUFFIXES, KINDS, SPLITS
from jetcar.errors import UserError
from jetcar.progress import progress

MAX_EXPANSION = 20
"""Pictures hardly shrink in a zip; what grows more than this is an attack or an accident."""

MAX_ENTRIES = 4_000_000
WAYS_OUT = "Copy or download it again, or zip the folder DataSet anew."
CLASS_FILES = {name.lower(): name for name in (CLASSES_FILE, COLOR_MAP_FILE)}
FOLDERS = {name.lower(): name for name in (*KINDS, *SPLITS)}


class DiskTooSmallError(UserError):
    """The zip is good, but the disk has no room for what is in it."""


def content_key(path: Path) -> str:
    """A key that changes with the content of the zip, read from its directory alone.

    Returns:
        SHA-256 over name, size and checksum of every entry, as hexadecimal digits.

    Raises:
        UserError: the file is no zip, or ends too early.
    """
    with _open(path) as archive:
        rows = sorted(f"{i.filename} {i.file_size} {i.CRC}" for i in archive.infolist())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def unpack(path: Path, folder: Path) -> None:
    """Unpacks the data set in a zip into an existing folder.

    Args:
        path: The zip. The data set stands at its top, or in a folder such as ``DataSet/``.
        folder: Receives ``Img``, ``Mask`` and the class files, in this spelling.

    Raises:
        UserError: the zip is damaged or unsafe, or holds no data set.
        DiskTooSmallError: what is in it does not fit on the disk.
    """
    with _open(path) as archive:
        entries = archive.infolist()
        _refuse_unsafe(entries, path)
        wanted = _entries_of_dataset(entries, path)
        total = sum(info.file_size for info in wanted.values())
        free = shutil.disk_usage(folder).free
        if total > free:
            raise DiskTooSmallError(
                f"{path} needs {total / 1e9:.1f} GB unpacked, and {folder.parent} has "
                f"{free / 1e9:.1f} GB free. Free some space, or set data.root to a folder "
                "on a larger disk."
            )
        with progress(f"unpacking {path.name}", len(wanted)) as advance:
            for name, info in wanted.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_read(archive, info, path))
                advance(1)


def _open(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        start = file.read(2)
    try:
        return zipfile.ZipFile(path)
    except Exception as error:  # zipfile has no one type for a damaged file
        what = "is a damaged or incomplete zip" if start == b"PK" else "is not a zip"
        raise UserError(f"{path} {what} ({error}). {WAYS_OUT}") from None


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    try:
        return archive.read(info)
    except Exception as error:  # nor do its decompressors
        raise UserError(f"{path} is damaged at {info.filename} ({error}). {WAYS_OUT}") from None


def _refuse_unsafe(entries: list[zipfile.ZipInfo], path: Path) -> None:
    for info in entries:
        name = PureWindowsPath(info.filename)  # knows both slashes and drive letters
        if name.drive or name.root or ".." in name.parts:
            raise UserError(
                f"{path} has an entry that would land outside its folder: {info.filename}. "
                "Zip the folder DataSet anew."
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UserError(
                f"{path} has a link in it: {info.filename}. Zip the pictures themselves."
            )
        if info.flag_bits & 1:
            raise UserError(f"{path} is encrypted. Zip the folder DataSet without a password.")
    unpacked = sum(info.file_size for info in entries)
    packed = sum(info.compress_size for info in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_EXPANSION * packed + (64 << 20):
        raise UserError(
            f"{path} would grow from {packed / 1e6:.0f} MB to {unpacked / 1e6:.0f} MB in "
            f"{len(entries)} files, which no data set does. Zip the folder DataSet anew."
        )


def _entries_of_dataset(entries: list[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries that belong to the data set, by their path below its folder."""
    tops: dict[tuple[str, ...], dict[str, zipfile.ZipInfo]] = {}
    for info in entries:
        parts = PureWindowsPath(info.filename).parts
        if info.is_dir() or not parts or "__MACOSX" in parts or parts[-1].startswith("."):
            continue
        if (
            len(parts) >= 3
            and parts[-3].lower() in ("img", "mask")
            and parts[-2].lower() in FOLDERS
        ):
            if parts[-1].lower().endswith(IMAGE_SUFFIXES):
                place = f"{FOLDERS[parts[-3].lower()]}/{FOLDERS[parts[-2].lower()]}/{parts[-1]}"
                tops.setdefault(parts[:-3], {})[place] = info
        elif parts[-1].lower() in CLASS_FILES:
            tops.setdefault(parts[:-1], {})[CLASS_FILES[parts[-1].lower()]] = info
    found = {top: files for top, files in tops.items() if any("/" in name for name in files)}
    if not found:
        raise UserError(
            f"{path} holds no data set. It needs the folders Img/Train, Img/Val, Mask/Train and "
            "Mask/Val, directly or in DataSet/."
        )
    if len(found) > 1:
        names = " and ".join("/".join(top) or "its top" for top in sorted(found)[:3])
        raise UserError(f"{path} holds {len(found)} data sets, at {names}. Zip only one.")
    return next(iter(found.values()))
