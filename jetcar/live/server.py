"""Serves pages to browsers of this computer, in a thread.

aiohttp, because Lightning brings it along already, many browsers can wait in it at once, and it is
made to face them; the standard library's ``http.server`` says of itself that it is not.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from aiohttp import web
from aiohttp.typedefs import Handler

from jetcar.errors import UserError

HOST = "127.0.0.1"
PORTS = 10
"""How many are tried, one after the other."""

SECONDS_TO_END = 0.5
"""What a browser waits for is cut off then."""

LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII)
"""What a browser may have in its address bar. Another name that leads here is somebody's trick to
read this page by a page of theirs (DNS rebinding)."""

SAFE = ("GET", "HEAD")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

TYPES = {".css": "text/css", ".js": "text/javascript"}


class Server:
    """Pages on the loopback address; use as a context manager.

    Args:
        routes: What is served.
        port: The first one to try.

    Raises:
        UserError: no port is free; when the block begins.
    """

    def __init__(self, routes: Sequence[web.RouteDef], port: int) -> None:
        self._routes, self.port = routes, port
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="pages", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """What to open."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Server:
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._end is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # it is raised where the block begins
            self._fault = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        application = web.Application(middlewares=[_guard])
        application.on_response_prepare.append(_add_headers)
        application.add_routes(self._routes)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=SECONDS_TO_END)
        await runner.setup()
        try:
            self.port = await _first_free(runner, self.port)
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            self._ready.set()
            await self._end.wait()
        finally:
            await runner.cleanup()


async def _first_free(runner: web.AppRunner, first: int) -> int:
    for port in range(first, first + PORTS):
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            continue
        return port
    raise UserError(
        f"The ports {first} to {first + PORTS - 1} are all taken. Close another program, or choose "
        "port=..."
    )


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers this computer's browsers, and nobody's page but our own."""
    host = request.headers.get("Host", "")
    if LOCAL.fullmatch(host) is None:
        return said("This page is for the browsers of its own computer.", "text/plain", 403)
    is_ours = request.headers.get("Origin") == f"http://{host}"
    if request.method not in SAFE and not is_ours:
        return said("Only the page itself may ask for this.", "text/plain", 403)
    return await handler(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def said(
    text: str, kind: str = "text/html", status: int = 200, key: str | None = None
) -> web.Response:
    """An answer of words; ``key`` names what it is, for a browser to say that it has it."""
    headers = None if key is None else {"X-Key": key}
    body = text.encode()
    return web.Response(
        body=body, status=status, content_type=kind, charset="utf-8", headers=headers
    )


def assets(files: Sequence[Path]) -> list[web.RouteDef]:
    """Scripts and styles, each under its name."""

    def route(path: Path) -> web.RouteDef:
        content, kind = path.read_text("utf-8"), TYPES[path.suffix]

        async def give(request: web.Request) -> web.Response:
            return said(content, kind)

        return web.get(f"/{path.name}", give)

    return [route(path) for path in files]


def number_in(request: web.Request, name: str) -> int:
    """A whole number from the address; 0 where there is none."""
    value = request.query.get(name, "")
    return int(value) if re.fullmatch(r"\d{1,15}", value, re.ASCII) else 0
