"""The command ``python -m jetcar.data.audit``: says what is wrong with a data set."""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging
from pathlib import Path

from jetcar.settings.command import run_command
from jetcar.settings.schema import Audit, Data
from jetcar.whole import write_json

log = logging.getLogger("jetcar")


def main(settings: Audit) -> int:
    """Looks through a data set; the exit code is 1 when it has errors."""
    from jetcar.data.prepare import gather, look_through  # slow to load for --help

    data = Data(
        source=settings.source,
        root=settings.root,
        classes=settings.classes,
        ignore=settings.ignore,
        split=settings.split,
    )
    found = look_through(gather(data, settings.seed, settings.street))
    for line in found.share_lines():
        log.info("%s", line)
    for line in found.warning_lines():
        log.warning("%s", line)
    if settings.out:
        write_json(Path(settings.out), found.to_plain())
        log.info("all findings: %s", settings.out)
    if (text := found.error_text()) is not None:
        log.error("%s", text)
        return 1
    log.info("no errors")
    return 0


def run() -> None:
    """Runs the command."""
    run_command("audit", Audit, main)


if __name__ == "__main__":
    run()
