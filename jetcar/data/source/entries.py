"""Which entries of a zip are a data set, and which make it unsafe to unpack."""

from __future__ import annotations

import logging
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path, PureWindowsPath

from jetcar.classes import CLASSES_FILE, COLOR_MAP_FILE
from jetcar.data.labels.folder import MASKS, PICTURES, WITH_PLUGIN
from jetcar.data.layout import IMAGE_SUFFIXES, KINDS, SPLITS, can_be_told, same_name
from jetcar.data.left_out import LeftOut
from jetcar.data.source.other_tools import NEEDED, looks_like
from jetcar.data.source.packed import READABLE
from jetcar.errors import UserError
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

MAX_EXPANSION = 20
"""Pictures hardly shrink in a zip; what grows more than this is an attack or an accident."""

MAX_ENTRIES = 4_000_000
ZIP_ANEW = "Zip the folder DataSet again."
CLASS_FILES = {name.lower(): name for name in (CLASSES_FILE, COLOR_MAP_FILE)}
KIND_NAMES = {name.lower() for name in KINDS}
SPLIT_NAMES = {name.lower() for name in SPLITS}
FOLDERS = {name.lower(): name for name in (*KINDS, *SPLITS)}

TEXTS = (".cfg", ".csv", ".json", ".txt", ".xml", ".yaml", ".yml")
EXPORTED = (*PICTURES, *WITH_PLUGIN, *MASKS, *TEXTS)
"""Suffixes of what labelling tools export."""

HEADER_BYTES = 30
"""Of an entry's own header, before its name."""

IS_ENCRYPTED, IS_UTF8 = 1, 0x800
"""Bits of an entry's flags."""

UNICODE_PATH = 0x7075
"""The extra field in which some programs repeat a name in UTF-8."""

METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
"""Names of ways to pack that are not read here."""

IS_WINDOWS = os.name == "nt"
REFUSED_BY_WINDOWS = re.compile(r'[<>:"|?*]|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)
LONGEST_NAME = 255
"""Bytes that file systems take."""


class NoDatasetError(UserError):
    """There are no pictures in the folders of a data set."""


def refuse_unsafe(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuses a zip that would do harm when it is unpacked.

    Afterwards no two entries have a byte in common, and the sizes that they claim cannot add up to
    more than ``MAX_EXPANSION`` times the file, so it is enough to hold each to its claim.

    Raises:
        UserError: names the entry, or tells how the zip would grow.
    """
    entries = archive.infolist()
    for info in entries:
        name = PureWindowsPath(info.filename)  # knows both slashes and drive letters
        if name.drive or name.root or ".." in name.parts:
            raise UserError(
                f"{path} has an entry that would land outside its folder: "
                f"{printable(info.filename)}. {ZIP_ANEW}"
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UserError(
                f"{path} has a link in it: {printable(info.filename)}. Zip the pictures themselves."
            )
        if info.flag_bits & IS_ENCRYPTED:
            raise UserError(f"{path} is encrypted. Zip the folder DataSet without a password.")
    _refuse_overlap(archive, path)
    unpacked = sum(info.file_size for info in entries)
    packed = sum(info.compress_size for info in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_EXPANSION * packed + (64 << 20):
        raise UserError(
            f"{path} would grow from {packed / 1e6:.0f} MB to {unpacked / 1e6:.0f} MB in "
            f"{counted(len(entries), 'file')}, which no data set does. {ZIP_ANEW}"
        )


def _refuse_overlap(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuses entries that have bytes in common, or that claim bytes of the zip's directory."""
    entries = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in entries), archive.start_dir][1:]
    for info, end in zip(entries, ends, strict=True):
        size = HEADER_BYTES + len(_raw_name(info)) + info.compress_size
        if info.header_offset + size > end:
            raise UserError(
                f"{path} has entries that overlap, at {printable(info.filename)}, which no program "
                f"that zips pictures makes. {ZIP_ANEW}"
            )


def entries_of_dataset(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries that belong to the data set, by their path below its folder.

    Names come in the spelling of this project and, where they are not ASCII, in Unicode's composed
    form, which pairs an image from a Mac with a mask from elsewhere. Tells which pictures are left
    out.

    Raises:
        UserError: there is none or several, two entries would become one file, or an entry has a
            name or a way of packing that is not read here.
    """
    tops: dict[tuple[str, ...], list[tuple[str, zipfile.ZipInfo]]] = {}
    left_out: dict[tuple[str, ...], LeftOut] = {}
    names = [(name_of(info), info) for info in archive.infolist() if not info.is_dir()]
    for name, info in names:
        parts = PureWindowsPath(name).parts
        if not parts or "__MACOSX" in parts or parts[-1].startswith("."):
            continue
        if (top := _top_of(parts)) is not None:
            kind, split = (FOLDERS[part.lower()] for part in parts[len(top) : len(top) + 2])
            rest = parts[len(top) + 2 :]
            if len(rest) == 1 and rest[0].lower().endswith(IMAGE_SUFFIXES):
                tops.setdefault(top, []).append((f"{kind}/{split}/{rest[0]}", info))
            else:
                left_out.setdefault(top, LeftOut()).note(f"{kind}/{split}", "/".join(rest))
        elif parts[-1].lower() in CLASS_FILES:
            tops.setdefault(parts[:-1], []).append((CLASS_FILES[parts[-1].lower()], info))
    found = {top: files for top, files in tops.items() if any("/" in name for name, _ in files)}
    if not found:
        raise NoDatasetError(
            f"{path} holds no data set. {NEEDED}{looks_like(name for name, _ in names)}"
        )
    if len(found) > 1:
        tells = " and ".join(printable("/".join(top)) or "its top" for top in sorted(found)[:3])
        raise UserError(f"{path} holds {len(found)} data sets, at {tells}. Zip only one.")
    ((top, files),) = found.items()
    _refuse_same_names(files, path)
    for name, info in files:
        _refuse_name(name.rpartition("/")[2], path)
        _refuse_method(info, path)
    if top in left_out:
        for sentence in left_out[top].sentences():
            log.warning("%s: %s", path.name, sentence)
    return dict(files)


def entries_of_export(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries that a labelling tool may have exported, by their path.

    Raises:
        UserError: two entries would become one file, or an entry has a name or a way of packing
            that is not read here.
    """
    files: list[tuple[str, zipfile.ZipInfo]] = []
    for info in archive.infolist():
        parts = PureWindowsPath(name_of(info)).parts
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if parts and not info.is_dir() and not hidden and parts[-1].lower().endswith(EXPORTED):
            files.append(("/".join(parts), info))
    _refuse_same_names(files, path)
    for name, info in files:
        for part in name.split("/"):
            _refuse_name(part, path)
        _refuse_method(info, path)
    return dict(files)


def _top_of(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Where the data set of a file in ``Img/Train`` and the like begins; None for other files."""
    lower = [part.lower() for part in parts]
    for place in range(len(parts) - 3, -1, -1):
        if lower[place] in KIND_NAMES and lower[place + 1] in SPLIT_NAMES:
            return parts[:place]
    return None


def _refuse_same_names(files: list[tuple[str, zipfile.ZipInfo]], path: Path) -> None:
    """Refuses entries that are one file on Windows, macOS or everywhere."""
    first_of: dict[str, str] = {}
    twice: list[tuple[str, str]] = []
    for name, info in files:
        first = first_of.setdefault(same_name(name), info.filename)
        if first is not info.filename:
            twice.append((printable(first), printable(info.filename)))
    if not twice:
        return
    one, other = twice[0]
    such = (
        f"{one} twice" if one == other else f"{one} and {other}, which are one file on some systems"
    )
    more = f" ({len(twice)} such names in all)" if len(twice) > 1 else ""
    raise UserError(f"{path} holds {such}{more}. Rename one, and zip the folder DataSet again.")


def _refuse_name(name: str, path: Path) -> None:
    if len(name.encode()) > LONGEST_NAME:
        raise UserError(
            f"{path} has a file with a name of {len(name)} letters, more than file systems allow: "
            f"{printable(name, 40)}. Rename it, and zip the folder DataSet again."
        )
    if not can_be_told(name):
        raise UserError(
            f"{path} has a file with control characters in its name: {printable(name)}. Rename it, "
            "and zip the folder DataSet again."
        )
    if IS_WINDOWS and REFUSED_BY_WINDOWS.search(name):
        raise UserError(
            f"{path} has a file whose name Windows does not allow: {name}. Rename it, and zip the "
            "folder DataSet again."
        )


def _refuse_method(info: zipfile.ZipInfo, path: Path) -> None:
    if info.compress_type in READABLE:
        return
    method = METHODS.get(info.compress_type, f"method {info.compress_type}")
    raise UserError(
        f"{path} is packed with {method}, which cannot be read here; Windows Explorer packs "
        "more than 2 GB that way. Unpack it there and give the folder as data.source=..., or zip "
        "it again with 7-Zip (format zip, method Deflate)."
    )


def name_of(info: zipfile.ZipInfo) -> str:
    """The name of an entry as it was meant, in Unicode's composed form.

    A zip says only whether a name is in UTF-8; else it may be that all the same (macOS), repeat the
    name in UTF-8 (7-Zip, Info-ZIP), or be in the code page of the computer where it was made.
    """
    name = info.filename
    if name.isascii():
        return name
    if not info.flag_bits & IS_UTF8:
        raw = _raw_name(info)
        name = _repeated_name(info, raw) or _decoded(raw) or name
    return unicodedata.normalize("NFC", name)


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & IS_UTF8 else "cp437")


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8", "oem"):  # Windows alone knows its own code page by this name
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _repeated_name(info: zipfile.ZipInfo, raw: bytes) -> str | None:
    """The name in UTF-8 that is stored beside the old one, if it belongs to it."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(field) > 5:
            version, checksum = struct.unpack("<BL", field[:5])
            if version == 1 and checksum == zlib.crc32(raw):
                try:
                    return field[5:].decode()
                except UnicodeDecodeError:
                    return None
    return None
