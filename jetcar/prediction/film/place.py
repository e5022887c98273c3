"""Where the film of masks goes, and what may be replaced there."""

from __future__ import annotations

import os
import time
from pathlib import Path

from jetcar.errors import UserError
from jetcar.prediction.film.named import Named
from jetcar.prediction.film.signed import key_of_film

SUFFIX = ".mp4"


def film_place(named: Named, out: str | None, key: str) -> Path:
    """The film to write: what ``out`` names, else ``predictions/<name of the source>.mp4``.

    A recording of a camera or a stream has the time in its name, as no two are the same.

    Args:
        named: The source.
        out: A file, or a name that lacks ``.mp4``; None for the usual place.
        key: Of the source.

    Raises:
        UserError: something is there that this program did not write from this source.
    """
    if out is not None:
        path = Path(out).expanduser()
        path = path if path.suffix.lower() == SUFFIX else path.with_name(f"{path.name}{SUFFIX}")
    else:
        path = _free_place(named, key)
    refuse_foreign(path, key)
    return path


def refuse_foreign(path: Path, key: str) -> None:
    """Refuses a place where a file would be lost that this program did not write.

    Raises:
        UserError: names it, and says what to do.
    """
    if not os.path.lexists(path):
        return
    found = key_of_film(path)
    if found is None:
        raise UserError(
            f"{path} is there already, and this program did not write it or it was changed since. "
            "Move it away, or choose another name with out=..."
        )
    if found != key:
        raise UserError(
            f"{path} was made of another film. Delete it, or choose another name with out=..."
        )


def frames_place(named: Named, out: str | None) -> Path:
    """The folder of the masks, one a frame: ``out``, else ``predictions/<name of the source>``."""
    if out is not None:
        return Path(out).expanduser()
    return Path("predictions") / _stem(named)


def _free_place(named: Named, key: str) -> Path:
    """The usual place, or with the names of folders above where a film of another one is there."""
    name = _stem(named)
    path = Path("predictions") / f"{name}{SUFFIX}"
    above = Path(named.place).resolve().parent
    while not named.is_live and above.name and key_of_film(path) not in (None, key):
        name, above = f"{above.name}_{name}", above.parent
        path = path.with_name(f"{name}{SUFFIX}")
    return path


def _stem(named: Named) -> str:
    return f"{named.stem}_{time.strftime('%Y-%m-%d_%H-%M-%S')}" if named.is_live else named.stem
