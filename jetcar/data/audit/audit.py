"""All findings about a data set: errors that stop a run, warnings that do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.audit.leaks import find_leaks
from jetcar.data.audit.look import Look, look_at_all
from jetcar.data.codes import PLAIN, Codes
from jetcar.data.coding import COLOUR, INDEX, VALUE, Coding
from jetcar.data.pairs import Pairs
from jetcar.data.palettes import find_coding
from jetcar.records import wrong_in_audit
from jetcar.wording import counted

FORMAT = 3
LINES_A_KIND = 10
KEPT_A_KIND = 1000
RARE_SHARE = 1e-5
RARE_PICTURES = 3

ERRORS = {
    "missing": "images without a mask",
    "image": "images that cannot be read",
    "mask": "masks that cannot be used",
    "coding": "masks whose codes cannot be determined",
    "codes": "masks with codes that the class table does not have",
    "shape": "masks of another shape than their image",
    "nothing counts": "splits without a pixel that counts",
}
WARNINGS = {
    "table": "doubts about the class table",
    "coding": "masks that store their codes in another way",
    "leak": "splits that share views",
    "unused": "masks without an image",
    "missing": "images without a mask",
    "scale": "masks of another size than their image",
    "black and white": "masks of 0 and 255 only",
    "one value": "masks of one value only",
    "rims": "masks with smooth edges",
    "dark": "images that are almost black",
    "transparent": "images or masks with transparent pixels",
    "nothing counts": "splits without a pixel that counts",
    "class": "classes that hardly occur",
}


@dataclass
class Audit:
    """Findings about a data set.

    Attributes:
        errors: Sentences by kind, a key of ``ERRORS``; they stop a run.
        warnings: Sentences by kind, a key of ``WARNINGS``; they do not.
        splits: For each split its number of images, of masks, and by class the share of its
            pixels and the number of pictures that show it.
        leaks: How much of one split is known from another.
        coding: How the masks say their codes.
        table: Which class table they were read with: see ``classes.choose.Chosen.to_plain``.
        looks: What was seen of each picture of each split; not in ``to_plain``.
    """

    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    splits: dict[str, dict[str, Any]] = field(default_factory=dict)
    leaks: list[dict[str, Any]] = field(default_factory=list)
    coding: Coding = PLAIN
    table: dict[str, Any] = field(default_factory=dict)
    looks: dict[str, list[Look]] = field(default_factory=dict)

    def error_text(self) -> str | None:
        """All errors as text, at most ten lines a kind; None when there is none."""
        sentences = [sentence for of_kind in self.errors.values() for sentence in of_kind]
        if len(sentences) <= 1:
            return sentences[0] if sentences else None
        head = f"The data set has {len(sentences)} errors:"
        return "\n  ".join([head, *_lines(self.errors, ERRORS)])

    def share_lines(self) -> list[str]:
        """The share of each class in the pixels of each split, as the lines of a table."""
        names = list(self.splits["Train"]["share"])
        width = max(map(len, names))
        seen = {name: split for name, split in self.splits.items() if split["masks"]}
        lines = [f"{'class':<{width}}" + "".join(f"{split:>10}" for split in seen)]
        for name in names:
            shares = [100 * split["share"][name] for split in seen.values()]
            lines.append(f"{name:<{width}}" + "".join(f"{share:>8.2f} %" for share in shares))
        return lines

    def warning_lines(self) -> list[str]:
        """All warnings, at most ten lines a kind."""
        return _lines(self.warnings, WARNINGS)

    def to_plain(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        coding = {"palette": self.coding.palette, "rgb": self.coding.rgb}
        plain = asdict(replace(self, looks={}))
        del plain["looks"]
        return {"format": FORMAT, **plain, "coding": coding}


def is_audit(plain: object) -> bool:
    """Whether plain values are a whole audit without errors, as ``to_plain`` writes it.

    They come from a file, which may be half, or somebody else's.
    """
    if not isinstance(plain, dict) or wrong_in_audit(plain) is not None:
        return False
    coding = plain.get("coding")
    return (
        plain.get("format") == FORMAT
        and plain.get("errors") == {}
        and {"Train", "Val", "Test"} <= set(plain["splits"])
        and isinstance(plain.get("leaks"), list)
        and isinstance(plain.get("table"), dict)
        and isinstance(coding, dict)
        and coding.get("palette") in (INDEX, VALUE, COLOUR)
        and coding.get("rgb") in (VALUE, COLOUR)
    )


def audit(
    splits: Mapping[str, Pairs], table: ClassTable, codes: Codes, missing: Mapping[str, str]
) -> Audit:
    """Opens every pair of every split, and finds out how the masks say their codes.

    Args:
        splits: Pairs by split name; images may lack masks.
        table: The classes.
        codes: What the values of the masks mean.
        missing: The sentence about missing masks of each split that misses some.
    """
    masks = [mask for pairs in splits.values() for mask in pairs.masks if mask is not None]
    how = find_coding(masks, table)
    codes = codes.said_by(how.coding)
    found = Audit(coding=how.coding)
    for sentence in how.errors:
        _note(found.errors, "coding", sentence)
    for sentence in how.warnings:
        _note(found.warnings, "coding", sentence)
    looks = {name: look_at_all(pairs, codes, f"checking {name}") for name, pairs in splits.items()}
    found.looks = looks
    for split, sentence in missing.items():
        _note(found.warnings if split == "Test" else found.errors, "missing", sentence)
    for split, pairs in splits.items():
        for look in looks[split]:
            for kind, sentence in look.errors:
                if kind != "codes" or not how.errors:  # there are no codes to speak of then
                    _note(found.errors, kind, sentence)
            for kind, sentence in look.warnings:
                _note(found.warnings, kind, sentence)
        for mask in pairs.unused_masks:
            _note(found.warnings, "unused", f"{mask} has no image")
        found.splits[split] = _shares(pairs, looks[split], table)
    for split, of_split in looks.items():
        notes = found.warnings if split == "Test" else found.errors
        if nothing := _nothing_counts(split, of_split, codes):
            _note(notes, "nothing counts", nothing)
        elif black_and_white := _all_black_and_white(split, of_split):
            _note(notes, "black and white" if split == "Test" else "codes", black_and_white)
    leaks = find_leaks(splits, looks)
    for leak in leaks:
        _note(found.warnings, "leak", str(leak))
    found.leaks = [{**asdict(leak), "share": leak.share} for leak in leaks]
    for sentence in _rare_classes(found.splits):
        _note(found.warnings, "class", sentence)
    return found


def _note(findings: dict[str, list[str]], kind: str, sentence: str) -> None:
    of_kind = findings.setdefault(kind, [])
    if len(of_kind) < KEPT_A_KIND:
        of_kind.append(sentence)


def _shares(pairs: Pairs, looks: Sequence[Look], table: ClassTable) -> dict[str, Any]:
    counts = np.array([look.counts for look in looks]).reshape(len(looks), 256)
    pixels = counts.sum(axis=0)[list(table.codes)]
    pictures = (counts > 0).sum(axis=0)[list(table.codes)]
    total = max(1, int(counts.sum()))
    names = [c.name for c in table.classes]
    return {
        "images": len(pairs),
        "masks": sum(mask is not None for mask in pairs.masks),
        "share": dict(zip(names, (pixels / total).tolist(), strict=True)),
        "pictures": dict(zip(names, pictures.tolist(), strict=True)),
    }


def _all_black_and_white(split: str, looks: Sequence[Look]) -> str | None:
    odd = sum(kind == "black and white" for look in looks for kind, _ in look.warnings)
    if not odd or odd < sum(look.counts.any() for look in looks):
        return None
    which = f"The only mask of {split} holds" if odd == 1 else f"All {odd:,} masks of {split} hold"
    return (
        f"{which} only 0 and 255, and 255 is the code of no class. Write the code of the class in "
        "place of 255."
    )


def _nothing_counts(split: str, looks: Sequence[Look], codes: Codes) -> str | None:
    """The sentence about a split whose pixels are all ignored; None when some count."""
    pixels = np.sum([look.counts for look in looks], axis=0) if looks else np.zeros(256)
    if not pixels.any() or pixels[codes.allowed & (codes.wanted != IGNORED)].any():
        return None
    if pixels[~codes.allowed].any():
        return None  # they are reported as codes without a class
    return (
        f"No pixel of {split} counts: its masks hold nothing but {IGNORED} and the classes of "
        "data.ignore, so that nothing can be learnt from it or scored. Add masks with other "
        "classes, or ignore fewer."
    )


def _rare_classes(splits: Mapping[str, dict[str, Any]]) -> list[str]:
    train, val = splits["Train"], splits["Val"]
    never = [name for name, count in train["pictures"].items() if not count]
    rare = [
        f"{name} ({counted(count, 'picture')})"
        for name, count in train["pictures"].items()
        if count and (count < RARE_PICTURES or train["share"][name] < RARE_SHARE)
    ]
    unlearnt = [name for name in never if val["pictures"][name]]
    sentences = {
        "Train never shows": never,
        "Train hardly shows": rare,
        "Val has, but Train never shows": unlearnt,
    }
    return [f"{what} {', '.join(names)}" for what, names in sentences.items() if names]


def _lines(findings: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for kind, sentences in findings.items():
        if len(sentences) == 1:
            lines += sentences
            continue
        lines.append(f"{len(sentences)} {titles[kind]}:")
        lines += [f"  {sentence}" for sentence in sentences[:LINES_A_KIND]]
        if len(sentences) > LINES_A_KIND:
            lines.append(f"  ... and {len(sentences) - LINES_A_KIND} more")
    return lines
