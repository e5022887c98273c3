"""Every architecture takes any size, learns, and can be made of plainer layers."""

import pytest
import torch

from jetcar.model.network import ARCHITECTURES, Architecture, Network
from jetcar.model.plain import plainer
from jetcar.settings import rules
from jetcar.settings.arguments import CONF
from tests.composed import settings_of

CODES = 5


def network_of(name, encoder="tu-test_resnet"):
    torch.manual_seed(0)
    return Network(Architecture(name, encoder, CODES))


def test_the_settings_know_the_architectures_that_there_are():
    assert tuple(ARCHITECTURES) == rules.ARCHITECTURES


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_has_a_settings_file_of_its_name(name):
    settings = settings_of("train", f"model={name}")
    assert settings.model.architecture == name
    assert (CONF / "model" / f"{name}.yaml").read_text(encoding="utf-8").count(
        f"model={name}\n"
    ) == 1


def test_an_architecture_can_still_be_typed_beside_a_settings_file():
    typed = settings_of("train", "model=unetplusplus", "model.architecture=fpn")
    assert typed.model.architecture == "fpn"
    assert typed.model.encoder == "timm-mobilenetv3_large_minimal_100"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_logits_and_gradients_of_pictures_that_are_not_square(name):
    network = network_of(name).train()
    picture = torch.randint(0, 256, (2, 3, 96, 160), dtype=torch.uint8)
    logits = network(picture)
    assert logits.shape == (2, CODES, 96, 160)
    logits.square().mean().backward()
    unused = {n for n, weight in network.named_parameters() if weight.grad is None}
    assert not {name for name in unused if "encoder" not in name}
    assert all(
        weight.grad.isfinite().all() for weight in network.parameters() if weight.grad is not None
    )


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_few_steps_lower_the_loss(name):
    network = network_of(name).train()
    picture = torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8)
    mask = (picture[:, 0] > 127).long()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    losses = []
    for _ in range(5):
        loss = torch.nn.functional.cross_entropy(network(picture), mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses[1:]) < losses[0]


@pytest.mark.parametrize("encoder", ["mobileone_s0", "tu-mobileone_s0", "tu-repvgg_a0"])
@pytest.mark.parametrize("name", ["unet-light", "deeplabv3plus"])
def test_branches_become_one_convolution_that_says_the_same(name, encoder):
    network = network_of(name, encoder).train()
    picture = torch.randint(0, 256, (2, 3, 64, 96), dtype=torch.uint8)
    with torch.no_grad():
        network(picture)  # the normalisations see something
        wanted = network.eval()(picture)
        slim = plainer(network)
        found = slim(picture)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4 * float(wanted.abs().max()))
    count = [
        sum(1 for one in net.modules() if isinstance(one, torch.nn.Conv2d))
        for net in (slim, network)
    ]
    assert count[0] < count[1]


def test_a_network_that_is_made_plainer_stays_as_it_is():
    network = network_of("fpn", "mobileone_s0").train()
    before = list(network.state_dict())
    slim = plainer(network)
    assert network.training
    assert not slim.training
    assert list(network.state_dict()) == before != list(slim.state_dict())


@pytest.mark.parametrize(
    ("name", "gone"), [("fpn", torch.nn.GroupNorm), ("segformer", torch.nn.Linear)]
)
def test_layers_that_need_another_shape_are_gone_and_the_logits_stay(name, gone):
    network = network_of(name).eval()
    picture = torch.randint(0, 256, (1, 3, 64, 96), dtype=torch.uint8)
    slim = plainer(network)
    with torch.no_grad():
        wanted = network(picture)
        torch.testing.assert_close(
            slim(picture), wanted, rtol=0, atol=1e-5 * float(wanted.abs().max())
        )
    assert any(isinstance(one, gone) for one in network.net.decoder.modules())
    assert not any(isinstance(one, gone) for one in slim.net.decoder.modules())
