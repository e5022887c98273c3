"""A sweep and its job stop together: the sweep holds one end of a pipe, the job reads the other.

A signal may reach both of them (Ctrl-C at a terminal, a scheduler that signals every process) or
the sweep alone, and a job that gets it twice would stop without saving. So the sweep says how
often it was asked, and the job acts on what it has not heard itself. A sweep that is gone, however
it ended, closes the pipe. It is the job's standard input, as every system can hand that on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import ExitStack
from types import FrameType

from jetcar.errors import Interrupted
from jetcar.signals import caught, note, noted
from jetcar.terminal import take_stdin

ON_WINDOWS = os.name == "nt"

ON_LEASH = "JETCAR_ON_LEASH"
"""Environment variable that tells a job that its standard input is the leash."""

GRACE_SECONDS = 0.3
"""Time for a signal that reached sweep and job alike to arrive by itself."""

POLL_SECONDS = 0.3
"""Windows does not wake a program that waits for a process when Ctrl-C is pressed."""

STOPPED = (1, 2, 13, 15)
"""SIGHUP, SIGINT, SIGPIPE and SIGTERM: ends that somebody wished. Windows lacks two names."""

CTRL_C_EXIT = 0xC000013A
"""How a Windows program ends that has not taken Ctrl-C over yet."""


class Leash:
    """Runs jobs that stop when this process is asked to.

    Use as a context manager in the main thread. While a job runs, the first signal asks it to stop
    and save, the second to stop at once, the third kills it; between jobs the first ends the sweep.

    Attributes:
        signum: The signal that asked to stop; 0 while none has.
    """

    def __init__(self) -> None:
        self.signum = 0
        self._asked = 0
        self._told = 0
        self._starts = False
        self._process: subprocess.Popen[bytes] | None = None
        self._caught = ExitStack()

    def __enter__(self) -> Leash:
        self._caught.enter_context(caught(self._on_signal))
        return self

    def __exit__(self, *_: object) -> None:
        self._caught.close()

    def run(self, command: list[str]) -> int:
        """Runs a job to its end, also after it was asked to stop; its exit code.

        Raises:
            Interrupted: a signal came while no job ran.
        """
        self._starts = True
        environment = {**os.environ, ON_LEASH: "1"}
        with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, env=environment) as job:
            self._process = job
            self._starts = False
            self._tell()
            try:
                return _wait(job)
            finally:
                self._process = None

    def ask(self, signum: int) -> None:
        """Asks the job to stop as a signal would, from any thread."""
        self.signum = signum
        self._asked += 1
        if self._process is not None:
            self._tell()

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self.ask(note(signum))
        if self._process is None and not self._starts:
            raise Interrupted(self.signum)

    def _tell(self) -> None:
        """Passes on how often this process was asked to stop."""
        job = self._process
        assert job is not None
        assert job.stdin is not None
        if self._asked > 2:
            job.kill()
        while self._told < self._asked:
            self._told += 1
            try:
                job.stdin.write(bytes([self.signum]))
            except OSError:  # the job is over, which is what was asked
                return


def _wait(job: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return job.wait(POLL_SECONDS if ON_WINDOWS else None)
        except subprocess.TimeoutExpired:
            continue


def signal_behind(code: int) -> int:
    """The signal after which a process ended with an exit code; 0 when none asked it to stop."""
    if code == CTRL_C_EXIT:
        return signal.SIGINT
    signum = -code if code < 0 else code - 128
    return signum if signum in STOPPED else 0


def obey() -> None:
    """Lets the sweep that started this process stop it; does nothing without one."""
    if os.environ.pop(ON_LEASH, None) is None:
        return
    threading.Thread(target=_listen, args=(take_stdin(),), name="leash", daemon=True).start()


def _listen(leash: int) -> None:
    """Asks this process to stop as often as the sweep was asked, and once when that is gone."""
    asked = 0
    while True:
        said = os.read(leash, 1)
        asked = asked + 1 if said else max(1, asked)
        if not _heard(asked):
            _raise(said[0] if said else int(signal.SIGTERM))
        if not said:
            return


def _heard(asked: int) -> bool:
    """Whether this process was asked as often itself."""
    end = time.monotonic() + GRACE_SECONDS
    while noted() < asked:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _raise(signum: int) -> None:
    """Sends a signal to the main thread, so that it also ends what that waits for."""
    if ON_WINDOWS:
        signal.raise_signal(signum)
    else:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signum)
