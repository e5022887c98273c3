"""Text files as people and their programs save them."""

from __future__ import annotations

import codecs
from pathlib import Path

from jetcar.errors import UserError
from jetcar.wording import printable

MOST_BYTES = 1 << 20
"""No class table is larger."""


def read_text(path: Path) -> str:
    r"""The text of a small file: UTF-8, UTF-16 with its mark, or else the code page of Windows.

    Lines end with ``\n``, whichever system saved them.

    Raises:
        UserError: it is not a file, or larger than any table.
    """
    if not path.is_file():
        raise UserError(f"{printable(path)} is not a file. Name a class table.")
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise UserError(f"{printable(path)} is larger than 1 MB, so it is not a class table.")
    return _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes) -> str:
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return raw.decode("utf-16")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # written by a Windows tool in the local code page
        return raw.decode("cp1252", errors="replace")
