"""How fast an ONNX file runs in three arithmetics on this machine, and what each costs in score."""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, read_image, resize_image
from jetcar.data.prepare import Prepared
from jetcar.model.card import Card
from jetcar.model.deployed import Contract
from jetcar.model.metrics import confusion_counter, predicted_codes, scores_of
from jetcar.model.onnx_network import OnnxNetwork, export_libraries, start_session
from jetcar.progress import progress

WARM_RUNS = 5
TIMED_RUNS = 30
CALIBRATION_PICTURES = 100


@dataclass(frozen=True)
class Row:
    """One arithmetic: milliseconds for one batch, val/iou, and bytes of the file."""

    name: str
    milliseconds: float
    score: float
    size: int


def measure(content: bytes, card: Card, contract: Contract, data: Prepared) -> list[Row]:
    """Times and scores an ONNX file in float32, float16 and int8, with onnxruntime on the CPU.

    Args:
        content: The file, in float32, of opset 13 or more.
        card: What the checkpoint says of itself.
        contract: What the file takes and gives.
        data: Train calibrates int8, Val scores.
    """
    contents = {
        "float32": content,
        "float16": in_float16(content),
        "int8": in_int8(content, calibration(data.splits["Train"], card, contract)),
    }
    networks = {
        name: OnnxNetwork(start_session(one), contract, card.architecture.n_outputs)
        for name, one in contents.items()
    }
    pairs = data.splits["Val"].with_masks()
    height, width = card.image_size
    image = torch.from_numpy(_picture(pairs.images[0], height, width)).permute(2, 0, 1)[None]
    times: dict[str, list[float]] = {name: [] for name in networks}
    # In turn, so that what else the machine does slows all of them alike.
    for run in range(WARM_RUNS + TIMED_RUNS):
        for name, network in networks.items():
            fed = contract.feed(image.expand(network.batch or 1, -1, -1, -1)).contiguous().numpy()
            start = time.perf_counter()
            network.session.run(None, {network.input: fed})
            if run >= WARM_RUNS:
                times[name].append(time.perf_counter() - start)
    return [
        Row(
            name,
            1000 * float(np.median(times[name])),
            _score(network, pairs, data.codes, card, f"scoring {name}"),
            len(contents[name]),
        )
        for name, network in networks.items()
    ]


def as_table(rows: list[Row]) -> str:
    """The rows as text: gains against the first row in speed and in score."""
    first = rows[0]
    lines = ["           ms a batch    speed   val/iou      loss       MB"]
    lines += [
        f"{row.name:<11}{row.milliseconds:10.2f}{first.milliseconds / row.milliseconds:8.2f}x"
        f"{row.score:10.4f}{first.score - row.score:10.4f}{row.size / 1e6:9.1f}"
        for row in rows
    ]
    return "\n".join(lines)


def in_float16(content: bytes) -> bytes:
    """The same network with weights and arithmetic in float16; takes and gives what it did."""
    with export_libraries():
        import onnx
        from onnxruntime.transformers.float16 import convert_float_to_float16
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weights that are nearly 0 become 0, which the score shows
        model = convert_float_to_float16(onnx.load_from_string(content), keep_io_types=True)
    half: bytes = model.SerializeToString()
    return half


def in_int8(content: bytes, calibration: Iterator[np.ndarray]) -> bytes:
    """The same network with weights and activations in 8 bits.

    Args:
        content: Of opset 13 or more, which knows one scale for each channel.
        calibration: Batches as the file takes them; they show how large activations become.
    """
    with export_libraries():
        import onnx
        from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Reader(CalibrationDataReader):
        def get_next(self) -> dict[str, np.ndarray] | None:
            fed = next(calibration, None)
            return None if fed is None else {name: fed}

    model = onnx.load_from_string(content)
    name = model.graph.input[0].name
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises its own preparation, which exported files had
    try:
        with tempfile.TemporaryDirectory() as folder:
            full, path = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
            full.write_bytes(content)  # onnxruntime 1.20 loses the weights of a model in memory
            quantize_static(full, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True)
            return path.read_bytes()
    finally:
        root.setLevel(level)


def calibration(pairs: Pairs, card: Card, contract: Contract) -> Iterator[np.ndarray]:
    """Pictures spread evenly over a split, one at a time, as the network takes them."""
    height, width = card.image_size
    count = min(CALIBRATION_PICTURES, len(pairs))
    for place in np.linspace(0, len(pairs) - 1, count).round().astype(int):
        image = torch.from_numpy(_picture(pairs.images[place], height, width))
        yield contract.feed(image.permute(2, 0, 1)[None]).contiguous().numpy()


def _score(network: OnnxNetwork, pairs: Pairs, codes: Codes, card: Card, what: str) -> float:
    height, width = card.image_size
    counter = confusion_counter(card.architecture.n_outputs)
    with progress(what, len(pairs), "pictures") as advance:
        for image_path, mask_path in zip(pairs.images, pairs.masks, strict=True):
            image = torch.from_numpy(_picture(image_path, height, width)).permute(2, 0, 1)[None]
            true = torch.from_numpy(codes.read_mask(str(mask_path), height, width))
            counter.update(predicted_codes(network(image))[0], true)
            advance(1)
    return scores_of(counter.compute()).mean_iou


def _picture(path: str, height: int, width: int) -> Pixels:
    return resize_image(read_image(path), height, width)
