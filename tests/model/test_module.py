"""A step of training: it waits for nothing, and keeps the layout that convolutions are quick at."""

from types import SimpleNamespace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from jetcar.classes import IMAGE_SEGMENTER, ClassTable
from jetcar.model.loss import PARTS, Loss
from jetcar.model.module import Segmentation
from jetcar.model.network import Architecture, Network
from jetcar.model.optimizer import OPTIMIZERS, OptimizerSettings
from jetcar.road.ground import Geometry
from jetcar.road.meter import RoadMeter
from jetcar.street.camera import Lens, Mount
from tests.cards import says_everywhere

WAITS = ("_local_scalar_dense", "nonzero", "masked_select", "equal", "bincount", "lift_fresh")
"""Operations that the program must wait for: numbers, shapes that depend on values, and tensors
that are made of plain numbers, which a GPU copies before it goes on."""


class Waits(TorchDispatchMode):
    """Remembers the names of all operations, and of those that wait."""

    def __init__(self):
        super().__init__()
        self.all, self.names = [], []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        name = operation.overloadpacket.__name__
        self.all.append(name)
        places = args[1] if name == "index" else ()
        by_truth = any(one is not None and one.dtype == torch.bool for one in places)
        if name in WAITS or by_truth:
            self.names.append(name)
        return operation(*args, **(kwargs or {}))


@pytest.fixture
def module(monkeypatch):
    """A function from a loss and an optimizer to a module that believes to be in training."""

    def make(loss=None, optimizer="adamw", table=IMAGE_SEGMENTER, auxiliary=0.0):
        architecture = Architecture("unet", "tu-test_efficientnet", table.n_outputs)
        steps = OptimizerSettings(optimizer, 1e-3, 5e-4, 1e-2, 1e-2)
        loss = Loss(loss or {"cross_entropy": 1, "dice": 1})
        made = Segmentation(Network(architecture), loss, table, steps, auxiliary=auxiliary)
        trainer = SimpleNamespace(is_last_batch=False, precision="32-true", gradient_clip_val=None)
        monkeypatch.setattr(Segmentation, "trainer", trainer)
        made.on_train_epoch_start()
        return made

    return make


@pytest.fixture
def batch():
    """Two pictures with masks, as the loader gives them."""
    image = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8).permute(0, 3, 1, 2)
    return {"image": image, "mask": torch.randint(0, 22, (2, 32, 32), dtype=torch.uint8)}


def test_operations_that_wait_are_noticed():
    with Waits() as waits:
        float(torch.ones(2).sum())
        torch.ones(2)[torch.ones(2) > 0]
        torch.ones(2)[torch.arange(1)]
        torch.as_tensor(2.0)
    assert waits.names == ["_local_scalar_dense", "index", "lift_fresh"]


@pytest.mark.parametrize("part", [p for p in PARTS if p not in ("focal", "lovasz")])
def test_a_step_of_training_waits_for_nothing(module, batch, part):
    made = module({part: 1})
    made.training_step(batch, 0)
    with Waits() as waits:
        made.training_step(batch, 1).backward()
    assert "convolution_backward" in waits.all
    assert waits.names == []


def test_a_step_with_a_second_head_waits_for_nothing_either(module, batch):
    made = module(auxiliary=0.4)
    made.training_step(batch, 0)
    with Waits() as waits:
        made.training_step(batch, 1).backward()
    assert waits.names == []


def test_the_loss_of_a_second_head_is_added_by_its_weight(module, batch):
    made = module(auxiliary=0.5)
    total = float(made.training_step(batch, 0).detach())
    means = made._means["train"].compute()
    assert total == pytest.approx(
        means["loss/cross_entropy"] + means["loss/dice"] + 0.5 * means["loss/auxiliary"]
    )


def test_the_weights_of_a_second_head_learn_at_the_rate_of_the_decoder(module, batch):
    made = module(auxiliary=0.4)
    groups = made.configure_optimizers().param_groups
    learning = {
        weight for group in groups if group["part"] == "decoder" for weight in group["params"]
    }
    assert set(made.auxiliary.parameters()) <= learning
    made.training_step(batch, 0).backward()
    assert all(weight.grad is not None for weight in made.auxiliary.parameters())


def test_the_loss_is_looked_at_once_in_a_hundred_steps(module, batch):
    made = module()
    made.training_step(batch, 98)
    with Waits() as waits:
        made.training_step(batch, 99)
    assert waits.names == ["_local_scalar_dense"]


def layouts(optimizer):
    """Of each weight with four dimensions, whether it and its state lie as pictures do."""
    return {
        name: value.is_contiguous(memory_format=torch.channels_last)
        for i, weight in enumerate(optimizer.param_groups[0]["params"])
        for name, value in ((f"{i}", weight), *optimizer.state[weight].items())
        if value.ndim == 4
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_and_what_the_optimizer_keeps_lie_as_pictures_do_also_when_continued(
    module, batch, name
):
    one, two = module(optimizer=name), module(optimizer=name)
    first, second = one.configure_optimizers(), two.configure_optimizers()
    one.training_step(batch, 0).backward()
    first.step()
    two.load_state_dict(one.state_dict())
    second.load_state_dict(first.state_dict())
    for optimizer in (first, second):
        assert layouts(optimizer)
        assert all(layouts(optimizer).values())


def test_validation_predicts_no_code_without_a_class(module, batch):
    first, *_, last = IMAGE_SEGMENTER.classes
    predicted = module(table=ClassTable((first, last))).validation_step(batch, 0)
    assert set(predicted.unique().tolist()) <= {first.code, last.code}


def test_a_smaller_last_batch_counts_only_as_its_pictures(module, batch, monkeypatch):
    made, logged = module(), {}
    monkeypatch.setattr(made, "log_dict", logged.update)
    last = {name: value[:1] for name, value in batch.items()}
    made.eval()  # normalises by fixed numbers, so that both parts see the same loss
    made.on_validation_epoch_start()
    losses = []
    for i, one in enumerate((batch, last)):
        losses.append(float(made.training_step(one, i).detach()))
        made.validation_step(one, i)
    made.on_validation_epoch_end()
    full, small = losses
    for name in ("train/loss", "val/loss"):
        assert float(logged[name]) == pytest.approx((2 * full + small) / 3, rel=1e-6)


def test_validation_measures_the_road(module, monkeypatch):
    road = RoadMeter.of(IMAGE_SEGMENTER, Geometry(Lens(120, 0.05, 0.25), Mount(110, 47)), False)
    made = module()
    made.road = road
    says_everywhere(made.network, 5)  # lane_my_dir
    logged = {}
    monkeypatch.setattr(made, "log_dict", logged.update)
    monkeypatch.setattr(Segmentation, "current_epoch", 0)
    image = torch.zeros((2, 3, 32, 32), dtype=torch.uint8)
    mask = torch.full((2, 32, 32), 5, dtype=torch.uint8)
    mask[1] = 6  # lane_wrong_dir: there is no own lane to be right about
    made.on_validation_epoch_start()
    made.eval().validation_step({"image": image, "mask": mask}, 0)
    made.on_validation_epoch_end()
    assert float(logged["val/road"]) == 1
    assert float(logged["val/road/centre_300_mm"]) == 0
    assert logged["val/road"].dtype == torch.float64
    made.on_validation_epoch_start()
    assert road.pictures == 0
