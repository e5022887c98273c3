"""Saves a frame as a picture that nobody has labelled yet; nothing is ever replaced."""

from __future__ import annotations

from pathlib import Path

from jetcar.prediction.film.source import Frame
from jetcar.prediction.writer import encode_picture
from jetcar.whole import whole_file


def save_snapshot(folder: Path, frame: Frame) -> Path:
    """Writes a frame at its own size as PNG.

    Returns:
        The file, which has the name of the frame, and a number behind it where that is taken.

    Raises:
        OSError: it cannot be written.
    """
    content = encode_picture(frame.image)
    folder.mkdir(parents=True, exist_ok=True)
    path = _claimed(folder, frame.name)
    try:
        with whole_file(path) as file:
            file.write(content)
    except BaseException:
        path.unlink()  # it is empty: the name was taken for this picture
        raise
    return path


def _claimed(folder: Path, stem: str) -> Path:
    """An empty file of a name that no other had."""
    number = 1
    while True:
        path = folder / (f"{stem}.png" if number == 1 else f"{stem}-{number}.png")
        try:
            path.open("xb").close()
        except FileExistsError:
            number += 1
        else:
            return path
