"""How long the programs take to answer, against a bare Hydra program with one setting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rows import Bench, Row, Rows, in_turn, seconds_of

PROJECT = Path(__file__).parents[1]

BARE = """
import hydra

@hydra.main(version_base="1.3", config_path=".", config_name="bare")
def main(config):
    pass

main()
"""


def measure(bench: Bench) -> Rows:
    """Help pages and settings; neither needs torch."""
    (bench.work / "bare.py").write_text(BARE, encoding="utf-8")
    (bench.work / "bare.yaml").write_text("lr: 0.1\n", encoding="utf-8")
    bare = _command(bench, bench.work / "bare.py", "--help")
    for program, *arguments in (
        ("train.py", "--help"),
        ("train.py", "--cfg", "job"),
        ("predict.py", "--help"),
    ):
        ours = _command(bench, PROJECT / program, *arguments)
        yield Row(
            " ".join(["python", program, *arguments]),
            "a bare Hydra program's --help",
            "s",
            *in_turn(ours, bare, bench.size(15, 1)),
            1.3,
            at_most=True,
        )


def _command(bench: Bench, program: Path, *arguments: str):
    command = [sys.executable, str(program), *arguments]
    return seconds_of(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=bench.work)
    )
