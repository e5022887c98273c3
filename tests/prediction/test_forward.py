"""Predicting a list of pictures: order, sizes, and what cannot be read."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from jetcar.errors import UserError
from jetcar.prediction import forward
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


def test_a_code_that_has_no_class_is_never_predicted(tmp_path, draw):
    class Fixed(nn.Module):
        """Says 1 above all, then 3."""

        def forward(self, image):
            return torch.tensor([0.0, 9.0, 1.0, 5.0])[None, :, None, None].expand(
                len(image), 4, *image.shape[2:]
            )

    path = str(draw.image(tmp_path / "a.png", size=(48, 80)))
    for known, wanted in ((None, 1), ((0, 1, 2, 3), 1), ((0, 2, 3), 3), ((0, 2), 2)):
        (one,) = predict_pictures(Fixed(), [path], 32, 32, 1, CPU, "32-true", known)
        assert np.unique(one.codes).tolist() == np.unique(one.small_codes).tolist() == [wanted]


def test_very_large_pictures_do_not_wait_in_memory(tmp_path, draw, monkeypatch):
    monkeypatch.setattr(forward, "PIXELS_AHEAD", 32 * 32)
    read, read_image = [], forward.read_image
    monkeypatch.setattr(forward, "read_image", lambda path: read.append(path) or read_image(path))
    paths = [str(draw.image(tmp_path / f"{i}.png", size=(64, 64))) for i in range(6)]
    for number, one in enumerate(
        predict_pictures(Reddish(), paths, 32, 32, 1, CPU, "32-true"), start=1
    ):
        assert one.index == number - 1
        assert len(read) == number
