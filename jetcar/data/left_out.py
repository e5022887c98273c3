"""Pictures that lie in a data set and are not read, told in sentences."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from jetcar.data.layout import IMAGE_SUFFIXES, OTHER_PICTURES
from jetcar.wording import counted, printable


@dataclass
class LeftOut:
    """Collects what is left out; files that are no pictures are passed over without a word.

    Attributes:
        formats: Pictures in a format that is not read, by their folder.
        deeper: Pictures in folders below, by the folder in which they should lie.
        odd: What has the name of a picture and is not a regular file, by its folder.
    """

    formats: dict[str, list[str]] = field(default_factory=dict)
    deeper: dict[str, list[str]] = field(default_factory=dict)
    odd: dict[str, list[str]] = field(default_factory=dict)

    def note(self, folder: str, name: str) -> None:
        """Takes note of a file.

        Args:
            folder: The folder whose pictures are read, such as ``Img/Train``.
            name: The file's path below it.
        """
        lower = name.lower()
        if "/" in name and lower.endswith((*IMAGE_SUFFIXES, *OTHER_PICTURES)):
            self.deeper.setdefault(folder, []).append(name)
        elif lower.endswith(OTHER_PICTURES):
            self.formats.setdefault(folder, []).append(name)

    def note_odd(self, folder: str, name: str) -> None:
        """Takes note of something that has the name of a picture and is not a regular file."""
        self.odd.setdefault(folder, []).append(name)

    def note_below(self, folder: str, name: str) -> None:
        """Takes note of the pictures in a folder below one on the disk, hidden folders aside."""
        for parent, below, files in os.walk(os.path.join(folder, name)):
            below[:] = sorted(one for one in below if not one.startswith("."))
            inside = os.path.relpath(parent, folder).replace(os.sep, "/")
            for file in files:
                self.note(folder, f"{inside}/{file}")

    def sentences(self) -> list[str]:
        """One sentence for each folder and reason, with the number of files and the first name."""
        return [
            f"{folder} has {counted(len(names), one, many)}, first {printable(min(names))}. {fix}"
            for found, one, many, fix in (
                (
                    self.formats,
                    "picture that is neither jpg nor png and is left out",
                    "pictures that are neither jpg nor png and are left out",
                    "Save them as png or jpg, masks as png.",
                ),
                (
                    self.deeper,
                    "picture in folders below it that is left out",
                    "pictures in folders below it that are left out",
                    "Move them up.",
                ),
                (
                    self.odd,
                    "entry with the name of a picture that is not a file and is left out",
                    "entries with the names of pictures that are not files and are left out",
                    "Remove them.",
                ),
            )
            for folder, names in found.items()
        ]
