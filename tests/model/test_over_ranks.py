"""Several processes compute the loss, its gradient and the normalisation of all their pictures."""

import pytest
import torch
from timm.layers import BatchNormAct2d
from torch import distributed as dist
from torch import nn

from jetcar.classes import IGNORED
from jetcar.model.loss import PARTS, Loss
from jetcar.model.over_ranks import all_rows, largest, said_by_all, said_by_first, totals
from jetcar.model.synced_norm import synchronise
from tests.together import in_ranks


def pictures():
    """Five pictures of 5 classes, one of them ignored as a whole; no number divides them."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(5, 5, 8, 10, generator=generator)
    mask = torch.randint(0, 5, (5, 8, 10), generator=generator).to(torch.uint8)
    mask[mask == 3] = 1
    mask[:, :, :2], mask[1] = IGNORED, IGNORED
    return logits, mask


def mine(tensor):
    return tensor[dist.get_rank() :: dist.get_world_size()]


def loss_and_gradient(name, weights, smoothing):
    logits, mask = pictures()
    leaf = mine(logits).clone().requires_grad_()
    loss = Loss({name: 1.0}, weights, smoothing)(leaf, mine(mask))[0]
    loss.backward()
    return loss.item(), leaf.grad / dist.get_world_size()  # DDP takes the mean


def all_parts():
    """Of every part, plain and with weights of classes and smoothing."""
    shapes = ((None, 0.0), ([1.0, 2.0, 0.5, 3.0, 1.0], 0.1))
    return {(name, shape[1]): loss_and_gradient(name, *shape) for name in PARTS for shape in shapes}


@pytest.mark.parametrize("size", [2, 3, 6])  # in the last case a process has no picture
def test_every_part_of_the_loss_and_its_gradient_are_of_all_pictures(size):
    found = in_ranks(size, all_parts)
    logits, mask = pictures()
    for (name, smoothing), _ in found[0].items():
        weights = [1.0, 2.0, 0.5, 3.0, 1.0] if smoothing else None
        leaf = logits.clone().requires_grad_()
        whole = Loss({name: 1.0}, weights, smoothing)(leaf, mask)[0]
        whole.backward()
        for rank, of_rank in enumerate(found):
            value, gradient = of_rank[name, smoothing]
            assert value == pytest.approx(whole.item(), rel=1e-5), name
            torch.testing.assert_close(gradient, leaf.grad[rank::size], rtol=1e-4, atol=1e-8)


def layers():
    torch.manual_seed(0)
    plain, active = nn.BatchNorm2d(4), BatchNormAct2d(4, act_layer=nn.ReLU)
    for layer in (plain, active):
        nn.init.normal_(layer.weight)
        nn.init.normal_(layer.bias)
    return nn.Sequential(nn.Conv2d(3, 4, 3), plain, active, nn.BatchNorm2d(4, affine=False))


def images():
    generator = torch.Generator().manual_seed(1)
    return 3 + torch.randn(5, 3, 9, 7, generator=generator)


def normalised():
    network = synchronise(layers(), on_gpu=False)
    leaf = mine(images()).clone().requires_grad_()
    for _ in range(2):
        output = network(leaf)
    (output**3).sum().backward()
    gradients = {}
    for name, weight in network.named_parameters():
        dist.all_reduce(weight.grad)
        gradients[name] = weight.grad
    return output.detach(), leaf.grad, gradients, network.state_dict()


@pytest.mark.parametrize("size", [2, 3])
def test_batch_normalisation_is_over_the_pictures_of_all_processes(size):
    found = in_ranks(size, normalised)
    network, leaf = layers(), images().requires_grad_()
    for _ in range(2):
        output = network(leaf)
    (output**3).sum().backward()
    for rank, (its_output, of_images, gradients, state) in enumerate(found):
        torch.testing.assert_close(its_output, output.detach()[rank::size], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(of_images, leaf.grad[rank::size], rtol=1e-3, atol=1e-4)
        for name, weight in network.named_parameters():
            torch.testing.assert_close(gradients[name], weight.grad, rtol=1e-3, atol=1e-3)
        for name, value in network.state_dict().items():
            torch.testing.assert_close(state[name], value, rtol=1e-5, atol=1e-6)


def test_a_synchronised_network_of_one_process_is_as_it_was():
    network, plain = synchronise(layers(), on_gpu=False), layers()
    assert torch.equal(network(images()), plain(images()))
    assert torch.equal(network.eval()(images()), plain.eval()(images()))
    assert network.state_dict().keys() == plain.state_dict().keys()


def shared():
    rank = dist.get_rank()
    return (
        largest(rank, 5 - rank),
        said_by_first({"rank": rank}),
        said_by_all(rank),
        all_rows(torch.full((rank, 2), rank)).tolist(),
        [value.tolist() for value in totals(torch.ones(2), torch.tensor(float(rank)))],
    )


def test_what_is_shared_is_the_same_in_all_processes():
    rows = [[1, 1], [2, 2], [2, 2]]  # of the first none, of the second one, of the third two
    expected = ([2, 5], {"rank": 0}, [0, 1, 2], rows, [[3, 3], 3])
    assert in_ranks(3, shared) == [expected] * 3


def test_a_process_that_is_alone_gets_what_it_gives():
    tensor = torch.ones(2, requires_grad=True)
    assert totals(tensor)[0] is tensor
    assert all_rows(tensor) is tensor
    assert (largest(3), said_by_first("a"), said_by_all("a")) == ([3], "a", ["a"])
