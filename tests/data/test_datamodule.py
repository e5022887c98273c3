"""Tests of jetcar.data.datamodule and its loader: the same batches on every computer."""

import os
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.codes import Codes
from jetcar.data.datamodule import PictureData
from jetcar.data.pairs import find_split
from jetcar.data.transforms import Transforms
from jetcar.errors import UserError
from tests.ranges import RANGES

RECIPE = [{"GaussNoise": {"p": 0.5}}, {"Rotate": {"limit": [20, 30], "p": 0.5}}]


@pytest.fixture
def noisy_street(street, draw):
    """The street with 8 more pairs in Train, no two alike and none the same when turned."""
    rng = np.random.default_rng(0)
    for i in range(8):
        pixels = rng.integers(0, 256, (10, 12, 3), np.uint8).repeat(4, axis=0).repeat(4, axis=1)
        Image.fromarray(pixels).save(street / "Img" / "Train" / f"Img_{i}.png")
        codes = rng.integers(0, 22, (5, 6), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
        draw.mask(street / "Mask" / "Train" / f"Mask_{i}.png", codes)
    return street


@pytest.fixture
def data(noisy_street):
    """A function from options to the data of a run, in batches of 4 of 32 x 32 pixels."""
    splits = {split: find_split(noisy_street, split) for split in ("Train", "Val", "Test")}

    def make(**options):
        codes = Codes.of(IMAGE_SEGMENTER, options.pop("ignored", []))
        return PictureData(splits, 32, 32, codes, 4, **options)

    return make


def epoch_of(loader, epoch):
    loader.sampler.set_epoch(epoch)  # as Lightning does
    return list(loader)


def content(batches):
    return [{key: value.numpy().tobytes() for key, value in batch.items()} for batch in batches]


def test_train_is_shuffled_anew_in_each_epoch(data):
    loader = data().train_dataloader()
    first, second = (
        [batch["index"].tolist() for batch in epoch_of(loader, epoch)] for epoch in (0, 1)
    )
    assert [len(batch) for batch in first] == [4, 4]  # 11 pictures: 3 are left out
    assert len(loader) == 2
    assert first != second


def test_pictures_that_are_drawn_for_their_classes_are_named_as_they_come(data):
    made = data(rare_classes=1)
    batches = epoch_of(made.train_dataloader(), 3)
    images = made.splits["Train"].images
    for number, batch in enumerate(batches):
        names = [images[i].rpartition(os.sep)[2] for i in batch["index"].tolist()]
        assert made.files_of(3, number) == names
    plain = epoch_of(data().train_dataloader(), 3)
    assert [one["index"].tolist() for one in batches] != [one["index"].tolist() for one in plain]


def test_val_is_whole_and_in_order(data):
    batches = list(data(augment=RANGES).val_dataloader())
    assert [batch["index"].tolist() for batch in batches] == [[0, 1]]
    assert batches[0]["mask"].float().mean((1, 2)).tolist() == [5, 0]  # nothing is changed


def test_any_split_can_be_loaded_in_order(data):
    batches = list(data(augment=RANGES).loader_of("Train"))
    assert [len(batch["index"]) for batch in batches] == [4, 4, 3]
    assert torch.cat([batch["index"] for batch in batches]).tolist() == list(range(11))


def test_the_same_seed_gives_the_same_batches(data):
    one, two, other = (
        content(epoch_of(data(augment=RANGES, seed=seed).train_dataloader(), 3))
        for seed in (5, 5, 6)
    )
    assert one == two
    assert one != other


def test_a_run_that_was_cut_off_goes_on_with_the_batches_that_remain(data):
    whole = epoch_of(data(augment=RANGES).train_dataloader(), 3)
    resumed = data(augment=RANGES)
    resumed.continue_at(3, 1)
    loader = resumed.train_dataloader()
    assert content(epoch_of(loader, 3)) == content(whole[1:])
    assert content(epoch_of(loader, 4)) == content(
        epoch_of(data(augment=RANGES).train_dataloader(), 4)
    )


def test_spawned_workers_give_the_same_batches_as_none(data):
    options = {"augment": RANGES, "transforms": Transforms(RECIPE), "rare_classes": 0.5}
    alone = data(workers=0, **options).train_dataloader()
    helped = data(workers=2, **options).train_dataloader()
    helped.multiprocessing_context = "spawn"  # as Windows and macOS start processes
    for epoch in (0, 1):
        assert content(epoch_of(helped, epoch)) == content(epoch_of(alone, epoch))


def test_everything_that_goes_to_a_worker_can_be_pickled(data):
    loader = data(augment=RANGES, workers=2).train_dataloader()
    for part in (loader.dataset, loader.collate_fn, loader.worker_init_fn):
        pickle.dumps(part)


def test_what_a_worker_found_wrong_is_raised(data):
    with pytest.raises(UserError, match=r"A mistake\. Mend it\."):
        data().on_before_batch_transfer(UserError("A mistake. Mend it."), 0)


def test_a_good_batch_passes(data):
    (batch,) = data().val_dataloader()
    assert data().on_before_batch_transfer(batch, 0) is batch
    assert data().on_after_batch_transfer(batch, 0) is batch


@pytest.mark.parametrize("rare_classes", [0, 0.5])
def test_an_epoch_that_continues_has_the_changes_that_it_would_have_had(data, rare_classes):
    options = {"augment": RANGES, "transforms": Transforms(RECIPE), "rare_classes": rare_classes}
    whole = epoch_of(data(**options).train_dataloader(), 3)
    rest = data(**options)
    rest.continue_at(3, 1)
    assert content(list(rest.train_dataloader())) == content(whole[1:])


@pytest.mark.parametrize("recipe", [None, Transforms([{"Rotate": {"limit": [30, 40], "p": 0.7}}])])
def test_a_gpu_finishes_batches_to_what_the_loader_makes(data, recipe):
    options = {"augment": RANGES, "ignored": ["lane_my_dir"], "transforms": recipe}
    on_gpu = data(on_gpu=True, **options)
    raw = on_gpu.train_dataloader().dataset  # the loader itself would ask for pinned memory
    loader = data(**options).train_dataloader()
    for order, batch in zip(loader.sampler, loader, strict=True):
        finished = on_gpu.on_after_batch_transfer(raw[order], 0)
        assert finished.keys() == batch.keys()
        assert torch.equal(finished["index"], batch["index"])
        assert (finished["mask"] != batch["mask"]).float().mean() <= 0.005
        apart = (finished["image"].int() - batch["image"].int()).abs()
        assert (apart > 8).float().mean() <= 0.005  # edges of 255 levels, 1/32 of a pixel apart
