"""Settings as the program composes them, on tiny pictures."""

import pytest
from hydra import compose, initialize_config_dir

from jetcar.settings.arguments import CONF, repair_arguments
from jetcar.settings.check import settings_from
from jetcar.settings.schema import Train

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
        arguments = repair_arguments([*paths, *TINY, *overrides], Train)
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return settings_from(compose("train", arguments), Train)

    return make
