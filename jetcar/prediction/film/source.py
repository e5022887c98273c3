"""Opens moving pictures of any kind, and gives their frames one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2

from jetcar.data.pictures import Pixels, read_image
from jetcar.errors import UserError
from jetcar.prediction.film.container import Container
from jetcar.prediction.film.named import CAMERAS, PICTURES, STREAM, Named
from jetcar.wording import counted


@dataclass(frozen=True)
class Frame:
    """One picture of a film.

    Attributes:
        number: Of the frame in its source, from 1.
        name: What its files are called, without a suffix.
        seconds: When it is shown.
        image: RGB, shape ``(H, W, 3)``, uint8, upright.
    """

    number: int
    name: str
    seconds: float
    image: Pixels


class Source(Protocol):
    """Moving pictures that are open.

    Attributes:
        total: Frames that it says it has; 0 where nobody knows.
        rate: Frames a second, as a hint.
    """

    total: int
    rate: float

    @property
    def missing(self) -> str:
        """What is wrong with it, as known when the frames are over; empty when nothing is."""
        ...

    def frames(self, every: int) -> Iterator[Frame]:
        """Every n-th frame, the first one included."""
        ...


def no_frame(named: Named, source: Source) -> UserError:
    """The error of moving pictures of which none could be decoded."""
    why = f" ({source.missing})" if source.missing else ""
    return UserError(f"{named.title} has no frame that can be decoded{why}. Copy it again.")


@contextmanager
def opened(named: Named, rate: float) -> Iterator[Source]:
    """Opens moving pictures, and closes them.

    Args:
        named: What to open.
        rate: Frames a second of pictures that are no film yet.

    Raises:
        UserError: it cannot be opened, or holds no moving pictures.
    """
    if named.kind == PICTURES:
        yield _Pictures(named, rate)
    elif named.kind == CAMERAS:
        camera = _Camera(named)
        try:
            yield camera
        finally:
            camera.close()
    else:
        with Container(named.place, named.title, named.kind == STREAM) as container:
            yield _Film(named, container)


class _Film:
    """A file or a stream."""

    def __init__(self, named: Named, container: Container) -> None:
        self._stem, self._container = named.stem, container
        self.total, self.rate = container.total, container.rate

    @property
    def missing(self) -> str:
        """See ``Source``."""
        return self._container.missing

    def frames(self, every: int) -> Iterator[Frame]:
        """See ``Source``."""
        for number, seconds, image in self._container.frames(every):
            yield Frame(number, f"{self._stem}_{number:06}", seconds, image)


class _Pictures:
    """Files of frames."""

    def __init__(self, named: Named, rate: float) -> None:
        self.total, self.rate, self.missing = len(named.pictures), rate, ""
        self._paths = named.pictures

    def frames(self, every: int) -> Iterator[Frame]:
        lost: list[UserError] = []
        for number in range(0, len(self._paths), every):
            path = self._paths[number]
            try:
                image = read_image(path)
            except UserError as error:
                lost.append(error)
                continue
            yield Frame(number + 1, Path(path).stem, number / self.rate, image)
        if lost:
            self.missing = f"{counted(len(lost), 'frame')} could not be read, first: {lost[0]}"


class _Camera:
    """A camera of this machine, by OpenCV: PyAV's wheels have no cameras under Linux."""

    def __init__(self, named: Named) -> None:
        self.total, self.rate, self.missing = 0, 30.0, ""
        self._stem, self._title = named.stem, named.title
        self._capture = cv2.VideoCapture(int(named.place))
        if not self._capture.isOpened():
            raise UserError(
                f"{named.title} cannot be opened. Is it plugged in, and used by no other program? "
                "camera:0 is the first one."
            )

    def frames(self, every: int) -> Iterator[Frame]:
        start, number = time.monotonic(), 0
        while self._capture.grab():
            number += 1
            if (number - 1) % every:
                continue
            is_there, bgr = self._capture.retrieve()
            if not is_there:
                break
            image = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            seconds = time.monotonic() - start
            yield Frame(number, f"{self._stem}_{number:06}", seconds, image)  # type: ignore[arg-type]
        self.missing = f"{self._title} gives no more pictures"

    def close(self) -> None:
        self._capture.release()
