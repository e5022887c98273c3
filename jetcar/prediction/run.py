"""What ``predict.py`` does: finds checkpoint, pictures and masks, and predicts."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from jetcar.classes import CLASSES_FILE, differences, find_file, load_table
from jetcar.config import Predict, street_from
from jetcar.data.codes import Codes
from jetcar.data.layout import IMAGE_SUFFIXES, split_folder, subfolder
from jetcar.data.pairs import Pairs, find_pairs
from jetcar.data.source import fetch
from jetcar.errors import UserError
from jetcar.model.checkpoint import Card, chosen_checkpoint
from jetcar.model.device import choose_device, choose_precision
from jetcar.model.fold import folded
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.deliver import Delivery, dataset_of
from jetcar.prediction.place import Owner
from jetcar.prediction.predict import Targets, Trained, predict
from jetcar.prediction.report.facts import PICTURES, facts_of_checkpoint
from jetcar.prediction.report.other import Other
from jetcar.prediction.report.report import Report
from jetcar.prediction.score import score_table

log = logging.getLogger(__name__)


def run_prediction(settings: Predict) -> dict[str, Path]:
    """Predicts what the settings ask for.

    Returns:
        Where things were written, by what they are.

    Raises:
        UserError: checkpoint or pictures are missing or cannot be used; nothing is written then.
    """
    path = chosen_checkpoint(settings.checkpoint, settings.runs)
    card, network = read_trained(path)
    log.info("checkpoint %s: epoch %d, %s %.4f", path, card.epoch, card.monitor, card.score)
    device = choose_device(settings.device)
    pairs, out = _pictures(settings, card, path)
    trained = Trained(
        network=folded(network, *card.image_size),
        table=card.table,
        codes=_codes_of_masks(settings, card, pairs),
        image_size=card.image_size,
        device=device,
        precision=choose_precision(settings.precision, device),
    )
    targets = Targets(
        masks=out,
        zip_path=out.with_name(f"{out.name}.zip") if settings.zip else None,
        overlays=out.with_name(f"{out.name}_overlays") if settings.overlays else None,
        delivery=Delivery.to(
            settings.layout, _dataset_of_tools(settings, card, pairs), Owner.of(card)
        ),
    )
    what = f"predicting {len(pairs)}"
    page = out.with_name(f"{out.name}_report.html") if settings.report else None
    if page is None:
        counter = predict(trained, pairs, targets, settings.batch_size, what)
    else:
        other = Other(settings.compare, pairs, card.table) if settings.compare else None
        with Report(page, card.table, settings.report_pictures) as report:
            gallery = report.gallery(PICTURES, pairs, other)
            targets = replace(targets, gallery=gallery)
            counter = predict(trained, pairs, targets, settings.batch_size, what)
            title = Path(pairs.images[0]).parent.name
            report.write(facts_of_checkpoint(card, path, title, counter))
    if counter is not None:
        log.info("%s", score_table(counter.scores, card.table, "class"))
    written = {
        f"{len(pairs)} masks": out,
        "zip": targets.zip_path,
        "overlays": targets.overlays,
        "report": page,
    }
    return {what: where for what, where in written.items() if where is not None}


def _pictures(settings: Predict, card: Card, checkpoint: Path) -> tuple[Pairs, Path]:
    """Pictures with the masks that are there, and the folder for the predictions."""
    if settings.images is None:
        folder, masks = _of_run(card)
        near = checkpoint.parent.parent / "predictions"
    else:
        folder = Path(settings.images).expanduser()
        masks = Path(settings.masks).expanduser() if settings.masks else _masks_beside(folder)
        near = Path("predictions") / folder.stem
    out = Path(settings.out).expanduser() if settings.out else near
    if folder.is_file():
        pairs = find_pairs(folder.parent, masks)
        place = [i for i, image in enumerate(pairs.images) if Path(image).name == folder.name]
        pairs = Pairs([pairs.images[i] for i in place], [pairs.masks[i] for i in place], [])
    elif folder.is_dir():
        pairs = find_pairs(folder, masks)
    else:
        raise UserError(f"images={folder} is neither a folder nor a file. Check the path.")
    if settings.masks and not any(pairs.masks):
        raise UserError(f"masks={masks} has no mask for any picture of {folder}. Check the path.")
    if not pairs.images:
        raise UserError(f"{folder} holds no picture ({', '.join(IMAGE_SUFFIXES)}). Name another.")
    if out.resolve() == Path(pairs.images[0]).parent.resolve():
        raise UserError(f"out={out} is the folder of the pictures. Choose another folder.")
    return pairs, out


def _of_run(card: Card) -> tuple[Path, Path | None]:
    data, street = card.settings["data"], card.settings.get("street")
    dataset = fetch(
        data["source"],
        Path(data["root"]),
        street_from(street),
        may_download=False,
    )
    for split in ("Test", "Val"):
        if (images := split_folder(dataset, "Img", split)) is not None:
            log.info("pictures of %s: %s", split, images)
            return images, split_folder(dataset, "Mask", split)
    raise UserError(f"{dataset} has neither Img/Test nor Img/Val. Name pictures with images=...")


def _dataset_of_tools(settings: Predict, card: Card, pairs: Pairs) -> Path | None:
    """The data set of the pictures, unless we unpacked it: no tool looks at that copy."""
    source = Path(card.settings["data"]["source"]).expanduser()
    if settings.images is None and not source.is_dir():
        return None
    return dataset_of(pairs.images[0])


def _codes_of_masks(settings: Predict, card: Card, pairs: Pairs) -> Codes:
    """What the true masks' values mean; their data set may have a class table of its own.

    Raises:
        UserError: that table differs from the checkpoint's, and ``remap`` is not set.
    """
    mask = next((mask for mask in pairs.masks if mask is not None), None)
    dataset = Path(mask).parent.parent.parent if mask else None
    if dataset is None or find_file(dataset, CLASSES_FILE) is None:
        return Codes.of(card.table, card.ignored)
    table = load_table("auto", dataset)
    if not (rows := differences(card.table, table)):
        return Codes.of(card.table, card.ignored)
    if not settings.remap:
        raise UserError(
            f"The masks in {dataset} have other codes than the checkpoint (code: checkpoint | "
            f"masks): {'; '.join(rows[:10])}. Match them by name with remap=true, or predict "
            "without masks from another folder."
        )
    known = {c.name for c in table.classes}
    return Codes.of(table, [name for name in card.ignored if name in known], network=card.table)


def _masks_beside(images: Path) -> Path | None:
    """``Mask/Val`` beside ``Img/Val``, or ``Mask`` beside ``Img``, if it is there."""
    folder = (images if images.is_dir() else images.parent).resolve()
    if folder.name.lower() == "img":
        return subfolder(folder.parent, "Mask")
    if folder.parent.name.lower() == "img":
        return split_folder(folder.parent.parent, "Mask", folder.name)
    return None
