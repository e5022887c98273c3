"""Our callbacks beside those of a user."""

from types import SimpleNamespace

import pytest
from pytorch_lightning.callbacks import ModelCheckpoint

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.card import Card
from jetcar.model.network import Architecture
from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints
from jetcar.training.callbacks.early_stopping import StopEarly
from jetcar.training.history import History
from jetcar.training.run_folder import RunFolder


class Noting(AfterSaving):
    """Remembers whose savings it was told of."""

    def __init__(self):
        super().__init__()
        self.told = []

    def saved(self, trainer, module, saver):
        self.told.append(saver)


@pytest.fixture
def saver(tmp_path):
    architecture = Architecture("unet", "tu-test_efficientnet", IMAGE_SEGMENTER.n_outputs)
    card = Card(IMAGE_SEGMENTER, [], architecture, (64, 64), fingerprint="", monitor="val/iou")
    return SaveCheckpoints(RunFolder(tmp_path), card, History("val/iou", []))


def test_what_follows_a_saving_happens_also_behind_a_checkpoint_callback_of_the_user(saver):
    theirs, noting = ModelCheckpoint(), Noting()
    callbacks = [theirs, saver, noting]
    trainer = SimpleNamespace(checkpoint_callback=theirs, checkpoint_callbacks=callbacks)
    noting.on_train_epoch_end(trainer, None)
    assert noting.told == []
    saver.saves += 1
    noting.on_train_epoch_end(trainer, None)
    noting.on_train_epoch_end(trainer, None)
    assert noting.told == [saver]


@pytest.mark.parametrize(
    ("waited", "was_asked", "stops"), [(0, False, False), (0, True, True), (3, False, True)]
)
def test_early_stopping_takes_back_no_wish_of_another_callback_to_stop(waited, was_asked, stops):
    stopping, trainer = StopEarly("val/iou", patience=3), SimpleNamespace(should_stop=was_asked)
    stopping.wait_count = waited
    stopping.on_train_start(trainer, None)
    assert trainer.should_stop is stops
