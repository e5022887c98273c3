"""The car's folder: what stands in it, and that it appears whole or not at all."""

import hashlib
import json
import math
import pickletools
import re
import zipfile
from dataclasses import replace

import pytest
import torch

from jetcar.classes import CAR, read_color_map
from jetcar.errors import UserError
from jetcar.export import car
from jetcar.export.car import (
    CarNetwork,
    car_weights,
    encoder_on_car,
    load_line,
    refuse_what_the_car_lacks,
    write_car,
)
from jetcar.export.foresee import tell_what_cannot_be_exported
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.deployed import seeing_layers
from jetcar.model.network import Architecture, Network

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
    (seeing,) = seeing_layers(network.net)
    weights, first = car_weights(network), f"{seeing}.weight"
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


def test_every_branch_of_a_first_block_that_sees_the_picture_is_turned():
    network = Network(Architecture("manet", "mobileone_s0", 4)).eval()
    assert seeing_layers(network.net) == [
        "encoder.stage0.rbr_scale.conv",
        "encoder.stage0.rbr_conv.0.conv",
    ]


def test_a_network_that_no_layer_of_sees_the_picture_is_refused():
    with pytest.raises(UserError, match=r"has no layer that sees the picture.* channels=rgb"):
        seeing_layers(torch.nn.Identity())


@pytest.mark.parametrize(
    ("name", "encoder", "said"),
    [
        ("segformer", "mobilenet_v2", r"knows no segformer\. Export with to=onnx"),
        ("unet-twice", "mobilenet_v2", r"knows no unet-twice\. Export with to=onnx"),
        ("unet", "mobileone_s1", r"knows no encoder mobileone_s1\."),
        ("deeplabv3plus", "tu-tf_mobilenetv3_small_100", r"pads timm-mobilenetv3_small_100 under"),
    ],
)
def test_what_the_cars_library_cannot_load_is_refused_and_foretold(name, encoder, said, caplog):
    network = Network(Architecture(name, encoder, 4))
    with pytest.raises(UserError, match=said):
        refuse_what_the_car_lacks(network.architecture)
    tell_what_cannot_be_exported(network)
    assert re.search(
        rf"the car's files cannot be made of {name} on .* trained: .*{said}", caplog.text
    )


def test_the_line_to_load_names_what_the_library_does_not_do_by_itself():
    assert load_line(Architecture("unet-light", "mobilenet_v2", 19)) == (
        'smp.Unet(encoder_name="mobilenet_v2", classes=19, '
        'decoder_channels=[128, 64, 32, 16, 16], activation="argmax2d")'
    )
