"""Masks of whole pictures: what must hold for every one of them."""

from __future__ import annotations

import numpy as np
import pytest

from jetcar.street.camera import Mount
from jetcar.street.curves import Pose
from jetcar.street.dataset import Job, pictures
from jetcar.street.kinds import CROSSWALKS, LIMITS, LINES, ROLES, SIGNS, TABLES, claimed
from jetcar.street.legend import Legend
from jetcar.street.map import draw_map
from jetcar.street.marks import sign
from jetcar.street.poses import PLACES, View, draw_view
from jetcar.street.render import Scene
from jetcar.street.shapes import word
from jetcar.street.viewer import Viewer

MOUNT = Mount(110, 47)
MY, WRONG = 5, 6  # lane_my_dir and lane_wrong_dir of ImageSegmenter
LINE = 1  # white_solid_line


def test_every_code_is_in_the_table_and_the_own_lane_reaches_the_bottom(scene_of, settings_of):
    for seed, table in enumerate(["imagesegmenter", "streetmaker"] * 2):
        scene = scene_of(seed, size=96, classes=table)
        codes = set(claimed(table).codes)
        column = list(TABLES).index(table)
        signs = [names[column] for names in {**SIGNS, **CROSSWALKS}.values() if names[column]]
        # The car may stand on a sign of its own lane.
        own = set(TABLES[table].codes_of([ROLES[table][4], *signs]))
        for number in range(60):
            view = draw_view(
                scene.map,
                scene.settings.camera,
                scene.settings.spread,
                np.random.default_rng([seed, number]),
            )
            mask = scene.mask(view)
            assert set(np.unique(mask)) <= codes
            assert mask[-1, 48] in own
            assert mask[-1, 47] in own


def test_a_straight_street_is_symmetric(straight_scene):
    scene = straight_scene(size=224)
    # On the line between the lanes, looking along it: my lane right, oncoming traffic left.
    mask = scene.mask(View(Viewer(0, 0), Pose(800, 0, 0), MOUNT, 0))
    swapped = mask[:, ::-1].copy()
    swapped[mask[:, ::-1] == MY], swapped[mask[:, ::-1] == WRONG] = WRONG, MY
    assert set(np.unique(mask)) == {0, LINE, MY, WRONG}
    # An edge may fall on the other side of a pixel's middle: less than 2 pixels a row and edge.
    assert (mask != swapped).mean() < 0.01
    assert (mask == MY).sum() == pytest.approx((mask == WRONG).sum(), rel=0.01)
    assert (mask[:, :112] != MY).all()
    assert (mask[:, 112:] != WRONG).all()


def test_turning_the_car_around_swaps_the_lanes(straight_scene):
    scene = straight_scene(size=96)
    east = scene.mask(View(Viewer(0, 0), Pose(2000, 0, 0), MOUNT, 0))
    west = scene.mask(View(Viewer(0, 1), Pose(2000, 0, np.pi), MOUNT, 0))
    # The road looks the same from both sides, and each time my lane is the right one.
    assert (east != west).mean() < 0.01
    # The same place on the ground: mine for the one, wrong for the other.
    # The middle of the raster is the middle of the road; rows count to the south, where those
    # drive who go east.
    region = scene.regions.ids[scene.grid.shape[0] // 2 + 10, scene.grid.shape[1] // 2]
    codes = [scene.legend.codes(Viewer(0, d), 0, 0, 700)[region] for d in (0, 1)]
    assert codes == [MY, WRONG]


def test_detail_fades_out_ahead_and_aside(straight_scene):
    scene = straight_scene(size=224, sight={"ahead": 600, "aside": 400, "signs": 300})
    far = straight_scene(size=224, sight={"ahead": 1500, "aside": 1000, "signs": 300})
    view = View(Viewer(0, 0), Pose(800, -60, 0), MOUNT, 0)
    near_mask, far_mask = scene.mask(view), far.mask(view)
    assert (near_mask > 0).sum() < (far_mask > 0).sum()
    top = {name: np.flatnonzero(m.any(1))[0] for name, m in (("n", near_mask), ("f", far_mask))}
    # Row of a point 600 mm ahead: 79.6 - 47 = 32.6 degrees above the axis, tan = 0.640, at which
    # the lens bends by 1.03: 0.62 of half a picture, 112 * 0.38 = 42 rows from the top.
    assert top["n"] == pytest.approx(42, abs=1)
    # 1500 mm: 85.8 - 47 = 38.8 degrees, tan = 0.804, bent by 1.03 to 0.78: 25 rows.
    assert top["f"] == pytest.approx(25, abs=1)


@pytest.mark.parametrize(("distance", "seen"), [(650, True), (750, False)])
def test_signs_are_in_the_mask_up_to_700_mm(straight_scene, distance, seen):
    strokes, box = word("STOP")
    scene = straight_scene(
        sign("stop_word", Pose(800 + distance, -60, 0), strokes, (box,)), size=224
    )
    mask = scene.mask(View(Viewer(0, 0), Pose(800, -60, 0), MOUNT, 0))
    assert bool((mask == 10).any()) == seen  # stop_sign


def test_signs_of_oncoming_traffic_are_not_in_the_mask(straight_scene):
    strokes, box = word("STOP")
    scene = straight_scene(sign("stop_word", Pose(1200, 60, np.pi), strokes, (box,)), size=224)
    mine = scene.mask(View(Viewer(0, 0), Pose(800, -60, 0), MOUNT, 0))
    theirs = scene.mask(View(Viewer(0, 1), Pose(1600, 60, np.pi), MOUNT, 0))
    assert not (mine == 10).any()
    assert (theirs == 10).any()


def test_above_the_horizon_and_off_the_map_is_nothing(straight_scene):
    scene = straight_scene(size=96)
    out = View(Viewer(0, 0), Pose(4700, -60, 0), MOUNT, 0)  # the map ends at 4400
    assert not scene.mask(out).any()
    mask = scene.mask(View(Viewer(0, 0), Pose(800, -60, 0), MOUNT, 0))
    assert not mask[:4].any()


def test_no_pixel_at_the_horizon_shows_the_place_below_the_car(scene_of):
    scene = scene_of(1, size=96)
    mount = Mount(1000, 47)
    # A ray at the very height of the horizon, to the last digit that a table of rays can hold.
    row = int(np.abs(scene.tables.middle[:, 48, 1] - np.tan(np.deg2rad(43))).argmin())
    v = float(scene.tables.middle[row, 48, 1])
    exact = Mount(1000, float(np.rad2deg(np.arctan(1 / v))))
    for held in (mount, exact):
        mask = scene.mask(View(Viewer(0, 0), Pose(1000, 1000, 0), held, 0))
        assert not mask[: row + 1].any()


def test_off_the_map_the_picture_is_the_grey_of_the_wall(straight_scene):
    scene = straight_scene(size=64, spread={"noise": 0, "spots": 0, "gain": 0, "offset": 0})
    view = View(Viewer(0, 0), Pose(9000, -60, 0), MOUNT, 0)
    image = scene.image(view, np.random.default_rng(0))
    bottom = image[40:, 20:44].reshape(-1, 3).astype(int)
    # One colour, but for the lens: the corners lose up to 20 % of about 130.
    assert np.ptp(bottom, axis=0).max() <= 26


def test_two_lanes_are_both_mine_and_the_line_between_them_goes_on_across_junctions(settings_of):
    found = 0
    table = "streetmaker"
    driving = TABLES[table].codes_of([ROLES[table][4]])[0]
    limit = TABLES[table].codes_of([LIMITS[table]])[0]
    for seed in range(2):
        street_map = draw_map(np.random.default_rng(seed))
        scene = Scene(settings_of(size=96, classes=table), street_map, np.random.default_rng(0))
        for number, junction in enumerate(street_map.network.junctions):
            for arm in junction.arms:
                if junction.entering(arm) < 2 or (arm + 2) % 4 not in junction.arms:
                    continue
                road, leaving = street_map.network.road_at[number, arm]
                codes = scene.legend.codes(Viewer(road, 1 - leaving), junction.x, junction.y, 0)
                middle = junction.pose(arm).to_map(np.array([[0, 60.0], [0, 120.0], [0, 180.0]]))
                column, row, _ = scene.grid.to_pixels @ np.column_stack([middle, np.ones(3)]).T
                ids = scene.regions.ids[np.rint(row).astype(int), np.rint(column).astype(int)]
                assert codes[ids].tolist() == [driving, limit, driving]
                found += 1
    assert found > 5


def test_the_double_line_with_one_dashed_side_is_named_from_my_side(scene_of):
    seen = set()
    for seed in range(3):
        scene = scene_of(seed, size=64, classes="streetmaker")
        for mark in scene.map.marks:
            if mark.kind != "yellow_solid_dashed":
                continue
            road, solid = mark.owner
            middle = np.mean(mark.area[0], axis=0)
            column, row, _ = scene.grid.to_pixels @ (*middle, 1)
            region = scene.regions.ids[round(row), round(column)]
            for direction in (0, 1):
                code = scene.legend.codes(Viewer(road, direction), *middle, 700)[region]
                expected = "solid_dashed" if direction == solid else "dashed_solid"
                assert TABLES["streetmaker"].names[code] == f"yellow_{expected}_line"
                seen.add(expected)
    assert seen == {"solid_dashed", "dashed_solid"}


def test_every_class_that_is_claimed_occurs_in_500_pictures(settings_of):
    settings = settings_of(classes="imagesegmenter")
    counts = {table: np.zeros(256, int) for table in TABLES}
    places = 500
    for number in range(4):  # 125 pictures of each of four maps; masks alone, in both tables
        rng = np.random.default_rng([settings.seed, number])
        scene = Scene(settings, draw_map(rng), rng)
        legends = {table: Legend(scene.map, scene.regions, table) for table in TABLES}
        for picture in range(places // 4):
            rng = np.random.default_rng([settings.seed, number, picture])
            view = draw_view(scene.map, settings.camera, settings.spread, rng)
            for table, legend in legends.items():
                scene.legend = legend
                counts[table] += np.bincount(scene.mask(view).ravel(), minlength=256) > 0
    for table, count in counts.items():
        missing = [c.name for c in claimed(table).classes if not count[c.code]]
        assert missing == []
        assert set(np.flatnonzero(count)) == set(claimed(table).codes)
        lines = [names[list(TABLES).index(table)] for names in LINES.values()]
        assert all(count[code] > 100 for code in TABLES[table].codes_of(sorted(set(lines))))


def test_pictures_do_not_depend_on_those_before_them(settings_of):
    settings = settings_of(size=48)
    few = list(pictures(Job("Train", 3, 2), settings))
    many = list(pictures(Job("Train", 3, 4), settings))
    for (_, image, mask), (_, same_image, same_mask) in zip(few, many, strict=False):
        assert (image == same_image).all()
        assert (mask == same_mask).all()


def test_the_shares_of_the_places_are_whole():
    assert sum(PLACES.values()) == pytest.approx(1)
