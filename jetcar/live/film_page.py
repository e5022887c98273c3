"""The page of a camera or a film: what the network said last, for any number of browsers."""

from __future__ import annotations

import asyncio
import json
import logging
import struct
import zlib
from collections import deque
from pathlib import Path

import numpy as np
import simplejpeg
import torch
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels, resize_image
from jetcar.live.newest import Newest
from jetcar.live.server import assets, number_in, said
from jetcar.live.snapshot import save_snapshot
from jetcar.prediction.film.drawing import LARGEST_SIDE, codes_for_eyes
from jetcar.prediction.film.predict import Seen
from jetcar.prediction.film.source import Frame
from jetcar.prediction.overlay import OPACITY
from jetcar.prediction.report.packing import PAGE as REPORT
from jetcar.prediction.report.packing import as_json
from jetcar.wording import all_printable, printable

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
FILES = (REPORT / "page.css", TEMPLATES / "live.css", TEMPLATES / "film.js")

JPEG_QUALITY = 80
ZLIB_LEVEL = 1
LENGTHS = struct.Struct(">III")
"""Begins an answer: bytes of what is said about the frame (JSON), of its picture (JPEG), and of its
codes, row by row (zlib). No PNG: browsers that guard against fingerprinting change the pixels that
a page reads back from a picture."""

WAIT_SECONDS = 5.0
"""A browser that has the newest frame waits so long for another, and then asks again."""

REMEMBERED = 4
"""Frames that went to a browser and can still be saved."""


class FilmPage:
    """Shows frames, and saves them; a ``Sink`` of ``watch``.

    Nothing is encoded before a browser asks. Then it is the newest frame, once for all of them, in
    a thread beside the network.

    Args:
        title: The source.
        checkpoint: What predicts.
        table: Its classes.
        snapshots: Receives frames that are saved.
    """

    def __init__(self, title: str, checkpoint: str, table: ClassTable, snapshots: Path) -> None:
        self.title, self.checkpoint, self.table = title, checkpoint, table
        self.snapshots = snapshots
        self._newest: Newest[Seen] = Newest()
        self._codes = np.array(table.codes, np.uint8)
        self._sent: deque[tuple[int, Frame]] = deque(maxlen=REMEMBERED)
        self._encoding: asyncio.Future[bytes] | None = None

    def add(self, seen: Seen) -> None:
        """Replaces what the browsers get next."""
        self._newest.put(seen)

    def routes(self) -> list[web.RouteDef]:
        """What the server gives."""
        return [
            web.get("/", self._page),
            web.get("/frame", self._frame),
            web.post("/snapshot", self._snapshot),
            *assets(FILES),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        pages = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
        )
        classes = [
            {"code": c.code, "name": printable(c.name), "color": c.color}
            for c in self.table.classes
        ]
        text = pages.get_template("film.html.j2").render(
            title=printable(self.title),
            checkpoint=printable(self.checkpoint),
            snapshots=printable(self.snapshots),
            opacity=round(100 * OPACITY),
            classes=classes,
            data=Markup(as_json({"classes": classes})),
        )
        return said(text)

    async def _frame(self, request: web.Request) -> web.Response:
        found = await self._newest.other_than(number_in(request, "after"), WAIT_SECONDS)
        if found is None:
            return web.Response(status=204)
        number, seen = found
        if not self._sent or self._sent[-1][0] != number:
            self._sent.append((number, seen.frame))
            self._encoding = asyncio.ensure_future(asyncio.to_thread(self._encoded, number, seen))
        assert self._encoding is not None
        # A browser that goes away does not take the frame from the others.
        body = await asyncio.shield(self._encoding)
        return web.Response(body=body, content_type="application/octet-stream")

    def _encoded(self, number: int, seen: Seen) -> bytes:
        image = _shrunk(seen.frame.image)
        height, width = image.shape[:2]
        with torch.inference_mode():
            codes = codes_for_eyes(
                seen.rivals[0], seen.places, self._codes, (height // 2, width // 2)
            )
        present = self._codes[np.flatnonzero(np.bincount(seen.places.ravel()))]
        about = {
            "number": number,
            "frame": seen.frame.number,
            "seconds": round(seen.frame.seconds, 2),
            "speed": round(seen.speed, 1),
            "size": [width, height],
            "mask": [codes.shape[1], codes.shape[0]],
            "present": present.tolist(),
        }
        words = json.dumps(about).encode()
        jpeg = simplejpeg.encode_jpeg(image, JPEG_QUALITY, "RGB", "420")
        packed = zlib.compress(codes.tobytes(), ZLIB_LEVEL)
        lengths = LENGTHS.pack(len(words), len(jpeg), len(packed))
        return b"".join((lengths, words, jpeg, packed))

    async def _snapshot(self, request: web.Request) -> web.Response:
        """Saves the frame that the browser shows, as long as it is remembered; else the newest."""
        wanted = number_in(request, "number")
        frame = next((frame for number, frame in self._sent if number == wanted), None)
        if frame is None and (newest := await self._newest.other_than(0, 0)) is not None:
            frame = newest[1].frame
        if frame is None:
            return _told("there is no frame yet", 409)
        try:
            path = await asyncio.to_thread(save_snapshot, self.snapshots, frame)
        except OSError as error:
            reason = error.strerror or error
            log.warning("a frame could not be saved in %s (%s)", self.snapshots, reason)
            return _told(f"not saved in {self.snapshots}: {reason}", 500)
        log.info("saved %s", path)
        return _told(str(path), 200)


def _told(text: str, status: int) -> web.Response:
    return said(as_json(all_printable({"said": text})), "application/json", status)


def _shrunk(image: Pixels) -> Pixels:
    """A picture no larger than screens are."""
    height, width = image.shape[:2]
    scale = LARGEST_SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(image)
    return resize_image(image, max(1, round(height * scale)), max(1, round(width * scale)))
