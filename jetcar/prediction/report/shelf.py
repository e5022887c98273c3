"""Where the pictures of a page are: inside it, or in files of a folder beside it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from jetcar.whole import folder_aside, move

INSIDE_BYTES = 24 << 20
"""Pictures with more text than this are kept beside the page, so it opens quickly at any size."""

A_FILE = 8
"""Pictures in one file."""


class Shelf:
    """Pictures as JSON texts by their key.

    They are in memory as long as they fit into the page. Of too many, files are written into a
    folder that takes its name at the end.

    Args:
        folder: Stands beside the page.
        may_drop: Whether pictures are taken back; files are then written at the end only.
    """

    def __init__(self, folder: Path, may_drop: bool) -> None:
        self.folder, self.may_drop = folder, may_drop
        self.inside: dict[str, str] = {}
        self.file_of: dict[str, str] = {}
        """Name of the file in ``folder`` that holds the picture of a key."""
        self._bytes = 0
        self._part: Path | None = None
        self._aside = ExitStack()

    def close(self) -> None:
        """Removes what was not settled."""
        self._aside.close()

    @property
    def is_beside(self) -> bool:
        """Whether the pictures are too many for the page."""
        return self._bytes > INSIDE_BYTES

    def put(self, key: str, picture: str) -> None:
        """Keeps a picture."""
        self.inside[key] = picture
        self._bytes += len(picture)
        if self.is_beside and not self.may_drop:
            self._write_files(whole_ones_only=True)

    def drop(self, key: str) -> None:
        """Takes a picture back."""
        self._bytes -= len(self.inside.pop(key))

    def settle(self) -> None:
        """Decides where the pictures stand: ``inside``, or in the files of ``file_of``.

        The folder of an earlier page gives way.
        """
        if self.is_beside:
            self._write_files(whole_ones_only=False)
        for path in self.folder.glob("*.js"):
            path.unlink()
        if self.folder.is_dir():
            self.folder.rmdir()
        if self._part is not None:
            move(self._part, self.folder)
            self._part = None
            self._aside.close()

    def _write_files(self, whole_ones_only: bool) -> None:
        if self._part is None:
            self._part = self._aside.enter_context(folder_aside(self.folder))
        while len(self.inside) >= (A_FILE if whole_ones_only else 1):
            keys = list(self.inside)[:A_FILE]
            name = f"{len({*self.file_of.values()}):05}.js"
            entries = ",\n".join(f'"{key}":{self.inside.pop(key)}' for key in keys)
            (self._part / name).write_text(f"jetcarPictures({{\n{entries}\n}});\n", "utf-8")
            self.file_of.update(dict.fromkeys(keys, name))
