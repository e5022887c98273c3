"""The network: preprocessing inside, encoders by name, weights from files."""

import huggingface_hub
import pytest
import segmentation_models_pytorch as smp
import torch

from jetcar.errors import UserError
from jetcar.model.network import MEAN, STD, Architecture, Network

UNET = Architecture("unet", "mobilenet_v2", 4)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network(UNET).eval()


def test_logits_have_a_channel_a_class_and_the_size_of_the_picture(network):
    image = torch.randint(0, 256, (2, 3, 64, 96), dtype=torch.uint8)
    with torch.inference_mode():
        assert network(image).shape == (2, 4, 64, 96)


def test_pictures_are_normalised_inside_by_imagenet_of_rgb(network):
    image = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    by_hand = (image / 255 - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(
        1, 3, 1, 1
    )
    with torch.inference_mode():
        torch.testing.assert_close(network(image), network.net(by_hand), rtol=1e-4, atol=1e-4)


def test_whole_numbers_and_floats_give_the_same(network):
    image = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    with torch.inference_mode():
        assert torch.equal(network(image), network(image.float()))


def test_the_state_dict_holds_the_library_network_alone(network):
    names = smp.Unet("mobilenet_v2", encoder_weights=None, classes=4).state_dict()
    assert list(network.state_dict()) == [f"net.{name}" for name in names]


def test_the_network_of_the_car_can_be_built():
    network = Network(Architecture("unetplusplus", "timm-mobilenetv3_large_minimal_100", 19))
    assert sum(p.numel() for p in network.parameters()) > 1e6


def test_an_unknown_encoder_is_named_with_the_nearest_ones():
    with pytest.raises(UserError, match=r"no encoder model\.encoder=resnet43\. .*resnet34"):
        Network(Architecture("unet", "resnet43", 4))


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("MobileNetV2", "mobilenet_v2"),
        ("mobilenetv4", "tu-mobilenetv4_conv_small"),
        ("mobileone", "mobileone_s0"),
        ("efficientnet-lite0", "tu-efficientnet_lite0 or tu-tf_efficientnet_lite0"),
        ("qqq", "Try mobilenet_v2"),
    ],
)
def test_a_family_of_encoders_is_met_by_its_own_name(typed, near):
    with pytest.raises(UserError, match=rf"no encoder model\.encoder={typed}\. .*{near}"):
        Network(Architecture("unet", typed, 4))


def test_weights_that_the_hub_does_not_give_have_two_ways_out(monkeypatch):
    def offline(*args, **kwargs):
        raise huggingface_hub.errors.LocalEntryNotFoundError("no connection")

    monkeypatch.setattr("segmentation_models_pytorch.encoders.hf_hub_download", offline)
    with pytest.raises(
        UserError, match=r"encoder_weights=null, or .*model\.encoder_weights=\.\.\."
    ):
        Network(UNET, "imagenet")
