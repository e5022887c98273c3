"""Looking at a picture in several sizes, whose mean counts."""

import pytest
import torch
from torch import nn

from jetcar.errors import UserError
from jetcar.model.onnx_network import OnnxNetwork
from jetcar.prediction.scales import AtScales, at_scales


class Reddish(nn.Module):
    """Two classes: not red and red; notes the sizes that it has seen."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, image):
        self.seen.append(tuple(image.shape[-2:]))
        red = image[:, :1].float() / 16
        return torch.cat([8 - red, red - 8], dim=1)


@pytest.fixture
def pictures():
    return torch.randint(0, 256, (2, 3, 64, 96), dtype=torch.uint8)


def test_one_scale_of_1_is_the_network_itself():
    network = Reddish()
    assert at_scales(network, [1.0]) is network


def test_sides_are_rounded_to_what_a_network_takes(pictures):
    network = Reddish()
    assert AtScales(network, [0.1, 0.75, 1, 2])(pictures).shape == (2, 2, 64, 96)
    assert sorted(network.seen) == [(32, 32), (64, 64), (64, 96), (128, 192)]


def test_two_scales_of_one_size_count_once(pictures):
    network = Reddish()
    AtScales(network, [1, 1.01])(pictures)
    assert network.seen == [(64, 96)]


def test_the_mean_of_the_shares_counts(pictures):
    network = Reddish()
    flat = torch.full_like(pictures, 200)  # the same in every size
    once = network(flat).softmax(dim=1)
    several = AtScales(network, [0.5, 1, 2])(flat)
    torch.testing.assert_close(several.exp(), once, atol=1e-5, rtol=1e-4)
    sizes = AtScales(network, [1, 2])(pictures).exp()
    alone = [AtScales(network, [scale])(pictures).exp() for scale in (1, 2)]
    torch.testing.assert_close(sizes, (alone[0] + alone[1]) / 2, atol=1e-6, rtol=1e-5)


def test_a_share_of_nothing_stays_a_number(pictures):
    class Sure(nn.Module):
        def forward(self, image):
            ones = torch.ones_like(image[:, :1].float())
            return torch.cat([500 * ones, -500 * ones], dim=1)

    assert AtScales(Sure(), [1, 2])(pictures).isfinite().all()


def test_an_onnx_file_takes_pictures_of_one_size():
    network = OnnxNetwork.__new__(OnnxNetwork)
    with pytest.raises(UserError, match=r"an ONNX file takes one\. Use scales=\[1\]"):
        at_scales(network, [1.0, 1.5])
