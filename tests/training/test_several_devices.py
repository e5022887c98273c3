"""Several devices train like one: the same steps, the same scores, from the same checkpoints."""

import csv
import shutil
from itertools import chain

import numpy as np
import pytest
import torch
from PIL import Image

from jetcar.data.prepare import prepare_data
from jetcar.model.checkpoint import read_checkpoint
from jetcar.training.build import build_module
from jetcar.training.fit import build_data
from jetcar.training.settle import settle
from tests.composed import settings_of
from tests.forked import CAN_FORK
from tests.together import in_ranks, train_noting_losses

pytestmark = pytest.mark.long

needs_fork = pytest.mark.skipif(
    not CAN_FORK,
    reason="loading the libraries in every process would take minutes",
)

SMALL = (
    "data.image_size=64",
    "data.batch_size=4",
    "trainer.device=cpu",
    "trainer.precision=32",
    "model.encoder=tu-test_efficientnet",
    "early_stop.patience=1000",
    "plateau.patience=900",
    "report=false",
    "predict.test=false",
    # Rounding of a gradient near 0 moves Adam as far as any gradient does, and training makes more
    # of it: at lr=1e-3 a single process that adds its pictures up in another order is off by 3 %
    # after 50 steps.
    "optimizer.lr=1e-5",
)


@pytest.fixture
def streets(tmp_path, draw):
    """A folder with a data set: 13 pictures of Train and 7 of Val, which no number divides."""
    generator = np.random.default_rng(0)
    for split, count in (("Train", 13), ("Val", 7)):
        for i in range(count):
            codes = np.kron(generator.integers(0, 6, (4, 4)), np.ones((16, 16))).astype(np.uint8)
            image = draw.image(tmp_path / f"DataSet/Img/{split}/Img_{i}.png")
            colors = np.stack([40 * codes, 200 - 40 * codes, 255 * (codes % 2)], axis=2)
            Image.fromarray(colors + generator.integers(0, 9, colors.shape, np.uint8)).save(image)
            if i == 0:
                codes[:] = 255  # a picture in which nothing counts
            draw.mask(tmp_path / f"DataSet/Mask/{split}/Mask_{i}.png", codes, kind="grey")
    return tmp_path


def train(streets, devices, *arguments):
    """The exit code and the loss of each step, as every process saw them."""
    words = ["data.source=DataSet", *SMALL, *arguments]
    return in_ranks(devices, train_noting_losses, words, streets, meet=False)


def rows(folder):
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return [
            {name: float(value) for name, value in row.items() if "second" not in name}
            for row in csv.DictReader(file)
        ]


@needs_fork
def test_the_losses_of_50_steps_are_those_of_one_device(streets):
    more = ("trainer.max_epochs=17", "loss.lovasz=0.5", "loss.class_weights=square_root")
    ((code, alone),) = train(streets, 1, "name=1", *more)
    assert (code, len(alone)) == (0, 17 * 3)
    assert alone[-1] < 0.97 * alone[0]  # it learns
    for devices in (2, 3):
        everywhere = train(streets, devices, f"name={devices}", *more)
        assert [code for code, _ in everywhere] == [0] * devices
        for _, losses in everywhere:  # the very same in all processes
            assert losses == everywhere[0][1]
        assert losses == pytest.approx(alone, rel=1e-4)
        for row, expected in zip(
            rows(streets / f"runs/{devices}"), rows(streets / "runs/1"), strict=True
        ):
            assert row == pytest.approx(expected, rel=1e-2, abs=2e-3, nan_ok=True)


def confusion_of(settings, weights):
    """The confusion matrix and the mean loss of Val."""
    run = settle(settings, prepare_data(settings.data, settings.seed))
    module = build_module(run, is_new=False).eval()
    module.load_state_dict(torch.load(weights, weights_only=True))
    data = build_data(run)
    module.on_validation_epoch_start()
    indices = []
    with torch.no_grad():
        for batch in data.val_dataloader():
            module.validation_step(batch, 0)
            indices += batch["index"].tolist()
    return module.confusion.compute(), module._means["val"].compute()["loss"], indices


@needs_fork
def test_the_confusion_matrix_of_equal_weights_is_equal_integer_for_integer(streets):
    # In steps of 6 a single picture of Val is left for the last step.
    small = [one for one in SMALL if "batch_size" not in one]
    paths = (f"data.source={streets / 'DataSet'}", f"data.root={streets / 'data'}")
    settings = settings_of("train", *paths, f"runs={streets}", *small, "data.batch_size=6")
    run = settle(settings, prepare_data(settings.data, settings.seed))
    weights = streets / "weights.pt"
    torch.save(build_module(run, is_new=False).state_dict(), weights)
    ((expected, loss, numbers),) = in_ranks(1, confusion_of, settings, weights)
    assert expected.sum() == 6 * 64 * 64  # of seven pictures one counts nowhere
    for devices in (2, 3):
        found = in_ranks(devices, confusion_of, settings, weights)
        assert sorted(chain(*(seen for *_, seen in found))) == numbers == list(range(7))
        assert len({len(seen) for *_, seen in found}) == 2  # some have a picture more
        for confusion, its_loss, _ in found:
            assert torch.equal(confusion, expected)
            assert its_loss == pytest.approx(loss, rel=1e-5)


@needs_fork
def test_a_run_goes_on_with_another_number_of_devices(streets):
    more = ("trainer.accumulate=2", "optimizer.ema=0.9")  # of three steps in an epoch
    ((_, whole),) = train(streets, 1, "name=whole", "trainer.max_epochs=3", *more)
    (_, first), _ = train(streets, 2, "name=parts", "trainer.max_epochs=1", *more)
    ((_, second),) = train(streets, 1, "name=parts", "trainer.max_epochs=2", *more)
    (_, third), *_ = train(streets, 3, "name=parts", "trainer.max_epochs=3", *more)
    assert first + second + third == pytest.approx(whole, rel=1e-4)
    folder = streets / "runs/parts"
    assert [row["epoch"] for row in rows(folder)] == [1, 2, 3]
    assert read_checkpoint(folder / "checkpoints/last.ckpt")[0].epoch == 3


@needs_fork
def test_a_run_goes_on_inside_an_epoch_with_another_number_of_devices(streets):
    # Saved after each step, and taken up where only the checkpoint after the second one is left.
    often = "trainer.checkpoint_minutes=1e-9"
    ((_, whole),) = train(streets, 1, "name=whole", "trainer.max_epochs=2")
    (_, first), _ = train(streets, 2, "name=parts", "trainer.max_epochs=1", often)
    folder = streets / "runs/parts/checkpoints"
    for name in ("last.ckpt", "best.ckpt"):
        (folder / name).unlink()
    assert read_checkpoint(folder / "previous.ckpt")[0].batch == 2
    shutil.move(folder / "previous.ckpt", folder / "last.ckpt")
    ((_, rest),) = train(streets, 1, "name=parts", "trainer.max_epochs=2")
    assert first[:2] + rest == pytest.approx(whole, rel=1e-4)


def weights_in(path):
    """The average of the weights, and those that training goes on with, by name."""
    content = torch.load(path, weights_only=True)
    return content["state_dict"], content["current_model_state"]


@needs_fork
def test_rare_classes_both_heads_average_and_workers_are_those_of_one_device(streets):
    more = ("data.rare_classes=0.5", "data.workers=1", "optimizer.ema=0.9", "loss.auxiliary=0.4")
    ((_, whole),) = train(streets, 1, "name=whole", "trainer.max_epochs=2", *more)
    (_, first), _ = train(streets, 2, "name=parts", "trainer.max_epochs=1", *more)
    ((_, rest),) = train(streets, 1, "name=parts", "trainer.max_epochs=2", *more)
    assert first + rest == pytest.approx(whole, rel=1e-4)
    (mean, now), (mean_of_parts, now_of_parts) = (
        weights_in(streets / f"runs/{name}/checkpoints/last.ckpt") for name in ("whole", "parts")
    )
    assert any(name.startswith("auxiliary") for name in mean)
    assert not torch.equal(
        mean["network.net.segmentation_head.0.weight"],
        now["network.net.segmentation_head.0.weight"],
    )
    most = 2 * len(whole) * 1e-5  # Adam moves no weight further than lr in a step
    torch.testing.assert_close(mean_of_parts, mean, rtol=1e-3, atol=most)
    torch.testing.assert_close(now_of_parts, now, rtol=1e-3, atol=most)
    # And others begin with them, as one device does.
    begin = (f"init_from={streets / 'runs/whole/checkpoints/best.ckpt'}", "trainer.max_epochs=1")
    ((_, alone),) = train(streets, 1, "name=begun1", *begin)
    (_, together), _ = train(streets, 2, "name=begun2", *begin)
    assert together == pytest.approx(alone, rel=1e-4)
    assert together[0] != pytest.approx(whole[0], rel=1e-4)


@needs_fork
def test_fewer_pictures_than_devices_are_refused_everywhere(streets):
    found = train(streets, 3, "name=few", "data.batch_size=2")
    assert [code for code, _ in found] == [1, 1, 1]
    assert not (streets / "runs").exists()
