"""What trainer.lightning hands to Lightning's Trainer."""

import csv

import pytest

from jetcar.data.prepare import prepare_data
from jetcar.errors import UserError
from jetcar.training.run import train


def trained(settings):
    """What train.py does."""
    return train(settings, prepare_data(settings.data, settings.seed))


def test_fewer_batches_of_an_epoch_are_trained_on_and_a_profile_is_written(settings):
    few = ("data.batch_size=1", "data.image_size=64", "trainer.lightning.limit_train_batches=2")
    folder = trained(settings(*few, "trainer.lightning.profiler=simple")).folder
    profile = (folder.path / "fit-profile.txt").read_text(encoding="utf-8")
    calls = next(line for line in profile.splitlines() if "run_training_batch" in line)
    assert calls.split("|")[3].split() == ["4"]  # of three pictures two in each of two epochs
    with folder.metrics.open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 2


def test_a_run_that_only_tries_leaves_nothing_to_continue(settings):
    result = trained(settings("trainer.lightning.fast_dev_run=true"))
    assert not result.folder.last.exists()
    assert not result.folder.metrics.exists()
    again = trained(settings("trainer.max_epochs=1"))
    assert again.folder.last.exists()


def test_a_value_that_lightning_does_not_take_is_told(settings):
    with pytest.raises(UserError, match=r"Lightning does not take trainer\.lightning="):
        trained(settings("trainer.lightning.limit_train_batches=many"))
