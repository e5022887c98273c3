"""Tests of settings.arguments: what is typed arrives, whatever it means to Hydra's grammar."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from jetcar.errors import UserError
from jetcar.settings.arguments import quoted, repair_arguments
from jetcar.settings.schema import Train
from tests.composed import TYPED

# Everything that means something to Hydra's grammar, and some of what does not.
text = st.one_of(
    st.text("ab1e5.=, ()[]{}'\"\\$#~:;/?&%+-_ÄßЖ路\t*@!|<>^`\n", min_size=1),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
)


def read_by_hydra(argument):
    return OverridesParser.create().parse_override(argument).value()


def arrives(value):
    (argument,) = repair_arguments([f"data.source={value}"], Train)
    return read_by_hydra(argument)


@settings(max_examples=200)
@given(text)
def test_text_arrives_as_it_was_typed(value):
    assume(value[0] not in "'\"" and not value.startswith("${"))
    assume(value not in ("null", "???"))  # no value, in words of Hydra
    assert arrives(value) == value


@pytest.mark.parametrize("value", TYPED)
def test_paths_and_links_arrive_as_they_were_typed(value):
    assert arrives(value) == value


@given(text)
@example("\\")
def test_quoted_text_is_read_back(value):
    assert read_by_hydra(f"x={quoted(value)}") == value


@given(st.text("ab \\=,()ßЖ:#", min_size=1), st.sampled_from("'\""))
def test_quotes_around_a_value_are_taken_off(value, mark):
    assume(not value.endswith("\\"))
    assert arrives(mark + value + mark) == value


@given(st.text("ab \\=,()ßЖ:#"), st.sampled_from("'\""))
def test_a_quote_that_is_never_closed_belongs_to_the_value(value, mark):
    assert arrives(mark + value) == mark + value


def test_a_quoted_folder_may_end_in_a_backslash():
    assert arrives("'C:\\My Pictures\\'") == "C:\\My Pictures\\"


@pytest.mark.parametrize("value", ["null", "", "???"])
def test_no_value_stays_no_value(value):
    assert repair_arguments([f"mirror.dir={value}"], Train) == [f"mirror.dir={value}"]


def test_an_interpolation_stays_one():
    assert repair_arguments(["data.root=${runs}/x"], Train) == ["data.root=${runs}/x"]


@pytest.mark.parametrize(
    "argument",
    [
        "optimizer.lr=1e-3",
        "data.image_size=[224,320]",
        "data.ignore=[void,sky]",
        "resume=false",
        "model=unetplusplus",
        "~data.ignore",
        "hydra.verbose=true",
        "--cfg",
        "--config-name=other",
    ],
)
def test_what_hydra_understands_is_left_alone(argument):
    assert repair_arguments([argument], Train) == [argument]


def test_the_value_of_a_switch_is_left_alone():
    assert repair_arguments(["--config-dir", "here", "seed=1"], Train)[:2] == [
        "--config-dir",
        "here",
    ]


@pytest.mark.parametrize("switch", ["-sc", "--shell-completion"])
def test_tab_completion_is_left_alone(switch):
    assert repair_arguments([switch, "install=bash"], Train) == [switch, "install=bash"]


def test_names_in_a_list_need_no_quotes():
    (argument,) = repair_arguments(["data.ignore=[Bäume, void ,'a b',<x>]"], Train)
    assert read_by_hydra(argument) == ["Bäume", "void", "a b", "<x>"]


def test_a_machine_is_added():
    assert repair_arguments(["machine=colab"], Train) == ["+machine=colab"]
    assert repair_arguments(["+machine=colab"], Train) == ["+machine=colab"]


@pytest.mark.parametrize("switch", ["-m", "--multirun"])
def test_a_sweep_keeps_its_commas(switch):
    arguments = [switch, "optimizer.lr=1e-2,1e-3", "model.encoder=resnet18,resnet34"]
    assert repair_arguments(arguments, Train) == arguments


def test_paths_and_links_of_a_sweep_need_no_quotes():
    values = [r"C:\a b", r"\\server\share", "x?y=1&z=2"]
    arguments = repair_arguments(["-m", *(f"data.source={value}" for value in values)], Train)
    assert [read_by_hydra(argument) for argument in arguments[1:]] == values


def test_unknown_settings_are_told_all_at_once():
    with pytest.raises(UserError) as caught:
        repair_arguments(["data.sorce=x", "seed=1", "+trainer.epochs=3"], Train)
    assert str(caught.value).splitlines() == [
        "there is no setting data.sorce. Did you mean data.source?",
        "  there is no setting trainer.epochs. Did you mean trainer.max_epochs?",
    ]


@pytest.mark.parametrize("arguments", [["x.zip"], ["data.source"], ["seed=1", "x.zip"]])
def test_an_argument_without_a_value_is_told(arguments):
    with pytest.raises(UserError, match=r"is not a setting\. Give settings as name=value, without"):
        repair_arguments(arguments, Train)


def test_an_argument_without_a_name_is_told():
    with pytest.raises(UserError, match="there is no setting =5"):
        repair_arguments(["=5"], Train)
