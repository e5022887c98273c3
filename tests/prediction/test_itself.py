"""A prediction beside itself differs nowhere, whatever the size of the pictures."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.codes import Codes
from jetcar.data.pairs import find_pairs
from jetcar.prediction.outputs import Outputs
from jetcar.prediction.predict import Sinks, predict_into
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.report import Report
from jetcar.prediction.trained import Trained
from jetcar.prediction.viewers import VIEWERS


class ByColor(nn.Module):
    """Says lane_my_dir where a picture is green, nothing elsewhere, as far as 32 x 32 tell."""

    def forward(self, image):
        logits = torch.zeros(len(image), IMAGE_SEGMENTER.n_outputs, *image.shape[2:])
        logits[:, 0] = 100
        logits[:, 5] = image[:, 1].float()
        return logits


@pytest.fixture
def street_of_edges(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(3):
        codes = np.kron(rng.random((9, 11)) < 0.5, np.ones((11, 13))).astype(np.uint8) * 5
        image = np.zeros((*codes.shape, 3), np.uint8)
        image[..., 1] = codes * 40
        for kind, pixels in (("Img", image), ("Mask", codes)):
            folder = tmp_path / kind
            folder.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    return find_pairs(tmp_path / "Img", tmp_path / "Mask")


def test_a_prediction_beside_itself_differs_nowhere(street_of_edges, tmp_path):
    pairs = street_of_edges
    codes = Codes.of(IMAGE_SEGMENTER, [])
    trained = Trained(ByColor(), IMAGE_SEGMENTER, codes, (32, 32), torch.device("cpu"), "32-true")
    sinks = Sinks(at_full_size=True)
    out = tmp_path / "masks"
    with Outputs.of(out, False, False, False).replaced(pairs.images, VIEWERS["plain"]) as aside:
        predict_into(Sinks(aside=aside, at_full_size=True), trained, pairs, 2, "")
    other = OtherPrediction(str(out), pairs, IMAGE_SEGMENTER)
    with Report(tmp_path / "page.html", IMAGE_SEGMENTER, None) as report:
        gallery = report.gallery("pictures", pairs, other)
        again = Sinks(gallery=gallery, at_full_size=sinks.at_full_size)
        counter = predict_into(again, trained, pairs, 2, "").counter
    assert gallery.fault is None
    assert (counter.counts == other.counts).all()
    assert counter.counts.sum() == 3 * 99 * 143  # every pixel of every picture
    for row in gallery.rows:
        assert row["iou"] == row["other"]["iou"]
        assert row["classes"] == row["other"]["classes"]
    shown = [json.loads(text) for text in report._shelf.inside.values()]
    assert len(shown) == 3
    assert all(one["predicted"] == one["other"] for one in shown)
    # And the masks as a person would count them give the very same score.
    hit = total = 0
    for image, mask in zip(pairs.images, pairs.masks, strict=True):
        name = re.sub(r".*[/\\]", "", image)
        ours, true = np.asarray(Image.open(out / name))[..., 0], np.asarray(Image.open(mask))
        hit += ((ours == 5) & (true == 5)).sum()
        total += ((ours == 5) | (true == 5)).sum()
    assert float(counter.scores.iou[5]) == pytest.approx(hit / total, abs=1e-12)
    assert 0.5 < hit / total < 1
