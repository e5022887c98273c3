"""The fixed pictures of Val that a run shows in TensorBoard, read from its event files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetcar.wording import printable

if TYPE_CHECKING:
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

TAG = "Val pictures/"
"""Begins the tags of these pictures."""

MOST = 64
"""Pictures that are kept: a file may hold anything."""


@dataclass(frozen=True)
class Panel:
    """A picture of Val beside its true mask and its prediction.

    Attributes:
        title: The picture's name.
        epoch: When it was predicted.
        jpeg: The panel.
    """

    title: str
    epoch: int
    jpeg: bytes


class Panels:
    """The newest panel of each picture.

    Args:
        folder: The run's folder for TensorBoard.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, RawEventFileLoader] = {}
        self._of_tag: dict[str, Panel] = {}

    def read(self) -> list[Panel]:
        """Reads what the run has written since the last time; the panels by their names."""
        for path in sorted(self._folder.glob("events.*")):
            try:
                for raw in self._new_events(path):
                    self._take(raw)
            except OSError:  # it goes away with the run's folder
                continue
        return [self._of_tag[tag] for tag in sorted(self._of_tag)]

    def _new_events(self, path: Path) -> Iterator[bytes]:
        # Slow to load, and not every run shows pictures.
        from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

        if path not in self._files:
            self._files[path] = RawEventFileLoader(str(path))
        yield from self._files[path].Load()

    def _take(self, raw: bytes) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        try:
            event = Event.FromString(raw)
        except Exception:  # protobuf has an error of its own, and a picture less is no harm
            return
        for value in event.summary.value:
            is_known = value.tag in self._of_tag or len(self._of_tag) < MOST
            is_jpeg = value.image.encoded_image_string.startswith(b"\xff\xd8")
            if value.tag.startswith(TAG) and is_jpeg and is_known:
                title = printable(value.tag.removeprefix(TAG))
                jpeg = value.image.encoded_image_string
                self._of_tag[value.tag] = Panel(title, int(event.step), jpeg)
