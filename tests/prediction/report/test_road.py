"""The page's table of the road: millimetres, shares and signs as a person reads them."""

from jetcar.prediction.report.road import road_rows

LANES = {
    "pictures": 4,
    "score": 0.9125,
    "near_iou": 0.75,
    "centre_300_mm": 7.44,
    "centre_600_mm": float("nan"),
    "width_mm": 3.0,
    "heading_degrees": 1.25,
    "found": 0.5,
    "torn": 0.25,
    "leaks": 0.0,
    "signs": {
        "stop_line": {"true": 3, "seen": 2, "seen_from_mm": 400.0, "invented_per_100": 25.0},
        "wait_line": {"true": 0, "seen": 0, "seen_from_mm": None, "invented_per_100": 50.0},
    },
}


def test_each_value_is_shown_in_its_unit():
    rows = {row.title: row.values_of("val") for row in road_rows({"val": {"road": LANES}})}
    assert rows == {
        "Road score": "0.9125",
        "Near field": "0.7500",
        "Middle at 300 mm": "7.4 mm",
        "Middle at 600 mm": "–",
        "Width": "3.0 mm",
        "Direction": "1.2°",
        "Found": "50.0 %",
        "Torn": "25.0 %",
        "Leaking": "0.0 %",
        "stop_line": "2 of 3, to 400 mm; 25.0 invented",
        "wait_line": "0 of 0; 50.0 invented",
    }


def test_without_a_road_score_there_is_no_table():
    assert road_rows({"val": {"iou": 0.5}}) == []


def test_a_split_without_one_shows_a_dash():
    rows = road_rows({"val": {"road": LANES}, "test": {"iou": 0.5}})
    assert {row.values_of("test") for row in rows} == {"–"}
