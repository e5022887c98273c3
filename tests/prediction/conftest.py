"""A run whose network says lane_my_dir everywhere, so that every score is plain arithmetic."""

import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.network import Network
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere
from tests.composed import settings_of

LANE = 5


@pytest.fixture
def checkpoint(street, tmp_path):
    """The best checkpoint of the run ``lane`` on the tiny street."""
    card = card_of(
        IMAGE_SEGMENTER,
        SMALLEST,
        score=0.25,
        epoch=3,
        settings={"name": "lane", "data": {"source": str(street), "root": str(tmp_path / "data")}},
    )
    path = tmp_path / "runs" / "lane" / "checkpoints" / "best.ckpt"
    return save_checkpoint(path, card, says_everywhere(Network(card.architecture), LANE))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A function from overrides to checked settings of predict.py, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(*overrides):
        return settings_of("predict", "device=cpu", "precision=32", *overrides)

    return make
