"""Disks that are far away: which those are, and a local copy of a file that lies on one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jetcar.progress import progress

log = logging.getLogger(__name__)

COPY_BYTES = 4 << 20


@contextmanager
def local_copy(path: Path, folder: Path) -> Iterator[Path]:
    """A copy in a local folder of a file that lies on a Drive, for as long as it is needed."""
    size = path.stat().st_size
    log.info("copying %s (%.0f MB) to the local disk", path, size / 1e6)
    copy = folder / f".copy{path.suffix}"
    try:
        with (
            path.open("rb") as source,
            copy.open("xb") as out,
            progress(f"copying {path.name}", size, "bytes") as advance,
        ):
            while block := source.read(COPY_BYTES):
                out.write(block)
                advance(len(block))
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def looks_like_drive(path: str) -> bool:
    """Whether a path is one that Colab gives to files of a Drive, mounted or not."""
    return path.startswith(("/content/drive/", "/content/gdrive/"))


def is_remote(path: Path) -> bool:
    """Whether the path lies on a mounted Drive or a network disk, which is slow in small files.

    Known by Colab's mount folders, and on Linux by the type of the file system.
    """
    full = str(path.resolve())
    if looks_like_drive(full):
        return True
    if not sys.platform.startswith("linux"):
        return False
    best, kind = "", ""
    for line in Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
        _, mount, this_kind, *_ = line.split(" ")
        mount = mount.replace("\\040", " ")
        inside = full == mount or full.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, this_kind
    return kind.startswith("fuse.") or kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "davfs")
