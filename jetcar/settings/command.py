"""What all commands share: arguments in, checked settings, one sentence and an exit code out."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from jetcar.errors import Interrupted, UserError
from jetcar.settings.arguments import repair_arguments
from jetcar.settings.check import Settings, settings_from
from jetcar.settings.compose import Composed, compose
from jetcar.settings.schema import Data
from jetcar.settings.sentences import sentence_of
from jetcar.signals import listen
from jetcar.terminal import flush, lost_output, reader_is_gone, talk_to_terminal

BROKEN_PIPE = 141
"""The exit code of a program that was ended because nobody reads what it prints."""

log = logging.getLogger("jetcar")


class _OwnNames(logging.Filter):
    """Names settings of the data as the program does, where it has them without their section.

    What reads data says ``data.merge=...``, as for training; in ``jetcar convert`` it is
    ``merge=...``.
    """

    def __init__(self, schema: type[Any]) -> None:
        super().__init__()
        own = {field.name for field in fields(schema)}
        shared = [f.name for f in fields(Data) if f.name in own] if "source" in own else []
        # Not in a path, and not in a command for training.
        self._of_data = re.compile(
            rf"(?<![\w./\\-])(?<!train\.py )data\.(?=({'|'.join(shared)})\b)"
        )
        self._has_own = bool(shared)

    def filter(self, record: logging.LogRecord) -> bool:
        if self._has_own:
            record.msg, record.args = self._of_data.sub("", record.getMessage()), None
        return True


def run_command(
    config_name: str,
    schema: type[Settings],
    job: Callable[[Settings], int | None],
    sweep: Callable[[list[Composed]], int] | None = None,
) -> None:
    """Runs a command line program from its arguments to its exit code.

    Args:
        config_name: The file in ``conf/`` that holds the values.
        schema: The dataclass of its settings.
        job: Does the work; what it returns is the exit code, None means 0.
        sweep: Does the jobs of a sweep, and returns the exit code; None for a program without.

    Raises:
        SystemExit: always when it ends with a code other than 0: 1 after a mistake of the user,
            which is reported in one sentence, 130 after Ctrl-C, 143 after SIGTERM, 129 after the
            terminal was closed, and 141 when nobody reads its page or its lines any more.
    """
    debug = os.environ.get("JETCAR_DEBUG") == "1"
    talk_to_terminal()
    for handler in log.handlers:
        handler.addFilter(_OwnNames(schema))
    listen()
    try:
        code = _run(config_name, schema, job, sweep)
    except Interrupted as stop:
        code = 128 + stop.signum
    except KeyboardInterrupt:
        if debug:
            raise
        log.error("stopped by Ctrl-C")
        code = 130
    except Exception as error:
        if debug:
            raise
        log.error("%s", sentence_of(error))
        code = 1
    flush()
    if code:
        sys.exit(code)


def _run(
    config_name: str,
    schema: type[Settings],
    job: Callable[[Settings], int | None],
    sweep: Callable[[list[Composed]], int] | None,
) -> int:
    composed = compose(repair_arguments(sys.argv[1:], schema), config_name)
    if not composed:
        return _page_is_read()
    if not composed[0].is_job:
        code = job(settings_from(composed[0].settings, schema)) or 0
    elif sweep is None:
        raise UserError("This program has no sweeps. Leave out -m.")
    else:
        for one in composed:  # the last job's mistakes are reported before the first one trains
            settings_from(one.settings, schema)
        code = sweep(composed)
    flush()
    if (lost := lost_output()) is not None and not reader_is_gone():
        log.error("some lines could not be printed (%s); the work itself is done", lost.strerror)
    return code


def _page_is_read() -> int:
    """The exit code of a program that has printed a page and nothing else.

    Raises:
        OSError: the page could not be written.
    """
    flush()
    if reader_is_gone():
        return BROKEN_PIPE
    if (lost := lost_output()) is not None:
        raise OSError(lost.errno, lost.strerror, "standard output")
    return 0
