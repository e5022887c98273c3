"""One sentence for the person at the keyboard about whatever went wrong."""

from __future__ import annotations

import errno
import os
import re
from concurrent.futures import BrokenExecutor
from pathlib import Path

from hydra.errors import HydraException, MissingConfigException
from omegaconf.errors import OmegaConfBaseException

from jetcar.errors import UserError
from jetcar.settings.limits import meant
from jetcar.wording import printable

DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the disk is read-only; choose a folder that can be written to",
    errno.EACCES: "permission denied; choose a folder that you may write to",
    errno.EPERM: "not permitted; choose a folder that you may write to",
    errno.EIO: "the disk reports a read or write error; is it still connected?",
    errno.ENOTCONN: "the drive no longer answers; connect it again",
    errno.ESTALE: "the drive was reconnected in the meantime; give the same command again",
    errno.ENAMETOOLONG: "this system does not allow a path of that length; use shorter names",
    errno.ENOTDIR: "a part of this path is a file, not a folder; move it away or choose another",
    errno.EISDIR: "a folder stands where a file belongs; move it away or choose another",
    errno.EEXIST: "something of that name is in the way; move it away or choose another",
    errno.ELOOP: "the links in this path form a loop; correct them",
    errno.EFBIG: "no file may be that large here; choose another disk, or raise ulimit -f",
    errno.EMFILE: "too many files are open; raise ulimit -n, or use fewer workers",
    errno.ENFILE: "too many files are open on this machine; close other programs",
}

MAY_NOT_READ = "permission denied; give yourself permission to read it (chmod u+rX)"

FULL_MEMORY = "can't allocate memory"
"""What torch says when a CPU has no memory left."""

GROUP_IS_NO_NAME = "Config group override must be"
"""How Hydra begins when a choice of a file is not a name (1.3.8)."""

LOST_WORKER = "DataLoader worker"
"""How torch begins when one of its workers is gone."""


def sentence_of(error: Exception) -> str:
    """One sentence for the person at the keyboard: what is wrong, and what to do."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MissingConfigException) and error.options:
        group, _, choice = str(error.missing_cfg_file).rpartition("/")
        hint = meant(choice, error.options)
        choices = ", ".join(error.options)
        return f"{group}={choice} is not one of the choices; use one of {choices}{hint}."
    if isinstance(error, ValueError) and str(error).startswith(GROUP_IS_NO_NAME):
        return (
            "model, loss, street, augment, logger and machine take the name of a settings file, "
            "not true, false, null or a number. Give one such as augment=street, or augment=none."
        )
    if (unchosen := re.match(r"Could not override '((\w+)\.(\w+)\..+?)'", str(error))) is not None:
        name, group, choice = unchosen.groups()
        return f"{name} belongs to {group}={choice}; add that too."
    if isinstance(error, MissingConfigException):
        hint = " --help lists the choices." if "/" in str(error.missing_cfg_file) else ""
        return str(error).splitlines()[0] + hint
    if isinstance(error, (HydraException, OmegaConfBaseException)) or _is_yaml_error(error):
        cause = f" {error.__cause__}" if isinstance(error.__cause__, OmegaConfBaseException) else ""
        return re.sub(r"\s*\n\s*", " ", f"{error}{cause}".strip())
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        where = f"{printable(error.filename)}: " if error.filename else ""
        return f"{where}{_disk_trouble(error)}."
    if isinstance(error, MemoryError) or FULL_MEMORY in str(error):
        return "The memory of this machine is full. Use a smaller batch_size."
    if type(error).__name__ == "OutOfMemoryError":  # torch's, which need not be loaded
        return "The memory of the GPU is full. Use a smaller batch_size."
    if isinstance(error, BrokenExecutor) or LOST_WORKER in str(error):
        return (
            "A process that helps with the pictures was killed, most likely because this machine "
            "ran out of memory. Close other programs, and start the same again."
        )
    if isinstance(error, RuntimeError) and "home directory" in str(error):  # from expanduser
        return "A path begins with ~ and the name of no user. Write the path in full."
    kind = type(error).__name__
    return (
        f"A fault of the program, not of your input ({kind}: {error}). "
        "JETCAR_DEBUG=1 shows where; please report it with that output."
    )


def _disk_trouble(error: OSError) -> str:
    assert error.errno is not None
    is_denied = error.errno in (errno.EACCES, errno.EPERM)
    if is_denied and error.filename and _may_not_read(Path(os.fsdecode(error.filename))):
        return MAY_NOT_READ
    return DISK_TROUBLE[error.errno]


def _may_not_read(path: Path) -> bool:
    """Whether a file or folder is there that we may not look into, or one that it lies in."""
    try:
        path.lstat()
    except PermissionError:
        return True  # a folder on the way
    except OSError:
        return False
    return not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0))


def _is_yaml_error(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] == "yaml"
