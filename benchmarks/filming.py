"""How fast ``predict.py`` turns a film into a film of overlays, against the forward pass alone."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import cv2
from pictures import street_settings
from predicting import learnt
from rows import Bench, Row, Rows, in_turn, per_second
from settings import predict_settings

from jetcar.prediction.run import run_prediction
from jetcar.street.dataset import Job, pictures

SIZES = {"224 x 224": (224, 224, 0.90), "1280 x 720": (720, 1280, 0.75)}
"""Height and width of each film, and the share of the forward pass's speed that is wanted."""

DRAWN = 48
"""Different pictures in a film; they are shown again and again."""


def measure(bench: Bench) -> Rows:
    """Predicts a film of each size."""
    count = bench.size(480, 8)
    checkpoint, bare, one = learnt(bench)
    logging.getLogger("jetcar").setLevel(logging.ERROR)
    for name, (height, width, wanted) in SIZES.items():
        film = _film(bench, height, width, count)
        settings = predict_settings(
            f"checkpoint={checkpoint}", f"images={film}", f"out={film}.out.mp4", "device=cpu"
        )

        def predict(settings=settings) -> int:
            run_prediction(settings)
            return count

        rates = in_turn(
            per_second(predict),
            per_second(lambda: bare.forward([one] * (count // len(one[0])))),
            bench.size(5, 1),
        )
        yield Row(
            f"predict.py, film of {name} to film",
            "the forward pass on one batch in memory",
            "images/s",
            *rates,
            wanted,
            note=f"{count} frames of H.264, decoded, drawn and encoded again; checkpoint read and "
            "network built each time",
        )


def _film(bench: Bench, height: int, width: int, count: int) -> Path:
    """A film of the street in views that follow no way: harder to decode than a drive."""
    path = bench.work / f"{width}x{height}.mp4"
    seen = pictures(Job("Val", 1, min(DRAWN, count)), street_settings())
    frames = [cv2.resize(image, (width, height)) for _, image, _ in seen]
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=Fraction(25), options={"preset": "veryfast"})
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        for i in range(count):
            # Each view stands for a moment, as cars do.
            pixels = frames[i // 8 % len(frames)]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode(None))
    return path
