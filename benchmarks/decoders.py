"""Which library decodes a JPEG the quickest, and which way a mask is written the quickest."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
import torch
from pictures import dataset
from PIL import Image
from rows import Bench, Row, Rows, in_turn, per_second
from torchvision.io import ImageReadMode, decode_jpeg

from jetcar.data.pairs import find_split
from jetcar.data.pictures import read_mask
from jetcar.prediction.writer import encode_mask


def measure(bench: Bench) -> Rows:
    """One thread; the files are in memory, so that no disk has a say."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    count, repeats = bench.size(200, 8), bench.size(9, 1)
    folder = dataset(bench, "decoded", Train=count)
    pairs = find_split(folder, "Train")
    files = [Path(image).read_bytes() for image in pairs.images]
    arrays = [np.frombuffer(data, np.uint8) for data in files]
    tensors = [torch.frombuffer(bytearray(data), dtype=torch.uint8) for data in files]
    ways = {
        "OpenCV": lambda: [
            cv2.cvtColor(cv2.imdecode(a, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB) for a in arrays
        ],
        "torchvision": lambda: [decode_jpeg(t, ImageReadMode.RGB) for t in tensors],
        "Pillow": lambda: [np.asarray(Image.open(io.BytesIO(d)).convert("RGB")) for d in files],
    }

    def ours() -> list:
        return [simplejpeg.decode_jpeg(data, colorspace="RGB") for data in files]

    for name, way in ways.items():
        rates = in_turn(_rate(ours, count), _rate(way, count), repeats)
        yield Row("decoding a JPEG with simplejpeg", name, "images/s", *rates)
    masks = [read_mask(path) for path in pairs.masks]
    for level in (1, 6):
        rates = in_turn(
            _rate(lambda: [encode_mask(mask) for mask in masks], count),
            _rate(lambda level=level: [_opencv_png(m, level) for m in masks], count),
            repeats,
        )
        sizes = [
            sum(map(len, found)) / count
            for found in (
                [encode_mask(mask) for mask in masks],
                [_opencv_png(mask, level) for mask in masks],
            )
        ]
        yield Row(
            "writing a predicted mask as PNG",
            f"OpenCV at level {level}",
            "images/s",
            *rates,
            note=f"{sizes[0] / 1000:.1f} against {sizes[1] / 1000:.1f} kB a mask",
        )


def _rate(way, count: int):
    def work() -> int:
        way()
        return count

    return per_second(work)


def _opencv_png(mask, level: int) -> bytes:
    codes = cv2.merge([mask, mask, mask])
    return cv2.imencode(".png", codes, [cv2.IMWRITE_PNG_COMPRESSION, level])[1].tobytes()
