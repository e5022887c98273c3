"""The row of an epoch: how long it took, and how many pictures a second were trained."""

from types import SimpleNamespace

import torch

from jetcar.training.callbacks import history as callback
from jetcar.training.callbacks.history import KeepHistory
from jetcar.training.history import History


def test_the_speed_of_an_epoch_that_goes_on_counts_from_where_it_goes_on(monkeypatch):
    now = 0.0
    monkeypatch.setattr(callback, "time", SimpleNamespace(monotonic=lambda: now))
    keep = KeepHistory(History("val/iou", []))
    module = SimpleNamespace(device=torch.device("cpu"))
    trainer = SimpleNamespace(
        fast_dev_run=False,
        optimizers=[SimpleNamespace(param_groups=[{"part": "decoder", "lr": 0.1}])],
        callback_metrics={"val/iou": torch.tensor(0.5)},
        current_epoch=3,
        loggers=[],
    )
    now = 50.0  # reading data and checkpoint
    keep.on_train_start(trainer, module)  # and no on_train_epoch_start: see Lightning 2.6.6
    now = 52.0
    keep.on_train_batch_end(trainer, module, None, {"image": torch.zeros(8, 3, 1, 1)}, 5)
    keep.on_validation_start(trainer, module)
    now = 53.0
    keep.on_train_epoch_end(trainer, module)
    (row,) = keep.history.rows
    assert (row["epoch"], row["seconds"], row["images_per_second"]) == (4, 3.0, 4.0)
