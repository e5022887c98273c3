"""The four maps of the original project, where they are: JETCAR_MAPS names their folder.

They are Large Map.smap, Medium Map.smap, Medium Map - For Training.smap and Small Square.smap of
StefansAI/JetCar. Elsewhere these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from jetcar.classes import load_table
from jetcar.street.dataset import write_street
from jetcar.street.poses import stand
from jetcar.street.render import Scene
from jetcar.street.smap.smap import StreetMakerMap, load_map
from tests.street.smap.conftest import drawn_as_said

MAPS = Path(os.environ.get("JETCAR_MAPS", "maps"))

pytestmark = pytest.mark.skipif(not MAPS.is_dir(), reason="no folder with the original maps")

KNOWN = {
    "Small Square": ((2286, 2042), 21, 58, 96, 15, 68),
    "Medium Map": ((2972, 2057), 23, 71, 110, 18, 115),
    "Medium Map - For Training": ((7620, 6096), 38, 125, 190, 19, 417),
    "Large Map": ((4877, 3175), 58, 204, 312, 22, 296),
}
"""Size in mm, items, lanes, ends that meet, classes and places of each, as its own data says."""

CAR = [
    "nothing",
    "white_shoulder_line",
    "yellow_solid_line",
    "yellow_dashed_line",
    "yellow_double_line",
    "lane_driving_dir",
    "lane_wrong_dir",
    "lane_left_turn",
    "lane_right_turn",
    "yield_line",
    "stop_line",
    "stop_text",
    "arrow_straight",
    "arrow_straight_left",
    "arrow_straight_right",
    "arrow_left_only",
    "arrow_right_only",
    "arrow_left_right",
    "parking_sign",
]
"""The classes of the car's own program, which was trained on the third of them."""


@pytest.fixture(scope="module", params=list(KNOWN))
def known(request):
    return load_map(str(MAPS / f"{request.param}.smap")), KNOWN[request.param]


def test_sizes_and_counts_are_those_of_the_original(known):
    found, (size, items, lanes, ends, classes, places) = known
    assert found.size == size
    assert len(found.drawing.items) == items
    assert sum(not lane.has_twin for lane in found.lanes.lanes) == lanes
    assert len(found.joints.joined) == ends
    assert found.joints.open == found.joints.almost == []
    assert found.joints.gap < 0.006
    assert len(found.used.classes) == classes
    assert len(found.places) == places


def test_what_is_drawn_lies_within_2_mm_of_the_joints(known):
    assert drawn_as_said(known[0], 2) == []


def test_every_class_is_seen_and_every_car_stands_on_its_own_way(known, settings_of):
    found: StreetMakerMap = known[0]
    settings = settings_of(size=96, classes="streetmaker")
    scene = Scene(settings, found, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    seen: set[int] = set()
    foreign = ("nothing", "lane_wrong_dir", "lane_left_turn", "lane_right_turn")
    for place in found.places:
        view = stand(place.viewer, place.pose, place.lane, settings.camera, settings.spread, rng)
        mask = scene.mask(view)
        seen |= set(np.unique(mask).tolist())
        assert found.used.names[mask[-1, 48]] not in foreign, place.name(0)
    assert seen == set(found.used.codes)


def test_the_map_for_training_has_the_classes_of_the_car(settings_of, tmp_path):
    path = str(MAPS / "Medium Map - For Training.smap")
    few = {"train": 6, "val": 2, "test": 1}
    settings = settings_of(map=path, size=48, images=few, classes="streetmaker", processes=1)
    write_street(settings, tmp_path / "out")
    assert list(load_table("auto", tmp_path / "out").names.values()) == CAR
    assert len(list((tmp_path / "out/Mask").rglob("*.png"))) == 9


def test_overlays_lie_on_their_lanes_and_look_along_them(known):
    found: StreetMakerMap = known[0]
    tracks = found.lanes.lanes
    signs = [m for m in found.marks if m.kind.startswith("arrow") or m.kind == "parking"]
    assert signs
    for mark in signs:
        lane = tracks[mark.owner[0]]
        whole = lane.curve.points
        if found.lanes.twin_of(lane) is None and not lane.has_twin:
            gap = np.hypot(whole[:, 0] - mark.at[0], whole[:, 1] - mark.at[1]).min()
            assert gap < 12  # half of the way between two points of the curve, and then some
