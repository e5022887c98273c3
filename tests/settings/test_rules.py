"""Tests of settings.rules: each rule is told with its fix, and what keeps the rules passes."""

import copy

import pytest

from jetcar.errors import UserError
from jetcar.settings.loss import SHAPES_THE_LOSS
from jetcar.settings.rules import export_rules, image_height_width, predict_rules, train_rules
from tests.composed import settings_of


@pytest.fixture(scope="module")
def base():
    return {
        "train": settings_of("train", "data.source=x"),
        "predict": settings_of("predict"),
        "export": settings_of("export"),
    }


def changed(settings, changes):
    settings = copy.deepcopy(settings)
    for name, value in changes.items():
        *sections, leaf = name.split(".")
        node = settings
        for section in sections:
            node = getattr(node, section)
        assert hasattr(node, leaf), name
        setattr(node, leaf, value)
    return settings


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"monitor": "val/acc"}, "monitor=val/acc must be one of val/iou, val/loss, val/road"),
        (
            {"model.architecture": "FPM"},
            "model.architecture=FPM must be one of unet, unet-light, unet-twice, unetplusplus, "
            "fpn, linknet, deeplabv3plus, manet, segformer (did you mean fpn?)",
        ),
        ({"optimizer.name": "adam"}, "optimizer.name=adam must be one of adamw, radam, sgd"),
        ({"trainer.device": "tpu"}, "trainer.device=tpu must be one of auto, cpu, gpu"),
        ({"trainer.precision": "8"}, "trainer.precision=8 must be one of auto, 32, bf16, 16"),
        ({"seed": -1}, "seed=-1 must be from 0 to 4294967295"),
        ({"seed": 2**32}, "seed=4294967296 must be from 0 to 4294967295"),
        ({"data.rare_classes": 1.5}, "data.rare_classes=1.5 must be from 0 to 1"),
        ({"data.batch_size": 0}, "data.batch_size=0 must be 1 or more"),
        ({"data.source": "[street, ]"}, "names nothing in one place; use data.source=[street,mine"),
        ({"data.source": "[a, b, a]"}, "names a data set twice; name each once"),
        ({"data.shares": [1]}, "data.shares=[1] needs several data sets; use data.source=[street"),
        (
            {"data.source": "[a, b]", "data.shares": [0.2, 0.3, 0.5]},
            "has 3 shares for 2 data sets; give one for each, in their order",
        ),
        (
            {"data.source": "[a, b]", "data.shares": [0.5, 0.4]},
            "data.shares=[0.5, 0.4] are 0.9 together; make them 1",
        ),
        (
            {"data.source": "[a, b]", "data.shares": [0, 1]},
            "data.shares=[0, 1] must be numbers above 0, such as [0.5,0.5]",
        ),
        (
            {"data.source": "[a, b]", "data.shares": "half"},
            "data.shares=half must be numbers above 0, such as [0.5,0.5]",
        ),
        ({"data.workers": -1}, "data.workers=-1 must be from 0 to 256"),
        ({"data.ignore": ["a", ["b"]]}, "must be a list of names such as [a,b]"),
        ({"data.image_size": 100}, "use data.image_size=96"),
        ({"trainer.budget_hours": -1}, "trainer.budget_hours=-1 must be 0 or more"),
        ({"trainer.budget_hours": 0.05}, "leaves no time to train; use 0.1 or more, or 0 for"),
        ({"augment.tilt": 181}, "augment.tilt=181 must be from 0 to 180"),
        ({"augment.tilt": -1}, "augment.tilt=-1 must be from 0 to 180"),
        ({"augment.transforms": "Blur"}, "augment.transforms=Blur must be a list such as"),
        ({"augment.swap": ["a"]}, r"augment.swap=['a'] must pair class names"),
        ({"augment.swap": {"a": 3}}, "augment.swap={'a': 3} must pair class names"),
        (
            {"augment.zoom": 0.5},
            "augment.zoom=0.5 must be a factor from 1 to 4, two of them such as",
        ),
        ({"augment.zoom": [2, 0.5]}, "augment.zoom=[2, 0.5] must be"),
        ({"augment.zoom": [0.2, 1]}, "[0.5,2.0] from 0.25 to 4, or 0 for off"),
        ({"augment.zoom": [0.5, 1, 2]}, "augment.zoom=[0.5, 1, 2] must be"),
        ({"augment.zoom": "large"}, "augment.zoom=large must be"),
        ({"augment.zoom": None}, "augment.zoom=None must be"),
        ({"augment.shift": 2}, "augment.shift=2 must be from 0 to 1"),
        ({"augment.outside": "grey"}, "augment.outside=grey must be one of black, edge, reflect"),
        ({"augment.zoom": NAN}, "augment.zoom=nan must be a factor from 1 to 4"),
        ({"augment.brightness": 1.1}, "augment.brightness=1.1 must be from 0 to 1"),
        ({"augment.contrast": 2}, "augment.contrast=2 must be from 0 to 1"),
        ({"augment.noise": -0.1}, "augment.noise=-0.1 must be from 0 to 1"),
        ({"augment.spot": NAN}, "augment.spot=nan must be from 0 to 1"),
        ({"optimizer.lr": 0, "plateau.min_lr": 0}, "use for example optimizer.lr=1e-3"),
        ({"optimizer.lr": INF}, "optimizer.lr=inf must be 0 or more"),
        ({"optimizer.encoder_lr": -1}, "optimizer.encoder_lr=-1 must be 0 or more"),
        ({"optimizer.weight_decay": -1}, "optimizer.weight_decay=-1 must be 0 or more"),
        ({"optimizer.encoder_weight_decay": -1}, "encoder_weight_decay=-1 must be 0 or more"),
        ({"plateau.patience": 0}, "plateau.patience=0 must be 1 or more"),
        ({"plateau.min_lr": -1}, "plateau.min_lr=-1 must be 0 or more"),
        ({"plateau.min_lr": 1.0}, "is above optimizer.lr=0.001; make it smaller"),
        ({"plateau.factor": 1}, "use a factor between 0 and 1, such as 0.25"),
        ({"plateau.factor": 0}, "use a factor between 0 and 1, such as 0.25"),
        ({"plateau.factor": NAN}, "use a factor between 0 and 1, such as 0.25"),
        ({"early_stop.patience": 5}, "plateau.patience=5 lowers the learning rate; make it the"),
        ({"trainer.max_epochs": 0}, "trainer.max_epochs=0 must be 1 or more"),
        ({"trainer.accumulate": 0}, "trainer.accumulate=0 must be 1 or more"),
        ({"trainer.clip": -1}, "trainer.clip=-1 must be 0 or more"),
        ({"trainer.checkpoint_minutes": -1}, "trainer.checkpoint_minutes=-1 must be 0 or more"),
        ({"trainer.precision": "16", "trainer.device": "cpu"}, "use trainer.precision=auto on the"),
        ({"tensorboard.pictures": -1}, "tensorboard.pictures=-1 must be 0 or more"),
        ({"tensorboard.every": -1}, "tensorboard.every=-1 must be 0 or more"),
        ({"predict.layout": "x"}, "layout=x must be one of plain, streetmaker, imagesegmenter"),
        ({"mirror.wait_minutes": -1}, "mirror.wait_minutes=-1 must be 0 or more"),
        (
            {"loss.class_weights": "inverse"},
            "loss.class_weights=inverse must be one of null, enet, median_frequency, "
            "square_root, fourth_root, effective",
        ),
        ({"loss.smoothing": 1}, "loss.smoothing=1 must be from 0 to 0.5"),
        ({"loss.dice": -1}, "loss.dice=-1 must be 0 or more"),
        ({"loss.dice": NAN}, "loss.dice=nan must be 0 or more"),
        ({"loss.cross_entropy": 0, "loss.dice": 0}, "give one a weight, such as loss.cross"),
    ],
)
def test_a_broken_rule_is_told_alone_and_with_its_fix(base, changes, told):
    broken = train_rules(changed(base["train"], changes))
    assert len(broken) == 1
    assert told in broken[0]


def test_an_early_stop_must_be_one_or_more(base):
    broken = train_rules(changed(base["train"], {"early_stop.patience": 0}))
    assert broken[0] == "early_stop.patience=0 must be 1 or more"  # it also is below the plateau's


def test_every_part_of_the_loss_is_checked(base):
    loss = [part for part in vars(base["train"].loss) if part not in SHAPES_THE_LOSS]
    broken = train_rules(changed(base["train"], {f"loss.{part}": -1 for part in loss}))
    assert broken == [f"loss.{part}=-1 must be 0 or more" for part in loss]


@pytest.mark.parametrize(
    "changes",
    [
        {f"augment.{part}": 0 for part in ("tilt", "zoom", "brightness", "contrast", "noise")},
        {"augment.zoom": 1},
        {"augment.zoom": [0.5, 2.0], "augment.shift": 1, "augment.outside": "reflect"},
        {"data.workers": None},
        {"optimizer.encoder_lr": 0},
        {"early_stop.patience": 6},  # one more than the plateau's 5
        {"seed": 2**32 - 1},
        {"trainer.precision": "16"},
    ],
)
def test_values_at_the_edge_are_allowed(base, changes):
    assert train_rules(changed(base["train"], changes)) == []


@pytest.mark.parametrize(
    "name", ["a", "Straße 7", "lr=1e-3,seed=1", "sweep/one", "v1.2", "comet", "a" * 200]
)
def test_a_name_that_any_system_takes_is_allowed(base, name):
    assert train_rules(changed(base["train"], {"name": name})) == []


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/../b", "/a", "a/", "a\\b", "a.", " a"),
        *("C:", "a?", "a*", "a|b", "a\tb", "CON", "nul.txt", "lpt1"),
        *("COM¹", "conin$", "aux .txt", "a\x1b[2Jb", "a\u202eb", "a\udcff"),
        *("a" * 201, "ä" * 101),  # ä takes 2 bytes on most disks
    ],
)
def test_a_name_that_some_system_refuses_is_told(base, name):
    (told,) = train_rules(changed(base["train"], {"name": name}))
    assert told.endswith(
        "cannot be a folder on every system; use up to 200 letters, digits and . _ - = ,"
    )


@pytest.mark.parametrize(
    ("size", "sides"), [(32, (32, 32)), (224, (224, 224)), ([64, 96], (64, 96))]
)
def test_an_image_size_is_height_and_width(size, sides):
    assert image_height_width(size) == sides


@pytest.mark.parametrize(
    ("size", "fix"),
    [
        (1, "32"),  # the smallest
        (-7, "32"),
        (220, "224"),  # 220 / 32 = 6.9
        (230, "224"),  # 230 / 32 = 7.2
        ([224, 300], "[224,288]"),  # 300 / 32 = 9.4
    ],
)
def test_a_size_that_the_network_cannot_take_is_told_with_the_nearest(size, fix):
    with pytest.raises(UserError) as caught:
        image_height_width(size)
    assert str(caught.value).endswith(f"must be multiples of 32; use data.image_size={fix}")


@pytest.mark.parametrize("size", [None, "224", 224.0, True, [], [224], [224, 224, 3], [224, "x"]])
def test_what_is_no_size_is_told(size):
    with pytest.raises(UserError, match=r"is not a size; give one number of pixels or \[height"):
        image_height_width(size)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"device": "tpu"}, "device=tpu must be one of auto, cpu, gpu"),
        ({"precision": "64"}, "precision=64 must be one of auto, 32, bf16, 16"),
        (
            {"layout": "x"},
            "layout=x must be one of plain, streetmaker, imagesegmenter, labelme, cvat, coco, "
            "labelstudio, voc, grey, color",
        ),
        ({"batch_size": 0}, "batch_size=0 must be 1 or more"),
        ({"scales": [1.0, 9.0]}, "scales=9.0 must be from 0.25 to 4"),
        (
            {"film": "masks"},
            "film=masks must be one of null, overlay, mask, both, frames (did you mean mask?)",
        ),
        ({"every": 0}, "every=0 must be 1 or more"),
        ({"rate": 0.0}, "rate=0.0 must be from 0.1 to 240"),
        (
            {"smooth": 1.0},
            "smooth=1.0 is no share of the mean that a frame keeps; use 0 for none, or a number "
            "below 1, such as 0.5",
        ),
        ({"scales": []}, "scales=[] predicts nothing; use scales=[1] for pictures as they are"),
        ({"masks": "m"}, "masks=... needs images=...; name the folder of the pictures too"),
    ],
)
def test_a_broken_rule_of_a_prediction_is_told(base, changes, told):
    assert predict_rules(changed(base["predict"], changes)) == [told]


def test_masks_with_their_images_are_allowed(base):
    assert predict_rules(changed(base["predict"], {"masks": "m", "images": "i"})) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"to": "tensorrt"}, "to=tensorrt must be one of car, onnx, torchscript"),
        ({"channels": "gbr"}, "channels=gbr must be one of rgb, bgr"),
        ({"normalise": "no"}, "normalise=no must be one of inside, outside"),
        ({"output": "masks"}, "output=masks must be one of logits, codes"),
        ({"opset": 10}, "opset=10 must be from 11 to 20"),
        ({"opset": 21}, "opset=21 must be from 11 to 20"),
        ({"batch": -1}, "batch=-1 must be 0 or more"),
        ({"pictures": 0}, "pictures=0 must be 1 or more"),
        ({"latency": True}, "latency=true measures ONNX files; use to=onnx"),
        (
            {"latency": True, "to": "onnx", "opset": 12},
            "latency=true needs opset=13 or more, as int8 has no scales before",
        ),
        (
            {"definitions": "x.py", "to": "onnx"},
            "definitions=... is for the car; use to=car",
        ),
        ({"name": "a/b"}, "name=a/b cannot be a file; use letters, digits and . _ -"),
    ],
)
def test_a_broken_rule_of_an_export_is_told(base, changes, told):
    assert export_rules(changed(base["export"], changes)) == [told]
