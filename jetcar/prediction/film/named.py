"""What moving pictures ``images=...`` names, told before torch or a film is opened."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jetcar.data.layout import IMAGE_SUFFIXES
from jetcar.errors import UserError
from jetcar.settings.schema import Predict
from jetcar.wording import printable

FILM_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".webm", ".mkv")
STREAMS = ("rtsp://", "rtsps://", "http://", "https://")
CAMERA = re.compile(r"camera:(\d{1,3})")

FILE, CAMERAS, STREAM, PICTURES = "film", "camera", "stream", "pictures"
"""Kinds of moving pictures."""


@dataclass(frozen=True)
class Named:
    """Moving pictures by their name.

    Attributes:
        kind: ``FILE``, ``CAMERAS``, ``STREAM`` or ``PICTURES``.
        place: A file, a folder, an address, or the number of a camera.
        title: What people may read: an address stands here without its password.
        stem: What files that come of it are called after.
        pictures: Files of the frames in their order, of ``PICTURES`` alone.
    """

    kind: str
    place: str
    title: str
    stem: str
    pictures: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it goes on by itself, so that what is not looked at in time is lost."""
        return self.kind in (CAMERAS, STREAM)


def named_film(images: str | None, film: str | None, setting: str = "images") -> Named | None:
    """The moving pictures that a setting names; None for pictures that are predicted one by one.

    Args:
        images: A film, ``camera:0``, an address, a glob of frames; a folder or a picture where
            ``film`` asks for a film of it.
        film: What is made of moving pictures; None where nothing was said.
        setting: What the setting is called.

    Raises:
        UserError: what is named is not there.
    """
    if images is None:
        if film is not None:
            raise UserError(f"film={film} needs moving pictures; name them with images=...")
        return None
    if found := CAMERA.fullmatch(images):
        return Named(CAMERAS, found[1], images, f"camera{found[1]}")
    if images.lower().startswith(STREAMS):
        return _stream(images, setting)
    path = Path(images).expanduser()
    if path.name.lower().endswith(FILM_SUFFIXES) and not path.is_dir():
        if not path.is_file():
            raise UserError(f"{setting}={images} is not there. Check the path of the film.")
        return Named(FILE, str(path), str(path), path.stem)
    if path.exists():
        if film is None:
            return None
        there = sorted(str(one) for one in path.iterdir()) if path.is_dir() else [str(path)]
        return _pictures(images, path.resolve().stem, there, setting)
    if glob.has_magic(images):
        stem = path.parent.resolve().name or "frames"
        return _pictures(images, stem, sorted(glob.glob(str(path))), setting)
    return None


def refuse_film(settings: Predict) -> None:
    """Refuses what a film cannot have.

    Raises:
        UserError: names the setting and the fix.
    """
    for is_wished, setting in (
        (settings.masks not in (None, "auto", "none"), f"masks={settings.masks}"),
        (settings.report, "report=true"),
        (settings.layout != "plain", f"layout={settings.layout}"),
        (settings.devices not in (1, "auto"), f"devices={settings.devices}"),
    ):
        if is_wished:
            raise UserError(
                f"{setting} is for pictures, and images={settings.images} is a film. Leave it out; "
                "or make pictures of the film first, with film=frames."
            )


def _stream(images: str, setting: str) -> Named:
    try:
        parts = urlsplit(images)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UserError(f"{setting}={printable(images)} is no address ({error}).") from None
    if not host:
        raise UserError(f"{setting}={printable(images)} names no computer. Check the address.")
    title = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
    return Named(STREAM, images, printable(title), re.sub(r"[^\w.-]", "_", host))


def _pictures(images: str, stem: str, files: list[str], setting: str) -> Named:
    pictures = tuple(one for one in files if one.lower().endswith(IMAGE_SUFFIXES))
    if not pictures:
        raise UserError(f"{setting}={images} holds no picture ({', '.join(IMAGE_SUFFIXES)}).")
    return Named(PICTURES, images, images, stem, pictures)
