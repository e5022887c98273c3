"""``data.source`` names one data set or several, typed or in a settings file."""

import pytest

from jetcar.settings.sources import as_text, sources_of
from tests.composed import settings_of


@pytest.mark.parametrize(
    "path", ["street", "a, b.zip", "[a", "b]", "/x/[a].zip", "https://x.org/[a]?b"]
)
def test_what_is_no_list_is_one_source(path):
    assert sources_of(path) == [path]


@pytest.mark.parametrize(
    "typed", ["[street,mine.zip]", "[street, mine.zip]", "[ street ,mine.zip ]"]
)
def test_a_list_is_typed_as_it_is(typed):
    settings = settings_of("train", f"data.source={typed}", "data.shares=[0.25,0.75]")
    assert sources_of(settings.data.source) == ["street", "mine.zip"]
    assert settings.data.shares == [0.25, 0.75]


def test_a_list_in_a_file_of_settings_becomes_the_same_text():
    assert sources_of(as_text(["street", "mine.zip"])) == ["street", "mine.zip"]


def test_shares_that_are_not_given_are_none():
    assert settings_of("train", "data.source=x").data.shares is None
