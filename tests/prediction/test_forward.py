"""Predicting a list of pictures: order, sizes, and what cannot be read."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from jetcar.errors import UserError
from jetcar.prediction.forward import predict_pictures

CPU = torch.device("cpu")


class Reddish(nn.Module):
    """Says 1 where a picture is more red than 128, else 0."""

    def forward(self, image):
        red = image[:, :1].float()
        return torch.cat([128 - red, red - 128], dim=1)


def predict(paths, side=32, batch_size=2):
    return list(predict_pictures(Reddish(), paths, side, side, batch_size, CPU, "32-true"))


def test_pictures_come_in_the_order_of_the_list_whatever_the_batch(tmp_path, draw):
    wanted = [0, 1, 1, 0, 1, 0, 0]
    colors = [(250 * red, 0, 0) for red in wanted]
    paths = [str(draw.image(tmp_path / f"{i}.png", color)) for i, color in enumerate(colors)]
    for batch_size in (1, 2, 3, 7, 9):
        found = predict(paths, batch_size=batch_size)
        assert [one.index for one in found] == list(range(7))
        assert [int(one.codes.max()) for one in found] == wanted
        assert [int(one.codes.min()) for one in found] == wanted


def test_codes_have_the_size_of_the_picture_and_scores_the_size_of_the_network(tmp_path, draw):
    path = str(draw.image(tmp_path / "a.png", (255, 0, 0), size=(48, 80)))
    (one,) = predict([path])
    assert one.image.shape == (48, 80, 3)
    assert (one.codes.shape, one.small_codes.shape) == ((48, 80), (32, 32))
    assert one.codes.dtype == one.small_codes.dtype == np.uint8


def test_an_edge_inside_a_pixel_of_the_network_is_found(tmp_path):
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 31:] = 255  # within a pixel of a network that sees 32 x 32
    path = tmp_path / "a.png"
    Image.fromarray(image).save(path)
    (one,) = predict([str(path)])
    assert one.codes[0].tolist() == [0] * 31 + [1] * 33


def test_a_picture_that_cannot_be_read_is_named(tmp_path, draw):
    good = draw.image(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"b\.jpg cannot be read .* or move it out"):
        predict([str(good), str(tmp_path / "b.jpg")])
