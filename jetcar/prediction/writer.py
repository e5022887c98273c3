"""Writes predicted masks as the viewers and the old notebook's users expect them."""

from __future__ import annotations

import zipfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import cv2

from jetcar.data.pictures import Pixels
from jetcar.errors import UserError
from jetcar.exchange import exchanged
from jetcar.png import rgb_png
from jetcar.prediction.signature import zip_comment
from jetcar.wording import printable

PICTURE_COMPRESSION = 1
"""Of PNG: higher levels cost four times as long for a fifth less."""

ENCODERS = 2
FILES_AHEAD = 64
PIXELS_AHEAD = 48_000_000
"""Pixels that may wait to be encoded."""


def mask_name(image: str) -> str:
    """Name of the mask of an image: ``Img_x.jpg`` gives ``Pred_x.png``, ``x.jpg`` gives ``x.png``.

    The letters' case is kept: ``img_x`` gives ``pred_x``, ``IMG_x`` gives ``PRED_x``.
    """
    stem = Path(image).stem
    prefixes = {"Img": "Pred", "img": "pred", "IMG": "PRED"}
    if stem[:3].lower() == "img":
        stem = prefixes.get(stem[:3], "Pred") + stem[3:]
    return f"{stem}.png"


def encode_mask(codes: Pixels) -> bytes:
    """A 24-bit PNG in which R = G = B = code, as both viewers read the red channel.

    Args:
        codes: Shape ``(H, W)``, uint8.
    """
    return rgb_png(codes)


def encode_picture(image: Pixels) -> bytes:
    """A PNG of an RGB picture, shape ``(H, W, 3)``, uint8."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, PICTURE_COMPRESSION])
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of shape {bgr.shape}")
    return data.tobytes()


class PictureFolder:
    """Collects files that appear in a folder, and in a zip, when all of them are written.

    Use as a context manager: after an error the folder and the zip are as they were before.

    Args:
        folder: Receives the files; others that are there already stay.
        zip_path: A zip beside it that receives them too; None for no zip.
        zip_folder: The folder inside the zip; empty for its top level.
        is_aside: Whether folder and zip are in a place aside, from where they appear together with
            more, see ``outputs``.
    """

    def __init__(
        self,
        folder: Path,
        zip_path: Path | None = None,
        zip_folder: str = "",
        is_aside: bool = False,
    ) -> None:
        self.folder, self.zip_path, self.is_aside = folder, zip_path, is_aside
        self._zip_prefix = f"{zip_folder}/" if zip_folder else ""
        self._names: set[str] = set()
        self._coming: deque[tuple[str, int, Future[bytes]]] = deque()
        self._pixels = 0
        self._open = ExitStack()

    def __enter__(self) -> PictureFolder:
        with ExitStack() as stack:
            self._place, zip_path = self.folder, self.zip_path
            if not self.is_aside:
                exchange = stack.enter_context(exchanged(self.folder))
                self._place = exchange.new(self.folder)
                zip_path = zip_path and exchange.new(zip_path)
            self._place.mkdir()
            self._archive: zipfile.ZipFile | None = None
            if zip_path:
                # Stored, as PNG files do not shrink any further.
                archive = zipfile.ZipFile(zip_path, "w", zipfile.ZIP_STORED)
                self._archive = stack.enter_context(archive)
            self._pool = stack.enter_context(ThreadPoolExecutor(ENCODERS))
            self._open = stack.pop_all()
        return self

    def add(self, name: str, encode: Callable[[], bytes], pixels: int = 0) -> None:
        """Adds a file.

        Args:
            name: Of the file.
            encode: Makes its content, in another thread.
            pixels: What ``encode`` holds in memory meanwhile.

        Raises:
            UserError: a file of that name was added already.
        """
        if name.lower() in self._names:
            raise UserError(
                f"Two pictures would both become {printable(name)}. Rename one of them."
            )
        self._names.add(name.lower())
        self._coming.append((name, pixels, self._pool.submit(encode)))
        self._pixels += pixels
        while self._coming and (
            len(self._coming) > FILES_AHEAD
            or self._pixels > PIXELS_AHEAD
            or self._coming[0][2].done()
        ):
            self._write_next()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # An error reaches the zip and the folder, which then do not take their names.
        with self._open.pop_all():
            if error is not None:
                raise error
            while self._coming:
                self._write_next()
            if self._archive is not None:
                self._archive.comment = zip_comment(self._archive)

    def _write_next(self) -> None:
        name, pixels, future = self._coming.popleft()
        self._pixels -= pixels
        content = future.result()
        (self._place / name).write_bytes(content)
        if self._archive is not None:
            self._archive.writestr(self._zip_prefix + name, content)
