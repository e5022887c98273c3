"""The page of a data set before anything is trained on it: pictures, masks, and what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from jetcar.classes import IGNORED
from jetcar.data.audit.audit import Audit
from jetcar.data.audit.leaks import SIDES, Match, find_matches
from jetcar.data.audit.look import Look
from jetcar.data.coding import Coding
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels, read_image, resize_image, resize_mask
from jetcar.data.prepare import Prepared
from jetcar.errors import UserError
from jetcar.prediction.report.packing import as_json, pack_codes, pack_image
from jetcar.prediction.report.page import environment, of_viewer, shell, warnings_of
from jetcar.prediction.report.palette import safe_colors
from jetcar.prediction.report.shelf import Shelf
from jetcar.progress import progress
from jetcar.whole import write_whole
from jetcar.wording import counted

ALIKE = "alike"
"""The part of the page that holds pictures of two splits beside each other."""

SIDE = 480
"""Pixels of the longer side of a picture on the page."""

BLANK = np.full((120, 160, 3), 128, np.uint8)
"""Stands for a picture that cannot be read."""

SIZES = 12
"""Lines of the table of sizes, the commonest first."""

ERROR, WARNING, LIKE = 100, 10, 1
"""How much each finding about a picture counts, where the most doubtful come first."""

ORDERS = (("doubt", "suspicious first"), ("most", "most of a class first"), ("name", "by name"))
HOW = {"name": "one view by its name", "exact": "the same file", "near": "a near copy"}

Row = dict[str, Any]


def page_of(dataset: Path) -> Path:
    """The page of a data set, where the program was started."""
    folder = dataset.resolve()
    folder = folder.parent if folder.name.lower() == "dataset" else folder
    return Path("audits", f"{folder.name or 'data'}.html")


def write_data_page(path: Path, data: Prepared, found: Audit, shown: int | None) -> None:
    """Writes the page, whole; where it holds many pictures, with a folder of them beside it.

    Args:
        path: Where to; replaced if it is there.
        data: The data set; it may have errors.
        found: What was found in it.
        shown: Pictures of each split that it shows, up to half of them those that are suspicious,
            and as many pairs of look-alikes; None shows all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    coding = Coding.of(data.table, found.coding.palette, found.coding.rgb)
    with closing(Shelf(path.with_name(f"{path.stem}_files"), may_drop=False)) as shelf:
        maker = _Maker(data, found, coding, shelf)
        splits = {name: maker.rows(name, shown) for name, one in data.splits.items() if len(one)}
        if maker.matches:
            splits[ALIKE] = maker.alike(shown)
        shelf.settle()
        write_whole(path, _page(path.stem, data, found, splits, len(maker.matches), shelf))


class _Maker:
    """Makes the rows of the page, and puts the pictures that it shows on its shelf."""

    def __init__(self, data: Prepared, found: Audit, coding: Coding, shelf: Shelf) -> None:
        self.splits, self.looks, self.coding, self.shelf = data.splits, found.looks, coding, shelf
        self.codes = list(data.table.codes)
        self.has_codes = "coding" not in found.errors
        self.matches = [
            (split, other, match)
            for split, other in SIDES
            for match in find_matches(split, other, data.splits, found.looks)
        ]

    def rows(self, split: str, shown: int | None) -> list[Row]:
        """A row for each picture of a split."""
        pairs = self.splits[split]
        alike = {m.index: (other, m) for name, other, m in self.matches[::-1] if name == split}
        rows = [self._row(split, i, look, alike.get(i)) for i, look in enumerate(self.looks[split])]
        kept = _kept([row["doubt"] for row in rows], shown)
        with progress(f"drawing {split}", len(kept), "pictures") as advance:
            for i in kept:
                image, mask = self._pair(pairs.images[i], pairs.masks[i])
                self.shelf.put(rows[i]["key"], _packed(image, mask))
                advance(1)
        return rows

    def _row(self, split: str, i: int, look: Look, alike: tuple[str, Match] | None) -> Row:
        errors = [text for kind, text in look.errors if self.has_codes or kind != "codes"]
        odd = [*errors, *(text for _, text in look.warnings)]
        doubt = ERROR * len(errors) + WARNING * len(look.warnings)
        if alike is not None:
            other, match = alike
            name = Path(self.splits[other].images[match.other]).name
            odd.append(f"like {name} of {other} ({HOW[match.how]})")
            doubt += LIKE
        width, height = look.size
        return {
            "key": f"{split}-{i}",
            "name": Path(self.splits[split].images[i]).name,
            "size": f"{width} x {height}" if width else "",
            "odd": [_short(text, self.splits[split], i) for text in odd],
            "doubt": doubt,
            **self._shown(look.counts),
        }

    def _shown(self, counts: np.ndarray) -> Row:
        """What a mask shows: each class with its share of the pixels."""
        total = max(1, int(counts.sum()))
        return {
            "iou": None,
            "ignored": bool(counts[IGNORED]),
            "classes": [[c, round(counts[c] / total, 4)] for c in self.codes if counts[c]],
        }

    def alike(self, shown: int | None) -> list[Row]:
        """A row for each of the pairs of look-alikes, the same files first, so many at most."""
        some = sorted(self.matches, key=lambda one: ("exact", "near", "name").index(one[2].how))
        rows = []
        with progress("drawing look-alikes", len(some[:shown]), "pairs") as advance:
            for number, (split, other, match) in enumerate(some[:shown]):
                rows.append(self._alike_row(f"{ALIKE}-{number}", split, other, match))
                advance(1)
        return rows

    def _alike_row(self, key: str, split: str, other: str, match: Match) -> Row:
        ours, theirs = self.splits[split], self.splits[other]
        images = ours.images[match.index], theirs.images[match.other]
        masks = ours.masks[match.index], theirs.masks[match.other]
        (image, mask), (image2, mask2) = map(self._pair, images, masks)
        odd, doubt = [HOW[match.how]], 0.0
        if mask is not None and mask2 is not None and match.how != "name":
            differ = np.mean(mask != resize_mask(mask2, *mask.shape))
            odd.append(f"their masks differ in {100 * differ:.3g} % of the pixels")
            doubt = round(float(differ), 4)
        one, two = resize_image(image, *_fit(image)), resize_image(image2, *_fit(image))
        axis = 1 if one.shape[1] <= one.shape[0] * 1.5 else 0
        both = None
        if mask is not None or mask2 is not None:
            parts = [np.full((1, 1), IGNORED, np.uint8) if m is None else m for m in (mask, mask2)]
            both = np.concatenate([resize_mask(m, *one.shape[:2]) for m in parts], axis=axis)
        self.shelf.put(key, _packed(np.concatenate([one, two], axis=axis), both, fits=True))
        return {
            "key": key,
            "name": f"{Path(images[0]).name} ({split}) | {Path(images[1]).name} ({other})",
            "size": "",
            "odd": odd,
            "doubt": doubt,
            **self._shown(self.looks[split][match.index].counts),
        }

    def _pair(self, image: str, mask: str | None) -> tuple[Pixels, Pixels | None]:
        """A picture and its mask; the audit has told what cannot be read of them."""
        try:
            pixels = read_image(image)
        except UserError:
            pixels = BLANK
        try:
            return pixels, None if mask is None else self.coding.read(mask)
        except UserError:
            return pixels, None


def _short(text: str, pairs: Pairs, i: int) -> str:
    """A finding about a picture, without the names of its own files."""
    mask = pairs.masks[i]
    text = text if mask is None else text.replace(mask, "its mask")
    return text.replace(pairs.images[i], "it")


def _kept(doubts: Sequence[float], shown: int | None) -> list[int]:
    """Numbers of the pictures that are shown: the most doubtful ones, and a sample of the rest."""
    total = len(doubts)
    if shown is None or shown >= total:
        return [*range(total)]
    doubtful = [i for i in sorted(range(total), key=lambda i: (-doubts[i], i)) if doubts[i]]
    worst = set(doubtful[: shown // 2])
    rest = [i for i in range(total) if i not in worst]
    places = np.linspace(0, len(rest) - 1, shown - len(worst)).round().astype(int)
    return sorted(worst | {rest[place] for place in places})


def _fit(image: Pixels) -> tuple[int, int]:
    """Height and width on the page."""
    scale = min(1.0, SIDE / max(image.shape))
    return max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale))


def _packed(image: Pixels, mask: Pixels | None, fits: bool = False) -> str:
    height, width = image.shape[:2] if fits else _fit(image)
    return as_json(
        {
            "height": height,
            "width": width,
            "image": pack_image(resize_image(image, height, width)),
            "true": None if mask is None else pack_codes(resize_mask(mask, height, width)),
        }
    )


def _page(
    name: str,
    data: Prepared,
    found: Audit,
    splits: Mapping[str, list[Row]],
    alike: int,
    shelf: Shelf,
) -> str:
    shares = found.splits["Train"]["share"]
    safe = safe_colors(data.table, shares)
    largest = max(share for one in found.splits.values() for share in one["share"].values())
    titles = {split: split for split in splits} | {ALIKE: "Look-alikes"}
    plain = found.to_plain()
    return (
        environment()
        .get_template("data.html.j2")
        .render(
            name=name,
            result={"name": name},
            facts={"table": data.table, "ignored": data.ignored, "origin": str(data.chosen)},
            splits={split: titles[split] for split in splits},
            seen={split: one for split, one in found.splits.items() if one["images"]},
            largest=largest or 1,
            sizes=_sizes(found.looks),
            findings=[
                (title, sum(map(len, plain[what].values())), list(warnings_of(plain, what)))
                for title, what in (("Errors", "errors"), ("Warnings", "warnings"))
                if plain[what]
            ],
            alike=alike,
            safe=safe,
            orders=ORDERS,
            is_data=True,
            road=None,
            others=None,
            **shell(),
            data=Markup(
                as_json(of_viewer(data.table, safe, data.ignored, splits, shelf, is_data=True))
            ),
            pictures=Markup(",\n".join(f'"{key}":{text}' for key, text in shelf.inside.items())),
        )
    )


def _sizes(looks: Mapping[str, Sequence[Look]]) -> list[tuple[str, dict[str, int]]]:
    """The commonest sizes, and how many pictures of each split have them; then all others."""
    by_split = {split: Counter(look.size for look in some) for split, some in looks.items() if some}
    totals: Counter[tuple[int, int]] = sum(by_split.values(), Counter())
    rows = []
    for width, height in [size for size, _ in totals.most_common(SIZES)]:
        what = f"{width} x {height}" if width else "cannot be read"
        rows.append((what, {s: counts[width, height] for s, counts in by_split.items()}))
    if (more := len(totals) - SIZES) > 0:
        told = {s: sum(one.values()) - sum(r[s] for _, r in rows) for s, one in by_split.items()}
        rows.append((f"{counted(more, 'other size')}", told))
    return rows
