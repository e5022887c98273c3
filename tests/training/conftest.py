"""Settings as the program composes them, on tiny pictures."""

import pytest

from tests.composed import settings_of

TINY = [
    "data.image_size=32",
    "data.batch_size=3",
    "trainer.max_epochs=2",
    "trainer.device=cpu",
    "trainer.precision=32",
    "model.encoder=tu-test_efficientnet",  # the smallest there is
]


@pytest.fixture
def settings(street, tmp_path):
    """A function from overrides to checked settings of a run on the tiny street."""

    def make(*overrides):
        paths = [
            f"data.source={street}",
            f"data.root={tmp_path / 'data'}",
            f"runs={tmp_path / 'runs'}",
        ]
        return settings_of("train", *paths, *TINY, *overrides)

    return make
