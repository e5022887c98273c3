"""Where predictions go, what may be replaced there, and replacing all of it together."""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from jetcar.errors import UserError
from jetcar.exchange import exchanged, keep
from jetcar.prediction.signature import is_our_page, is_our_zip, key_of_file, pictures_key
from jetcar.prediction.viewers import Viewer
from jetcar.prediction.writer import mask_name
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

OVERLAYS_OF_TRAINING = "overlays"
"""How training calls them in the run's folder, where they need no longer name."""


@dataclass(frozen=True)
class Outputs:
    """What is written for one list of pictures; all of it is in one folder.

    Attributes:
        masks: Folder of the masks.
        zip_path: The same masks in one file; None for no zip.
        overlays: Folder of overlays; None for none.
        page: The report; None for none.
        is_runs: Whether it is the place that a run keeps for its own predictions. Any other folder
            is a person's, who may have put something else there.
        is_whole: Whether the masks are those of all pictures of a folder.
    """

    masks: Path
    zip_path: Path | None = None
    overlays: Path | None = None
    page: Path | None = None
    is_runs: bool = False
    is_whole: bool = True

    @classmethod
    def of(cls, masks: Path, has_zip: bool, has_overlays: bool, has_page: bool) -> Outputs:
        """All that is wished, under the usual names beside the masks."""
        usual = cls._usual(masks)
        return cls(
            masks,
            usual.zip_path if has_zip else None,
            usual.overlays if has_overlays else None,
            usual.page if has_page else None,
        )

    @classmethod
    def _usual(cls, masks: Path) -> Outputs:
        return cls(
            masks,
            masks.with_name(f"{masks.name}.zip"),
            masks.with_name(f"{masks.name}_overlays"),
            masks.with_name(f"{masks.name}_report.html"),
        )

    def refuse_what_is_not_ours(self, images: Sequence[str], viewer: Viewer) -> None:
        """Refuses a place where something would be replaced that this program did not write.

        Args:
            images: Files of the pictures, all of one folder.
            viewer: Names their masks.

        Raises:
            UserError: names it, and says what to do.
        """
        key = pictures_key(images[0])
        self._refuse_pictures(self.masks, [viewer.name(image) for image in images], key)
        if self.overlays is not None:
            self._refuse_pictures(self.overlays, [mask_name(image) for image in images], key)
        if self.zip_path is not None and os.path.lexists(self.zip_path):
            old = self.is_runs and _is_of_older_version(self.zip_path)
            if not old and not is_our_zip(self.zip_path):
                raise UserError(
                    f"{self.zip_path} is there already, and this program did not write it or it "
                    "was changed since. Move it away, choose another folder with out=..., or use "
                    "zip=false."
                )
        if self.page is not None and os.path.lexists(self.page) and not is_our_page(self.page):
            raise UserError(
                f"{self.page} is there already, and this program did not write it. Move it away, "
                "or choose another folder with out=..."
            )

    def _refuse_pictures(self, folder: Path, names: Sequence[str], key: str) -> None:
        if os.path.lexists(folder) and not folder.is_dir():
            raise UserError(f"{folder} is not a folder. Choose another one with out=...")
        there = _names_in(folder)
        foreign = []
        for name in sorted(filter(None, (there.get(name.lower()) for name in names))):
            found = key_of_file(folder / name)
            if found is None and not (self.is_runs and self._was_zipped(name, folder)):
                foreign.append(name)
        if foreign:
            raise UserError(
                f"{folder} holds {counted(len(foreign), 'file')} that this program did not write, "
                f"or that {'was' if len(foreign) == 1 else 'were'} changed since, first "
                f"{printable(foreign[0])}. They would be replaced: move them away, or choose "
                "another folder with out=..."
            )
        if not self.is_runs and (other := holds_others(folder, key)) is not None:
            raise UserError(
                f"{folder} holds what was predicted for pictures of another folder, first "
                f"{printable(other)}. Delete it, or choose another folder with out=..."
            )

    def _was_zipped(self, name: str, folder: Path) -> bool:
        """Whether the zip beside has the file as it is: so older versions left them in a run."""
        path = self._usual(self.masks).zip_path
        if folder != self.masks or path is None or not _is_of_older_version(path):
            return False
        with zipfile.ZipFile(path) as archive:
            sums = {Path(one.filename).name: one.CRC for one in archive.infolist()}
        return sums.get(name) == crc32((folder / name).read_bytes())

    def _gone_from(self, folder: Path, names: Iterable[str], image: str) -> set[str]:
        """What was made of pictures that are not there, or not readable, any more."""
        if not self.is_whole:
            return set()
        known, key = {name.lower() for name in names}, pictures_key(image)
        return {
            name
            for lower, name in _names_in(folder).items()
            if lower not in known
            and (found := key_of_file(folder / name)) is not None
            and (self.is_runs or found == key)
        }

    @contextmanager
    def replaced(self, images: Sequence[str], viewer: Viewer) -> Iterator[Outputs]:
        """Has what is written take its place when the block ends well, together and whole.

        What was beside the former masks, and is not written again, goes with them.

        Args:
            images: Files of the pictures, all of one folder.
            viewer: Names their masks.

        Yields:
            Where to write instead.

        Raises:
            UserError: see ``refuse_what_is_not_ours``.
        """
        self.refuse_what_is_not_ours(images, viewer)
        with exchanged(self.masks) as exchange:
            aside = replace(
                self,
                masks=exchange.new(self.masks),
                zip_path=self.zip_path and exchange.new(self.zip_path),
                overlays=self.overlays and exchange.new(self.overlays),
                page=self.page and exchange.new(self.page),
            )
            for path in self._pages_files():
                exchange.new(path)
            yield aside
            # It may have changed in the hours since.
            self.refuse_what_is_not_ours(images, viewer)
            # A picture that could not be read has no mask any more either.
            for name in self._gone_from(self.masks, os.listdir(aside.masks), images[0]):
                exchange.remove(name)
            if self.overlays is not None and aside.overlays is not None:
                gone = self._gone_from(self.overlays, os.listdir(aside.overlays), images[0])
                keep(self.overlays, aside.overlays, gone)
            for path in self._outdated() if self._differ_from(aside.masks) else ():
                log.info("%s is removed, as it belongs to the masks before", path)
                exchange.new(path)

    def _differ_from(self, aside: Path) -> bool:
        """Whether the former masks are other ones than those in a folder aside."""
        old, new = _names_in(self.masks), _names_in(aside)
        return old.keys() != new.keys() or any(
            (self.masks / old[name]).read_bytes() != (aside / new[name]).read_bytes()
            for name in old
        )

    def _outdated(self) -> list[Path]:
        """What this program wrote beside the former masks, and writes no more."""
        usual = self._usual(self.masks)
        zip_path, page = usual.zip_path, usual.page
        old = []
        if self.zip_path is None and zip_path is not None and is_our_zip(zip_path):
            old.append(zip_path)
        training = self.masks.with_name(OVERLAYS_OF_TRAINING) if self.is_runs else None
        for overlays in filter(None, (usual.overlays, training)):
            if overlays != self.overlays and _is_all_ours(overlays):
                old.append(overlays)
        if self.page is None and page is not None and is_our_page(page):
            old += [page, *self._pages_files(page)]
        return old

    def _pages_files(self, page: Path | None = None) -> list[Path]:
        """The folder beside a page that holds its pictures."""
        page = page or self.page
        return [] if page is None else [page.with_name(f"{page.stem}_files")]


def free_place(images: Path, key: str, is_file: bool) -> Path:
    """``predictions/<folder>``, or with the names of folders above, for pictures of one folder.

    Args:
        images: The folder of the pictures, or one picture.
        key: Of the pictures.
        is_file: Whether it is one picture.

    Returns:
        The first that is free, or holds an earlier prediction of pictures of the same folder.
    """
    full = images.resolve()
    name = full.stem if is_file else full.name
    place = Path("predictions") / name
    above = full.parent
    while holds_others(place, key) is not None and above.name:
        name = f"{above.name}_{name}"
        above, place = above.parent, Path("predictions") / name
    return place


def holds_others(folder: Path, key: str) -> str | None:
    """The first file of a folder that this program wrote for pictures of another folder."""
    for _, name in sorted(_names_in(folder).items()):
        if (found := key_of_file(folder / name)) is not None and found != key:
            return name
    return None


def _names_in(folder: Path) -> dict[str, str]:
    """File names of the pictures of a folder by their small letters."""
    try:
        return {name.lower(): name for name in os.listdir(folder) if name.lower().endswith(".png")}
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _is_all_ours(folder: Path) -> bool:
    return folder.is_dir() and all(
        key_of_file(folder / name) is not None for name in os.listdir(folder)
    )


def _is_of_older_version(path: Path) -> bool:
    """Whether it is a zip as older versions of this program wrote it: of masks, without comment."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            return not archive.comment and all(name.lower().endswith(".png") for name in names)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False
