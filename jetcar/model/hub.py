"""Where the ImageNet weights of encoders come from: asked once whether it answers, no retries."""

from __future__ import annotations

import functools
import logging
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import constants

ANSWER_SECONDS = 5.0
LIBRARY = logging.getLogger("huggingface_hub")


@functools.lru_cache(maxsize=1)
def hub_answers() -> bool:
    """Whether the weights' host answers at all within some seconds."""
    if constants.HF_HUB_OFFLINE:
        return False
    answered = threading.Event()

    def ask() -> None:
        try:
            urllib.request.urlopen(
                urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=ANSWER_SECONDS
            ).close()
        except urllib.error.HTTPError:  # an answer too
            answered.set()
        except OSError as error:
            # Its certificate is a matter between the library and its own list of them.
            if isinstance(getattr(error, "reason", error), ssl.SSLError):
                answered.set()
        else:
            answered.set()

    # In a thread, as looking up a name knows no time limit.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answered.is_set()


@contextmanager
def hub_or_disk() -> Iterator[None]:
    """Within the block weights come from their host, or from this disk alone where it is silent.

    The library would ask a silent host for half a minute, with a line for each try.
    """
    former, level = constants.HF_HUB_OFFLINE, LIBRARY.level
    constants.HF_HUB_OFFLINE = former or not hub_answers()
    LIBRARY.setLevel(logging.ERROR)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = former
        LIBRARY.setLevel(level)
