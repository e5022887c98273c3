"""Checkpoints: plain, whole, and refused when they are not ours."""

import io
import pickle
from contextlib import contextmanager

import pytest
import torch

from jetcar.errors import UserError
from jetcar.model import checkpoint
from jetcar.model.card import FORMAT
from jetcar.model.checkpoint import is_whole, load_network, read_checkpoint, write_checkpoint
from jetcar.model.network import Network
from tests.cards import card_of, save_checkpoint, weights_of

UNET = card_of().architecture


def test_the_network_comes_back_with_its_weights(tmp_path, card):
    network = Network(UNET)
    path = save_checkpoint(tmp_path / "best.ckpt", card, network)
    loaded = load_network(*read_checkpoint(path))
    for name, value in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


def test_the_network_is_built_without_asking_for_pretrained_weights(card, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "segmentation_models_pytorch.encoders.hf_hub_download", lambda *a, **k: asked.append(a)
    )
    load_network(card, {"state_dict": weights_of(Network(UNET))})
    assert not asked


def test_weights_of_another_network_are_refused(card):
    with pytest.raises(UserError, match="does not fit its own network"):
        load_network(card, {"state_dict": {"network.net.x": torch.zeros(1)}})


def damage_middle(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "a bit flipped": damage_middle,
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed(tmp_path, card, damage):
    path = tmp_path / "last.ckpt"
    write_checkpoint({"state_dict": {"w": torch.rand(1000)}, "jetcar": card.to_plain()}, path)
    assert is_whole(path)
    DAMAGES[damage](path)
    assert not is_whole(path)


def test_an_error_while_writing_leaves_the_old_checkpoint(tmp_path, card, monkeypatch):
    path = tmp_path / "last.ckpt"
    write_checkpoint({"jetcar": card.to_plain()}, path)
    old = path.read_bytes()

    def full(content, file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint({"jetcar": card.to_plain()}, path)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["last.ckpt"]


def test_a_disk_that_is_full_is_named_and_not_hidden_by_torch(tmp_path, card, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > 100:
                raise OSError(28, "No space left on device")
            return super().write(data)

    @contextmanager
    def full(path):
        yield Full()

    monkeypatch.setattr(checkpoint, "whole_file", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_checkpoint({"jetcar": card.to_plain()}, tmp_path / "last.ckpt")
    assert caught.value.filename == tmp_path / "last.ckpt"


def test_a_checkpoint_without_weights_is_refused(card):
    for content in ({}, {"state_dict": 3}, {"state_dict": {"network.x": 3}}):
        with pytest.raises(UserError, match=r"holds no weights\. Name another"):
            load_network(card, content)


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no checkpoint .*x\.ckpt\. Check the path, or train"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "x.ckpt").write_text("hello", encoding="utf-8")
    with pytest.raises(UserError, match=r"is not a checkpoint\. Name another checkpoint"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_a_checkpoint_of_another_project_is_refused(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"not written by jetcar\. Name a best\.ckpt"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_a_checkpoint_of_a_newer_version_asks_for_an_update(tmp_path, card):
    write_checkpoint({"jetcar": {**card.to_plain(), "format": FORMAT + 1}}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match=r"newer jetcar .* Update jetcar"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_nothing_that_a_file_brings_along_is_run(tmp_path, monkeypatch, evil):
    monkeypatch.chdir(tmp_path)
    torch.save({"jetcar": evil}, tmp_path / "x.ckpt", pickle_module=pickle)
    with pytest.raises(UserError, match=r"more than plain values.* Name another checkpoint"):
        read_checkpoint(tmp_path / "x.ckpt")
    assert not (tmp_path / "made-by-evil").exists()
