"""From a network to an ONNX file of plain operators, which old TensorRT reads too."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.onnx.errors import OnnxExporterError

from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.deployed import Deployed, card_to_json
from jetcar.model.onnx_network import CARD, export_libraries, sealed
from jetcar.wording import printable

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

PLAIN = {
    *(
        "Conv",
        "ConvTranspose",
        "BatchNormalization",
        "MaxPool",
        "AveragePool",
        "GlobalAveragePool",
        "ReduceMean",
    ),
    *("Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "LeakyRelu", "Softmax"),
    *("Add", "Sub", "Mul", "Div", "Sqrt", "MatMul", "Concat", "Pad", "Resize", "ArgMax", "Cast"),
    *("Reshape", "Transpose"),
}
"""Operators that a network for a small computer needs; all shapes are fixed."""

NEVER_PLAIN = (nn.LayerNorm, nn.GELU, nn.MultiheadAttention)
"""Layers that every version of ONNX writes with other operators; attention has them too."""

HALF = ("half_pixel", "pytorch_half_pixel")
"""Ways to enlarge that TensorRT knows since its version 8."""

OPSET_OF_TENSORRT_8 = 13

INPUT, OUTPUT = "input_0", "output_0"
"""The names that segnet of jetson-inference looks for."""

TRACED_BATCH = 2
"""Pictures in the batch that is traced when any number shall do: 1 would be broadcast unseen."""


def onnx_content(deployed: Deployed, card: Card, opset: int, batch: int) -> bytes:
    """The content of an ONNX file.

    Args:
        deployed: The network with its contract.
        card: What the checkpoint says of itself; the file says it too.
        opset: Version of the operators.
        batch: Pictures in a batch; 0 for any number.

    Raises:
        UserError: a library is not installed, or the network needs an operator that is not plain.
    """
    refuse_layers(deployed)
    with export_libraries():
        import onnx
        import onnxslim
    height, width = card.image_size
    traced = io.BytesIO()
    with warnings.catch_warnings():
        # torch 2.15 wants its new exporter, which ignores opset 11 and 13; shapes are fixed here,
        # so that what tracing keeps of them is right.
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(
                deployed,
                (torch.zeros(batch or TRACED_BATCH, 3, height, width),),
                traced,  # type: ignore[arg-type]
                input_names=[INPUT],
                output_names=[OUTPUT],
                opset_version=opset,
                dynamo=False,
            )
        except OnnxExporterError as error:
            raise UserError(_why_not_written(opset, error)) from None
    model = onnxslim.slim(onnx.load_from_string(traced.getvalue()))
    _resize_by_scale(model)
    refuse_enlargement(model, opset)
    if not batch:
        _allow_any_batch(model)
    refuse_operators(model)
    del model.graph.value_info[:]
    model.producer_name = "jetcar"
    model.doc_string = deployed.contract.in_words()
    onnx.helper.set_model_props(model, {CARD: card_to_json(card, deployed.contract)})
    onnx.checker.check_model(model, full_check=True)
    return sealed(model.SerializeToString())


def refuse_layers(network: nn.Module) -> None:
    """Refuses layers that cannot be written with the operators of ``PLAIN``.

    Raises:
        UserError: names them, and networks without.
    """
    found = Counter(type(one).__name__ for one in network.modules() if isinstance(one, NEVER_PLAIN))
    if found:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(found.items()))
        raise UserError(
            "This network has layers that need operators which a small computer may lack: "
            f"{names}. Encoders without are, among others, mobilenet_v2, resnet34 and "
            "efficientnet-b0; train one of them with model.encoder=..."
        )


def refuse_operators(model: ModelProto) -> None:
    """Refuses operators outside ``PLAIN``.

    Raises:
        UserError: names them and how often they occur.
    """
    other = Counter(node.op_type for node in model.graph.node if node.op_type not in PLAIN)
    if other:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(other.items()))
        raise UserError(
            f"This network needs operators that a small computer may lack: {names}. "
            "Train another encoder, such as model.encoder=mobilenet_v2."
        )


def _why_not_written(opset: int, error: OnnxExporterError) -> str:
    """Why torch has no ONNX operators of that version for the network."""
    reason = printable(str(error).strip().splitlines()[0].rstrip("."))
    wanted = re.search(r"opset version (\d+) is not supported.*?(?:version|opset) (\d+)", reason)
    higher = f"Use opset={wanted[2]} or more, or train" if wanted else "Train"
    return (
        f"This network needs operators that opset={opset} does not have ({reason}). {higher} "
        "another encoder, such as model.encoder=mobilenet_v2."
    )


def refuse_enlargement(model: ModelProto, opset: int) -> None:
    """Refuses enlargements that TensorRT 7 would shift, for opsets that are there for it.

    Raises:
        UserError: names the opset that TensorRT 7 does not read.
    """
    shifted = any(
        _said(node, "coordinate_transformation_mode") in HALF for node in model.graph.node
    )
    if shifted and opset < OPSET_OF_TENSORRT_8:
        raise UserError(
            f"This network enlarges in a way that TensorRT 7, for which opset={opset} is there, "
            f"calculates otherwise. Use opset={OPSET_OF_TENSORRT_8} or more, which needs TensorRT "
            "8 (JetPack 4.6), or train another model.architecture, such as fpn."
        )


def _said(node: NodeProto, attribute: str) -> str:
    """A text that a node holds; empty where it does not."""
    return next((one.s.decode() for one in node.attribute if one.name == attribute), "")


def _resize_by_scale(model: ModelProto) -> None:
    """Lets every ``Resize`` multiply the size, instead of naming one with its batch size in it."""
    from onnx import numpy_helper

    shapes = _shapes(model)
    constants = {one.name: one for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Resize" or len(node.input) < 4 or node.input[3] not in constants:
            continue
        sizes = numpy_helper.to_array(constants[node.input[3]])
        shape = shapes[node.input[0]]
        scales = (sizes / np.array(shape)).astype(np.float32)
        name = f"{node.output[0]}_scales"
        model.graph.initializer.append(numpy_helper.from_array(scales, name))
        roi = node.input[1]
        del node.input[1:]
        node.input.extend([roi, name])
        if shape[2:] == [1, 1]:  # a single pixel is the same everywhere, in any way to enlarge it
            _resize_by_copying(node)
    _drop_unused(model)


def _resize_by_copying(node: NodeProto) -> None:
    from onnx import helper

    del node.attribute[:]
    ways = {"coordinate_transformation_mode": "asymmetric", "mode": "nearest"}
    ways["nearest_mode"] = "floor"
    node.attribute.extend(helper.make_attribute(name, way) for name, way in ways.items())


def _shapes(model: ModelProto) -> dict[str, list[int]]:
    known = [*model.graph.value_info, *model.graph.input]
    return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in known}


def _drop_unused(model: ModelProto) -> None:
    used = {name for node in model.graph.node for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def _allow_any_batch(model: ModelProto) -> None:
    """Leaves the number of pictures open, also where a shape names it.

    Raises:
        UserError: a shape is not that of a batch.
    """
    from onnx import numpy_helper

    constants = {one.name: one for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Reshape":
            continue
        shape = numpy_helper.to_array(constants[node.input[1]]).copy()
        if shape[0] not in (TRACED_BATCH, 0):
            raise UserError(
                "This network changes shapes in a way that fits one number of pictures only. "
                "Use batch=1, or train another model.architecture, such as unet."
            )
        shape[0] = 0  # as in what comes in
        name = f"{node.output[0]}_shape"
        model.graph.initializer.append(numpy_helper.from_array(shape, name))
        node.input[1] = name
    _drop_unused(model)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
