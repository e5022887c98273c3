"""Folding: the same logits from a network without normalisations, whatever the encoder."""

import pytest
import torch
from torch import nn

from jetcar.model.fold import folded
from jetcar.model.network import Architecture, Network


def norms(network):
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def trained(network):
    """The same with normalisations that do something, as after training."""
    generator = torch.Generator().manual_seed(1)
    for norm in norms(network):
        for values, low, high in (
            (norm.weight, 0.5, 1.5),
            (norm.bias, -0.5, 0.5),
            (norm.running_mean, -0.5, 0.5),
            (norm.running_var, 0.5, 2),
        ):
            values.detach().uniform_(low, high, generator=generator)
    return network.eval()


def same(one, other, size=64):
    picture = torch.randint(0, 256, (2, 3, size, size), dtype=torch.uint8)
    with torch.no_grad():
        wanted = other(picture)
        torch.testing.assert_close(
            one(picture), wanted, rtol=0, atol=1e-4 * float(wanted.abs().max())
        )


@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        ("unet", "mobilenet_v2"),
        ("unet", "resnet18"),
        ("unet", "tu-test_efficientnet"),
        ("unet", "densenet121"),
        ("unetplusplus", "timm-mobilenetv3_small_minimal_100"),
        ("unet-light", "mobileone_s0"),
        ("fpn", "tu-mobileone_s0"),
        ("linknet", "tu-test_resnet"),
        ("deeplabv3plus", "tu-mobilenetv4_conv_small_035"),
        ("manet", "tu-lcnet_035"),
        ("segformer", "tu-repvgg_a0"),
    ],
)
def test_the_logits_stay_and_the_normalisations_go(name, encoder):
    torch.manual_seed(0)
    network = trained(Network(Architecture(name, encoder, 4)))
    slim = folded(network, 64, 64)
    same(slim, network)
    left = len(norms(slim))
    assert left == 0 if encoder != "densenet121" else left < len(norms(network))


def test_the_network_itself_stays_as_it_is():
    network = trained(Network(Architecture("unet", "mobilenet_v2", 4))).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert folded(network, 32, 32) is not network
    assert network.training
    after = network.state_dict()
    assert list(before) == list(after)
    assert all(torch.equal(before[name], after[name]) for name in before)


class Twice(nn.Module):
    """A convolution whose output is used before and after its normalisation."""

    def __init__(self, share):
        super().__init__()
        self.conv, self.norm, self.share = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), share

    def forward(self, image):
        found = self.conv(image.float())
        return self.norm(found) + (found if self.share else 0)


class Again(nn.Module):
    """A convolution that is used twice, with one normalisation."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

    def forward(self, image):
        return self.conv(self.norm(self.conv(image.float())))


def test_what_cannot_be_folded_is_given_back():
    shared, again = trained(Twice(share=True)), trained(Again())
    assert folded(shared, 8, 8) is shared
    slim = folded(again, 8, 8)
    assert len(norms(slim)) == 1
    same(slim, again, 8)
    assert not norms(folded(trained(Twice(share=False)), 8, 8))


def test_a_network_without_normalisation_is_not_even_copied():
    network = nn.Conv2d(3, 2, 1)
    assert folded(network, 8, 8) is network
