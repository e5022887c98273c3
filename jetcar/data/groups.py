"""Groups pictures that show one view: by their names, else by what they show."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt

from jetcar.data.pictures import read_image
from jetcar.data.views import NEAR_BITS, likeness, view_of
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.progress import progress


def groups_of(images: list[str]) -> list[list[int]]:
    """Numbers of the pictures that show one view, a list for each view.

    A name of our tools tells its view, and is trusted. Other pictures are opened: near copies are
    one view, and so are near copies of near copies, such as a film that hardly moves.

    Args:
        images: Paths.

    Returns:
        Every number from 0 on once; ordered by the first number of each group.
    """
    views: dict[str, list[int]] = {}
    unknown: list[int] = []
    for i, image in enumerate(images):
        view = view_of(image)
        if view is None:
            unknown.append(i)
        else:
            views.setdefault(view, []).append(i)
    groups = [*views.values()]
    if unknown:
        numbers = np.array(unknown)
        labels = near_copies(_likenesses([images[i] for i in unknown]))
        groups += [numbers[labels == label].tolist() for label in np.unique(labels)]
    return sorted(groups)


def near_copies(prints: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Labels pictures so that near copies, and near copies of them, have the same label.

    Args:
        prints: Likenesses, shape ``(N, 4)``, uint64.

    Returns:
        For each picture the number of the first one of its group, shape ``(N,)``.
    """
    labels = np.arange(len(prints))
    for i in range(1, len(prints)):
        near = np.bitwise_count(prints[:i] ^ prints[i]).sum(axis=1) < NEAR_BITS
        joined = np.unique(labels[:i][near])
        if len(joined):
            labels[: i + 1][np.isin(labels[: i + 1], joined)] = joined[0]
            labels[i] = joined[0]
    return labels


def _likenesses(images: list[str]) -> npt.NDArray[np.uint64]:
    """The likeness of each picture, shape ``(N, 4)``; on all cores when there are many."""
    with progress("comparing views", len(images), "pictures") as advance:
        prints = []
        for one in each(_likeness_of, images):
            prints.append(one)
            advance(1)
        return np.stack(prints)


def _likeness_of(image: str) -> npt.NDArray[np.uint64]:
    """The likeness of a file; one that cannot be read, as the audit will tell, is like no other."""
    try:
        return likeness(read_image(image))
    except UserError:
        seed = list(os.path.basename(image).encode())
        return np.random.default_rng(seed).integers(0, 2**64, 4, np.uint64)
