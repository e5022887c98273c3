"""Tests of jetcar.terminal and jetcar.early: lines that nobody takes, and too early a Ctrl-C."""

import errno
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jetcar import terminal
from jetcar.terminal import Outlet

PROJECT = Path(__file__).parent.parent
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")


class Broken(io.StringIO):
    """A stream that fails from a moment on."""

    def __init__(self, code):
        super().__init__()
        self.code = code

    def write(self, text):
        raise OSError(self.code, os.strerror(self.code))


@pytest.mark.parametrize("code", [errno.EPIPE, errno.ENOSPC, errno.EIO])
def test_a_stream_that_breaks_takes_everything(code):
    outlet = Outlet(Broken(code))
    assert outlet.write("abc") == 3
    assert outlet.write("def") == 3
    outlet.flush()
    assert outlet.lost.errno == code
    assert outlet.reader_is_gone == (code == errno.EPIPE)
    outlet.stream.close()


def test_a_stream_that_works_is_as_it_was():
    stream = io.StringIO()
    outlet = Outlet(stream)
    print("abc", file=outlet, flush=True)
    assert (stream.getvalue(), outlet.lost, outlet.isatty()) == ("abc\n", None, False)


def test_on_windows_a_closed_pipe_has_another_number(monkeypatch):
    monkeypatch.setattr(terminal, "ON_WINDOWS", True)
    outlet = Outlet(Broken(errno.EINVAL))
    outlet.write("abc")
    assert outlet.reader_is_gone
    outlet.stream.close()


def test_control_characters_reach_no_terminal(capsys):
    terminal.talk_to_terminal()
    logging.getLogger("jetcar").info("%s\n  %s", "a\x1b[2Jb", "c\rd\u202ee")
    assert capsys.readouterr().out == "a\\x1b[2Jb\n  c\\rd\\u202ee\n"


def run(*words, shell="exec {}", **more):
    """Runs a program in a shell that does something to its streams."""
    command = shell.format(" ".join([sys.executable, *map(str, words)]))
    environment = {**os.environ, **more.pop("env", {})}
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, **more
    )


TRAIN = PROJECT / "train.py"


@on_posix
@pytest.mark.parametrize("page", ["--help", "--cfg job", "--info config"])
def test_a_page_that_nobody_reads_ends_quietly(page):
    done = run(TRAIN, page, shell="{} | true; exit ${{PIPESTATUS[0]}}")
    assert done.returncode in (0, 141)  # 0: it was written before the reader was gone
    assert done.stderr == ""


@on_posix
def test_a_page_that_cannot_be_written_is_told():
    done = run(TRAIN, "--help", shell="{} > /dev/full")
    assert done.returncode == 1
    assert done.stderr == "error: standard output: the disk is full; free some space.\n"


@on_posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_program_needs_no_streams(closed):
    assert run(TRAIN, "--help", shell=f"{{}} {closed}").returncode == 0
    done = run(TRAIN, "data.source=nowhere", shell=f"{{}} {closed}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@on_posix
def test_what_is_opened_later_does_not_take_the_place_of_a_closed_stream():
    code = (
        "from jetcar.terminal import talk_to_terminal as t; t(); import os, tempfile;"
        "f = tempfile.TemporaryFile(); os.write(1, b'lines'); f.seek(0);"
        "raise SystemExit(len(f.read()))"
    )
    done = run("-c", f'"{code}"', shell="{} <&- >&- 2>&-", cwd=PROJECT)
    assert done.returncode == 0


@pytest.mark.parametrize("where", ["C", "C.UTF-8"])
def test_umlauts_arrive_in_every_locale(where):
    done = subprocess.run(
        [sys.executable, TRAIN, "data.source=Straße/übel.zip"],
        capture_output=True,
        env={**os.environ, "LC_ALL": where, "PYTHONIOENCODING": "", "PYTHONUTF8": ""},
        encoding="utf-8",
    )
    assert done.stderr.startswith("error: data.source=Straße/übel.zip is not a folder, a file")


def test_a_terminal_that_lacks_letters_shows_their_numbers():
    done = subprocess.run(
        [sys.executable, TRAIN, "data.source=Straße"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        encoding="ascii",
    )
    assert done.stderr.startswith(r"error: data.source=Stra\xdfe is not a folder, a file")


PROGRAMS = ("train.py", "predict.py", "jetcar.street", "jetcar.export", "jetcar.data.audit")

INTERRUPTED = """
import importlib.abc, os, runpy, signal, sys
moment, program = sys.argv[1:]
class Person(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *more):
        if name == moment:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Person())
sys.argv = [program, "--help"]
if program.endswith(".py"):
    runpy.run_path(program, run_name="__main__")
else:
    runpy.run_module(program, run_name="__main__", alter_sys=True)
"""


@on_posix
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("loads", ["jetcar.settings.command", "omegaconf", "hydra._internal.hydra"])
def test_ctrl_c_while_the_libraries_load_shows_no_stack(program, loads):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, loads, program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 130
    assert (done.stdout, done.stderr) == ("", "")
