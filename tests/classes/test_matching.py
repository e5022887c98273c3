"""Classes of two tables belong together by name, and by the common names of road and background."""

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.classes.known import ROAD, SCENE
from jetcar.classes.matching import matched


def table_of(names):
    return ClassTable(tuple(SegmClass(i, n, (i, 0, 0)) for i, n in enumerate(names.split())))


def test_a_table_matches_itself():
    assert matched(IMAGE_SEGMENTER, IMAGE_SEGMENTER) == {c: c for c in IMAGE_SEGMENTER.codes}


def test_a_table_of_somebody_else_is_matched_with_the_streets():
    theirs = table_of("Drivable_Area tree background sign car")
    assert matched(theirs, SCENE) == {0: 2, 2: 0, 3: 5, 4: 1}
    assert matched(SCENE, theirs) == {0: 2, 1: 4, 2: 0, 5: 3}
    assert matched(theirs, ROAD) == {0: 2, 2: 0}


def test_the_same_name_goes_before_one_of_the_same_meaning():
    ours, theirs = table_of("street road"), table_of("nothing road street")
    assert matched(ours, theirs) == {0: 2, 1: 1}


def test_no_class_is_matched_twice():
    assert matched(table_of("road drivable"), table_of("street")) == {0: 0}
