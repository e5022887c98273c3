"""Text files as people and their programs save them."""

from __future__ import annotations

from pathlib import Path


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, else in the code page of Windows."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # written by a Windows tool in the local code page
        return raw.decode("cp1252", errors="replace")
