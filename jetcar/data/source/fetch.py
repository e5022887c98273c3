"""From ``data.source`` to an unpacked data set on a local disk."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jetcar.data.labels.class_codes import Choices
from jetcar.data.layout import CONVERTED, KINDS, SPLITS, WHOLE, find_datasets, split_folder
from jetcar.data.left_out import LeftOut
from jetcar.data.source.download import download, is_link
from jetcar.data.source.export import find_export
from jetcar.data.source.other_tools import no_dataset
from jetcar.data.source.remote import is_remote, local_copy, looks_like_drive
from jetcar.data.source.unpack import DiskTooSmallError, content_key, unpack
from jetcar.errors import UserError
from jetcar.progress import progress
from jetcar.turns import in_turn
from jetcar.whole import whole_folder
from jetcar.wording import printable

if TYPE_CHECKING:
    from jetcar.settings.street import Street

log = logging.getLogger(__name__)

STREET = "street"
"""The source that the program draws itself; a folder of that name is ``./street``."""

LONGEST_STEM = 100
"""Letters of a source's name that are kept in the name of its folder."""


def fetch(
    source: str,
    root: Path,
    street: Street | None = None,
    may_download: bool = True,
    choices: Choices | None = None,
) -> Path:
    """The folder of the data set that ``source`` names, on a local disk and complete.

    Args:
        source: A folder, a zip, an http(s) link, a Google Drive share link or file id, or
            ``street`` for the built-in one.
        root: Folder for what is downloaded, unpacked and drawn; made when it is missing.
        street: What the built-in street shall look like; needed for it alone.
        may_download: Whether anything may be made: downloaded, drawn, unpacked or copied. False
            where the source comes from a file, such as a checkpoint of somebody else, and the
            person at the keyboard has not named it; what is there already is found then.
        choices: Of the export of a labelling tool; without them, one is refused.

    Returns:
        The folder that holds ``Img`` and ``Mask``. A folder on a local disk is used where it is;
        everything else is unpacked below ``root`` once, and again only when it has changed, and so
        is what a labelling tool has exported, as a data set.

    Raises:
        UserError: there is nothing at the source, or no data set in it; or ``root`` is not a
            folder.
    """
    _refuse_no_folder(root)
    if source == STREET and street is not None:
        drawn = _draw_street(street, root, may_download)
        return _converted(drawn, find_datasets(drawn), root, may_download, choices) or drawn
    path = Path(source).expanduser()
    if path.is_dir():
        found = find_datasets(path)
        converted = _converted(path, found, root, may_download, choices)
        return converted or _fetch_folder(path, found, root, may_download)
    unpacked = _unpacked(source, root, may_download)
    return _converted(unpacked, find_datasets(unpacked), root, may_download, choices) or unpacked


def convert_source(source: str, root: Path, choices: Choices, out: Path) -> None:
    """Makes a data set of an export; the folder appears when it is whole, or not at all.

    Args:
        source: A folder, a zip, or a link, as for ``fetch``; also a data set of this project.
        root: Folder for what is downloaded and unpacked.
        choices: Of the export.
        out: To be made.

    Raises:
        UserError: ``out`` is there, or nothing that can be converted is.
    """
    if os.path.lexists(out):
        raise UserError(f"out={out} is there already. Delete it, or choose another folder.")
    path = Path(source).expanduser()
    if not path.is_dir():
        _refuse_no_folder(root)
        path = _unpacked(source, root, may_download=True)
    found = find_datasets(path)
    export = find_export(found[0] if found else path, choices, is_native=bool(found))
    if export is None or len(found) > 1:
        raise no_dataset(path, found)
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(out) as part:
        export.convert(part)


def _unpacked(source: str, root: Path, may_download: bool) -> Path:
    path = Path(source).expanduser()
    if path.suffix.lower() == ".smap":
        raise UserError(
            f"{path} is a map of StreetMaker. Train on pictures of it with data.source=street "
            f"street.map={path}, or write them with: jetcar street map={path} out=..."
        )
    if path.is_file():
        return _fetch_zip(path, root, may_download)
    if is_link(source):
        return _fetch_link(source, root, may_download)
    raise UserError(
        f"data.source={source} is not a folder, a file or a link. Check the path"
        + (". Is Google Drive mounted?" if looks_like_drive(source) else ", or give a link.")
    )


def _converted(
    folder: Path, found: list[Path], root: Path, may_make: bool, choices: Choices | None
) -> Path | None:
    """The data set that is made of what a folder holds; None where it needs no making."""
    if choices is None or len(found) > 1 or (found and not choices.changes_masks):
        return None
    source = found[0] if found else folder
    if (export := find_export(source, choices, is_native=bool(found))) is None:
        return None
    target = root / _folder_name(source, export.key)
    if not may_make:
        _refuse_missing(target, f"converted from {source}")

    def fill(part: Path) -> None:
        export.convert(part)
        (part / CONVERTED).touch()

    return made_once(target, fill)


def _fetch_folder(folder: Path, found: list[Path], root: Path, may_make: bool) -> Path:
    if len(found) != 1:
        raise no_dataset(folder, found)
    dataset = found[0]
    if not is_remote(dataset):
        return dataset
    files = sorted(_files_of(dataset))
    # A mask that was mended may be as large as before. Whole seconds, as a mount may round.
    listing = "\n".join(
        f"{path.relative_to(dataset)} {(stat := path.stat()).st_size} {int(stat.st_mtime)}"
        for path in files
    )
    key = hashlib.sha256(listing.encode(errors="surrogateescape")).hexdigest()
    target = root / _folder_name(dataset, key)
    if not may_make and not (target / WHOLE).is_file():
        return dataset  # slow, but right

    def fill(folder: Path) -> None:
        for sentence in _not_copied(dataset).sentences():
            log.warning("%s", sentence)
        log.info("copying %s to the local disk, so that training never waits for it", dataset)
        with progress(f"copying {dataset.name}", len(files)) as advance:
            for path in files:
                copy = folder / path.relative_to(dataset)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                advance(1)

    return made_once(target, fill)


def _fetch_zip(path: Path, root: Path, may_make: bool) -> Path:
    target = root / _folder_name(path, content_key(path))
    if not may_make:
        _refuse_missing(target, f"unpacked from {path}")

    def fill(folder: Path) -> None:
        if not is_remote(path):
            unpack(path, folder)
            return
        with local_copy(path, folder) as copy:
            unpack(copy, folder)

    return made_once(target, fill)


def _fetch_link(link: str, root: Path, may_download: bool) -> Path:
    name = re.sub(r"[^\w.-]+", "_", re.sub(r"^https?://|[?#].*", "", link))[-40:]
    target = root / _folder_name(Path(name), hashlib.sha256(link.encode()).hexdigest())

    def fill(folder: Path) -> None:
        # The name is kept between tries, so that a broken download goes on where it stopped.
        file = root / f"{target.name}.download"
        download(link, file)
        try:
            unpack(file, folder)
        except DiskTooSmallError:
            raise  # the file is good, and waits for room
        except UserError as error:
            file.unlink()  # else the same command would not download it again
            raise UserError(f"The download from {link} cannot be used: {error}") from None
        file.unlink()

    if not may_download:
        _refuse_missing(target, f"downloaded from {link}")
    if (target / WHOLE).is_file():
        log.info("using what was downloaded before; delete %s to download it again", target)
    return made_once(target, fill)


def _draw_street(street: Street, root: Path, may_make: bool) -> Path:
    from jetcar.settings.street import street_key
    from jetcar.street.smap.read import map_content

    content = b"" if street.map is None else map_content(Path(street.map))
    target = root / f"{STREET}-{street_key(street, content)}"
    if not may_make:
        _refuse_missing(target, "drawn")

    def fill(folder: Path) -> None:
        from jetcar.street.dataset import make_street

        which = "the built-in street" if street.map is None else street.map
        log.info("drawing %s; what is drawn once is used again", which)
        make_street(street, folder)

    return made_once(target, fill)


def _folder_name(path: Path, key: str) -> str:
    return f"{path.stem[:LONGEST_STEM]}-{key[:8]}"


def _refuse_no_folder(root: Path) -> None:
    """Refuses a root that cannot be a folder, or be made one."""
    for place in (root, *root.parents):
        # In this order, as another process may make it meanwhile.
        if not os.path.lexists(place):
            continue
        if place.is_dir():
            return
        what = "a broken link" if place.is_symlink() else "a file, not a folder"
        why = f"cannot be used, as {place} is {what}. Move it away, or choose another data.root."
        raise UserError(f"data.root={root} {why}")


def _refuse_missing(target: Path, how: str) -> None:
    if not (target / WHOLE).is_file():
        raise UserError(
            f"The data set was {printable(how)} and is not in {printable(target.parent)}. It is "
            f"not {how.partition(' ')[0]} again unasked; name pictures with images=..."
        )


def made_once(target: Path, fill: Callable[[Path], None]) -> Path:
    """Has the folder filled under another name and renamed when whole, unless it is there."""
    if (target / WHOLE).is_file():
        return target
    try:
        with in_turn(target):
            if not (target / WHOLE).is_file():  # else another run has made it meanwhile
                _make(target, fill)
    finally:
        with contextlib.suppress(OSError):  # it is not empty: all is well
            target.parent.rmdir()
    return target


def _make(target: Path, fill: Callable[[Path], None]) -> None:
    if target.exists():
        raise UserError(
            f"{target} is in the way and was not made by this program. Move it, or choose "
            "another data.root."
        )
    try:
        with whole_folder(target) as part:
            fill(part)
            (part / WHOLE).touch()
    except FileExistsError:
        if not (target / WHOLE).is_file():  # else a run was faster, on a disk without locks
            raise


def _files_of(dataset: Path) -> Iterator[Path]:
    for entry in os.scandir(dataset):
        if entry.is_file():
            yield Path(entry.path)
    for kind in KINDS:
        for split in SPLITS:
            if folder := split_folder(dataset, kind, split):
                yield from (Path(entry.path) for entry in os.scandir(folder) if entry.is_file())


def _not_copied(dataset: Path) -> LeftOut:
    """Pictures in folders below those of the splits, which nobody would tell of their copy."""
    left_out = LeftOut()
    for kind in KINDS:
        for split in SPLITS:
            if folder := split_folder(dataset, kind, split):
                for entry in os.scandir(folder):
                    if entry.is_dir() and not entry.name.startswith("."):
                        left_out.note_below(str(folder), entry.name)
    return left_out
