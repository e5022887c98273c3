"""What ``notebooks/JetCar_Training.ipynb`` is made of: it runs commands and shows what they leave.

Every command is a process of its own, and nothing but the standard library is loaded into the
notebook itself, so that packages which were just installed need no restart.
"""

from __future__ import annotations

import html
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from jetcar.wording import counted

PROJECT = Path(__file__).resolve().parent.parent

SILENCE_SECONDS = 2.0
"""A command that prints nothing for this long after the stop button did not receive it."""

STOPPED_BY_FILE = os.name == "nt"
"""Whether a command is told to stop by a file, as the system has no Ctrl-C for one process."""

LARGEST_PAGE = 20 << 20
"""Bytes that a notebook takes as the output of one cell."""


class CellError(Exception):
    """Ends a cell, and "Run all" with it, in one sentence instead of a stack."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows."""
        return [str(self)]


def run(*command: object) -> None:
    """Runs a command in the project's folder and shows its lines as they come.

    Args:
        command: Program and arguments; ``python`` is the one that runs the notebook. An argument
            that is None is left out.

    The stop button of the cell reaches the command as Ctrl-C, and is waited for: what it has is
    saved then.

    Raises:
        CellError: the command did not end well; its own last line has said why.
    """
    words = [str(word) for word in command if word is not None]
    print("$", shlex.join(words), flush=True)
    if words[0] == "python":
        words[0] = sys.executable
    with tempfile.TemporaryDirectory(prefix="jetcar-") as folder:
        sign = Path(folder) / "stop" if STOPPED_BY_FILE and _is_program(words[1]) else None
        if sign:
            words[1:1] = ["-m", "jetcar.stoppable", str(sign)]
        stopped, code = _run(words, sign)
    if stopped or code in (130, 143):
        raise CellError('Stopped. "Run all" continues where it was.')
    if code < 0:
        raise CellError(
            f"The system ended this command ({signal.Signals(-code).name}), mostly because the "
            'memory is full. Choose a smaller BATCH_SIZE; "Run all" continues where it was.'
        )
    if code:
        raise CellError(f"This command ended with exit code {code}; the line above says why.")


def _is_program(word: str) -> bool:
    """Whether this, behind ``python``, names a program, and not one line of it."""
    return word == "-m" or word.endswith(".py")


def _run(words: list[str], sign: Path | None) -> tuple[bool, int]:
    """Whether the stop button was pressed, and the exit code."""
    process = subprocess.Popen(
        words,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    stopped = _show_lines(process, sign)
    return stopped, process.wait()


def _show_lines(process: subprocess.Popen[str], sign: Path | None) -> bool:
    """Prints what a process says until it ends; whether the stop button was pressed.

    Args:
        process: To listen to.
        sign: The file that tells it to stop; None where signals do.
    """
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    stopped = is_told = False
    while True:
        try:
            line = lines.get(timeout=SILENCE_SECONDS)
        except queue.Empty:
            # Jupyter interrupts the commands of a cell together with it, other programs do not,
            # and twice would be "at once".
            if stopped and not is_told:
                is_told = True
                _interrupt(process)
            continue
        except KeyboardInterrupt:
            stopped, is_told = True, sign is not None
            if sign is not None:
                sign.touch()
            continue
        if line is None:
            return stopped
        is_told = is_told or stopped
        print(line, end="", flush=True)


def _interrupt(process: subprocess.Popen[str]) -> None:
    if os.name == "nt":
        process.terminate()  # nothing that would have to be saved
    else:
        process.send_signal(signal.SIGINT)


def run_folder(name: str, drive: str | Path | None) -> Path:
    """Where the results of a run are: in the project, or only on the Drive, if it ended earlier.

    Raises:
        CellError: there are none yet.
    """
    places = [PROJECT / "runs" / name, *([Path(drive) / name] if drive else [])]
    for place in places:
        if (place / "checkpoints" / "best.ckpt").is_file():
            return place
    raise CellError(
        f"There are no results of {name} yet: {' and '.join(map(str, places))} hold none."
    )


def show_folder(folder: str | Path) -> None:
    """Lists a folder with sizes, folders with what is in them.

    Raises:
        CellError: it is not there.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CellError(f"There is no folder {folder}. Make it, or correct DRIVE.")
    print(folder)
    for path in sorted(folder.iterdir(), key=lambda path: path.name.lower()):
        files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        size = sum(file.stat().st_size for file in files) / 1e6
        note = "" if path.is_file() else f"  ({counted(len(files), 'file')})"
        print(f"{size:10.1f} MB  {path.name}{note}")


def copy_to(folder: str, path: Path) -> None:
    """Copies a file into a folder, such as one on the Drive."""
    print("copied to", shutil.copy(path, folder))


def show_curves(folder: Path) -> None:
    """Shows TensorBoard over all runs of a folder; it follows the training below it."""
    from tensorboard import notebook

    folder.mkdir(exist_ok=True)
    # The one beside this Python: a notebook need not have it on its path.
    if program := shutil.which("tensorboard", path=Path(sys.executable).parent):
        os.environ["TENSORBOARD_BINARY"] = program
    notebook.start(f"--logdir {shlex.quote(folder.as_posix())}")


def show_page(page: Path) -> None:
    """Shows a page that needs no other file, such as ``report.html``, inside the notebook."""
    from IPython.display import HTML, display

    print(page)
    if not page.is_file():
        print("This run has no report: report=true writes one.")
        return
    if page.stat().st_size > LARGEST_PAGE:
        print("It is too large to be shown here: download it, and open it in a browser.")
        return
    text = html.escape(page.read_text(encoding="utf-8"))
    frame = f'<iframe srcdoc="{text}" style="width: 100%; height: 800px; border: 0"></iframe>'
    display(HTML(f"<div>{frame}</div>"))  # type: ignore[no-untyped-call]


def show_pictures(folder: Path, most: int = 4) -> None:
    """Shows the first pictures of a folder."""
    from IPython.display import Image, display

    for path in sorted(folder.iterdir())[:most]:
        print(path.name)
        display(Image(str(path), width=448))  # type: ignore[no-untyped-call]
