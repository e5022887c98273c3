"""The car's folder: what stands in it, and that it appears whole or not at all."""

import hashlib
import json
import math
import pickletools
import zipfile
from dataclasses import replace

import pytest
import torch

from jetcar.classes import CAR, read_color_map
from jetcar.errors import UserError
from jetcar.export import car
from jetcar.export.car import CarNetwork, car_weights, encoder_on_car, write_car
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.deployed import seeing_layer

KNOWN_TO_TORCH_1_11 = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch FloatStorage",
    "torch LongStorage",
}


@pytest.fixture(scope="module")
def trained(checkpoint):
    card, content = read_checkpoint(checkpoint)
    return load_network(card, content).eval(), card


@pytest.fixture
def folder(trained, tmp_path):
    write_car(*trained, tmp_path / "car", "street")
    return tmp_path / "car"


def test_the_folder_holds_what_the_car_needs(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        *("JetCar_ColorMap.csv", "classes.txt", "colors.txt", "jetcar_definitions.py"),
        *("manifest.json", "street.pth"),
    ]
    assert read_color_map(folder / "JetCar_ColorMap.csv")[:19] == [c.color for c in CAR.classes]
    assert (folder / "classes.txt").read_text(encoding="utf-8").split() == [
        c.name for c in CAR.classes
    ]
    assert (folder / "colors.txt").read_text(encoding="utf-8").splitlines()[5] == "0 255 0"


def test_the_manifest_says_what_the_files_are(folder):
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["files"].keys() == {p.name for p in folder.iterdir()} - {"manifest.json"}
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert told["input"]["channels"] == "BGR"
    assert told["input"]["mean"] == [0.406, 0.456, 0.485]
    assert told["scores"] == {
        **{"epoch": 1, "monitor": "val/iou", "score": 0.5},
        **{"val/iou": 0.5, "val/accuracy": 0.75},
    }
    assert told["classes"][5] == [5, "lane_driving_dir", "00FF00"]
    assert told["ignored"] == ["stop_text"]
    assert told["proven_under_old_library"] is False  # it is the smallest encoder, for tests


def test_fed_as_the_car_feeds_it_the_network_gives_the_same(trained, folder):
    network, card = trained
    image = torch.randint(0, 256, (2, 3, 32, 64), dtype=torch.uint8)
    loaded = CarNetwork(folder / "street.pth", card.architecture)
    with torch.inference_mode():
        torch.testing.assert_close(loaded(image), network(image), rtol=1e-4, atol=1e-4)


def test_only_the_layer_that_sees_the_picture_is_reversed(trained):
    network, _ = trained
    weights, first = car_weights(network), f"{seeing_layer(network.net)}.weight"
    for name, value in network.net.state_dict().items():
        assert torch.equal(weights[name], value.flip(1) if name == first else value)
    assert not torch.equal(weights[first], network.net.state_dict()[first])


def test_the_weights_are_plain_and_of_a_kind_that_torch_1_11_reads(folder):
    with zipfile.ZipFile(folder / "street.pth") as archive:
        (data,) = [name for name in archive.namelist() if name.endswith("data.pkl")]
        (version,) = [name for name in archive.namelist() if name.endswith("/version")]
        assert int(archive.read(version)) <= 10  # torch 1.11 reads up to that
        operations = [(op.name, arg) for op, arg, _ in pickletools.genops(archive.read(data))]
    assert {arg for name, arg in operations if name == "PROTO"} == {2}
    assert {arg for name, arg in operations if name == "GLOBAL"} <= KNOWN_TO_TORCH_1_11
    weights = torch.load(folder / "street.pth", weights_only=True)
    assert type(weights) is dict
    assert {value.dtype for value in weights.values()} <= {torch.float32, torch.int64}


def test_an_earlier_export_is_replaced_whole(trained, folder):
    (folder / "left.txt").touch()
    write_car(*trained, folder, "next")
    assert {p.name for p in folder.iterdir()} >= {"next.pth", "manifest.json"}
    assert not {"street.pth", "left.txt"} & {p.name for p in folder.iterdir()}
    assert [p.name for p in folder.parent.iterdir()] == ["car"]


def test_a_folder_with_other_files_is_left_alone(trained, tmp_path):
    (tmp_path / "car").mkdir()
    (tmp_path / "car" / "mine.txt").touch()
    with pytest.raises(UserError, match=r"car holds other files\. Name another folder with out="):
        write_car(*trained, tmp_path / "car", "street")
    assert [p.name for p in (tmp_path / "car").iterdir()] == ["mine.txt"]


def test_an_error_leaves_the_earlier_export(trained, folder, monkeypatch):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(car, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        write_car(*trained, folder, "next")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in folder.parent.iterdir()] == ["car"]


def test_a_score_that_is_no_number_becomes_null(trained, tmp_path):
    network, card = trained
    write_car(network, replace(card, score=math.nan, history=[]), tmp_path / "car", "street")
    told = json.loads((tmp_path / "car" / "manifest.json").read_text(encoding="utf-8"))
    assert told["scores"] == {"epoch": 1, "monitor": "val/iou", "score": None}


@pytest.mark.parametrize(
    ("encoder", "on_car"),
    [
        ("mobilenet_v2", "mobilenet_v2"),
        ("tu-tf_mobilenetv3_large_minimal_100", "timm-mobilenetv3_large_minimal_100"),
    ],
)
def test_an_encoder_has_the_name_that_the_cars_library_knows(encoder, on_car):
    assert encoder_on_car(encoder) == on_car


def test_a_network_with_two_layers_that_see_the_picture_is_refused():
    net = torch.nn.ModuleList([torch.nn.Conv2d(3, 1, 1), torch.nn.Conv2d(3, 1, 1)])
    with pytest.raises(UserError, match=r"has 2 layers that see the picture.* channels=rgb"):
        seeing_layer(net)
