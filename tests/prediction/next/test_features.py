"""What a network sees in a picture: the same whatever else is predicted beside it."""

import numpy as np
import pytest
import torch
from torch import nn

from jetcar.model.device import choose_precision
from jetcar.model.network import Architecture, Network
from jetcar.prediction.forward import predict_pictures
from jetcar.prediction.next.features import GRID, Pooled, directions
from tests.cards import SMALLEST

CPU = torch.device("cpu")
WHOLE = choose_precision("32", CPU)


class Halves(nn.Module):
    """Says class 1 in the right half of each picture, and has no encoder."""

    def forward(self, image):
        logits = torch.full((len(image), 2, *image.shape[-2:]), -50.0)
        middle = image.shape[-1] // 2
        logits[:, 0, :, :middle] = logits[:, 1, :, middle:] = 50.0
        return logits


@pytest.fixture
def photos(tmp_path, draw):
    rng = np.random.default_rng(0)
    return [str(draw.noise(tmp_path / f"{i}.png", rng)) for i in range(5)]


def seen(network, paths, batch_size):
    pooled = Pooled(network, [0, 1])
    predicted = predict_pictures(network, paths, 32, 32, batch_size, CPU, WHOLE)
    return np.stack([pooled.of(one) for one in predicted])


def test_features_belong_to_their_pictures_in_batches_of_any_size(photos):
    torch.manual_seed(0)
    network = Network(Architecture("unet", SMALLEST, 2))
    alone, together = seen(network, photos, 1), seen(network, photos, 2)
    assert alone.shape[1] == network.net.encoder.out_channels[-1]
    assert together == pytest.approx(alone, abs=1e-5)
    assert np.ptp(alone, axis=0).max() > 1e-3  # pictures differ


def test_without_an_encoder_they_say_which_class_is_where(photos):
    (cells,) = seen(Halves(), photos[:1], 1)
    left, right = cells.reshape(2, GRID, GRID)
    assert left[:, :2] == pytest.approx(1)
    assert left[:, 2:] == pytest.approx(0)
    assert right == pytest.approx(1 - left)


def test_directions_count_from_the_mean_of_all():
    ours, theirs = directions(
        np.array([[3.0, 0], [1, 0]], np.float32), np.array([[2.0, 3]], np.float32)
    )
    assert np.linalg.norm(ours, axis=1) == pytest.approx([1, 1])
    assert theirs.tolist() == [[0, 1]]
    assert ours[0] == pytest.approx([0.5**0.5, -(0.5**0.5)])
    same, _ = directions(np.ones((2, 2), np.float32), np.empty((0, 2), np.float32))
    assert same.tolist() == [[0, 0], [0, 0]]
