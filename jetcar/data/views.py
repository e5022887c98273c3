"""What a picture's name tells, and which pictures show one view: variants and near copies."""

from __future__ import annotations

import os
import re

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.data.pictures import Pixels

NUMBER = r"-?\d+(?:\.\d+)?"
IMAGE_SEGMENTER = re.compile(rf"(.+)_z{NUMBER}_t{NUMBER}_b{NUMBER}_c{NUMBER}_n{NUMBER}")
STREET_MAKER = re.compile(
    rf"(.*i\d+_l\d+_s\d+_d\d+)_s{NUMBER}_a{NUMBER}_b{NUMBER}_c{NUMBER}_r{NUMBER}_n{NUMBER}"
)
LIKENESS_SIDE = 16
NEAR_BITS = 32
"""Of 256: pictures that differ in fewer are near copies; see ``likeness``."""


def view_of(path: str) -> str | None:
    """The view that a picture's name tells, without the variant; None for names of other tools.

    ImageSegmenter: ``Img_0001_z1.00_t05_b1.0_c0.0_n00.jpg`` shows ``img_0001``. StreetMaker:
    ``img_i032_l004_s000_d0_s0_a0_b0_c0_r1_n0.jpg`` shows ``img_i032_l004_s000_d0``.
    """
    stem = os.path.splitext(os.path.basename(path))[0].lower()
    for pattern in (STREET_MAKER, IMAGE_SEGMENTER):
        if match := pattern.fullmatch(stem):
            return match[1]
    return None


def origin_of(path: str) -> str | None:
    """Whether a picture is ``virtual`` or ``real``, as far as its name tells; else None.

    StreetMaker draws, and ImageSegmenter cuts pictures from recordings.
    """
    stem = os.path.splitext(os.path.basename(path))[0].lower()
    if STREET_MAKER.fullmatch(stem):
        return "virtual"
    return "real" if IMAGE_SEGMENTER.fullmatch(stem) else None


def likeness(image: Pixels) -> npt.NDArray[np.uint64]:
    """A fingerprint of what a picture shows, alike for pictures that look alike.

    Args:
        image: RGB, shape ``(H, W, 3)``, uint8.

    Returns:
        256 bits in shape ``(4,)``, uint64: whether each cell of a 16 x 16 grid is brighter than
        its right neighbour, which brightness and contrast do not change.

    Source:
        The difference hash, with a finer grid than its usual 8 x 8, as street views resemble
        each other.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (LIKENESS_SIDE + 1, LIKENESS_SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, :-1] > small[:, 1:]).view(np.uint64)


def nearest(
    ours: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each of our fingerprints the nearest of theirs.

    Args:
        ours: Shape ``(N, 4)``, uint64.
        theirs: Shape ``(M, 4)``, uint64, M at least 1.

    Returns:
        Their index and the number of bits that differ, both of shape ``(N,)``.
    """
    best = np.zeros(len(ours), np.int64)
    bits = np.zeros(len(ours), np.int64)
    for i, one in enumerate(ours):
        differ = np.bitwise_count(theirs ^ one).sum(axis=1)
        best[i] = differ.argmin()
        bits[i] = differ[best[i]]
    return best, bits
