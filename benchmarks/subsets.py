"""Data sets of some pictures of another one, beside all of its Val."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from jetcar.classes import CLASSES_FILE, COLOR_MAP_FILE, find_file
from jetcar.data.pairs import Pairs, find_split
from jetcar.whole import whole_folder


def subset(dataset: Path, train: Pairs, pictures: Iterable[int], folder: Path) -> Path:
    """Makes a data set of some pictures of Train and all of Val, unless it is there.

    Args:
        dataset: The whole data set.
        train: Its pictures of Train, all with masks.
        pictures: Their numbers. One that comes several times is there as often, under other names.
        folder: Where it goes, under a name that says which pictures it has.
    """
    chosen = list(_named(train, pictures))
    digest = hashlib.sha256("\n".join(sorted(image for _, image, _ in chosen)).encode())
    made = folder / f"{dataset.name}-{len(chosen)}-{digest.hexdigest()[:12]}"
    if made.is_dir():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    val = find_split(dataset, "Val").with_masks()
    parts = (
        ("Train", train, chosen),
        ("Val", val, list(_named(val, range(len(val))))),
    )
    with whole_folder(made) as part:
        for split, pairs, some in parts:
            images, masks = part / "Img" / split, part / "Mask" / split
            images.mkdir(parents=True)
            masks.mkdir(parents=True)
            for number, image, mask in some:
                link(pairs.images[number], images / image)
                link(str(pairs.masks[number]), masks / mask)
        for name in (CLASSES_FILE, COLOR_MAP_FILE):
            if (table := find_file(dataset, name)) is not None:
                shutil.copy(table, part)
    return made


def _named(pairs: Pairs, pictures: Iterable[int]) -> Iterator[tuple[int, str, str]]:
    """Each picture's number, and names of its image and mask, of which none comes twice."""
    seen: Counter[int] = Counter()
    for number in pictures:
        image, mask = Path(pairs.images[number]), Path(str(pairs.masks[number]))
        again, seen[number] = seen[number], seen[number] + 1
        if not again:
            yield number, image.name, mask.name
        else:
            stem = f"{image.stem}-{again}"
            yield number, f"Img_{stem}{image.suffix}", f"Mask_{stem}{mask.suffix}"


def link(file: str, to: Path) -> None:
    """Gives a file a second name; a copy where disks differ."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy(file, to)
