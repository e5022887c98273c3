"""The command ``jetcar``, or ``python -m jetcar``: one name for every program."""

from __future__ import annotations

import jetcar.early

# isort: split
import importlib
import sys

import jetcar
from jetcar.terminal import flush, talk_to_terminal
from jetcar.wording import did_you_mean, printable

PROGRAMS = {
    "train": ("jetcar.training.__main__", "train a network on pictures and masks"),
    "predict": ("jetcar.prediction.__main__", "the masks of pictures, with pages to look at"),
    "live": ("jetcar.live.__main__", "a page of what a camera or a film shows, or of a training"),
    "audit": ("jetcar.data.audit.__main__", "say what is wrong with a data set"),
    "convert": ("jetcar.data.source.__main__", "make a data set of what a labelling tool exports"),
    "next": ("jetcar.prediction.next.__main__", "say which pictures are worth labelling next"),
    "street": ("jetcar.street.__main__", "draw training data of the built-in street"),
    "export": ("jetcar.export.__main__", "write what the car, or another program, loads"),
}
"""The module that runs each program, and what it does."""


def main() -> None:
    """Runs the program that the first argument names.

    Raises:
        SystemExit: with the program's exit code when it is not 0; 1 when there is no such program.
    """
    first = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if first in PROGRAMS:
        # The program reads its own settings, and names itself in its messages.
        sys.argv[:2] = [f"jetcar {first}"]
        importlib.import_module(PROGRAMS[first][0]).run()
        return
    talk_to_terminal()
    if first in ("-h", "--help"):
        print(_page())
    elif first == "--version":
        print(f"jetcar {jetcar.__version__}")
    else:
        hint = did_you_mean(first, PROGRAMS, f"There are {', '.join(PROGRAMS)}.")
        print(f"jetcar has no program {printable(first)}. {hint}", file=sys.stderr)
        flush()
        sys.exit(1)
    flush()


def _page() -> str:
    lines = "\n".join(f"  jetcar {name:<9}{what}" for name, (_, what) in PROGRAMS.items())
    return (
        "Teaches a small car to see its street.\n\n"
        f"{lines}\n\n"
        "Each explains itself: jetcar train --help. Settings are given as name=value.\n"
        "jetcar --version says which version this is."
    )


if __name__ == "__main__":
    main()
