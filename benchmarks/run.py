"""Measures how fast the program is, each part beside its alternative in the same run.

``python benchmarks/run.py`` measures everything and writes ``docs/performance.md`` (about 45
minutes on 2 cores, half of them for the memory of a whole epoch; nothing else should run
meanwhile); with names it measures those and only prints. Each benchmark is a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from machine import libraries, machine
from page import line_of, page, renewed
from rows import Bench, Row

PAGE = Path(__file__).parents[1] / "docs/performance.md"

BENCHMARKS = {
    "loading": "loading:measure",
    "step": "step:measure",
    "epoch": "epoch:measure",
    "predicting": "predicting:measure",
    "filming": "filming:measure",
    "live": "live:measure",
    "startup": "startup:measure",
    "pairing": "pairing:measure",
    "memory": "memory:measure",
    "gpu": "epoch:measure_gpu",
    "augmenting": "augmenting:measure",
    "decoders": "decoders:measure",
    "street": "street:measure",
    "checkpoints": "checkpoints:measure",
    "devices": "devices:measure",
}
"""Module and function of each; modules load what they need, and torch takes seconds."""


def main() -> int:
    """Runs what is asked for; the exit code is 1 when a benchmark could not be run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ROW", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--quick", action="store_true", help="prove in a minute that all of it runs"
    )
    parser.add_argument("--data", help="a data set of your own: a folder or a zip")
    parser.add_argument("--page", type=Path, help="write the page there")
    parser.add_argument(
        "--renew", action="store_true", help="put the rows with these names into the page anew"
    )
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}; there are {', '.join(BENCHMARKS)}")
    if arguments.renew and (not arguments.names or arguments.quick or arguments.data):
        parser.error("--renew takes the names of rows, and neither --quick nor --data")
    if arguments.into:
        return measure(arguments.names[0], arguments)
    print(f"{machine()}\n{libraries()}\n", flush=True)
    if arguments.quick:
        print("quick: so little is measured that the figures mean nothing\n", flush=True)
    found: dict[str, list[Row] | str] = {}
    for name in arguments.names or BENCHMARKS:
        found[name] = in_a_process(name, arguments)
    failed = any(isinstance(rows, str) for rows in found.values())
    where = arguments.page
    if arguments.renew:
        where = where or PAGE
        rows = [row for rows in found.values() if not isinstance(rows, str) for row in rows]
        try:
            text = renewed(where.read_text(encoding="utf-8"), rows, machine(), libraries())
        except ValueError as error:
            print(f"\n{where} stays as it is: {error}")
            return 1
        where.write_text(text, encoding="utf-8")
        print(f"\n{where}")
        return int(failed)
    if not arguments.names and not arguments.quick:
        where = where or PAGE
    if where:
        pictures = "a data set of one's own" if arguments.data else "drawn by `jetcar.street`"
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(page(found, machine(), libraries(), pictures), encoding="utf-8")
        print(f"\n{where}")
    return int(failed)


def in_a_process(name: str, arguments: argparse.Namespace) -> list[Row] | str:
    """The rows of one benchmark, or why there are none; prints them."""
    with tempfile.TemporaryDirectory(prefix=f"jetcar-{name}-") as work:
        into = Path(work) / "rows.json"
        command = [sys.executable, __file__, name, "--into", str(into)]
        command += ["--quick"] if arguments.quick else []
        command += ["--data", arguments.data] if arguments.data else []
        start = time.monotonic()
        print(f"{name} ...", flush=True)
        code = subprocess.run(command).returncode
        if code:
            print(f"{name} failed with exit code {code}", flush=True)
            return f"exit code {code}"
        quick = {"means_something": not arguments.quick}
        rows = [Row(**{**plain, **quick}) for plain in json.loads(into.read_text(encoding="utf-8"))]
    for row in rows:
        print(f"  {line_of(row)}{f'  {row.note}' if row.note else ''}")
    print(f"  {time.monotonic() - start:.0f} s", flush=True)
    return rows


def measure(name: str, arguments: argparse.Namespace) -> int:
    """Measures in this process, and writes the rows down."""
    module, function = BENCHMARKS[name].split(":")
    bench = Bench(arguments.into.parent, arguments.quick, arguments.data)
    rows = list(getattr(importlib.import_module(module), function)(bench))
    arguments.into.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
