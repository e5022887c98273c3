"""What ``predict.py`` does: finds checkpoint, pictures and masks, and predicts."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from jetcar.data.audit.audit import WARNINGS
from jetcar.data.codes import Codes
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.chosen import chosen_checkpoint
from jetcar.model.device import choose_device, devices_of
from jetcar.model.fold import folded
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.choose import choose_pictures
from jetcar.prediction.deliver import Delivery, dataset_of, deliver
from jetcar.prediction.early import refuse_early
from jetcar.prediction.film.named import named_film
from jetcar.prediction.film.run import run_film
from jetcar.prediction.outputs import Outputs
from jetcar.prediction.place import Owner
from jetcar.prediction.predict import Predictions, Sinks, predict_into
from jetcar.prediction.prelabels import refuse_corrected, write_prelabels
from jetcar.prediction.report.facts import PICTURES, facts_of_checkpoint
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.report import Report
from jetcar.prediction.scales import at_scales
from jetcar.prediction.score import PixelCounter, score_table
from jetcar.prediction.trained import Trained, trained_of
from jetcar.prediction.truth import codes_of_truth
from jetcar.settings.rules import LABEL_LAYOUTS
from jetcar.settings.schema import Predict
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

NAMED = 20
"""Pictures that cannot be read which are named one by one; the page names all."""


def run_prediction(settings: Predict) -> dict[str, Path]:
    """Predicts what the settings ask for.

    A picture that cannot be read is left out of everything, and told; the others are written.

    Returns:
        Where things were written, by what they are.

    Raises:
        UserError: checkpoint or pictures are missing or cannot be used, or something is in the way
            that this program did not write; nothing is written then. Or some pictures cannot be
            read; the others are written by then.
    """
    refuse_early(settings)
    film = named_film(settings.images, settings.film)
    path = chosen_checkpoint(settings.checkpoint, settings.runs)
    card, network = read_trained(path)
    monitor = printable(card.monitor)
    log.info("checkpoint %s: epoch %d, %s %.4f", path, card.epoch, monitor, card.score)
    if film is not None:
        codes, device = Codes.of(card.table, []), choose_device(settings.device)
        return run_film(settings, film, _trained(settings, card, network, codes, device))
    chosen = choose_pictures(settings, card, path)
    pairs = chosen.pairs
    devices = devices_of(settings.devices, choose_device(settings.device))
    codes = codes_of_truth(settings, card, pairs)
    trained = _trained(settings, card, network, codes, devices[0])
    wished = Outputs.of(chosen.out, settings.zip, settings.overlays, settings.report)
    outputs = replace(wished, is_runs=chosen.is_runs, is_whole=chosen.is_whole)
    dataset = dataset_of(pairs.images[0]) if chosen.is_owners else None
    is_for_tool = settings.layout in LABEL_LAYOUTS
    refuse_corrected(chosen.out, settings.layout)
    delivery = Delivery.to("plain" if is_for_tool else settings.layout, dataset, Owner.of(card))
    other = OtherPrediction(settings.compare, pairs, card.table) if settings.compare else None
    sinks = Sinks(
        viewer=delivery.viewer,
        zip_folder=delivery.zip_folder,
        at_full_size=True,
        skips_unreadable=True,
    )
    work = partial(predict_into, trained=trained, pairs=pairs, batch_size=settings.batch_size)
    work = partial(work, what=f"predicting {len(pairs)}", devices=devices)
    fault: Exception | None = None
    with outputs.replaced(pairs.images, delivery.viewer) as aside:
        sinks = replace(sinks, aside=aside)
        if aside.page is None:
            done = work(sinks)
        else:
            with Report(aside.page, card.table, settings.report_pictures) as report:
                sinks = replace(sinks, gallery=report.gallery(PICTURES, pairs, other))
                done = work(sinks)
                title = Path(pairs.images[0]).parent.name
                try:
                    facts = facts_of_checkpoint(card, path, title, done.counter)
                    report.write(replace(facts, missing=[*facts.missing, *_left_out(done)]))
                except Exception as error:  # the masks are worth more than the page
                    fault = error
    deliver(outputs.masks, outputs.zip_path, done.written, trained.table, delivery)
    tool = None
    if is_for_tool:
        tool = write_prelabels(settings.layout, outputs.masks, done.written, trained.table)
    if done.counter is not None:
        _tell_scores(done.counter, card)
    if fault is not None:
        raise fault
    written = {
        counted(len(done.written), "mask"): outputs.masks,
        "zip": outputs.zip_path,
        "overlays": outputs.overlays,
        "report": outputs.page,
        "labels": tool,
    }
    written_to = {what: where for what, where in written.items() if where is not None}
    if done.unreadable:
        raise _incomplete(done, len(pairs), written_to)
    return written_to


def tell_where(written: dict[str, Path]) -> None:
    """Says what lies where."""
    for what, where in written.items():
        log.info("%s: %s", what, where)


def _trained(
    settings: Predict, card: Card, network: nn.Module, codes: Codes, device: torch.device
) -> Trained:
    scaled = at_scales(folded(network, *card.image_size), settings.scales)
    return trained_of(card, scaled, codes, device, settings.precision)


def _left_out(done: Predictions) -> list[str]:
    """For the page: what is not on it, and counted nowhere."""
    return [f"Left out, and counted in no score: {error}" for error in done.unreadable]


def _incomplete(done: Predictions, total: int, written: dict[str, Path]) -> UserError:
    """Says where the others are, names the pictures that are missing, and makes an error of it."""
    tell_where(written)
    unreadable = done.unreadable
    for error in unreadable[:NAMED]:
        log.warning("left out: %s", error)
    if len(unreadable) > NAMED:
        log.warning("left out: %d more", len(unreadable) - NAMED)
    is_one = len(unreadable) == 1
    masks = counted(len(done.written), "mask")
    return UserError(
        f"{len(unreadable)} of {counted(total, 'picture')} could not be read and "
        f"{'is' if is_one else 'are'} missing from masks and scores; {masks} "
        f"{'is' if len(done.written) == 1 else 'are'} written. Mend or remove "
        f"{'it' if is_one else 'them'}, and predict again."
    )


def _tell_scores(counter: PixelCounter, card: Card) -> None:
    """Says the scores, at which size they were counted, and what is odd with the true masks."""
    for kind, sentences in counter.oddities.items():
        many = f"{len(sentences)} true {WARNINGS[kind]}, first: " if len(sentences) > 1 else ""
        log.warning("%s%s", many, printable(sentences[0], longest=1000))
    if not counter.counts.any():
        log.warning("no pixel of the true masks counts, so that there is no score")
        return
    log.info("%s", score_table(counter.scores, card.table, "class", card.ignored))
    if counter.road is not None:
        log.info("%s", counter.road.in_words())
    log.info(
        "counted at the size of each picture, as its mask is; %s in training at %d x %d",
        printable(card.monitor),
        *reversed(card.image_size),
    )
