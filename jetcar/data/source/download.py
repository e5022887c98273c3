"""Downloads a file behind an http(s) link or a Google Drive share link or id."""

from __future__ import annotations

import glob
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jetcar.errors import UserError
from jetcar.progress import Advance, progress

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = (10.0, 60.0)
"""To connect, and between two pieces of an answer."""

RETRIES = 3
DRIVE_HOSTS = tuple(
    f"{scheme}://{host}.google.com/" for scheme in ("http", "https") for host in ("drive", "docs")
)
DRIVE_WAYS_OUT = (
    'Share the file as "Anyone with the link"; if too many people took it today, copy it to your '
    "own Drive and give that path or link."
)


def is_link(source: str) -> bool:
    """Whether the source is an http(s) address or looks like the id of a file on Google Drive."""
    return source.startswith(("http://", "https://")) or _is_drive_id(source)


def _is_drive_id(source: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{25,60}", source) is not None


def download(link: str, file: Path) -> None:
    """Downloads to ``file``; goes on where an earlier try of the same file stopped.

    Raises:
        UserError: the link cannot be reached, or answers with a web page.
    """
    import gdown
    import requests

    on_drive = _is_drive_id(link) or link.startswith(DRIVE_HOSTS)
    if on_drive and "/folders/" in link:
        raise UserError(
            f"data.source={link} is a folder on Google Drive. Give the link of a zip instead."
        )
    log.info("downloading %s", link)
    next_time = "the same command goes on where it stopped"
    try:
        try:
            _take(link, file)
        except gdown.exceptions.DownloadError as error:
            # The server cannot start in the middle, or has another file by now.
            if "byte range" not in str(error) and "temporary files" not in str(error):
                raise
            log.info("%s cannot be resumed; starting from the beginning", link)
            next_time = "the server cannot resume and starts from the beginning each time"
            for part in file.parent.glob(f"{glob.escape(file.name)}*.part"):
                part.unlink()
            _take(link, file)
    except gdown.exceptions.FileURLRetrievalError:
        nor_path = f"There is no file or folder {link}, and " if _is_drive_id(link) else ""
        raise UserError(
            f"{nor_path}Google Drive does not hand out {link}. {DRIVE_WAYS_OUT}"
        ) from None
    except (gdown.exceptions.DownloadError, requests.RequestException, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"{link} cannot be downloaded ({reason.rstrip('.')}). Check the link and the network "
            f"connection; {next_time}."
        ) from None
    with file.open("rb") as opened:
        start = opened.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        file.unlink()
        way_out = DRIVE_WAYS_OUT if on_drive else "Give the address of the zip itself."
        raise UserError(f"{link} answers with a web page instead of a zip. {way_out}")


def _take(link: str, file: Path) -> None:
    import gdown

    with _shown(f"downloading to {file.parent}") as show:
        gdown.download(
            id=link if _is_drive_id(link) else None,
            url=None if _is_drive_id(link) else link,
            output=str(file),
            quiet=True,
            progress=show,
            resume=True,
            retries=RETRIES,
            timeout=TIMEOUT_SECONDS,
            use_cookies=False,
        )


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A function to call with the bytes so far and in all, which the server tells late or never."""
    with ExitStack() as stack:
        advance: Advance | None = None
        before = 0

        def show(so_far: int, total: int | None) -> None:
            nonlocal advance, before
            if advance is None:
                advance = stack.enter_context(progress(what, total or 0, "bytes"))
            advance(so_far - before)
            before = so_far

        yield show
