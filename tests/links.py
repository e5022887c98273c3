"""Symbolic links in tests: Windows lets only administrators make them, and developers."""

import os
from pathlib import Path

import pytest

NOT_ALLOWED = 1314
"""Windows' number for a privilege that a program does not have."""


def link_or_skip(make):
    """A function that makes a link as ``make`` does, and skips the test where it may not."""

    def link(*arguments, **named):
        try:
            make(*arguments, **named)
        except OSError as error:
            if getattr(error, "winerror", None) != NOT_ALLOWED:
                raise
            pytest.skip("Windows lets only administrators make links")

    return link


@pytest.fixture(autouse=True)
def links(monkeypatch):
    """Has each test skipped that makes a link where it may not."""
    if os.name == "nt":
        monkeypatch.setattr(Path, "symlink_to", link_or_skip(Path.symlink_to))
        monkeypatch.setattr(os, "symlink", link_or_skip(os.symlink))
