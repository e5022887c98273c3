"""How long it takes to find and pair a large data set, against listing its folders once."""

from __future__ import annotations

import os

from rows import Bench, Row, Rows, in_turn, seconds_of

from jetcar.data.pairs import find_split


def measure(bench: Bench) -> Rows:
    """Empty files, named as StreetMaker names them."""
    count = bench.size(20_000, 200)
    for kind, suffix in (("Img", "jpg"), ("Mask", "png")):
        folder = bench.work / "many" / kind / "Train"
        folder.mkdir(parents=True)
        for i in range(count):
            name = f"{kind}_i{i % 100:03}_l{i // 100:03}_s000_d0_s0_a0_b0_c0_r1_n0.{suffix}"
            (folder / name).touch()

    def find() -> None:
        assert len(find_split(bench.work / "many", "Train")) == count

    def scan() -> None:
        names = []
        for kind in ("Img", "Mask"):
            with os.scandir(bench.work / "many" / kind / "Train") as entries:
                names += [entry.name for entry in entries]
        assert len(names) == 2 * count

    yield Row(
        f"finding and pairing {count} images and as many masks",
        "one os.scandir of the same folders",
        "s",
        *in_turn(seconds_of(find), seconds_of(scan), bench.size(15, 1)),
        6,
        at_most=True,
    )
