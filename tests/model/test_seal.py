"""The seal: one flipped bit anywhere in a checkpoint is noticed, and nothing else is."""

import random
import zipfile

import pytest
import torch

from jetcar.model.checkpoint import DamagedError, is_whole, read_checkpoint, write_checkpoint
from jetcar.model.seal import COMMENT_BYTES, SEAL
from tests.cards import card_of

CARD = card_of()
TENSORS = {"w": torch.arange(300.0), "b": torch.arange(7), "none": torch.zeros(0)}


@pytest.fixture
def content():
    return {"state_dict": dict(TENSORS), "jetcar": CARD.to_plain()}


@pytest.fixture
def sealed(tmp_path, content):
    """A checkpoint as it is written."""
    write_checkpoint(content, tmp_path / "sealed.ckpt")
    return tmp_path / "sealed.ckpt"


@pytest.fixture
def older(tmp_path, content):
    """A checkpoint without a seal, as older versions wrote it."""
    torch.save(content, tmp_path / "older.ckpt")
    return tmp_path / "older.ckpt"


def tensors_of(path):
    """What is read; None where the file is told to be damaged."""
    try:
        return read_checkpoint(path)[1]["state_dict"]
    except DamagedError:
        return None


def flips(data, count):
    """Copies of a file with one flipped bit each: all over it, and densely near its end."""
    bits = 8 * len(data)
    near_end = range(bits - 8 * (COMMENT_BYTES + 120), bits, 11)  # end records and seal
    chosen = {*random.Random(0).sample(range(bits), count), *near_end}
    for bit in sorted(chosen):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bit, bytes(flipped)


def test_every_flipped_bit_of_a_checkpoint_is_damage(sealed):
    for bit, flipped in flips(sealed.read_bytes(), 400):
        sealed.write_bytes(flipped)
        assert tensors_of(sealed) is None, f"bit {bit}"
        assert not is_whole(sealed), f"bit {bit}"


def test_a_flipped_bit_of_an_older_checkpoint_is_damage_or_changes_nothing(older):
    for bit, flipped in flips(older.read_bytes(), 400):
        older.write_bytes(flipped)
        if (found := tensors_of(older)) is not None:
            assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS), f"bit {bit}"


@pytest.mark.parametrize("name", ["sealed", "older"])
def test_a_record_that_calls_itself_a_folder_is_damage(name, request):
    path = request.getfixturevalue(name)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\1\2")
    attributes = entry + 38  # torch leaves the tensor of such a record as memory was
    while b"data/0" not in data[entry : entry + 80]:
        entry = data.index(b"PK\1\2", entry + 4)
        attributes = entry + 38
    data[attributes] ^= 0x10
    path.write_bytes(data)
    assert tensors_of(path) is None
    assert not is_whole(path)


def test_every_cut_is_damage(sealed):
    data = sealed.read_bytes()
    for kept in (*range(0, len(data), 97), *range(len(data) - COMMENT_BYTES - 3, len(data))):
        sealed.write_bytes(data[:kept])
        assert tensors_of(sealed) is None, f"{kept} of {len(data)} bytes"


def test_bytes_that_are_added_are_damage(sealed):
    sealed.write_bytes(sealed.read_bytes() + b"\0")
    assert not is_whole(sealed)


def test_a_sealed_checkpoint_is_a_plain_one_for_torch_and_for_zip(sealed):
    for mmap in (False, True):
        found = torch.load(sealed, weights_only=True, mmap=mmap)["state_dict"]
        assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)
    with zipfile.ZipFile(sealed) as archive:
        assert archive.testzip() is None
        assert archive.comment.startswith(SEAL)


def test_a_checkpoint_without_a_seal_is_read(older):
    assert is_whole(older)
    assert torch.equal(tensors_of(older)["w"], TENSORS["w"])


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(sealed, monkeypatch):
    real = torch.load

    def replaced(file, **options):
        other = sealed.with_name("other")
        write_checkpoint({"state_dict": {}, "jetcar": CARD.to_plain()}, other)
        other.replace(sealed)
        return real(file, **options)

    monkeypatch.setattr(torch, "load", replaced)
    assert set(tensors_of(sealed)) == set(TENSORS)
