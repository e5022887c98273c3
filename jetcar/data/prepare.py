"""From the settings of the data to checked pairs: the part of a run that needs no torch."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from jetcar.classes import ClassTable
from jetcar.classes.choose import Chosen
from jetcar.data.audit.audit import Audit, audit, is_audit
from jetcar.data.audit.doubts import table_doubts
from jetcar.data.codes import Codes
from jetcar.data.coding import Coding
from jetcar.data.fingerprint import fingerprint, listing_key
from jetcar.data.labels.class_codes import AUTO, Choices
from jetcar.data.layout import CONVERTED
from jetcar.data.other_sources import train_pairs_of
from jetcar.data.own_table import own_table
from jetcar.data.pairs import Pairs, find_split, joined, missing_masks
from jetcar.data.palettes import known_coding
from jetcar.data.source.fetch import fetch
from jetcar.data.split import split_by_view
from jetcar.errors import UserError
from jetcar.settings.schema import Data
from jetcar.settings.sources import sources_of
from jetcar.settings.street import Street
from jetcar.whole import NO_RIGHT, NO_ROOM, write_json
from jetcar.wording import counted

log = logging.getLogger(__name__)

FINGERPRINT = "fingerprint"
"""Where the note about a data set that was looked through holds its fingerprint."""


@dataclass(frozen=True)
class Prepared:
    """A data set that has been looked through.

    Attributes:
        dataset: Its folder on a local disk; of several, that of the last one.
        splits: Pairs of Train, Val and Test; only images of Test may lack masks. Train has the
            pictures of all data sets, one set after the other; Val and Test are the last one's.
        table: The classes.
        chosen: The class table of the masks, and where it was taken from.
        ignored: Names of the classes that count nowhere.
        codes: What the values of the masks mean.
        listing_key: A key of the names and sizes of its files, the same on every machine.
        fingerprint: A key of what training sees of it, likewise; empty before it was looked
            through.
        audit: What was found, as plain values.
        parts: Pictures of each data set in Train.
    """

    dataset: Path
    splits: dict[str, Pairs]
    table: ClassTable
    chosen: Chosen
    ignored: list[str]
    codes: Codes
    listing_key: str
    fingerprint: str = ""
    audit: dict[str, Any] = field(default_factory=dict)
    parts: tuple[int, ...] = ()


def prepare_data(settings: Data, seed: int, street: Street | None = None) -> Prepared:
    """Fetches a data set, pairs its files and opens every one of them once.

    A data set that was looked through before, with the same files and classes, is not opened
    again. Says how many images there are, and what is odd.

    Args:
        settings: Where the data is, and what its masks mean.
        seed: Decides a new split, where one is asked for.
        street: What the built-in street looks like; needed where it is the source.

    Raises:
        UserError: there is no data set, or it has errors, which are all told.
    """
    found = gather(settings, seed, street)
    seen = _audited(Path(settings.root).expanduser(), found)
    coding = Coding.of(found.table, seen["coding"]["palette"], seen["coding"]["rgb"])
    codes = found.codes.said_by(coding)
    return replace(found, audit=seen, codes=codes, fingerprint=seen[FINGERPRINT])


def gather(
    settings: Data, seed: int, street: Street | None = None, may_download: bool = True
) -> Prepared:
    """The same without opening the pictures; images of any split may lack masks.

    Raises:
        UserError: there is no data set, or its folders or class table cannot be used.
    """
    root = Path(settings.root).expanduser()
    *others, source = sources_of(settings.source)
    dataset = fetch(source, root, street, may_download, choices_of(settings))
    splits = _splits(settings, dataset, seed)
    counts = ", ".join(f"{len(pairs)} {split}" for split, pairs in splits.items())
    log.info("data set %s: %s images", dataset, counts)
    # What the last data set holds decides about all: its classes, its Val and its Test.
    is_converted = (dataset / CONVERTED).is_file()  # then its masks are in the codes of its table
    chosen = own_table(AUTO if is_converted else settings.classes, dataset, splits)
    log.info("class table: %s", chosen)
    table, ignored = chosen.table, list(settings.ignore)
    codes = Codes.of(table, ignored)
    further = [train_pairs_of(one, table, root, street, may_download) for one in others]
    for one, pairs in zip(others, further, strict=True):
        log.info("further training pictures, of %s: %d", one, len(pairs))
    parts = tuple(len(pairs) for pairs in (*further, splits["Train"]))
    splits["Train"] = joined([*further, splits["Train"]])
    key = listing_key(splits)
    return Prepared(dataset, splits, table, chosen, ignored, codes, key, parts=parts)


def choices_of(settings: Data) -> Choices | None:
    """What the settings say about the export of a labelling tool; None where they are older."""
    if settings.merge == MISSING:
        return None
    return Choices(
        settings.classes,
        settings.unlabelled,
        settings.merge or {},
        settings.nearest_color,
        settings.line_width,
    )


def with_coding(data: Prepared) -> Prepared:
    """The same data, read as its masks say their codes; only the audit knows that already.

    Raises:
        UserError: the masks cannot be told apart.
    """
    masks = [mask for pairs in data.splits.values() for mask in pairs.masks if mask is not None]
    return replace(data, codes=data.codes.said_by(known_coding(masks, data.chosen.table)))


def remapped(data: Prepared, table: ClassTable) -> Prepared:
    """The same data for a network with other codes; classes are matched by name.

    Raises:
        UserError: a class of the data is not in the network's table.
    """
    codes = Codes.of(data.table, data.ignored, network=table)
    return replace(data, table=table, codes=codes.said_by(data.codes.coding))


def look_through(data: Prepared) -> Audit:
    """Opens every pair of the splits."""
    missing = {
        split: sentence
        for split, pairs in data.splits.items()
        if (split != "Test" or any(pairs.masks))
        and (sentence := missing_masks(data.dataset, split, pairs))
    }
    found = audit(data.splits, data.table, data.codes, missing)
    found.table = data.chosen.to_plain()
    if doubts := table_doubts(data.chosen, data.splits):
        found.warnings = {"table": doubts, **found.warnings}
    return found


def _splits(settings: Data, dataset: Path, seed: int) -> dict[str, Pairs]:
    anew = settings.split == "by_view"
    splits = {
        split: find_split(dataset, split, allow_missing=True, optional=optional)
        for split, optional in (("Train", False), ("Val", anew), ("Test", True))
    }
    if anew:
        if len(splits["Train"]) + len(splits["Val"]) == 1:
            raise UserError(
                f"{dataset} has a single picture for Train and Val, which cannot be divided. Add "
                "pictures of other views, or use data.split=folders."
            )
        splits["Train"], splits["Val"] = split_by_view(splits["Train"], splits["Val"], seed)
        if not splits["Val"].images:
            raise UserError(
                f"All pictures of {dataset} show one view, as far as names and contents tell. Add "
                "pictures of other views, or use data.split=folders."
            )
    return splits


def _audited(root: Path, data: Prepared) -> dict[str, Any]:
    """The audit of these files, from an earlier look at them if there was one."""
    path = root / "audits" / f"{data.listing_key}-{_meaning(data)}.json"
    if (plain := _former(path)) is not None:
        if odd := sum(map(len, plain["warnings"].values())):
            log.info("these files were checked before: %s, see %s", counted(odd, "warning"), path)
        for doubt in plain["warnings"].get("table", []):
            log.warning("%s", doubt)
        return plain
    found = look_through(data)
    for line in found.warning_lines():
        log.warning("%s", line)
    if (text := found.error_text()) is not None:
        raise UserError(text)
    plain = {**found.to_plain(), FINGERPRINT: fingerprint(data.splits)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, plain)
    except OSError as error:
        if error.errno not in (*NO_ROOM, *NO_RIGHT):
            raise
        log.info(
            "%s cannot be written (%s), so these files are checked again the next time",
            path,
            error.strerror,
        )
    return plain


def _meaning(data: Prepared) -> str:
    """Changes with the classes and the time of every file, as a new mask may be as large."""
    digest = hashlib.sha256(
        json.dumps([data.table.to_plain(), data.ignored, data.chosen.to_plain()]).encode()
    )
    for pairs in data.splits.values():
        for path in (*pairs.images, *filter(None, pairs.masks)):
            digest.update(str(_time_of(path)).encode())
    return digest.hexdigest()[:8]


def _time_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:  # a broken link, reported when it is opened
        return None


def _former(path: Path) -> dict[str, Any] | None:
    """What an earlier look has written; None when there is nothing that can be read."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return plain if is_audit(plain) and isinstance(plain.get(FINGERPRINT), str) else None
