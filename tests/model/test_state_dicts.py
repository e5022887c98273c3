"""Encoder weights from files, as torchvision, timm and other trainers name them."""

import pickle

import pytest
import segmentation_models_pytorch as smp
import timm
import torch
import torchvision
from safetensors.torch import save_file

from jetcar.errors import UserError
from jetcar.model.network import Architecture, Network
from jetcar.model.state_dicts import load_encoder

UNET = Architecture("unet", "mobilenet_v2", 4)


def encoder(name="mobilenet_v2"):
    return smp.encoders.get_encoder(name, weights=None).eval()


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network(UNET).eval()


@pytest.fixture(scope="module")
def other():
    """Weights that differ from those of ``network``."""
    torch.manual_seed(1)
    return encoder().state_dict()


def assert_features_equal(ours, theirs):
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(ours(image)[-1], theirs(image), rtol=1e-4, atol=1e-5)


def test_torchvisions_classifier_gives_its_features(tmp_path):
    theirs = torchvision.models.mobilenet_v2().eval()
    torch.save(theirs.state_dict(), tmp_path / "mobilenet_v2-7ebf99e0.pth")
    ours = encoder()
    told = load_encoder(ours, tmp_path / "mobilenet_v2-7ebf99e0.pth")
    assert_features_equal(ours, theirs.features)
    assert "312 entries of the encoder come from" in told
    assert told.endswith("; 2 entries are not used, first classifier.1.weight")


def test_timms_classifier_of_other_names_is_matched_by_order(tmp_path):
    theirs = timm.create_model("mobilenetv2_100").eval()
    torch.save(theirs.state_dict(), tmp_path / "w.pth")
    ours = encoder()
    told = load_encoder(ours, tmp_path / "w.pth")
    assert_features_equal(ours, lambda image: theirs.forward_features(image))
    assert "matched by their order, as their names differ" in told


@pytest.mark.parametrize("name", ["test_convnext", "test_resnet", "test_efficientnet"])
def test_timms_classifier_fits_the_encoder_of_its_name(tmp_path, name):
    theirs = timm.create_model(name).eval()
    torch.save(theirs.state_dict(), tmp_path / "w.pth")
    told = load_encoder(encoder(f"tu-{name}"), tmp_path / "w.pth")
    assert "order" not in told


def test_weights_behind_the_same_shapes_in_another_order_are_refused(tmp_path, other):
    names = list(other)
    first, second = (names.index(f"features.{i}.conv.0.0.weight") for i in (2, 3))
    names[first], names[second] = names[second], names[first]
    torch.save({f"x{i}.{n.split('.')[-1]}": other[n] for i, n in enumerate(names)}, tmp_path / "w")
    with pytest.raises(UserError, match=r"does not hold the weights of this encoder: 260 of 312"):
        load_encoder(encoder(), tmp_path / "w")


@pytest.mark.parametrize("prefix", ["", "encoder.", "network.net.encoder.", "module.backbone."])
def test_whatever_stands_before_all_names_does_not_matter(tmp_path, other, prefix):
    state = {f"{prefix}{name}": value for name, value in other.items()}
    torch.save({"epoch": 3, "state_dict": state, "optimizer": {"state": {}}}, tmp_path / "wäits.pt")
    loaded = Network(UNET, str(tmp_path / "wäits.pt"))
    assert ", state_dict" in loaded.loaded
    for name, value in loaded.net.encoder.state_dict().items():
        assert torch.equal(value, other[name])


@pytest.mark.parametrize("names", [("student", "teacher"), ("state_dict", "state_dict_ema")])
def test_an_average_is_preferred_to_the_network_beside_it(tmp_path, other, names):
    beside = {f"backbone.{name}": torch.zeros_like(value) for name, value in other.items()}
    average = {f"backbone.{name}": value for name, value in other.items()}
    torch.save(dict(zip(names, (beside, average), strict=True)), tmp_path / "w.pth")
    ours = encoder()
    assert load_encoder(ours, tmp_path / "w.pth").endswith(f"w.pth, {names[1]}")
    assert torch.equal(ours.state_dict()["features.0.0.weight"], other["features.0.0.weight"])


def test_counters_of_batches_may_be_missing(tmp_path, other):
    state = {name: value for name, value in other.items() if "num_batches" not in name}
    torch.save(state, tmp_path / "w.pth")
    ours = encoder()
    assert "260 entries" in load_encoder(ours, tmp_path / "w.pth")
    assert torch.equal(ours.state_dict()["features.18.0.weight"], other["features.18.0.weight"])


def test_safetensors_are_read(tmp_path, other):
    save_file(
        {f"encoder.{name}": value for name, value in other.items()}, tmp_path / "w.safetensors"
    )
    ours = encoder()
    load_encoder(ours, tmp_path / "w.safetensors")
    assert torch.equal(ours.state_dict()["features.0.0.weight"], other["features.0.0.weight"])


def test_safetensors_that_are_cut_off_are_told(tmp_path, other):
    path = tmp_path / "w.safetensors"
    save_file(dict(other), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"w\.safetensors is not a file of weights, or damaged"):
        load_encoder(encoder(), path)


def test_weights_of_another_encoder_are_refused(tmp_path):
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "resnet.pth")
    with pytest.raises(UserError, match=r"are missing .* first features\.0.* with model\.encoder"):
        Network(UNET, str(tmp_path / "resnet.pth"))


def test_a_file_without_weights_is_refused(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_text("no weights", encoding="utf-8")
    with pytest.raises(UserError, match=r"not a file of weights .* torch\.save"):
        Network(UNET, str(path))


def test_a_missing_weights_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.pth is not a file\. Check the path, or use"):
        Network(UNET, str(tmp_path / "none.pth"))


def test_a_file_that_would_run_something_gets_no_advice_to_run_it(tmp_path, monkeypatch, evil):
    monkeypatch.chdir(tmp_path)
    torch.save({"a": evil}, tmp_path / "evil.pth", pickle_module=pickle)
    with pytest.raises(UserError) as caught:
        Network(UNET, str(tmp_path / "evil.pth"))
    assert "may be made to run something. Give a state dict" in str(caught.value)
    assert "weights_only" not in str(caught.value)
    assert not (tmp_path / "made-by-evil").exists()


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_file_of_weights_that_is_cut_off_is_told(tmp_path, zipped, share):
    path = tmp_path / "weights.pth"
    torch.save({"a": torch.rand(500)}, path, _use_new_zipfile_serialization=zipped)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UserError, match=r"not a file of weights"):
        Network(UNET, str(path))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path, network, bad):
    state = {name: value.clone() for name, value in network.net.encoder.state_dict().items()}
    state["features.0.0.weight"][0, 0, 0, 0] = bad
    torch.save(state, tmp_path / "weights.pth")
    with pytest.raises(
        UserError, match=r"not numbers: features\.0\.0\.weight holds NaN or infinity"
    ):
        Network(UNET, str(tmp_path / "weights.pth"))
