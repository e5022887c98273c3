"""A card, for what is kept of it."""

import pytest
import torch

from tests.cards import card_of


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
