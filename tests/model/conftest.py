"""A card, for what is kept of it, and a value that would run something."""

import pytest
import torch

from tests.cards import card_of


class Evil:
    """Would make a file when it is unpickled."""

    def __reduce__(self):
        return open, ("made-by-evil", "w")


@pytest.fixture
def evil():
    """Would make a file named ``made-by-evil`` where the reader is."""
    return Evil()


@pytest.fixture
def card():
    """A card in which everything differs from its default."""
    return card_of(
        ignored=["stop_text"],
        image_size=(32, 64),
        fingerprint="abc",
        score=0.5,
        best_score=0.6,
        best_epoch=3,
        epoch=4,
        history=[{"epoch": 1, "val/iou": 0.5}],
        state={"random": {"cpu": torch.get_rng_state()}},
    )
