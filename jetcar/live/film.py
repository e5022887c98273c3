"""What ``jetcar live`` does with a camera or a film: a network looks, and browsers see it."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from pathlib import Path

from jetcar.data.codes import Codes
from jetcar.errors import UserError
from jetcar.live.early import ENDED, OPEN
from jetcar.live.film_page import FilmPage
from jetcar.live.repeated import Repeated
from jetcar.live.server import Server
from jetcar.model.chosen import chosen_checkpoint
from jetcar.model.device import choose_device
from jetcar.model.fold import folded
from jetcar.model.memory import freed_memory_kept
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.film.ahead import Ahead
from jetcar.prediction.film.named import Named
from jetcar.prediction.film.predict import watch
from jetcar.prediction.film.source import Source, opened
from jetcar.prediction.trained import Trained, trained_of
from jetcar.settings.schema import Live
from jetcar.signals import ended_by_signal

log = logging.getLogger(__name__)


def show_film(settings: Live, named: Named) -> None:
    """Shows what a network makes of moving pictures, until a signal ends it.

    Raises:
        UserError: the source cannot be opened, or has dropped; or no port is free.
    """
    path = chosen_checkpoint(settings.checkpoint, settings.runs)
    card, network = read_trained(path)
    log.info("checkpoint %s", path)
    network = folded(network, *card.image_size)
    codes = Codes.of(card.table, [])
    device = choose_device(settings.device)
    trained = trained_of(card, network, codes, device, settings.precision)
    end = threading.Event()
    with ExitStack() as stack:
        source: Source
        if named.is_live:
            source = stack.enter_context(opened(named, settings.rate))
        else:
            source = Repeated(named, settings.rate, end)
        page = FilmPage(named.title, str(path), trained.table, Path(settings.snapshots))
        server = stack.enter_context(Server(page.routes(), settings.port))
        log.info(OPEN, server.url)
        is_ended = look(trained, source, page, end)
    if not is_ended:
        why = source.missing or f"{named.title} has ended"
        raise UserError(f"{why}. The same command begins again.")
    log.info(ENDED)


def look(trained: Trained, source: Source, page: FilmPage, end: threading.Event) -> bool:
    """Looks at the newest frame again and again, until they end or a signal comes.

    Args:
        trained: The network.
        source: The frames.
        page: Shows them.
        end: Set to have the source wait for no further frame.

    Returns:
        Whether it was a signal.
    """
    asked = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept(trained.device, every_size=False))
        # One frame waits at most, and a newer one takes its place.
        ahead = stack.enter_context(Ahead(source, 1, 1, is_live=True, longest=1))
        stack.callback(end.set)  # it may wait for the time of the next frame

        def stop() -> None:
            asked.set()
            end.set()
            ahead.stop()

        stack.enter_context(ended_by_signal(stop))
        watch(trained, ahead, 0.0, lambda frame: page, lambda done: None)
    return asked.is_set()
