"""The page of a run: what ``jetcar live runs/street1`` shows while it trains, and afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jetcar.live.early import ENDED, OPEN
from jetcar.live.panels import Panels
from jetcar.live.run_files import in_words, read_standing, refuse_no_run
from jetcar.live.server import Server, assets, number_in, said
from jetcar.prediction.report.curves import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, charts_of
from jetcar.prediction.report.packing import PAGE as REPORT
from jetcar.signals import ended_by_signal
from jetcar.training.run_folder import RunFolder
from jetcar.wording import printable

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
FILES = (REPORT / "page.css", TEMPLATES / "live.css", TEMPLATES / "run.js")

SECONDS_BETWEEN_LOOKS = 1.0
"""However many browsers ask, the files are not read more often."""

CHART_SIZE = {
    **{"width": WIDTH, "height": HEIGHT},
    **{"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
}


def watch_run(run: str, port: int) -> None:
    """Shows a run until a signal ends it.

    Raises:
        UserError: there is no such run, or no port is free.
    """
    folder = RunFolder(Path(run))
    refuse_no_run(folder)
    end = threading.Event()
    with ended_by_signal(end.set), Server(RunPage(folder).routes(), port) as server:
        log.info(OPEN, server.url)
        while not end.wait(SECONDS_BETWEEN_LOOKS):  # Windows calls no handler in an endless wait
            pass
    log.info(ENDED)


class RunPage:
    """Curves, time left, pictures and log of a run.

    Args:
        folder: Where the run writes; nothing is written here.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._panels = Panels(folder.curves)
        self._shown = self._panels.read()
        self._pages = Environment(
            loader=FileSystemLoader([TEMPLATES, REPORT]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_as_shown,
        )
        self._lock = threading.Lock()
        self._part, self._key, self._read_at = "", "", 0.0

    def routes(self) -> list[web.RouteDef]:
        """What the server gives."""
        return [
            web.get("/", self._page),
            web.get("/part", self._give_part),
            web.get("/picture", self._picture),
            *assets(FILES),
        ]

    def part(self) -> tuple[str, str]:
        """What changes of the page, as HTML, and a key of it."""
        with self._lock:
            if time.monotonic() - self._read_at >= SECONDS_BETWEEN_LOOKS or not self._key:
                self._part = self._rendered()
                self._key = hashlib.sha256(self._part.encode()).hexdigest()[:16]
                self._read_at = time.monotonic()
            return self._part, self._key

    def _rendered(self) -> str:
        standing, self._shown = read_standing(self.folder), self._panels.read()
        best, epoch = standing.best
        return self._pages.get_template("run_part.html.j2").render(
            run=standing,
            epochs=int(standing.rows[-1]["epoch"]) if standing.rows else 0,
            best=f"{best:.4f}" if epoch else "–",
            best_epoch=epoch,
            left=None if standing.left is None else in_words(standing.left),
            pace=None if standing.pace is None else in_words(standing.pace),
            charts=charts_of(standing.rows),
            chart_size=CHART_SIZE,
            panels=self._shown,
        )

    async def _page(self, request: web.Request) -> web.Response:
        part, key = await asyncio.to_thread(self.part)
        text = self._pages.get_template("run.html.j2").render(
            name=self.folder.path.resolve().name, part=Markup(part), key=key
        )
        return said(text)

    async def _give_part(self, request: web.Request) -> web.Response:
        part, key = await asyncio.to_thread(self.part)
        if request.query.get("seen") == key:
            return web.Response(status=204)
        return said(part, key=key)

    async def _picture(self, request: web.Request) -> web.Response:
        shown, number = self._shown, number_in(request, "number")
        if number >= len(shown):
            return said("There is no such picture.", "text/plain", 404)
        return web.Response(body=shown[number].jpeg, content_type="image/jpeg")


def _as_shown(value: object) -> object:
    """What is not of the page itself, as it may be shown."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return printable(value, 1000) if is_text else value
