"""Three pictures with true masks and predictions that fit into the head, and a page of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from jetcar.classes import ClassTable, SegmClass, write_csv
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.prediction.forward import Predicted
from jetcar.prediction.report.facts import Facts
from jetcar.prediction.report.other_prediction import OtherPrediction
from jetcar.prediction.report.report import Report
from jetcar.prediction.score import PixelCounter, plain_scores
from jetcar.prediction.writer import encode_mask, mask_name

SIDE = 8
SCRIPT = "<script>window.hacked=1</script>"
NASTY = "\"Größe\" & 'Breite' </script><!-- {{ 7*7 }}"

TABLE = ClassTable(
    (
        SegmClass(0, "nothing", (0, 0, 0)),
        SegmClass(1, SCRIPT, (231, 14, 19)),
        SegmClass(2, NASTY, (0, 255, 0)),
        SegmClass(4, "only predicted", (255, 255, 0)),  # 3 is the code of no class
        SegmClass(5, "never", (0, 0, 255)),
    )
)


def rows(*counts: tuple[int, int]) -> np.ndarray:
    """A mask of ``SIDE`` rows: so many of each code, from top to bottom, as (rows, code)."""
    return np.repeat([code for _, code in counts], [n for n, _ in counts])[:, None].repeat(SIDE, 1)


PICTURES = {
    # Every pixel right.
    "Img_0001_z1.00_t00_b1.0_c0.0_n00.jpg": (rows((4, 0), (4, 1)), rows((4, 0), (4, 1))),
    # One row of 1 is taken for 2, one row is ignored.
    f"Img_{NASTY.replace('/', '-')}.jpg": (
        rows((1, 255), (3, 0), (4, 1)),
        rows((1, 2), (3, 0), (3, 1), (1, 2)),
    ),
    # One row of 0 is taken for 4, and all of 2 for 1.
    "img_i01_l02_s03_d0_s0_a0_b0_c0_r0_n0.jpg": (
        rows((6, 0), (2, 2)),
        rows((5, 0), (1, 4), (2, 1)),
    ),
}
"""True and predicted codes of each picture, by its name."""

HISTORY = [
    {"epoch": 1, "train/loss": 2.0, "val/loss": 2.5, "val/iou": 0.25, "lr/decoder": 1e-3},
    {"epoch": 2, "train/loss": 1.0, "val/loss": float("nan"), "val/iou": 0.5, "lr/decoder": 1e-4},
]


@dataclass
class Made:
    """A page, and what it was made of."""

    path: Path
    result: dict
    counter: PixelCounter
    rows: list[dict]
    names: list[str] = field(default_factory=lambda: list(PICTURES))
    script: str = SCRIPT
    nasty: str = NASTY


@pytest.fixture
def make(tmp_path: Path, draw) -> Callable[..., Made]:
    """Makes a page of ``PICTURES`` or of others, in ``tmp_path``; ``compare`` names the other."""

    def make(
        pictures=PICTURES,
        shown=None,
        compare=None,
        split="test",
        ignored=(),
        has_truth=True,
        logit=50.0,
    ) -> Made:
        masks = []
        for i, (name, (true, _)) in enumerate(pictures.items()):
            stem = Path(name).stem if name[-5].isdigit() else str(i)  # Windows allows no quotes
            masks.append(str(draw.mask(tmp_path / "Mask" / f"{stem}.png", true)))
        images = [str(tmp_path / "Img" / name) for name in pictures]
        pairs = Pairs(images, masks if has_truth else [None] * len(images), [])
        counter = PixelCounter(TABLE, Codes.of(TABLE, []))
        other = OtherPrediction(str(compare), pairs, TABLE) if compare else None
        with Report(tmp_path / "run" / "report.html", TABLE, shown) as report:
            gallery = report.gallery(split, pairs, other)
            for i, (_, predicted) in enumerate(pictures.values()):
                one = predicted_as(i, predicted, logit)
                if not has_truth:
                    gallery.add(one, None)
                    continue
                compared = counter.add(one.small_codes, masks[i])
                counter.soft.add(i // 2, one.logits, compared.true)
                gallery.add(one, compared)
            result = {
                "name": f"run {SCRIPT}",
                "monitor": "val/iou",
                "score": 0.5,
                "best_epoch": 2,
                "epochs": 2,
                "versions": {"jetcar": "1"},
                "scores": {split: plain_scores(counter)} if has_truth else {},
            }
            audit = {"warnings": {"leak": [f"a leak of {NASTY}"]}}
            settings = {"name": SCRIPT, "data": {"image_size": SIDE, "source": "C:\\Straße"}}
            titles = {split: split.capitalize()}
            report.write(Facts(TABLE, result, HISTORY, settings, audit, titles, ignored=ignored))
        return Made(report.path, result, counter, gallery.rows, list(pictures))

    return make


def predicted_as(index: int, codes: np.ndarray, logit: float) -> Predicted:
    """What a network says that predicts those codes; the picture shows them as grey."""
    codes = codes.astype(np.uint8)
    logits = torch.full((TABLE.n_outputs, *codes.shape), -logit)
    logits.scatter_(0, torch.from_numpy(codes)[None].long(), logit)
    return Predicted(index, np.repeat(codes[..., None] * 60, 3, axis=2), codes, codes, logits)


@pytest.fixture
def other_run(tmp_path: Path) -> Path:
    """A run with predictions of ``PICTURES`` that are right everywhere, but nowhere of class 1."""
    run = tmp_path / "second run"
    (run / "predictions").mkdir(parents=True)
    write_csv(TABLE, run / "classes.csv")
    for name, (true, _) in PICTURES.items():
        codes = np.where(np.isin(true, (1, 255)), 0, true).astype(np.uint8)
        (run / "predictions" / mask_name(name)).write_bytes(encode_mask(codes))
    return run
