"""Writes predicted masks as the viewers and the old notebook's users expect them."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import cv2

from jetcar.data.pictures import Pixels
from jetcar.errors import UserError
from jetcar.png import rgb_png
from jetcar.whole import move, whole_file

PICTURE_COMPRESSION = 1
"""Of PNG: higher levels cost four times as long for a fifth less."""

ENCODERS = 2
FILES_AHEAD = 64


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
        zip_path: A zip that receives them too; None for no zip.
        zip_folder: The folder inside the zip; empty for its top level.
    """

    def __init__(self, folder: Path, zip_path: Path | None = None, zip_folder: str = "") -> None:
        self.folder, self.zip_path = folder, zip_path
        self._zip_prefix = f"{zip_folder}/" if zip_folder else ""
        self._names: set[str] = set()
        self._coming: deque[tuple[str, Future[bytes]]] = deque()
        self._open = ExitStack()

    def __enter__(self) -> PictureFolder:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            part = tempfile.mkdtemp(prefix=f"{self.folder.name}.part-", dir=self.folder.parent)
            self._part = Path(part)
            stack.callback(shutil.rmtree, self._part, ignore_errors=True)
            stack.push(self._appear)
            self._archive = stack.enter_context(_new_zip(self.zip_path)) if self.zip_path else None
            self._pool = stack.enter_context(ThreadPoolExecutor(ENCODERS))
            self._open = stack.pop_all()
        return self

    def add(self, name: str, encode: Callable[[], bytes]) -> None:
        """Adds a file; ``encode`` makes its content, in another thread.

        Raises:
            UserError: a file of that name was added already.
        """
        if name.lower() in self._names:
            raise UserError(f"Two pictures would both become {name}. Rename one of them.")
        self._names.add(name.lower())
        self._coming.append((name, self._pool.submit(encode)))
        while len(self._coming) > FILES_AHEAD or (self._coming and self._coming[0][1].done()):
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

    def _appear(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.folder.mkdir(exist_ok=True)
            for path in sorted(self._part.iterdir()):
                move(path, self.folder / path.name)

    def _write_next(self) -> None:
        name, future = self._coming.popleft()
        content = future.result()
        (self._part / name).write_bytes(content)
        if self._archive is not None:
            self._archive.writestr(self._zip_prefix + name, content)


@contextmanager
def _new_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Stored, as PNG files do not shrink any further.
    with whole_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        yield archive
