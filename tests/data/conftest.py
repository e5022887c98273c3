"""A cache of the street's pictures, and what was decoded for it."""

import pytest

from jetcar.data import cache as module
from jetcar.data.cache import open_cache
from jetcar.data.codes import read_pair
from jetcar.data.pairs import find_split
from tests.cached import SIDE


@pytest.fixture
def opened(street, tmp_path):
    """A function that opens the cache of the street's Train and Val, which hold 5 pairs."""

    def open_(side=SIDE, splits=("Train", "Val")):
        found = {split: find_split(street, split) for split in splits}
        return open_cache(tmp_path / "cache", street, found, side, side)

    return open_


@pytest.fixture
def files(tmp_path):
    """A function that lists the caches there are, locks aside."""
    return lambda: sorted(p for p in (tmp_path / "cache").iterdir() if p.suffix != ".lock")


@pytest.fixture
def decoded(monkeypatch):
    """The images that were decoded so far."""
    seen = []

    def note(image, *more):
        seen.append(image)
        return read_pair(image, *more)

    monkeypatch.setattr(module, "read_pair", note)
    return seen
