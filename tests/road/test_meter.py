"""The road score by arithmetic: a mask that is shifted by so many mm is so many mm off."""

import math

import numpy as np
import pytest

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.road.classes import RoadClasses
from jetcar.road.meter import PENALTY, WORST_MM, RoadMeter
from tests.roads import AHEAD, CODES, GEOMETRY, LANE, LEFT, NOTHING, SIZE, WRONG, street


def measured(true, *predicted):
    meter = RoadMeter.of(IMAGE_SEGMENTER, GEOMETRY)
    scores = meter.add(np.stack([true] * len(predicted)), np.stack(predicted))
    return meter.values(), scores


@pytest.mark.parametrize("shift", [-30.0, -12.0, 8.0, 20.0, 40.0])
def test_a_mask_that_is_shifted_by_some_mm_is_off_by_as_many(shift):
    values, scores = measured(street(), street(shift))
    assert values["centre_300_mm"] == pytest.approx(abs(shift), abs=4)
    assert values["centre_600_mm"] == pytest.approx(abs(shift), abs=6)
    assert values["width_mm"] <= 5
    assert values["heading_degrees"] <= 1.5
    worth = 1 - abs(shift) / WORST_MM
    # To the left it also covers the wrong direction, where that is 5 mm beyond the lane.
    assert values["leaks"] == (shift > 10)
    assert scores[0] == pytest.approx(worth * (PENALTY if shift > 10 else 1), abs=0.12)


def test_a_perfect_mask_is_worth_1_and_a_turned_one_is_off_by_its_angle():
    values, _ = measured(street(), street())
    assert (values["score"], values["centre_300_mm"], values["found"]) == (1, 0, 1)
    assert (values["torn"], values["leaks"]) == (0, 0)
    values, _ = measured(street(), street(heading=5))
    assert values["heading_degrees"] == pytest.approx(5, abs=1.5)
    assert values["centre_300_mm"] == pytest.approx(300 * math.tan(math.radians(5)), abs=4)


def test_what_several_meters_found_is_as_what_one_would_have_found():
    pictures = [street(shift) for shift in (0.0, 8.0, 30.0)]
    values, _ = measured(street(), *pictures)
    shares = (pictures[::2], pictures[1::2], [])  # one of them has no picture at all
    meters = [RoadMeter.of(IMAGE_SEGMENTER, GEOMETRY) for _ in shares]
    for meter, share in zip(meters, shares, strict=True):
        predicted = np.array(share, np.uint8).reshape(-1, SIZE, SIZE)
        meter.add(np.broadcast_to(street(), predicted.shape), predicted)
    meters[2].take([meter.noted for meter in meters])
    assert meters[2].score == pytest.approx(values["score"])
    assert meters[2].values()["centre_300_mm"] == pytest.approx(values["centre_300_mm"])


def test_a_lane_that_is_not_found_is_worth_nothing():
    values, scores = measured(street(), np.full((SIZE, SIZE), NOTHING, np.uint8))
    assert (values["found"], values["torn"], scores[0]) == (0, 1, 0)
    assert math.isnan(values["centre_300_mm"])


def test_a_torn_lane_is_worth_half():
    torn = street()
    torn[(AHEAD > 400) & (AHEAD < 500)] = NOTHING
    values, scores = measured(street(), torn)
    assert (values["torn"], values["centre_600_mm"]) == (1, 0)
    assert scores[0] == PENALTY


def test_a_lane_that_leaks_into_the_wrong_direction_is_worth_half():
    leaking = street()
    # 60 mm of the 100 mm of the wrong lane, for 80 mm: 48 cm2, away from where middles are taken.
    leaking[(AHEAD > 400) & (AHEAD < 480) & (leaking == WRONG) & (LEFT > 100)] = LANE
    values, scores = measured(street(), leaking)
    assert (values["leaks"], values["torn"], scores[0]) == (1, 0, PENALTY)


def test_pictures_without_an_own_lane_count_nowhere():
    empty = np.full((SIZE, SIZE), NOTHING, np.uint8)
    values, scores = measured(empty, street())
    assert np.isnan(scores[0])
    assert math.isnan(values["score"])
    assert math.isnan(values["found"])


def test_some_pictures_at_once_count_as_one_by_one():
    together, scores = measured(street(), street(10), street(-25))
    meter = RoadMeter.of(IMAGE_SEGMENTER, GEOMETRY)
    one_by_one = [meter.add(street()[None], street(x)[None])[0] for x in (10, -25)]
    assert scores.tolist() == one_by_one
    assert meter.values() == together
    meter.reset()
    assert meter.values()["pictures"] == 0


def line_at(mask, name, mm):
    """Paints a line across the lane, 40 mm long and 90 mm wide."""
    mask = mask.copy()
    mask[(np.abs(LEFT) <= 45) & (mm <= AHEAD) & (mm + 40 >= AHEAD)] = CODES[name]
    return mask


def test_signs_are_seen_up_to_a_distance_and_invented():
    meter = RoadMeter.of(IMAGE_SEGMENTER, GEOMETRY)
    for mm in (210, 310, 410, 510):
        true = line_at(street(), "wait_line", mm)
        meter.add(true[None], (true if mm < 400 else street())[None])
    meter.add(street()[None], line_at(street(), "arrow_straight", 300)[None])
    signs = meter.values()["signs"]
    assert signs["wait_line"] == {
        "true": 4,
        "seen": 2,
        "seen_from_mm": 400.0,  # all between 200 and 400 mm are seen, and none beyond
        "invented_per_100": 0,
    }
    assert signs["arrow_straight"] == {
        "true": 0,
        "seen": 0,
        "seen_from_mm": None,
        "invented_per_100": 20.0,  # 1 in 5 pictures
    }


def test_a_line_across_the_lane_does_not_tear_it():
    values, _ = measured(street(), line_at(street(), "wait_line", 300))
    assert values["torn"] == 0
    assert values["centre_300_mm"] <= 2.5


ROAD = ClassTable((SegmClass(0, "void", (0, 0, 0)), SegmClass(1, "Road", (9, 9, 9))))


def free_to(mm):
    """A road as wide as can be, which ends after some mm."""
    return (mm >= AHEAD).astype(np.uint8)


def test_without_lanes_the_free_way_ahead_is_compared():
    meter = RoadMeter.of(ROAD, GEOMETRY)
    scores = meter.add(
        np.stack([free_to(500)] * 3), np.stack([free_to(m) for m in (500, 600, 300)])
    )
    values = meter.values()
    assert scores == pytest.approx([1, 1 - 100 / 500, 1 - 200 / 500], abs=0.05)
    assert values["free_way_mm"] == pytest.approx((0 + 100 + 200) / 3, abs=10)
    assert values["too_far_mm"] == pytest.approx(100 / 3, abs=5)
    assert meter.measures == ["free_way_mm", "too_far_mm"]


def test_a_table_without_lanes_and_road_has_no_road_score():
    table = ClassTable((SegmClass(0, "cat", (0, 0, 0)), SegmClass(1, "dog", (9, 9, 9))))
    assert RoadClasses.of(table) is None
    assert RoadMeter.of(table, GEOMETRY) is None
    assert RoadMeter.of(IMAGE_SEGMENTER, None) is None


def test_the_score_is_told_in_words():
    meter = RoadMeter.of(IMAGE_SEGMENTER, GEOMETRY)
    assert "no true mask has a lane" in meter.in_words()
    meter.add(street()[None], street()[None])
    assert meter.in_words() == (
        "road 1.0000: the lane's middle is 0 mm off at 300 mm and 0 mm at 600; found in 100.0 % of "
        "the pictures, torn in 0.0 %, leaking in 0.0 %"
    )
