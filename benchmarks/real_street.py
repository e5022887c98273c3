"""How much of the road of real pictures a network finds that has seen other ones.

``python benchmarks/real_street.py CHECKPOINT --data DataSet.zip --split Val --sheet out.png`` takes
a run's ``best.ckpt`` (or an ONNX file of it), such as one of the built-in street. The road of a
prediction is every class of it that lies on the street, lanes and lines and signs together; that
of the truth is one class of the data set. Pixels are counted over all pictures at their own size,
then divided once. Whether the line at the edge belongs to the road is for each data set to say, so
the IoU is told again without the pixels that are a line in the prediction.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.classes import ClassTable
from jetcar.classes.choose import choose_table
from jetcar.data.codes import Codes, refuse_other_shape
from jetcar.data.pairs import Pairs, find_split
from jetcar.data.palettes import known_coding
from jetcar.data.pictures import Pixels, resize_mask
from jetcar.data.source.fetch import fetch
from jetcar.errors import UserError
from jetcar.model.device import choose_device, choose_precision
from jetcar.model.fold import folded
from jetcar.model.onnx_network import read_trained
from jetcar.prediction.forward import predict_pictures
from jetcar.road.classes import LINES as ACROSS
from jetcar.road.classes import RoadClasses

BESIDE = ("nothing", "parking_sign")
"""Classes of JetCar's tables that do not lie on a lane."""

LINE = "line"
"""The class beside the road in a table without lanes."""

COLUMNS, SHOWN, SIDE = 6, 24, 224
"""Of the sheet: pictures in a row, how many at most, and the side of each in pixels."""

HIT, WRONG, MISSED = (0, 200, 0), (230, 0, 0), (0, 90, 255)
"""Colours: road that is road, road where none is, and road that was not found."""

Where = npt.NDArray[np.bool_]


@dataclass
class Counts:
    """Pixels of the predicted road, of the true one, and of both; added up over pictures."""

    hits: int = 0
    found: int = 0
    true: int = 0

    def add(self, ours: Where, theirs: Where) -> float:
        """Counts a picture; its own IoU."""
        hits, found, true = int((ours & theirs).sum()), int(ours.sum()), int(theirs.sum())
        self.hits, self.found, self.true = self.hits + hits, self.found + found, self.true + true
        return iou(hits, found, true)


def main() -> int:
    """Prints the scores; the exit code is 1 where there are none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="a best.ckpt, or an exported .onnx")
    parser.add_argument("--data", required=True, help="a folder or a zip with masks")
    parser.add_argument("--split", default="Val", choices=("Train", "Val", "Test"))
    parser.add_argument("--road", default="drivable_area", help="the road's class in the data")
    parser.add_argument("--root", type=Path, default=Path("data"), help="where a zip is unpacked")
    parser.add_argument("--sheet", type=Path, help="a .png of pictures with the road over them")
    arguments = parser.parse_args()
    try:
        measure(arguments)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def measure(arguments: argparse.Namespace) -> None:
    """Predicts the pictures of a split, and prints what was found of their road.

    Raises:
        UserError: the checkpoint or the data cannot be used.
    """
    dataset = fetch(arguments.data, arguments.root)
    pairs = find_split(dataset, arguments.split)
    table = choose_table("auto", dataset).table
    codes = Codes.of(table, []).said_by(known_coding([m for m in pairs.masks if m], table))
    (road,) = table.codes_of([arguments.road])
    whole, without_lines = Counts(), Counts()
    cells = []
    step = max(1, len(pairs) // SHOWN)
    for index, image, ours, is_line in predicted_road(arguments.checkpoint, pairs):
        path = str(pairs.masks[index])
        mask = codes.coding.read(path)
        refuse_other_shape(image, mask, pairs.images[index], path)
        theirs = codes.checked(resize_mask(mask, *ours.shape), path) == road
        score = whole.add(ours, theirs)
        without_lines.add(ours & ~is_line, theirs & ~is_line)
        if arguments.sheet and index % step == 0 and len(cells) < SHOWN:
            cells.append(cell(image, ours, theirs, score))
    hits, found, true = whole.hits, whole.found, whole.true
    apart = iou(without_lines.hits, without_lines.found, without_lines.true)
    print(
        f"{arguments.checkpoint}: road on {len(pairs)} pictures of {arguments.split}: "
        f"IoU {iou(hits, found, true):.4f}, precision {share(hits, found):.4f}, "
        f"recall {share(hits, true):.4f}; IoU without lines {apart:.4f}"
    )
    if arguments.sheet:
        cv2.imwrite(str(arguments.sheet), cv2.cvtColor(sheet(cells), cv2.COLOR_RGB2BGR))


def predicted_road(checkpoint: Path, pairs: Pairs) -> Iterator[tuple[int, Pixels, Where, Where]]:
    """The number of each picture, the picture, where the network sees a road, and a line of it."""
    card, network = read_trained(checkpoint)
    device = choose_device("auto")
    precision = choose_precision("auto", device)
    road, lines = road_codes(card.table), line_codes(card.table)
    ready = folded(network, *card.image_size)
    for predicted in predict_pictures(
        ready, pairs.images, *card.image_size, 8, device, precision, card.table.codes
    ):
        codes = predicted.codes
        yield predicted.index, predicted.image, np.isin(codes, road), np.isin(codes, lines)


def road_codes(table: ClassTable) -> list[int]:
    """Codes of the classes that lie on a road.

    Raises:
        UserError: the table has neither lanes nor a road.
    """
    classes = RoadClasses.of(table)
    if classes is None:
        raise UserError("The network has neither lanes nor a road among its classes.")
    if classes.lanes:
        return [c.code for c in table.classes if c.name not in BESIDE]
    return [*classes.drivable, *(c.code for c in table.classes if c.name == LINE)]


def line_codes(table: ClassTable) -> list[int]:
    """Codes of the classes that are a line along the road: ``line``, ``white_solid_line``, ..."""
    return [c.code for c in table.classes if c.name.endswith(LINE) and c.name not in ACROSS]


def iou(hits: int, found: int, true: int) -> float:
    """Intersection over union; NaN where there is no road, neither predicted nor true."""
    return share(hits, found + true - hits)


def share(part: int, whole: int) -> float:
    """A part of a whole; NaN of nothing."""
    return part / whole if whole else float("nan")


def cell(image: Pixels, ours: Where, theirs: Where, score: float) -> Pixels:
    """A picture with the predicted road over it, and its own IoU."""
    colored = image.copy()
    for where, color in ((ours & theirs, HIT), (ours & ~theirs, WRONG), (theirs & ~ours, MISSED)):
        colored[where] = color
    mixed = cv2.addWeighted(image, 0.6, colored, 0.4, 0)
    small = cv2.resize(mixed, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.putText(small, f"{score:.2f}", (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255,) * 3)
    )


def sheet(cells: list[Pixels]) -> Pixels:
    """All of them, ``COLUMNS`` in a row."""
    cells = cells + [np.zeros((SIDE, SIDE, 3), np.uint8)] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


if __name__ == "__main__":
    sys.exit(main())
