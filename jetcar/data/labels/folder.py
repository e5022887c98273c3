"""The files of an export: listed once, and found by what another file calls them."""

from __future__ import annotations

import json
import os
import posixpath
from collections import defaultdict
from functools import cached_property
from pathlib import Path, PureWindowsPath
from typing import Any

from jetcar.data.layout import IMAGE_SUFFIXES, WHOLE, same_name
from jetcar.errors import UserError
from jetcar.wording import counted, printable

PICTURES = (*IMAGE_SUFFIXES, *(".bmp", ".jfif", ".jpe", ".tif", ".tiff", ".webp"))
"""Suffixes of pictures that are read; what is neither JPEG nor PNG is written as PNG."""

WITH_PLUGIN = (".heic", ".heif", ".avif")
"""Suffixes of pictures that Pillow reads where it can."""

MASKS = (".png", ".bmp", ".tif", ".tiff", ".gif")
LOSSY = (".jpg", ".jpeg", ".webp")

MOST_BYTES = 2 << 30
"""A larger text file is not an export."""

MOST_FILES = 1_000_000
"""More are somebody's whole disk."""

SPLIT_NAMES = {
    **dict.fromkeys(("train", "training", "train2017", "train2014"), "Train"),
    **dict.fromkeys(("val", "valid", "validation", "val2017", "val2014", "dev"), "Val"),
    **dict.fromkeys(("test", "testing", "test2017"), "Test"),
}
"""What the tools call the parts of a data set."""


class Folder:
    """Files below a folder, by their names with slashes; hidden ones are not among them."""

    def __init__(self, root: Path) -> None:
        """Lists the files.

        Raises:
            UserError: there are more than any data set has.
        """
        self.root = root
        self.names: list[str] = []
        for parent, below, files in os.walk(root):
            below[:] = sorted(one for one in below if not _is_hidden(one))
            inside = os.path.relpath(parent, root).replace(os.sep, "/")
            start = "" if inside == "." else f"{inside}/"
            if start and WHOLE in files:  # what was made of an export is none
                below.clear()
                continue
            for file in sorted(files):
                # To open a pipe is to wait for ever.
                if not _is_hidden(file) and Path(parent, file).is_file():
                    self.names.append(start + file)
            if len(self.names) > MOST_FILES:
                raise UserError(
                    f"{root} holds more than {counted(MOST_FILES, 'file')}. Name the folder of the "
                    "data set."
                )

    @cached_property
    def by_key(self) -> dict[str, str]:
        """Each name by what it has in common with others that are one file on some systems."""
        return {same_name(name): name for name in reversed(self.names)}

    @cached_property
    def by_file(self) -> dict[str, list[str]]:
        """Names by the file's own name, as ``by_key``."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            found[same_name(posixpath.basename(name))].append(name)
        return found

    def path(self, name: str) -> str:
        """Where a file of the listing lies."""
        return f"{self.root}{os.sep}{name.replace('/', os.sep)}"

    def pictures(self) -> list[str]:
        """Names of all pictures."""
        return [n for n in self.names if n.lower().endswith((*PICTURES, *WITH_PLUGIN))]

    def named(self, *files: str) -> list[str]:
        """Names of the files that are called so, whatever the case of the letters."""
        return [name for file in files for name in self.by_file.get(same_name(file), [])]

    def find(self, said: str, said_by: str, split: str | None = None) -> str:
        """The picture that a file of the export names.

        It is looked for where the file says, then below the export's folder, then by its own name;
        of several of that name the one of the split.

        Args:
            said: What the file calls it.
            said_by: The name of that file.
            split: ``Train``, ``Val`` or ``Test``, where it is known.

        Raises:
            UserError: it is not there, or lies outside the folder, or could be several.
        """
        plain = posixpath.normpath(said.replace("\\", "/")) if said else ""
        is_outside = bool(PureWindowsPath(said).drive) or plain.startswith("/")
        near = posixpath.normpath(posixpath.join(posixpath.dirname(said_by), plain))
        is_outside = is_outside or near.startswith("../") or near == ".."
        if not is_outside:
            for name in (near, plain):
                if (found := self.by_key.get(same_name(name))) is not None:
                    return found
        file = posixpath.basename(plain)
        some = _most_alike(plain, self.by_file.get(same_name(file), []))
        if len(some) > 1 and split is not None:
            some = [name for name in some if split_of(name) == split] or some
        beside = [n for n in some if posixpath.dirname(n) == posixpath.dirname(said_by)]
        if len(beside or some) == 1:
            return (beside or some)[0]
        told = f"{self.path(said_by)} names the picture {printable(said) or 'with no name'}"
        if len(some) > 1:
            raise UserError(
                f"{told}, and {counted(len(some), 'picture')} are called so, such as "
                f"{printable(some[0])} and {printable(some[1])}. Rename them, so that "
                "each name occurs once."
            )
        if is_outside:
            raise UserError(
                f"{told}, which lies outside the folder of the data set and is not opened. Put "
                f"{printable(file) or 'the picture'} beside the file."
            )
        raise UserError(f"{told}, which is not there. Put it beside the file, or export it too.")

    def bytes_of(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            UserError: it is too large to be an export, or cannot be read.
        """
        path = self.path(name)
        try:
            if os.stat(path).st_size > MOST_BYTES:
                raise UserError(f"{path} is larger than 2 GB. Export it in parts.")
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise UserError(
                f"{path} cannot be read ({error.strerror}). Copy it again, or move it out."
            ) from None

    def text_of(self, name: str) -> str:
        """The text of a file: UTF-8, or UTF-16 with its mark, or else Windows' own letters."""
        data = self.bytes_of(name)
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", errors="replace")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", errors="replace")

    def json_of(self, name: str) -> Any:
        """What a JSON file holds.

        Raises:
            UserError: it is cut off, or is not JSON.
        """
        data = self.bytes_of(name)
        try:
            return json.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError) as error:
            why = "it is empty" if not data.strip() else printable(error)
            raise UserError(
                f"{self.path(name)} is not whole JSON ({why}). Export or copy it again, or move it "
                "out."
            ) from None


def split_of(name: str) -> str | None:
    """The part of a data set that the folders of a name say, the innermost one; else None."""
    for part in reversed(posixpath.dirname(name).split("/")):
        if (found := SPLIT_NAMES.get(part.lower())) is not None:
            return found
    return None


def split_said(text: object) -> str | None:
    """The split that a tool's own word means; None for other words."""
    return SPLIT_NAMES.get(text.lower()) if isinstance(text, str) else None


def stem_of(name: str) -> str:
    """The file's own name without its suffix."""
    return posixpath.splitext(posixpath.basename(name))[0]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _most_alike(plain: str, names: list[str]) -> list[str]:
    """Those names of which the most folders at the end are what was said."""
    wanted = same_name(plain).split("/")[::-1]

    def common(name: str) -> int:
        parts = same_name(name).split("/")[::-1]
        same = [one == other for one, other in zip(parts, wanted, strict=False)]
        return same.index(False) if False in same else len(same)

    most = max(map(common, names), default=0)
    return [name for name in names if common(name) == most]
