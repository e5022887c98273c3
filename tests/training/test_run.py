"""The main job in one process: what it leaves, how it comes back, what it refuses."""

import csv
import json
import math
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from jetcar.classes import IMAGE_SEGMENTER as TABLE
from jetcar.classes import ClassTable, SegmClass, write_classes
from jetcar.data.pictures import read_mask
from jetcar.errors import Interrupted, UserError
from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
from jetcar.model.module import Segmentation
from jetcar.settings.sentences import sentence_of
from jetcar.training import history
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.checkpoint_io import WholeCheckpoints
from jetcar.training.callbacks.pace import Pace
from jetcar.training.mirror.lock import LOCK_FILE
from jetcar.training.run_folder import RunFolder
from tests.sessions import stop_at, train

FOUR_EPOCHS = (
    "trainer.max_epochs=4",
    "data.batch_size=1",
    "data.image_size=64",
    "augment.noise=0.1",
)


def history_of(folder):
    """Every epoch's values but the times, which no two runs share."""
    with folder.metrics.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if "second" not in k} for row in rows]


def weights_of(path):
    return read_checkpoint(path)[1]["state_dict"]


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_run_leaves_its_checkpoints_scores_curves_and_masks(settings):
    folder = train(settings("predict.overlays=true")).folder
    result = json.loads(folder.result.read_text(encoding="utf-8"))
    assert result["epochs"] == 2
    assert result["score"] == result["scores"]["val"]["iou"]
    assert result["scores"]["val"]["classes"]["stop_sign"]["iou"] is None  # absent
    assert {"jetcar", "torch", "git"} <= set(result["versions"])
    assert read_checkpoint(folder.best)[0].epoch == result["best_epoch"]
    assert read_checkpoint(folder.last)[0].epoch == 2
    assert [row["epoch"] for row in history_of(folder)] == ["1", "2"]
    assert folder.events
    assert sorted(p.name for p in folder.predictions.iterdir()) == ["f.png", "g.png"]
    assert sorted(p.name for p in folder.overlays.iterdir()) == ["f.png", "g.png"]
    assert folder.predictions_zip.is_file()
    assert "lane_my_dir" in folder.classes.read_text(encoding="utf-8")
    assert "max_epochs: 2" in folder.config.read_text(encoding="utf-8")
    assert "epoch 2/2" in folder.log.read_text(encoding="utf-8")


def test_the_score_of_the_result_is_the_one_that_training_saw(settings):
    folder = train(settings()).folder
    result = json.loads(folder.result.read_text(encoding="utf-8"))
    row = history_of(folder)[result["best_epoch"] - 1]
    assert float(row["val/iou"]) == pytest.approx(result["scores"]["val"]["iou"], abs=1e-12)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(settings):
    first = train(settings("name=a")).folder
    again = train(settings("name=b")).folder
    other = train(settings("name=c", "seed=1")).folder
    assert same(weights_of(first.last), weights_of(again.last))
    assert history_of(first) == history_of(again)
    assert not same(weights_of(first.last), weights_of(other.last))


@pytest.mark.parametrize("at_step", [0, 4, 5])  # 3 batches an epoch: first, in the middle, last
def test_a_stopped_run_ends_as_if_it_had_not_been_stopped(settings, monkeypatch, at_step):
    whole = train(settings("name=whole", *FOUR_EPOCHS)).folder
    stop_at(monkeypatch, at_step)
    with pytest.raises(Interrupted) as stop:
        train(settings("name=cut", *FOUR_EPOCHS))
    assert stop.value.signum == signal.SIGTERM
    monkeypatch.undo()
    cut = train(settings("name=cut", *FOUR_EPOCHS)).folder
    assert same(weights_of(whole.last), weights_of(cut.last))
    assert history_of(whole) == history_of(cut)
    (ours, its), (theirs, others) = map(read_checkpoint, (whole.last, cut.last))
    assert its["lr_schedulers"] == others["lr_schedulers"]
    assert its["callbacks"] == others["callbacks"]
    assert (ours.best_score, ours.best_epoch) == (theirs.best_score, theirs.best_epoch)


def as_version_0_1_left_it(path):
    """Rewrites a checkpoint: the former version kept in the card what is Lightning's now."""
    card, content = read_checkpoint(path)
    (scheduler,) = content.pop("lr_schedulers")
    card.state["plateau"] = scheduler
    plain = {"jetcar": card.to_plain(), "lr_schedulers": [], "callbacks": {}}
    write_checkpoint({**content, **plain}, path)


@pytest.mark.parametrize("at_step", [4, 5])  # inside an epoch, and at the end of one
def test_a_run_of_the_former_version_continues_as_if_nothing_had_happened(
    settings, monkeypatch, at_step
):
    four = (*FOUR_EPOCHS, "plateau.patience=1", "early_stop.patience=3")
    whole = train(settings("name=whole", *four)).folder
    stop_at(monkeypatch, at_step)
    with pytest.raises(Interrupted):
        train(settings("name=cut", *four))
    monkeypatch.undo()
    as_version_0_1_left_it(RunFolder(whole.path.parent / "cut").last)
    cut = train(settings("name=cut", *four)).folder
    assert same(weights_of(whole.last), weights_of(cut.last))
    assert history_of(whole) == history_of(cut)
    (_, its), (_, others) = map(read_checkpoint, (whole.last, cut.last))
    assert its["lr_schedulers"] == others["lr_schedulers"]
    assert its["callbacks"] == others["callbacks"]


@pytest.mark.parametrize("best", [0.0, 0.25])
def test_a_plateau_of_the_former_version_keeps_its_best_also_where_that_is_nought(
    settings, tmp_path, best
):
    last = train(settings("trainer.max_epochs=1")).folder.last
    card, content = read_checkpoint(last)
    card.state["plateau"] = {"best": best, "num_bad_epochs": 1}
    plain = {"jetcar": card.to_plain(), "lr_schedulers": [], "callbacks": {}}
    write_checkpoint({**content, **plain}, tmp_path / "old.ckpt")
    (plateau,) = WholeCheckpoints().load_checkpoint(tmp_path / "old.ckpt")["lr_schedulers"]
    assert plateau == {"best": best, "num_bad_epochs": 1, "last_epoch": 1}


def test_gradients_that_are_collected_over_batches_survive_a_stop(settings, monkeypatch):
    four = (*FOUR_EPOCHS, "trainer.accumulate=2")
    whole = train(settings("name=whole", *four)).folder
    stop_at(monkeypatch, at_step=3)  # the first batch of a pair
    with pytest.raises(Interrupted):
        train(settings("name=cut", *four))
    monkeypatch.undo()
    cut = train(settings("name=cut", *four)).folder
    assert same(weights_of(whole.last), weights_of(cut.last))


def test_checkpoints_inside_an_epoch_change_nothing(settings):
    plain = train(settings("name=plain", *FOUR_EPOCHS)).folder
    often = train(settings("name=often", *FOUR_EPOCHS, "trainer.checkpoint_minutes=1e-9")).folder
    assert same(weights_of(plain.last), weights_of(often.last))
    assert "saved inside epoch 2" in often.log.read_text(encoding="utf-8")


def train_for(settings, monkeypatch, batches):
    """A session whose time is up after that many batches have been trained on."""
    done = iter(range(1000))
    number = 0

    def add_trained(self, place, pictures):
        nonlocal number
        number = next(done) + 1

    with monkeypatch.context() as patch:
        patch.setattr(Pace, "add_trained", add_trained)
        patch.setattr(Budget, "is_up", property(lambda self: number >= batches))
        return train(settings)


@pytest.mark.parametrize("batches", [4, 6])  # of 3 an epoch: inside the second, and at its end
def test_sessions_with_a_budget_end_as_one_without(settings, monkeypatch, caplog, batches):
    whole = train(settings("name=whole", *FOUR_EPOCHS)).folder
    caplog.clear()
    first = train_for(settings("name=cut", *FOUR_EPOCHS), monkeypatch, batches)
    assert "trainer.budget_hours=0 is nearly over; the same command continues" in caplog.text
    result = json.loads(first.folder.result.read_text(encoding="utf-8"))
    assert not result["is_over"]
    assert result["epochs"] == batches // 3
    assert first.score == result["score"]
    assert first.folder.predictions_zip.is_file()
    last = train(settings("name=cut", *FOUR_EPOCHS)).folder
    assert same(weights_of(whole.last), weights_of(last.last))
    assert history_of(whole) == history_of(last)
    assert json.loads(last.result.read_text(encoding="utf-8"))["is_over"]


def test_a_budget_that_ends_with_the_last_epoch_leaves_a_finished_run(settings, monkeypatch):
    folder = train_for(settings(), monkeypatch, batches=2).folder  # 1 an epoch
    assert json.loads(folder.result.read_text(encoding="utf-8"))["is_over"]


def test_a_session_in_which_no_epoch_fits_gets_on_all_the_same(settings, monkeypatch):
    first = train_for(settings(*FOUR_EPOCHS), monkeypatch, batches=2)
    assert math.isnan(first.score)
    assert not first.folder.result.exists()
    assert read_checkpoint(first.folder.last)[0].batch == 2
    second = train_for(settings(*FOUR_EPOCHS), monkeypatch, batches=2)
    assert read_checkpoint(second.folder.last)[0].epoch == 1


def test_a_run_continues_on_a_new_machine_from_the_mirror_alone(settings, monkeypatch, tmp_path):
    whole = train(settings("name=whole", *FOUR_EPOCHS)).folder
    (tmp_path / "Drive").mkdir()
    mirrored = (*FOUR_EPOCHS, "name=cut", f"mirror.dir={tmp_path / 'Drive' / 'JetCar'}")
    stop_at(monkeypatch, at_step=7)
    with pytest.raises(Interrupted):
        train(settings(*mirrored))
    monkeypatch.undo()
    result = train(replace(settings(*mirrored), runs=str(tmp_path / "new disk")))
    assert result.missing == []
    there = RunFolder(tmp_path / "Drive" / "JetCar" / "cut")
    for path in (result.folder.last, there.last):
        assert same(weights_of(whole.last), weights_of(path))
    assert there.best.read_bytes() == result.folder.best.read_bytes()
    assert there.predictions_zip.read_bytes() == result.folder.predictions_zip.read_bytes()
    assert there.result.read_text(encoding="utf-8") == result.folder.result.read_text(
        encoding="utf-8"
    )
    assert [path.name for path in there.events] == [path.name for path in result.folder.events]


def test_a_finished_run_says_so_and_does_nothing(settings, caplog):
    folder = train(settings()).folder
    # Not the lock: to look whether it is free touches it, in some versions of its library.
    files = [path for path in folder.path.rglob("*.*") if path.name != LOCK_FILE]
    before = {path: path.stat().st_mtime_ns for path in files}
    again = train(settings())
    assert again.folder == folder
    assert "run first is finished" in caplog.text
    assert {path: path.stat().st_mtime_ns for path in files} == before
    assert {*folder.path.rglob("*.*")} <= {*files, folder.path / LOCK_FILE}


def test_a_finished_run_goes_on_when_more_epochs_are_asked_for(settings, caplog):
    train(settings())
    folder = train(settings("trainer.max_epochs=3")).folder
    assert len(history_of(folder)) == 3
    assert "trainer.max_epochs: 2 -> 3" in caplog.text


def test_a_finished_run_copies_what_the_mirror_lacks(settings, tmp_path):
    folder = train(settings()).folder
    result = train(settings(f"mirror.dir={tmp_path / 'Drive'}"))
    assert result.missing == []
    copied = RunFolder(tmp_path / "Drive" / "first")
    assert copied.best.read_bytes() == folder.best.read_bytes()
    assert copied.result.exists()


def test_a_run_stops_when_its_score_no_longer_improves_and_stays_stopped(settings):
    # Without learning the score of the first epoch is never beaten.
    still = ("optimizer.name=sgd", "optimizer.lr=1e-30", "plateau.min_lr=0", "plateau.patience=1")
    stop = (*still, "early_stop.patience=2", "trainer.max_epochs=9", "augment.noise=0")
    folder = train(settings(*stop)).folder
    assert len(history_of(folder)) <= 4
    folder.result.unlink()
    assert len(history_of(train(settings(*stop)).folder)) == len(history_of(folder))


def test_a_new_learning_rate_is_taken_by_a_continued_run(settings):
    train(settings("optimizer.lr=1e-3"))
    folder = train(settings("optimizer.lr=1e-4", "trainer.max_epochs=3")).folder
    assert [row["lr/decoder"] for row in history_of(folder)] == ["0.001", "0.001", "0.0001"]
    assert history_of(folder)[-1]["lr/encoder"] == "5e-05"  # half of it


def test_resume_false_refuses_a_run_that_exists(settings):
    train(settings())
    with pytest.raises(UserError, match=r"resume=false\. Choose another name=\.\.\., or"):
        train(settings("resume=false", "trainer.max_epochs=3"))


def test_the_same_name_with_another_network_is_refused(settings):
    train(settings())
    with pytest.raises(UserError, match=r"the network was .* another name=\.\.\."):
        train(settings("model.encoder=resnet18"))


def test_a_drive_that_is_not_mounted_is_noticed_at_once(settings, tmp_path):
    with pytest.raises(UserError, match=r"Is the Drive mounted\? Mount it, .* mirror\.dir=null"):
        train(settings(f"mirror.dir={tmp_path / 'drive' / 'MyDrive' / 'JetCar'}"))
    assert not (tmp_path / "runs").exists()


def test_a_mask_with_a_foreign_code_is_named(settings, street, draw):
    draw.mask(street / "Mask/Train/Mask_b.png", 99)
    with pytest.raises(UserError, match=r"Mask_b\.png holds the code 99 .* data\.classes"):
        train(settings())


def test_an_ignored_class_counts_nowhere(settings):
    folder = train(settings("data.ignore=[nothing]")).folder
    scores = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]["val"]
    assert scores["classes"]["nothing"]["share"] == 0
    assert scores["classes"]["lane_my_dir"]["share"] == 1


def test_monitoring_the_loss_keeps_the_lowest(settings):
    folder = train(settings("monitor=val/loss")).folder
    losses = [float(row["val/loss"]) for row in history_of(folder)]
    assert json.loads(folder.result.read_text(encoding="utf-8"))["score"] == pytest.approx(
        min(losses)
    )
    assert not math.isnan(min(losses))


def test_a_loss_that_is_no_number_stops_the_run_and_names_its_pictures(settings, monkeypatch):
    real, count = Segmentation.training_step, iter(range(1000))

    def step(self, batch, batch_idx):
        loss = real(self, batch, batch_idx)
        return loss * math.nan if next(count) == 4 else loss

    def note(self, loss, batch_idx, really=Segmentation._note_loss):
        really(self, loss * (math.nan if next(noted) == 4 else 1), batch_idx)

    noted = iter(range(1000))
    monkeypatch.setattr(Segmentation, "training_step", step)
    monkeypatch.setattr(Segmentation, "_note_loss", note)
    with pytest.raises(
        UserError, match=r"no longer a number in epoch 2, at the pictures Img_.\.jpg"
    ):
        train(settings(*FOUR_EPOCHS))
    monkeypatch.undo()
    folder = train(settings(*FOUR_EPOCHS)).folder  # continues from the last good checkpoint
    weights = weights_of(folder.last)
    assert all(w.isfinite().all() for w in weights.values())
    assert len(history_of(folder)) == 4


def test_a_full_gpu_names_the_next_smaller_batch(settings, monkeypatch):
    def step(self, batch, batch_idx):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Segmentation, "training_step", step)
    with pytest.raises(UserError, match=r"full at data\.batch_size=3\. Try data\.batch_size=1"):
        train(settings())


def renumber(street, draw):
    """The same street as StreetMaker would number it for another map: codes 1 and 5 swapped."""
    table = [SegmClass({1: 5, 5: 1}.get(c.code, c.code), c.name, c.color) for c in TABLE.classes]
    write_classes(ClassTable(tuple(table)), street / "JetCar_Classes.txt")
    for mask in street.glob("Mask/*/*.png"):
        code = int(read_mask(str(mask))[0, 0])
        draw.mask(mask, {1: 5, 5: 1}.get(code, code))


def test_other_codes_under_the_same_names_are_refused_or_matched_by_name(settings, street, draw):
    itself = "optimizer.ema=0"  # an average would still move towards the weights
    folder = train(settings(itself)).folder
    before = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]["val"]
    renumber(street, draw)
    with pytest.raises(UserError, match=r"2 classes .* \(data\.remap=true matches them by name"):
        train(settings(itself, "trainer.max_epochs=3"))
    # Nothing is learnt in the third epoch, so that only the codes could change the scores.
    still = ("trainer.max_epochs=3", "optimizer.lr=1e-30", "plateau.min_lr=0")
    train(settings(itself, "data.remap=true", *still))
    after = json.loads(folder.result.read_text(encoding="utf-8"))["scores"]["val"]
    assert after["classes"]["lane_my_dir"] == before["classes"]["lane_my_dir"]


def test_a_new_run_starts_from_anothers_weights_by_class_name(settings, street, draw, caplog):
    first = train(settings("name=first")).folder
    renumber(street, draw)
    second = train(
        settings("name=second", f"init_from={first.last}", "optimizer.lr=1e-30", "plateau.min_lr=0")
    ).folder
    assert "lane_my_dir (1): from 5" in caplog.text
    name = "network.net.segmentation_head.0.weight"
    old, new = weights_of(first.last)[name], weights_of(second.last)[name]
    assert torch.equal(new[1], old[5])
    assert torch.equal(new[5], old[1])
    assert torch.equal(new[0], old[0])


def test_weights_of_another_network_are_no_start(settings):
    first = train(settings("name=first")).folder
    with pytest.raises(UserError, match=r"Use model\.architecture=unet model\.encoder=tu-test_eff"):
        train(settings("name=second", f"init_from={first.last}", "model.encoder=mobilenet_v2"))


def test_weights_that_are_no_numbers_replace_no_checkpoint(settings, monkeypatch):
    real, count = Segmentation.on_train_epoch_end, iter(range(9))

    def spoil(self):
        real(self)
        if next(count) == 1:  # the losses of the second epoch were all right
            next(self.network.parameters()).data[0] = math.nan

    monkeypatch.setattr(Segmentation, "on_train_epoch_end", spoil)
    with pytest.raises(UserError, match=r"a weight is no longer a number in epoch 2, at the pic"):
        train(settings(*FOUR_EPOCHS))
    folder = RunFolder(Path(settings().runs) / "first")
    assert read_checkpoint(folder.last)[0].epoch == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            "DataLoader worker (pid 7) is killed by signal: Killed.",
            "this machine ran out of memory",
        ),
        ("[enforce fail] DefaultCPUAllocator: can't allocate memory", "Use a smaller batch_size"),
    ],
)
def test_a_full_memory_is_told_whoever_notices_it(settings, monkeypatch, error, sentence):
    def step(self, batch, batch_idx):
        raise RuntimeError(error)

    monkeypatch.setattr(Segmentation, "training_step", step)
    with pytest.raises(RuntimeError) as caught:
        train(settings())
    assert sentence in sentence_of(caught.value)


def test_what_a_killed_session_left_half_written_is_removed(settings):
    folder = RunFolder(Path(settings().runs) / "first")
    sweep = folder.path / "lr=1" / "checkpoints"
    for path in (folder.last.parent, folder.path / "predictions.part-x", folder.outbox, sweep):
        path.mkdir(parents=True)
        (path / "new.ckpt.part").write_bytes(b"half")
    train(settings())
    assert [path.parent for path in folder.path.rglob("*.part*")] == [sweep]  # not this run's
    assert not folder.outbox.exists()


def test_a_table_that_is_open_elsewhere_does_not_stop_the_run(settings, monkeypatch, caplog):
    real, count = history.write_whole, iter(range(9))

    def locked(path, text):
        if next(count) == 0:
            raise PermissionError(13, "Permission denied", str(path))
        real(path, text)

    monkeypatch.setattr(history, "write_whole", locked)
    folder = train(settings()).folder
    assert "Close it in other programs" in caplog.text
    assert [row["epoch"] for row in history_of(folder)] == ["1", "2"]


def test_signals_do_afterwards_what_they_did_before(settings):
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    train(settings())
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_cpu_keeps_freed_memory_while_it_trains_and_no_longer(settings, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "jetcar.model.memory.keep_freed_memory",
        lambda every_size: seen.append("all kept" if every_size else "kept") or True,
    )
    monkeypatch.setattr(
        "jetcar.model.memory.give_freed_memory_back", lambda: seen.append("given back")
    )
    real = Segmentation.training_step
    monkeypatch.setattr(
        Segmentation, "training_step", lambda *its: seen.append("step") or real(*its)
    )
    train(settings("trainer.max_epochs=1", "trainer.device=cpu"))
    steps = seen.count("step")
    predicted = ["kept", "given back"] * 2  # Val and Test, of pictures of any size
    assert seen == ["all kept", *["step"] * steps, "given back", *predicted]
