"""Whatever stands in an export, it is read or refused in a sentence, and nothing else happens."""

import copy
import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.export import find_export
from jetcar.errors import UserError
from tests.data.labels.test_shapes import (
    FLAT,
    PERCENT,
    SQUARE,
    coco,
    cvat,
    sly,
    studio,
    supervisely,
)

ODD = (
    *(None, True, "", "x", "\0", "../x", "é" * 300, 0, -1, 2**70, 1e308, 0.5),
    *([], [[]], [None], {}, {"a": 1}, [{}], [[1, 2]], [1] * 7, "A" * 9, float("nan")),
)
"""Values that stand where others belong."""

VALUE = {"points": PERCENT, "polygonlabels": ["car"]}
WRITERS = {
    "labelme": lambda export: export.labelme("a", ("car", SQUARE, "polygon")),
    "labelme mask": lambda export: export.labelme("a", ("car", SQUARE[:2], "mask")),
    "coco": lambda export: coco(export, {"category_id": 3, "segmentation": [FLAT]}),
    "runs": lambda export: coco(
        export, {"category_id": 3, "segmentation": {"size": [3, 4], "counts": [4, 2, 6]}}
    ),
    "Supervisely": lambda export: supervisely(export, sly("polygon", SQUARE, [SQUARE])),
    "bitmap": lambda export: supervisely(
        export, sly("bitmap", bitmap={"data": "AAAA", "origin": [0, 0]})
    ),
    "Label Studio": lambda export: studio(export, {"type": "polygonlabels", "value": VALUE}),
    "brush": lambda export: studio(
        export, {"type": "brushlabels", "value": {"rle": [1, 2, 3], "brushlabels": ["car"]}}
    ),
}


def places(value, path=()):
    """Where in plain values something can stand otherwise."""
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from places(one, (*path, number))


def changed(content, path, odd):
    content = copy.deepcopy(content)
    if not path:
        return odd
    *above, last = path
    place = content
    for key in above:
        place = place[key]
    place[last] = odd
    return content


def read(export):
    out = export.folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    told = ""
    try:
        found = find_export(export.folder, Choices())
        if found is not None:
            found.convert(out)
    except UserError as error:
        told = str(error)
    assert all(line.isprintable() for line in told.splitlines())


@pytest.mark.parametrize("kind", WRITERS)
def test_a_json_with_anything_anywhere_is_read_or_refused(export, kind):
    path = WRITERS[kind](export)
    content = json.loads(path.read_text("utf-8"))
    for place in places(content):
        for odd in ODD:
            path.write_text(json.dumps(changed(content, place, odd)), "utf-8")
            read(export)


XML = (
    '<polygon label="car" points="1,1;3,1;3,3" z_order="0"/>'
    '<box label="car" xtl="0" ytl="0" xbr="1" ybr="1" rotation="5"/>'
    '<ellipse label="car" cx="1" cy="1" rx="1" ry="1"/>'
    '<mask label="car" rle="0, 4" left="0" top="0" width="2" height="2"/>'
    '<polyline label="car" points="1,1;3,1"/>'
)


@pytest.mark.parametrize("odd", ["", "x", "-1", "1e999", "nan", "9" * 40, "1,1", ";;", "1;2", "0"])
def test_an_xml_with_anything_in_any_attribute_is_read_or_refused(export, odd):
    cvat(export, XML)
    path = export.folder / "annotations.xml"
    text = path.read_text("utf-8")
    at = -1
    while (at := text.find('="', at + 1)) >= 0:
        end = text.index('"', at + 2)
        path.write_text(f"{text[: at + 2]}{odd}{text[end:]}", "utf-8")
        read(export)


TEXTS = st.text(st.sampled_from("0123456789,:;#\n \tabcé\"'=-{}[]"), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
@pytest.mark.parametrize(
    "name", ["labelmap.txt", "class_dict.csv", "label_colors.txt", "classes.txt", "classes.csv"]
)
def test_a_list_of_classes_with_anything_in_it_is_read_or_refused(export, name, text):
    export.picture("images/a.jpg", 2, 1)
    export.mask("masks/a.png", [[0, 1]])
    export.text(name, text)
    read(export)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_a_yaml_with_anything_in_it_is_read_or_refused(export, text):
    export.picture("images/train/a.jpg", 2, 1)
    export.mask("masks/train/a.png", [[0, 1]])
    export.text("data.yaml", f"masks_dir: masks\ntrain: images/train\n{text}\n")
    read(export)
