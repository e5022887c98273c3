"""Where a run continues: the furthest whole checkpoint, wherever it lies."""

import errno
from dataclasses import replace

import pytest

from jetcar.classes import CAR, IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.errors import UserError
from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
from jetcar.model.network import Architecture
from jetcar.training import resume
from jetcar.training.resume import bring_back, changed_settings, find_start, refuse_other_run
from jetcar.training.run_folder import RunFolder
from tests.cards import card_of, save_checkpoint

CARD = card_of(
    IMAGE_SEGMENTER,
    image_size=(224, 224),
    fingerprint="abc",
    settings={"data": {"batch_size": 8}},
)


@pytest.fixture
def local(tmp_path):
    return RunFolder(tmp_path / "runs" / "a")


@pytest.fixture
def mirror(tmp_path):
    return RunFolder(tmp_path / "Drive" / "a")


def save(path, epoch, batch=0, score=0.5, best_epoch=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    card = replace(
        CARD,
        epoch=epoch,
        batch=batch,
        score=score,
        best_score=0.5,
        best_epoch=best_epoch,
        history=[{"epoch": one, "val/iou": 0.5} for one in range(1, epoch + 1)],
    )
    write_checkpoint({"jetcar": card.to_plain(), "at": f"{path}"}, path)


def damage(path):
    path.write_bytes(path.read_bytes()[:-50])


def test_without_checkpoints_a_run_is_new(local, mirror):
    assert find_start(local, mirror) is None
    assert find_start(local, None) is None
    assert not local.path.exists()


def test_a_run_continues_from_its_last_checkpoint(local):
    save(local.best, 3)
    save(local.last, 5)
    start = find_start(local, None)
    assert (start.path, start.card.epoch) == (local.last, 5)


def test_a_new_machine_continues_from_the_mirror(local, mirror):
    save(mirror.last, 5, best_epoch=3)
    save(mirror.best, 3, best_epoch=3)
    mirror.curves.mkdir()
    (mirror.curves / "events.out.tfevents.1").write_bytes(b"curve")
    start = find_start(local, mirror)
    assert start.path == mirror.last
    assert bring_back(start, local, mirror) == local.last
    assert read_checkpoint(local.last)[0].epoch == 5
    assert read_checkpoint(local.best)[0].epoch == 3
    assert (local.curves / "events.out.tfevents.1").read_bytes() == b"curve"


def test_whichever_is_further_counts_also_inside_an_epoch(local, mirror):
    save(local.last, 5, batch=10)
    save(mirror.last, 5)
    assert find_start(local, mirror).path == local.last
    save(mirror.last, 5, batch=20)
    assert find_start(local, mirror).path == mirror.last


def test_a_damaged_last_checkpoint_is_told_and_the_one_before_is_taken(local, caplog):
    save(local.previous, 4)
    save(local.last, 5)
    damage(local.last)
    assert find_start(local, None).path == local.previous
    assert "last.ckpt is damaged" in caplog.text
    assert "continuing from" in caplog.text


def test_the_mirror_is_taken_when_it_is_further_than_the_one_before(local, mirror):
    save(local.previous, 4)
    save(local.last, 6)
    save(mirror.last, 5)
    damage(local.last)
    assert find_start(local, mirror).path == mirror.last


def test_the_best_one_is_the_last_resort(local, mirror):
    save(local.best, 2)
    save(local.last, 5)
    save(mirror.best, 3)
    damage(local.last)
    assert find_start(local, mirror).path == mirror.best


def test_a_run_never_starts_anew_over_damaged_checkpoints(local):
    save(local.last, 5)
    damage(local.last)
    with pytest.raises(UserError, match=r"No checkpoint .* can be read .* another name=\.\.\."):
        find_start(local, None)


def test_a_lost_best_checkpoint_is_told(local, caplog):
    save(local.last, 5, best_epoch=3)
    bring_back(find_start(local, None), local, None)
    assert "the best checkpoint, of epoch 3, is lost" in caplog.text


CAR_WITHOUT_SIGNS = ClassTable(CAR.classes[:-1])
RENUMBERED = ClassTable(
    tuple(
        SegmClass({5: 6, 6: 5}.get(c.code, c.code), c.name, c.color)
        for c in IMAGE_SEGMENTER.classes
    )
)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"table": RENUMBERED}, r"2 classes .* 5: lane_my_dir \| lane_wrong_dir"),
        ({"table": CAR_WITHOUT_SIGNS}, r"15 classes"),
        ({"ignored": ["nothing"]}, r"data\.ignore was \[\] and is now \['nothing'\]"),
        (
            {"architecture": Architecture("unet", "resnet18", 22)},
            r"the network was unet on mobilenet_v2 and is now unet on resnet18",
        ),
        ({"image_size": (64, 64)}, r"data\.image_size was \[224, 224\] and is now \[64, 64\]"),
        ({"monitor": "val/loss"}, "monitor was val/iou"),
        ({"fingerprint": "xyz"}, "the pictures or masks of Train or Val have changed"),
    ],
)
def test_another_run_under_the_same_name_is_refused(tmp_path, change, named):
    with pytest.raises(UserError, match=rf"{named}.* another name=\.\.\., or use the former"):
        refuse_other_run(CARD, replace(CARD, **change), tmp_path)


def test_the_same_run_is_not_refused(tmp_path):
    refuse_other_run(replace(CARD, epoch=3, score=0.5), CARD, tmp_path)


def test_a_run_of_a_former_version_carries_the_key_of_the_listing(tmp_path):
    refuse_other_run(replace(CARD, fingerprint="listing"), CARD, tmp_path, "listing")
    with pytest.raises(UserError, match="the pictures or masks of Train or Val have changed"):
        refuse_other_run(replace(CARD, fingerprint="other"), CARD, tmp_path, "listing")


def test_masks_with_other_codes_are_the_same_data_where_classes_are_matched_by_name(tmp_path):
    old = replace(CARD, fingerprint="pictures-masks")
    new = replace(CARD, fingerprint="pictures-renumbered", settings={"data": {"remap": True}})
    refuse_other_run(old, new, tmp_path)
    for other in (replace(new, settings={}), replace(new, fingerprint="others-renumbered")):
        with pytest.raises(UserError, match="the pictures or masks of Train or Val have changed"):
            refuse_other_run(old, other, tmp_path)


def test_inside_an_epoch_the_batch_size_must_stay(tmp_path):
    other = replace(CARD, settings={"data": {"batch_size": 4}})
    refuse_other_run(replace(CARD, epoch=3), other, tmp_path)
    with pytest.raises(UserError, match=r"data\.batch_size was 8 .* inside an epoch"):
        refuse_other_run(replace(CARD, epoch=3, batch=7), other, tmp_path)


@pytest.mark.parametrize(("then", "now"), [(0, 0.4), (0.4, 0), (None, 0.4)])
def test_a_run_keeps_its_second_head_or_goes_on_without_one(tmp_path, then, now):
    old, new = (replace(CARD, settings={"loss": {"auxiliary": weight}}) for weight in (then, now))
    with pytest.raises(UserError, match=rf"loss\.auxiliary was {then or 0} and is now {now}"):
        refuse_other_run(old, new, tmp_path)


def test_the_loss_of_the_second_head_may_weigh_otherwise_in_a_continued_run(tmp_path):
    old, new = (replace(CARD, settings={"loss": {"auxiliary": weight}}) for weight in (0.4, 0.2))
    refuse_other_run(old, new, tmp_path)


def test_a_setting_that_is_new_since_is_told_where_it_is_used():
    now = {"loss": {"dice": 1, "thin": 0, "class_weights": None, "ohem": 0.5}}
    assert changed_settings({"loss": {"dice": 1}}, now) == ["loss.ohem: None -> 0.5"]
    assert changed_settings({"data": {"workers": None}}, {"data": {"workers": 0}}) != []


def test_a_run_of_a_version_with_one_device_had_one():
    as_ever = {"devices": 1, "num_nodes": 1, "strategy": "auto", "sync_batchnorm": True}
    assert changed_settings({"trainer": {}}, {"trainer": as_ever}) == []
    (line,) = changed_settings({"trainer": {}}, {"trainer": {**as_ever, "devices": 2}})
    assert line == "trainer.devices: 1 -> 2"


def test_changed_settings_are_named():
    old = {"seed": 0, "data": {"batch_size": 8, "root": "data"}}
    new = {"seed": 0, "data": {"batch_size": 4, "root": "data"}, "name": "b"}
    assert changed_settings(old, new) == ["data.batch_size: 8 -> 4", "name: None -> b"]


def test_a_setting_that_was_unknown_then_and_is_unused_now_has_not_changed():
    assert changed_settings({"augment": {}}, {"augment": {"transforms": [], "swap": None}}) == []
    now = {"augment": {"transforms": [{"Blur": {"p": 1}}]}}
    (line,) = changed_settings({"augment": {}}, now)
    assert line == "augment.transforms: None -> [{'Blur': {'p': 1}}]"


def test_a_section_that_is_new_since_has_not_changed():
    assert changed_settings({"seed": 0}, {"seed": 0, "logger": {"tensorboard": True}}) == []
    (line,) = changed_settings(
        {"logger": {"tensorboard": True}}, {"logger": {"tensorboard": False}}
    )
    assert line == "logger.tensorboard: True -> False"


def test_the_next_last_checkpoint_counts_before_it_has_its_name(local):
    save(local.previous, 4)
    save(local.new, 5)  # killed between the two names
    assert find_start(local, None).path == local.new


def test_a_best_checkpoint_that_is_further_is_where_a_run_continues(local):
    save(local.last, 4)
    save(local.best, 5)  # killed before the last one was written
    assert find_start(local, None).path == local.best


def test_a_copy_that_was_cut_off_between_two_names_is_found(local, mirror):
    save(mirror.last, 5)
    mirror.last.rename(mirror.last.with_name("last.ckpt.old"))
    start = find_start(local, mirror)
    assert start.card.epoch == 5
    assert bring_back(start, local, mirror) == local.last


def test_a_checkpoint_of_a_newer_version_is_not_replaced_by_an_older_one(local, mirror):
    save(local.last, 3)
    mirror.last.parent.mkdir(parents=True)
    write_checkpoint({"jetcar": {"format": 99}}, mirror.last)
    with pytest.raises(UserError, match=r"Update jetcar\. Or start a new run with another name"):
        find_start(local, mirror)


def test_a_start_that_is_the_best_itself_brings_the_best_back(local):
    save(local.previous, 3, best_epoch=3)
    bring_back(find_start(local, None), local, None)
    assert read_checkpoint(local.best)[0].epoch == 3


def test_inside_an_epoch_the_seed_must_stay(tmp_path):
    old = replace(CARD, settings={"seed": 0, "data": {"batch_size": 8}}, epoch=3, batch=7)
    new = replace(old, settings={"seed": 1, "data": {"batch_size": 8}}, batch=0)
    with pytest.raises(UserError, match=r"seed was 0 when it stopped inside an epoch"):
        refuse_other_run(old, new, tmp_path)
    refuse_other_run(replace(old, batch=0), new, tmp_path)


@pytest.mark.parametrize(
    "history",
    [
        [],
        [{"epoch": 1, "val/iou": 0.5}],
        [{"epoch": 1, "val/iou": 0.5}, {"epoch": 3, "val/iou": 0.5}],
        [{"epoch": 1, "val/iou": 0.5}, {"epoch": 2}],
    ],
)
def test_a_checkpoint_that_does_not_tell_its_epochs_is_told(local, history):
    save(local.previous, 1)
    local.last.parent.mkdir(parents=True, exist_ok=True)
    card = replace(CARD, epoch=2, history=history)
    save_checkpoint(local.last, card)
    with pytest.raises(UserError, match=r"last\.ckpt has invalid records of its 2 epochs\. Move"):
        find_start(local, None)


def cannot_read(monkeypatch, bad):
    real = resume.read_checkpoint

    def read(path):
        if path == bad:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return real(path)

    monkeypatch.setattr(resume, "read_checkpoint", read)


def test_a_last_checkpoint_that_the_disk_cannot_read_is_like_a_damaged_one(
    local, monkeypatch, caplog
):
    save(local.previous, 4)
    save(local.last, 5)
    cannot_read(monkeypatch, local.last)
    assert find_start(local, None).path == local.previous
    assert "last.ckpt is damaged" in caplog.text


def test_a_mirror_that_does_not_read_is_no_reason_to_continue_from_less(local, mirror, monkeypatch):
    save(local.last, 3)
    save(mirror.last, 5)
    cannot_read(monkeypatch, mirror.last)
    with pytest.raises(OSError, match="Input/output error"):
        find_start(local, mirror)


def test_damage_is_told_once(local, caplog):
    save(local.previous, 4)
    save(local.last, 5)
    damage(local.last)
    assert find_start(local, None, tell=False).path == local.previous
    assert [one for one in caplog.records if one.name.startswith("jetcar")] == []
