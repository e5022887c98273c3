"""The classes are usable by whoever knows Lightning, as docs/architecture.md shows."""

import csv
import re
import runpy
from pathlib import Path

import pytest
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint

from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.training.quiet import quiet_libraries

pytestmark = pytest.mark.filterwarnings("ignore:The number of training batches")  # three pictures
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


@pytest.fixture
def documented(tmp_path, street, monkeypatch):
    """The names in the documented program, after it was run in a folder with a data set."""
    text = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    code = code.replace('"mobilenet_v2"', '"tu-test_efficientnet"')  # the smallest there is
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    if street.name != "JetCar_DataSet":
        street.rename(tmp_path / "JetCar_DataSet")
    monkeypatch.chdir(tmp_path)
    quiet_libraries()
    return tmp_path, runpy.run_path("mine.py")


def test_the_documented_program_trains_with_a_logger_and_callbacks_of_its_own(documented):
    folder, names = documented
    assert names["history"].epochs == 2
    (table,) = folder.glob("logs/**/metrics.csv")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scores = [float(row["val/iou"]) for row in rows if row["val/iou"]]
    assert scores == pytest.approx([row["val/iou"] for row in names["history"].rows])
    assert {row["step"] for row in rows if row["val/iou"]} == {"1", "2"}
    assert any(name.startswith("lr") for name in rows[0])  # from LearningRateMonitor


def test_lightnings_own_parts_are_found_where_they_are_looked_for(documented):
    folder, names = documented
    trainer, rows = names["trainer"], names["history"].rows
    best = max(rows, key=lambda row: row["val/iou"])
    saved, stopped = trainer.checkpoint_callback, trainer.early_stopping_callback
    assert isinstance(saved, ModelCheckpoint)
    assert isinstance(stopped, EarlyStopping)
    assert (saved.monitor, saved.mode, stopped.mode) == ("val/iou", "max", "max")
    assert float(saved.best_model_score) == best["val/iou"] == float(stopped.best_score)
    assert read_checkpoint(folder / saved.best_model_path)[0].epoch == best["epoch"]
    last, content = read_checkpoint(folder / saved.last_model_path)
    assert last.epoch == 2
    assert load_network(last, content).architecture == names["architecture"]
    (scheduler,) = trainer.lr_scheduler_configs
    assert (scheduler.monitor, scheduler.reduce_on_plateau) == ("val/iou", True)


def test_what_it_has_saved_continues(documented):
    folder, names = documented
    pl, save, history = names["pl"], names["save"], names["history"]
    fresh = names["Segmentation"](
        names["Network"](names["architecture"]),
        names["Loss"]({"cross_entropy": 1.0}),
        names["table"],
        names["module"].optimizer_settings,
        names["module"].schedule_settings,
    )
    again = names["SaveCheckpoints"](save.folder, save.card, history)
    trainer = pl.Trainer(
        max_epochs=3,
        logger=False,
        enable_progress_bar=False,
        callbacks=[names["KeepHistory"](history), names["StopEarly"]("val/iou", 5), again],
    )
    best = float(save.best_model_score)
    trainer.fit(fresh, names["data"], ckpt_path=folder / save.last_model_path, weights_only=True)
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]
    assert float(again.best_model_score) == max(best, history.rows[-1]["val/iou"])
