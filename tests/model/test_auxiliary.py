"""The second head teaches the encoder on a short way, and nothing but training has it."""

import copy

import pytest
import torch

from jetcar.model.auxiliary import STEP, Auxiliary
from jetcar.model.network import ARCHITECTURES, Architecture, Network

CODES = 5


def network_of(name="unet", encoder="tu-test_resnet"):
    torch.manual_seed(0)
    return Network(Architecture(name, encoder, CODES)).train()


def seen(network, height=64, width=96):
    network(torch.randint(0, 256, (2, 3, height, width), dtype=torch.uint8))
    return torch.randint(0, CODES, (2, height, width), dtype=torch.uint8)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_reaches_the_encoder_of_every_architecture_and_no_decoder(name):
    network = network_of(name)
    head = Auxiliary(network)
    logits, mask = head(seen(network))
    assert logits.shape == (2, CODES, 64 // STEP, 96 // STEP)
    assert mask.shape == (2, 64 // STEP, 96 // STEP)
    logits.square().mean().backward()
    reached = {n for n, weight in network.net.named_parameters() if weight.grad is not None}
    assert reached
    assert all(name.startswith("encoder.") for name in reached)


def test_its_truth_is_the_pixel_in_the_middle_of_each_square():
    network = network_of()
    head = Auxiliary(network)
    seen(network, 32, 32)
    mask = torch.arange(32 * 32).remainder(251).to(torch.uint8).view(1, 32, 32)
    _, small = head(mask)
    assert small[0, 1, 2] == mask[0, STEP + STEP // 2, 2 * STEP + STEP // 2]


def test_it_hears_nothing_while_the_network_is_only_used():
    network = network_of().eval()
    head = Auxiliary(network)
    mask = seen(network)
    with pytest.raises(AssertionError, match="seen nothing"):
        head(mask)


def test_it_keeps_no_features_of_a_step_that_is_over():
    network = network_of()
    head = Auxiliary(network)
    mask = seen(network)
    head(mask)
    with pytest.raises(AssertionError, match="seen nothing"):
        head(mask)


def test_a_copy_of_both_hears_the_copied_network():
    both = torch.nn.ModuleDict({"network": network_of()})
    both["head"] = Auxiliary(both["network"])
    copied = copy.deepcopy(both)
    mask = seen(copied["network"])
    copied["head"](mask)
    with pytest.raises(AssertionError, match="seen nothing"):
        both["head"](mask)


def test_it_is_no_part_of_the_network():
    network = network_of()
    names = set(network.state_dict())
    Auxiliary(network)
    assert set(network.state_dict()) == names
