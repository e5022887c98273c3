"""ONNX files: plain operators, sealed, and read back as networks like any other."""

import numpy as np
import onnx
import pytest
import torch

from jetcar.errors import UserError
from jetcar.export import graph
from jetcar.export.graph import PLAIN, onnx_content, refuse_operators
from jetcar.export.proof import prove
from jetcar.export.torchscript import ScriptNetwork, script_content
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.deployed import Contract, Deployed
from jetcar.model.network import ARCHITECTURES, Architecture
from jetcar.model.onnx_network import CARD, is_unharmed, read_onnx, sealed

LOGITS = Contract("rgb", "inside", "logits")


@pytest.fixture(scope="module")
def trained(checkpoint):
    card, content = read_checkpoint(checkpoint)
    return load_network(card, content).eval(), card


@pytest.fixture(scope="module")
def content(trained):
    network, card = trained
    return onnx_content(Deployed(network, LOGITS), card, 17, 1)


@pytest.fixture
def path(content, tmp_path):
    (tmp_path / "straße.onnx").write_bytes(content)
    return tmp_path / "straße.onnx"


def images(count=3):
    torch.manual_seed(1)
    return torch.randint(0, 256, (count, 3, 32, 64), dtype=torch.uint8)


def test_a_file_says_what_the_checkpoint_said_but_no_private_settings(trained, path):
    card, _ = read_onnx(path)
    told, _ = trained[1], None
    for name in ("table", "ignored", "architecture", "image_size", "score", "best_epoch"):
        assert getattr(card, name) == getattr(told, name)
    assert card.settings == {"name": "straße", "data": {"source": "gone"}}


@pytest.mark.parametrize(
    ("contract", "opset", "batch"),
    [
        (LOGITS, 11, 1),
        (Contract("bgr", "inside", "logits"), 13, 2),
        (Contract("rgb", "outside", "codes"), 17, 1),
        (Contract("bgr", "outside", "logits"), 17, 0),
    ],
)
def test_every_contract_gives_what_the_network_gives(trained, tmp_path, contract, opset, batch):
    network, card = trained
    content = onnx_content(Deployed(network, contract), card, opset, batch)
    model = onnx.load_from_string(content)
    assert model.opset_import[0].version == opset
    assert {node.op_type for node in model.graph.node} <= PLAIN
    sizes = model.graph.input[0].type.tensor_type.shape.dim
    assert [sizes[0].dim_value, sizes[2].dim_value, sizes[3].dim_value] == [batch, 32, 64]
    (tmp_path / "x.onnx").write_bytes(content)
    _, read = read_onnx(tmp_path / "x.onnx")
    with torch.inference_mode():
        for count in (1, 3):
            ours, theirs = network(images(count)), read(images(count))
            assert torch.equal(ours.argmax(1), theirs.argmax(1))
            if contract.output == "logits":
                torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_padding_that_depends_on_the_picture_becomes_fixed(checkpoint_of, tmp_path):
    # Its encoder pads as TensorFlow does: 600 operators, many of them about shapes, as traced.
    architecture = Architecture("unetplusplus", "timm-mobilenetv3_small_minimal_100", 19)
    card, content = read_checkpoint(checkpoint_of(tmp_path / "x.ckpt", architecture))
    network = load_network(card, content).eval()
    model = onnx.load_from_string(onnx_content(Deployed(network, LOGITS), card, 11, 1))
    assert {node.op_type for node in model.graph.node} == {
        *("Mul", "Add", "Conv", "Relu", "Resize", "Concat")
    }
    assert len(model.graph.node) < 150


@pytest.fixture(scope="module")
def network_of(checkpoint_of, tmp_path_factory):
    """A function from an architecture and an encoder to a trained network with its card."""

    def make(name, encoder="tu-test_resnet"):
        path = tmp_path_factory.mktemp("networks") / "best.ckpt"
        card, content = read_checkpoint(checkpoint_of(path, Architecture(name, encoder, 19)))
        return load_network(card, content).eval(), card

    return make


PAIRS = [
    *((name, "tu-test_resnet") for name in ARCHITECTURES),
    ("linknet", "tu-mobilenetv4_conv_small_035"),
    ("unet-light", "timm-tf_efficientnet_lite0"),
    ("fpn", "tu-mobileone_s0"),
    ("manet", "mobileone_s0"),  # with a layer of 3 channels that does not see the picture
]


@pytest.mark.parametrize(("name", "encoder"), PAIRS)
def test_every_architecture_is_plain_and_gives_the_same_for_any_number(
    network_of, tmp_path, name, encoder
):
    network, card = network_of(name, encoder)
    contract = Contract("bgr", "inside", "logits")
    content = onnx_content(Deployed(network, contract), card, 13, 0)
    assert {node.op_type for node in onnx.load_from_string(content).graph.node} <= PLAIN
    (tmp_path / "x.onnx").write_bytes(content)
    _, read = read_onnx(tmp_path / "x.onnx")
    for count in (1, 3):
        with torch.inference_mode():
            ours, theirs = network(images(count)), read(images(count))
        atol = 1e-4 * float(ours.abs().max())
        torch.testing.assert_close(theirs, ours, rtol=0, atol=atol)
    assert prove(network, read, images()).same >= 0.9999


@pytest.mark.parametrize(("name", "encoder"), PAIRS[:-2])
def test_every_architecture_becomes_torchscript(network_of, name, encoder):
    network, card = network_of(name, encoder)
    contract = Contract("bgr", "outside", "logits")
    script = ScriptNetwork(script_content(Deployed(network, contract), card), contract, 19)
    assert prove(network, script, images()).same >= 0.9999


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_tensorrt_7_gets_only_enlargements_that_it_calculates_alike(network_of, name):
    network, card = network_of(name)
    if name == "segformer":
        with pytest.raises(UserError, match=r"opset=11 is there, .* Use opset=13 or more.* fpn"):
            onnx_content(Deployed(network, LOGITS), card, 11, 1)
        return
    model = onnx.load_from_string(onnx_content(Deployed(network, LOGITS), card, 11, 1))
    assert {
        attribute.s
        for node in model.graph.node
        if node.op_type == "Resize"
        for attribute in node.attribute
        if attribute.name == "coordinate_transformation_mode"
    } <= {b"asymmetric", b"align_corners"}


def test_a_shape_that_is_not_that_of_a_batch_takes_one_number_of_pictures(network_of, monkeypatch):
    network, card = network_of("manet")
    monkeypatch.setattr(graph, "TRACED_BATCH", 3)
    deployed = Deployed(network, LOGITS)
    real = torch.zeros
    monkeypatch.setattr(torch, "zeros", lambda *size: real(2, *size[1:]))
    with pytest.raises(UserError, match=r"one number of pictures only\. Use batch=1, or train"):
        onnx_content(deployed, card, 13, 0)


def test_operators_that_are_not_plain_are_named(content):
    model = onnx.load_from_string(content)
    model.graph.node[3].op_type = "Einsum"
    with pytest.raises(UserError, match=r"may lack: Einsum \(1\)\. .* model\.encoder=mobilenet_v2"):
        refuse_operators(model)


class Noisy(torch.nn.Module):
    """A network whose codes are wrong in one of 1024 pixels."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        logits = self.network(image).clone()
        logits[:, :, ::32, ::64] *= -1
        return logits


def test_a_difference_in_one_pixel_of_a_thousand_is_refused(trained):
    network, _ = trained
    assert prove(network, network, images()).same == 1
    with pytest.raises(UserError, match=r"differs from its checkpoint \(99\.9512 % .* not kept"):
        prove(network, Noisy(network), images())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"There is no file .*x\.onnx\. Check the path"):
        read_onnx(tmp_path / "x.onnx")


DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "a bit flipped": lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
    "empty": lambda data: b"",
    "text": lambda data: b"hello",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(path, damage):
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(UserError, match=r"straße\.onnx is damaged.* Copy or export it again"):
        read_onnx(path)


def test_a_file_that_another_tool_wrote_anew_is_read(path):
    model = onnx.load(path)
    kept = [p for p in model.metadata_props if p.key == CARD]
    onnx.helper.set_model_props(model, {p.key: p.value for p in kept})
    onnx.save(model, path)
    read_onnx(path)


def test_a_file_of_another_project_is_refused(path):
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"made": "elsewhere"})
    onnx.save(model, path)
    with pytest.raises(UserError, match=r"not written by jetcar\. Name a file that python -m"):
        read_onnx(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace('"format": 1', '"format": 2'), r"newer jetcar\. Update jetcar"),
        (lambda text: text.replace('"table"', '"tab"'), r"is incomplete \(KeyError: 'table'\)"),
        (lambda text: "{", r"is incomplete \(JSONDecodeError"),
    ],
)
def test_a_file_that_says_too_little_or_too_much_is_refused(path, change, sentence):
    model = onnx.load(path)
    (text,) = [p.value for p in model.metadata_props if p.key == CARD]
    onnx.helper.set_model_props(model, {CARD: change(text)})
    onnx.save(model, path)
    with pytest.raises(UserError, match=sentence):
        read_onnx(path)


def test_the_seal_is_a_metadata_entry(content):
    (digest,) = [
        p.value for p in onnx.load_from_string(content).metadata_props if p.key == "sha256"
    ]
    assert len(digest) == 64
    assert is_unharmed(content)
    assert not is_unharmed(content[:9] + b"\0" + content[10:])
    assert is_unharmed(sealed(b"anything"))


def test_a_missing_library_is_named_with_the_command(path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(UserError, match=r"onnxruntime is not installed\. .*pip install onnx onnx"):
        read_onnx(path)


def test_pictures_of_a_network_that_gives_codes_are_one_hot(trained, tmp_path):
    network, card = trained
    contract = Contract("rgb", "inside", "codes")
    (tmp_path / "x.onnx").write_bytes(onnx_content(Deployed(network, contract), card, 17, 1))
    _, read = read_onnx(tmp_path / "x.onnx")
    out = read(images(1)).numpy()
    assert out.shape == (1, 19, 32, 64)
    assert (np.sort(out, axis=1)[:, -2:] == np.array([0, 1])[:, None, None]).all()
