"""Cards: plain values that come back as they were, and are refused when no run has such."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from jetcar.errors import UserError
from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
from tests.cards import card_of


def test_a_card_survives_writing_and_reading(tmp_path, card):
    path = tmp_path / "best.ckpt"
    write_checkpoint({"state_dict": {}, "jetcar": card.to_plain()}, path)
    read, _ = read_checkpoint(path)
    assert torch.equal(read.state["random"]["cpu"], card.state["random"]["cpu"])
    assert {**vars(read), "state": 0} == {**vars(card), "state": 0}


@given(
    st.sampled_from(sorted(card_of().to_plain())),
    st.sampled_from([None, -1, "x", [], {}, [[1]], [["a", "b", "c"]], {"name": 1}, 1e300]),
)
def test_a_card_with_nonsense_in_it_is_refused_in_a_sentence_or_read(tmp_path_factory, key, value):
    plain = card_of().to_plain()
    path = tmp_path_factory.mktemp("card") / "x.ckpt"
    write_checkpoint({"jetcar": {**plain, key: value}}, path)
    try:
        read_checkpoint(path)
    except UserError as error:
        assert "jetcar" in str(error) or "has invalid metadata" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "change",
    [{"encoder": "hf-hub:somebody/theirs"}, {"name": "other"}, {"n_outputs": 10**9}],
)
def test_a_file_names_no_network_but_one_of_ours(tmp_path, card, change):
    plain = card.to_plain()
    plain["architecture"] |= change
    write_checkpoint({"jetcar": plain}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"has invalid metadata \(ValueError: "):
        read_checkpoint(tmp_path / "x.ckpt")


def test_a_checkpoint_with_something_missing_is_refused(tmp_path, card):
    plain = card.to_plain()
    del plain["table"]
    write_checkpoint({"jetcar": plain}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"has invalid metadata \(KeyError: 'table'\)"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_a_new_card_has_no_score(card):
    new = card_of()
    assert math.isnan(new.score)
    assert new.epoch == new.batch == 0


ENDLESS: list = []
ENDLESS += [ENDLESS, ENDLESS]


@pytest.mark.parametrize(
    "change",
    [
        {"image_size": [32, 320_000]},
        {"fingerprint": "\x1b[2J"},
        {"monitor": "m" * 5_000_000},
        {"ignored": [3]},
        {"epoch": -1},
        {"state": {"random": {"cpu": 3}}},
        {"state": {"random": 3}},
        {"state": {"means": {"sums": 1}}},
        {"state": {"means": {"sums": {}}}},
        {"state": {"means": {"sums": {"loss": 1.0}, "n": 3}}},
        {"state": {"plateau": 3}},
        {"state": {"trackers": ["wandb"]}},
        {"state": {"trackers": {"wandb": 3}}},
        {"state": {"trackers": {"mlflow": "../../else"}}},
        {"state": {"plateau": {"best": "high"}}},
        {"state": {"plateau": {"num_bad_epochs": -1}}},
        {"settings": {3: 1}},
        {"settings": {"name": 1}},
        {"settings": {"seed": "\x1b[2J"}},
        {"settings": {"data": ["source"]}},
        {"settings": {"data": {"source": 7}}},
        {"settings": {"model": "unet"}},
        {"settings": {"loss": {"dice": torch.zeros(2)}}},
        {"settings": {"augment": [0] * 10_001}},
        {"settings": {"augment": ENDLESS}},
    ],
)
def test_values_that_no_run_has_are_told_with_the_file_and_fit_to_print(tmp_path, card, change):
    write_checkpoint({"jetcar": {**card.to_plain(), **change}}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"x\.ckpt has invalid metadata \(\w+: ") as caught:
        read_checkpoint(tmp_path / "x.ckpt")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_settings_of_another_version_are_read(tmp_path, card):
    settings = {"name": "x", "seed": -1, "new": {"a": [None, True, 0.5, "b", {}]}, "data": {}}
    state = {"plateau": {"best": float("-inf"), "num_bad_epochs": 3}}
    write_checkpoint(
        {"jetcar": {**card.to_plain(), "settings": settings, "state": state}}, tmp_path / "x.ckpt"
    )
    read, _ = read_checkpoint(tmp_path / "x.ckpt")
    assert (read.settings, read.state) == (settings, state)
