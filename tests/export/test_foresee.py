"""What cannot be exported is said before training, and in a sentence when it is tried."""

import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.errors import UserError
from jetcar.export.foresee import tell_what_cannot_be_exported
from jetcar.export.graph import onnx_content
from jetcar.model.deployed import Contract, Deployed
from jetcar.model.network import Architecture, Network
from tests.cards import card_of


def test_an_encoder_with_attention_is_told_and_no_version_of_onnx_tried(caplog):
    network = Network(Architecture("unet", "tu-mobilevit_xxs", 22))
    tell_what_cannot_be_exported(network)
    (line,) = caplog.messages
    assert line.startswith(
        "an ONNX file cannot be made of unet on tu-mobilevit_xxs once it is trained"
    )
    card = card_of(IMAGE_SEGMENTER, architecture=network.architecture, image_size=(64, 64))
    for opset in (11, 17):
        with pytest.raises(UserError, match=r"LayerNorm \(\d+\)\. Encoders .* mobilenet_v2"):
            onnx_content(Deployed(network, Contract("rgb", "inside", "logits")), card, opset, 1)


@pytest.mark.parametrize("encoder", ["mobilenet_v2", "efficientnet-b0", "tu-test_efficientnet"])
def test_an_encoder_of_plain_layers_needs_no_word(caplog, encoder):
    tell_what_cannot_be_exported(Network(Architecture("unet", encoder, 22)))
    assert not caplog.messages
