"""A run whose network says lane_my_dir everywhere, so that every score is plain arithmetic."""

import pytest
import torch
from hydra import compose, initialize_config_dir

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.checkpoint import Card, write_checkpoint
from jetcar.model.network import Architecture, Network
from jetcar.settings.arguments import CONF, repair_arguments
from jetcar.settings.check import settings_from
from jetcar.settings.schema import Predict

LANE = 5


@pytest.fixture
def checkpoint(street, tmp_path):
    """The best checkpoint of the run ``lane`` on the tiny street."""
    architecture = Architecture("unet", "tu-test_efficientnet", IMAGE_SEGMENTER.n_outputs)
    network = Network(architecture)
    head = network.net.segmentation_head[0]
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    head.bias.data[LANE] = 1
    card = Card(
        table=IMAGE_SEGMENTER,
        ignored=[],
        architecture=architecture,
        image_size=(32, 32),
        fingerprint="",
        monitor="val/iou",
        score=0.25,
        epoch=3,
        settings={"name": "lane", "data": {"source": str(street), "root": str(tmp_path / "data")}},
    )
    path = tmp_path / "runs" / "lane" / "checkpoints" / "best.ckpt"
    path.parent.mkdir(parents=True)
    state = {f"network.{name}": value for name, value in network.state_dict().items()}
    write_checkpoint({"state_dict": state, "jetcar": card.to_plain()}, path)
    return path


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A function from overrides to checked settings of predict.py, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(*overrides):
        arguments = repair_arguments(["device=cpu", "precision=32", *overrides], Predict)
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return settings_from(compose("predict", arguments), Predict)

    return make
