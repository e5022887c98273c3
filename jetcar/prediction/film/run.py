"""What ``predict.py`` does with moving pictures: opens them, predicts, and says what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from jetcar.errors import UserError
from jetcar.model.memory import freed_memory_kept
from jetcar.prediction.film.ahead import Ahead
from jetcar.prediction.film.drawing import Drawing
from jetcar.prediction.film.encoder import Encoder, chosen_codec
from jetcar.prediction.film.named import Named
from jetcar.prediction.film.place import film_place, frames_place, refuse_foreign
from jetcar.prediction.film.predict import FilmSink, FolderSink, Sink, Watched, watch
from jetcar.prediction.film.signed import sign, source_key
from jetcar.prediction.film.source import Frame, Source, no_frame, opened
from jetcar.prediction.outputs import Outputs
from jetcar.prediction.signature import pictures_key
from jetcar.prediction.trained import Trained
from jetcar.prediction.viewers import VIEWERS
from jetcar.prediction.writer import PictureFolder
from jetcar.progress import progress
from jetcar.settings.schema import Predict
from jetcar.signals import ended_by_signal
from jetcar.whole import whole_file
from jetcar.wording import counted

log = logging.getLogger(__name__)

FRAMES = "frames"
"""The value of ``film`` that asks for a mask of each frame."""


def run_film(settings: Predict, named: Named, trained: Trained) -> dict[str, Path]:
    """Predicts moving pictures.

    Returns:
        Where things were written, by what they are.

    Raises:
        UserError: the source cannot be opened, or what is in the way of its film was not written by
            this program; nothing is written then. Or the source is damaged, cut off or has
            dropped; what there was of it is written.
    """
    with opened(named, settings.rate) as source:
        if settings.film == FRAMES:
            done, written = _frames(settings, named, trained, source)
        else:
            done, written = _film(settings, named, trained, source)
        missing = source.missing
    for what, where in written.items():
        log.info("%s: %s", what, where)
    _tell(done, settings.smooth)
    if missing:
        raise UserError(f"{missing}. What there was of it is written.")
    return {}


def _film(
    settings: Predict, named: Named, trained: Trained, source: Source
) -> tuple[Watched, dict[str, Path]]:
    key = source_key(named)
    path = film_place(named, settings.out, key)
    chosen_codec()  # told before anything is predicted
    is_new = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            file = stack.enter_context(whole_file(path))
            encoding = stack.enter_context(ExitStack())

            def sink_of(frame: Frame) -> Sink:
                height, width = frame.image.shape[:2]
                drawing = Drawing(settings.film or "overlay", height, width, trained.table)
                rate = source.rate / settings.every
                return FilmSink(drawing, encoding.enter_context(Encoder(file, drawing.size, rate)))

            done = _watch(settings, named, trained, source, sink_of)
            encoding.close()
            sign(file, key)
            refuse_foreign(path, key)  # it may have come in the hours since
    except BaseException:
        if is_new and not any(path.parent.iterdir()):
            path.parent.rmdir()
        raise
    return done, {f"film of {counted(done.frames, 'frame')}": path}


def _frames(
    settings: Predict, named: Named, trained: Trained, source: Source
) -> tuple[Watched, dict[str, Path]]:
    place = frames_place(named, settings.out)
    outputs = Outputs.of(place, settings.zip, settings.overlays, False)
    # No frame has a file; its name in the film's place tells the masks of two films apart.
    names = [f"{named.place}/{named.stem}"]
    key = pictures_key(names[0])
    with outputs.replaced(names, VIEWERS["plain"]) as aside, ExitStack() as stack:
        masks = stack.enter_context(PictureFolder(aside.masks, aside.zip_path, is_aside=True))
        overlays = None
        if aside.overlays is not None:
            overlays = stack.enter_context(PictureFolder(aside.overlays, is_aside=True))

        def name_of(frame: Frame) -> str:
            names.append(f"{named.place}/{frame.name}.png")
            return names[-1]

        sink = FolderSink(masks, overlays, trained.table, key, name_of)
        done = _watch(settings, named, trained, source, lambda frame: sink)
    written = {
        counted(done.frames, "mask"): outputs.masks,
        "zip": outputs.zip_path,
        "overlays": outputs.overlays,
    }
    return done, {what: where for what, where in written.items() if where is not None}


def _watch(
    settings: Predict,
    named: Named,
    trained: Trained,
    source: Source,
    sink_of: Callable[[Frame], Sink],
) -> Watched:
    """Predicts until the frames are over, or somebody ends what has no end of its own.

    Raises:
        UserError: there was no frame at all.
    """
    total = -(-source.total // settings.every)
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept(trained.device, every_size=False))
        ahead = stack.enter_context(
            Ahead(source, settings.every, settings.batch_size, named.is_live)
        )
        if named.is_live:
            stack.enter_context(ended_by_signal(ahead.stop))
            log.info("%s is being watched; Ctrl-C ends the film", named.title)
        advance = stack.enter_context(progress(f"predicting {named.stem}", total, "frames"))
        done = watch(trained, ahead, settings.smooth, sink_of, advance)
    if ahead.dropped:
        log.info("%s came too fast and were passed over", counted(ahead.dropped, "frame"))
    if not done.frames:
        raise no_frame(named, source)
    return done


def _tell(done: Watched, smooth: float) -> None:
    if done.flicker is None:
        return
    before = ""
    if done.flicker_before is not None:
        before = f", {100 * done.flicker_before:.2f} % without smooth={smooth:g}"
    log.info("%.2f %% of the pixels change from a frame to the next%s", 100 * done.flicker, before)
