"""A program that dies at a step: ``dying.py <step> <program> <arguments>``.

A step is anything that makes, moves or removes a file or folder below the working directory. The
process kills itself before it, as the system would: nothing is cleared away.
"""

import os
import pathlib
import runpy
import signal
import sys
from pathlib import Path

HERE = str(Path.cwd()) + os.sep
PROJECT = Path(__file__).parent.parent.parent
left = int(sys.argv[1])


def dying(do):
    """The same function, until so many steps were made."""

    def step(*args, **kwargs):
        global left
        if any(str(Path(os.fsdecode(path)).absolute()).startswith(HERE) for path in paths_in(args)):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return do(*args, **kwargs)

    return step


def paths_in(args):
    """The arguments that are paths."""
    return [one for one in args if isinstance(one, (str, bytes, os.PathLike))]


if __name__ == "__main__":
    import jetcar.exchange

    keeps_its_own = getattr(pathlib, "_NormalAccessor", None)  # until Python 3.10
    for name in ("mkdir", "rmdir", "link", "rename", "replace", "unlink"):
        setattr(os, name, dying(getattr(os, name)))
        if keeps_its_own is not None:
            setattr(keeps_its_own, name, staticmethod(getattr(os, name)))
    jetcar.exchange.swap = dying(jetcar.exchange.swap)
    sys.argv = [str(PROJECT / sys.argv[2]), *sys.argv[3:]]
    runpy.run_path(sys.argv[0], run_name="__main__")
