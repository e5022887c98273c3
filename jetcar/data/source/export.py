"""An export of a labelling tool as a source: known by its files, and made a data set once."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from jetcar.data.labels.class_codes import AUTO, Choices
from jetcar.data.labels.convert import convert
from jetcar.data.labels.folder import Folder
from jetcar.data.labels.native import read_native
from jetcar.data.labels.readers import Reader, reader_of

VERSION = 1
"""Of what is written; another one is written anew."""


@dataclass(frozen=True)
class Export:
    """A folder that a labelling tool, or this project, has filled.

    Attributes:
        folder: Its files.
        choices: What is wanted of it.
        reader: Reads it; None for a data set of this project.
    """

    folder: Folder
    choices: Choices
    reader: Reader | None

    @cached_property
    def key(self) -> str:
        """Changes with the names, sizes and times of its files, and with the choices."""
        digest = hashlib.sha256(f"{VERSION} {self.reader is None}".encode())
        choices = vars(self.choices) | {"merge": {k: [*v] for k, v in self.choices.merge.items()}}
        digest.update(json.dumps(choices, sort_keys=True).encode())
        if self.choices.classes != AUTO and (table := Path(self.choices.classes)).is_file():
            digest.update(table.read_bytes())
        for name in self.folder.names:
            seen = os.stat(self.folder.path(name))
            digest.update(f"{name} {seen.st_size} {int(seen.st_mtime)}\n".encode(errors="replace"))
        return digest.hexdigest()

    def convert(self, out: Path) -> None:
        """Fills an empty folder with the data set that it is.

        Raises:
            UserError: something in it cannot be used.
        """
        root = self.folder.root
        if self.reader is None:
            found = read_native(root, self.choices.classes)
            # Its codes are those of the table already, which lacks what is merged away.
            convert(found, root, replace(self.choices, classes=AUTO), out)
        else:
            convert(self.reader(self.folder, self.choices.line_width), root, self.choices, out)


def find_export(folder: Path, choices: Choices, is_native: bool = False) -> Export | None:
    """The export that a folder is; None when it is like none that is known."""
    files = Folder(folder)
    if is_native:
        return Export(files, choices, None)
    reader = reader_of(files)
    return None if reader is None else Export(files, choices, reader)
