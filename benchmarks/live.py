"""What the live page adds to a frame, while a browser asks for one after the other."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import torch
from pictures import street_settings
from predicting import learnt
from rows import Bench, Row, Rows, in_turn

from jetcar.data.codes import Codes
from jetcar.live.film_page import FilmPage
from jetcar.live.server import Server
from jetcar.model.fold import folded
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.film.ahead import Ahead
from jetcar.prediction.film.predict import Seen, Sink, watch
from jetcar.prediction.film.source import Frame
from jetcar.prediction.trained import Trained, trained_of
from jetcar.street.dataset import Job, pictures

MOST_MS = 10.0

BROWSER = """
import http.client, json, sys
number = 0
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
while True:
    connection.request("GET", f"/frame?after={number}")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status == 200:
        number = json.loads(body[12:12 + int.from_bytes(body[:4], "big")])["number"]
"""
"""Asks as fast as it can, in a process of its own; a browser draws besides."""


class Drawn:
    """Frames in memory: decoding is not measured."""

    rate, missing = 25.0, ""

    def __init__(self, images: list, count: int) -> None:
        self.images, self.total = images, count

    def frames(self, every: int) -> Iterator[Frame]:
        """See ``Source``."""
        for i in range(self.total):
            yield Frame(
                i + 1, f"drive_{i + 1:06}", i / self.rate, self.images[i % len(self.images)]
            )


class Nobody:
    """A sink that drops what it gets."""

    def add(self, seen: Seen) -> None:
        """Does nothing."""


def measure(bench: Bench) -> Rows:
    """Looks at frames of a common camera, with a page and without one."""
    checkpoint, _, _ = learnt(bench)
    card, network = read_trained(checkpoint)
    codes = Codes.of(card.table, [])
    network = folded(network, *card.image_size)
    trained = trained_of(card, network, codes, torch.device("cpu"), "auto")
    count = bench.size(200, 4)
    drawn = pictures(Job("Val", 1, bench.size(16, 2)), street_settings())
    source = Drawn([cv2.resize(image, (1280, 720)) for _, image, _ in drawn], count)

    def with_page() -> float:
        page = FilmPage("frames in memory", str(checkpoint), card.table, Path("snapshots"))
        with Server(page.routes(), 8400) as server:
            browser = subprocess.Popen([sys.executable, "-c", BROWSER, str(server.port)])
            try:
                return _milliseconds(trained, source, page)
            finally:
                browser.kill()
                browser.wait()

    def without() -> float:
        return _milliseconds(trained, source, Nobody())

    ours, bare = in_turn(with_page, without, bench.size(7, 1))
    yield Row(
        "what the live page adds to a frame of 1280 x 720",
        f"{MOST_MS:g} ms",
        "ms",
        [max(0.0, a - b) for a, b in zip(ours, bare, strict=True)],
        [MOST_MS] * len(ours),
        1.0,
        at_most=True,
        note=f"the network alone takes {sorted(bare)[len(bare) // 2]:.1f} ms a frame; one browser "
        "asks for each",
    )


def _milliseconds(trained: Trained, source: Drawn, sink: Sink) -> float:
    """Of a frame, on average; all of them are looked at."""
    start = time.perf_counter()
    with Ahead(source, 1, 1, is_live=False) as ahead:
        done = watch(trained, ahead, 0.0, lambda frame: sink, lambda frames: None)
    return 1000 * (time.perf_counter() - start) / done.frames
