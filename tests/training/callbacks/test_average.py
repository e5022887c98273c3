"""With ``optimizer.ema`` the average of the weights is what is scored, saved and exported."""

import warnings

import pytest
import torch
from pytorch_lightning import LightningModule, Trainer

from jetcar.errors import UserError
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.training.callbacks.average import AverageWeights
from jetcar.training.quiet import quiet_libraries
from tests.composed import settings_of
from tests.sessions import train, trained

EMA = (
    "optimizer.ema=0.9",
    "data.batch_size=1",
    "data.image_size=64",
    "predict.test=false",
    "report=false",
)


class Walk(LightningModule):
    """One weight, which each step moves by one."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def training_step(self, batch, batch_idx):
        return -self.weight.sum()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1.0)


@pytest.mark.parametrize("decay", [0.3, 0.99])
def test_the_average_by_hand(tmp_path, decay):
    module, average = Walk(), AverageWeights(decay, torch.device("cpu"))
    trainer = Trainer(
        accelerator="cpu",
        max_epochs=1,
        callbacks=[average],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
    )
    with warnings.catch_warnings():
        quiet_libraries()
        trainer.fit(module, torch.utils.data.DataLoader(torch.zeros(6, 1)))
    expected = 1.0  # the weight after the first step, where the average begins
    for step in range(2, 7):
        kept = min(decay, (1 + step) / (10 + step))
        expected = kept * expected + (1 - kept) * step
    assert float(module.weight.detach()) == pytest.approx(expected)  # in use when all is over


def test_the_score_and_the_saved_weights_are_those_of_the_average(settings):
    result = train(settings(*EMA))
    card, content = read_checkpoint(result.folder.best)
    averages, weights = content["state_dict"], content["current_model_state"]
    assert averages.keys() == weights.keys()
    assert any(not torch.equal(averages[name], weights[name]) for name in averages)
    network = load_network(card, content)
    name = "net.segmentation_head.0.weight"
    assert torch.equal(network.state_dict()[name], averages[f"network.{name}"])


def test_the_car_gets_the_average(settings, tmp_path):
    drive = tmp_path / "Drive"
    train(settings(*EMA, f"mirror.dir={drive}"))
    content = read_checkpoint(drive / "first/checkpoints/best.ckpt")[1]
    on_car = torch.load(drive / "first/car/first.pth", weights_only=True)
    name = "segmentation_head.0.weight"
    assert torch.equal(on_car[name], content["state_dict"][f"network.net.{name}"])
    assert not torch.equal(on_car[name], content["current_model_state"][f"network.net.{name}"])


def test_a_run_may_begin_to_average_and_cease(settings):
    off = ("optimizer.ema=0", *EMA[1:])
    trained(settings(*off, "trainer.max_epochs=1"))
    folder = trained(settings(*EMA, "trainer.max_epochs=2"))
    assert "current_model_state" in read_checkpoint(folder.last)[1]
    folder = trained(settings(*off, "trainer.max_epochs=3"))
    assert "current_model_state" not in read_checkpoint(folder.last)[1]
    assert len(folder.metrics.read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("optimizer.ema=1", r"optimizer\.ema=1\.0 is no share .* below 1, such as 0\.999"),
        ("optimizer.warmup=100", r"is not over before the run is, at trainer\.max_epochs=100"),
        ("optimizer.warmup=6", r"lasts longer than plateau\.patience=5"),
        ("optimizer.warmup=-1", r"optimizer\.warmup=-1\.0 must be 0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused(typed, sentence):
    with pytest.raises(UserError, match=sentence):
        settings_of("train", typed)
