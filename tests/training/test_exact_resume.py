"""A run that was stopped ends bit for bit as one that was not, with chance inside the network."""

import csv
import multiprocessing
import shutil
from functools import partial

import pytest
import torch
from timm.layers import DropPath
from torch import nn

from jetcar.errors import Interrupted, UserError
from jetcar.model import network
from jetcar.model.checkpoint import read_checkpoint
from tests.sessions import stop_at, trained

pytestmark = pytest.mark.long

THREE_EPOCHS = (
    "trainer.max_epochs=3",
    "data.batch_size=1",
    "data.image_size=64",
    "predict.test=false",
    "report=false",
)
BATCHES = 3  # an epoch


@pytest.fixture
def chance(monkeypatch):
    """The smallest network with dropout and stochastic depth inside."""
    build = network.ARCHITECTURES["unet"]

    def with_chance(*args, **options):
        net = build(*args, **options)
        head = net.segmentation_head
        head[0] = nn.Sequential(nn.Dropout2d(0.3), DropPath(0.3), head[0])
        return net

    monkeypatch.setitem(network.ARCHITECTURES, "unet", partial(with_chance))


@pytest.fixture
def spawned():
    """Worker processes that start from nothing, as on Windows and macOS."""
    former = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method("spawn", force=True)
    yield
    multiprocessing.set_start_method(former, force=True)


def stopped(settings, monkeypatch, at_step):
    """Trains until a signal comes at that step, then goes on with the same settings."""
    with monkeypatch.context() as patch:
        stop_at(patch, at_step)
        with pytest.raises(Interrupted):
            trained(settings)
    return trained(settings)


def left_by(folder):
    """Weights, and every value of every epoch but the times."""
    with folder.metrics.open(newline="", encoding="utf-8") as file:
        rows = [{k: v for k, v in r.items() if "second" not in k} for r in csv.DictReader(file)]
    content = read_checkpoint(folder.last)[1]
    trained_on = content.get("current_model_state", {})  # beside their average, if there is one
    weights = {**content["state_dict"], **{f"trained {k}": v for k, v in trained_on.items()}}
    return weights, rows


def assert_same(one, two):
    (weights, rows), (others, other_rows) = left_by(one), left_by(two)
    assert rows == other_rows
    assert all(torch.equal(weights[name], others[name]) for name in weights)


IN_EPOCH, BETWEEN_EPOCHS = BATCHES + 1, BATCHES - 1


@pytest.mark.parametrize("at_step", [IN_EPOCH, BETWEEN_EPOCHS])
def test_dropout_and_stochastic_depth_go_on_where_they_were(settings, monkeypatch, chance, at_step):
    whole = trained(settings("name=whole", *THREE_EPOCHS))
    cut = stopped(settings("name=cut", *THREE_EPOCHS), monkeypatch, at_step)
    assert_same(whole, cut)


@pytest.mark.parametrize("at_step", [IN_EPOCH, BETWEEN_EPOCHS])
def test_a_real_encoder_with_stochastic_depth_does_too(settings, monkeypatch, at_step):
    many = (*THREE_EPOCHS, "model.encoder=efficientnet-b0")
    whole = trained(settings("name=whole", *many))
    cut = stopped(settings("name=cut", *many), monkeypatch, at_step)
    assert_same(whole, cut)


@pytest.mark.parametrize("at_step", [IN_EPOCH, BETWEEN_EPOCHS])
def test_pictures_of_rare_classes_come_as_they_would_have_come(settings, monkeypatch, at_step):
    rare = (*THREE_EPOCHS, "data.rare_classes=0.5", "augment.zoom=[0.5,2.0]", "augment.shift=1")
    whole = trained(settings("name=whole", *rare))
    cut = stopped(settings("name=cut", *rare), monkeypatch, at_step)
    assert_same(whole, cut)


@pytest.mark.parametrize("at_step", [IN_EPOCH, BETWEEN_EPOCHS])
@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
def test_an_average_and_rising_rates_go_on_where_they_were(
    settings, monkeypatch, chance, at_step, schedule
):
    more = ("optimizer.ema=0.9", "optimizer.warmup=1.5", f"optimizer.schedule={schedule}")
    whole = trained(settings("name=whole", *THREE_EPOCHS, *more))
    cut = stopped(settings("name=cut", *THREE_EPOCHS, *more), monkeypatch, at_step)
    assert_same(whole, cut)


@pytest.mark.usefixtures("spawned")
def test_workers_change_nothing_of_it(settings, monkeypatch, chance):
    two_epochs = (*THREE_EPOCHS, "trainer.max_epochs=2")
    alone = trained(settings("name=alone", *two_epochs))
    helped = settings("name=helped", *two_epochs, "data.workers=2")
    assert_same(alone, stopped(helped, monkeypatch, BETWEEN_EPOCHS))


def test_the_chance_inside_these_networks_is_real(settings, chance):
    net = network.Network(network.Architecture("unet", "tu-test_efficientnet", 3)).train()
    picture = torch.full((1, 3, 64, 64), 100, dtype=torch.uint8)
    several = torch.stack([net(picture) for _ in range(20)])  # two alike may both be dropped
    assert (several != several[0]).any()


@pytest.mark.parametrize("at_step", [2 * BATCHES + 1, 2 * BATCHES - 1])
def test_a_mix_of_data_sets_goes_on_where_it_was(settings, street, monkeypatch, tmp_path, at_step):
    other = tmp_path / "other"
    shutil.copytree(street, other)
    mixed = (f"data.source=[{other},{street}]", "data.shares=[0.25,0.75]", *THREE_EPOCHS)
    whole = trained(settings("name=whole", *mixed))
    assert_same(whole, stopped(settings("name=cut", *mixed), monkeypatch, at_step))
    assert_same(whole, trained(settings("name=workers", *mixed, "data.workers=2")))


def test_a_run_notices_that_its_mix_has_changed(settings, street, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(street, other)
    both = f"data.source=[{other},{street}]"
    trained(settings(both, "data.shares=[0.25,0.75]", *THREE_EPOCHS))
    with pytest.raises(UserError, match=r"data\.shares was \[0\.25, 0\.75\] and is now \[0\.5, 0"):
        trained(settings(both, "data.shares=[0.5,0.5]", *THREE_EPOCHS))
    with pytest.raises(UserError, match="the pictures or masks of Train or Val have changed"):
        trained(settings(*THREE_EPOCHS))
