"""Real exports of the tools, where they are: JETCAR_EXPORTS names a folder with them.

It holds checkouts of the test assets of two projects, ``labelme/examples`` and
``datumaro/tests/assets``. Elsewhere these tests are skipped.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.export import find_export
from jetcar.errors import UserError
from tests.data.labels.conftest import Written

ROOT = Path(os.environ.get("JETCAR_EXPORTS", "exports"))
LABELME = ROOT / "labelme/examples/instance_segmentation"
DATUMARO = ROOT / "datumaro/tests/assets"

pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="no folder with exports of tools")

READ = {
    "camvid_dataset": (4, 32),
    "cityscapes_dataset/dataset": (4, 19),
    "cityscapes_dataset/train_dataset": (4, 19),
    "coco_dataset/coco": (2, 4),
    "coco_dataset/coco_instances": (2, 4),
    "coco_dataset/coco_roboflow": (2, 4),
    "coco_dataset/coco_stuff": (2, 3),
    "coco_dataset/mmdet_coco": (2, 4),
    "common_semantic_segmentation_dataset/dataset": (2, 6),
    "cvat_dataset/for_images/export_project": (6, 3),
    "labelme_dataset": (1, 8),
    "mapillary_vistas_dataset": (3, 3),
    "voc_dataset/voc_dataset1": (1, 21),
}
"""Pictures and classes of each."""

REFUSED = {
    "common_semantic_segmentation_dataset/non_standard_dataset": "2 masks have no picture",
    "cvat_dataset/for_images/export_task": "the label , which is no name",
    "cvat_dataset/for_video": "is of a video",
    "roboflow_dataset/coco": "boxes and no outlines",
    "roboflow_dataset/multiclass": "a list of pictures and not of classes",
}


@pytest.fixture
def convert(tmp_path):
    def convert(folder):
        out = tmp_path / folder.name
        out.mkdir()
        find_export(folder, Choices()).convert(out)
        return Written(out)

    return convert


@pytest.mark.parametrize("name", READ)
def test_it_is_read(convert, name):
    made = convert(DATUMARO / name)
    assert (len(made.images), len(made.names)) == READ[name]
    assert made.images.keys() == made.masks.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_reason(convert, name):
    with pytest.raises(UserError, match=REFUSED[name]):
        convert(DATUMARO / name)


def test_shapes_of_labelme_are_the_masks_that_it_makes_itself(convert):
    """Labelme also fills the pixels that an outline only touches."""
    shapes, masks = convert(LABELME / "data_annotated"), convert(LABELME / "data_dataset_voc")
    for name in masks.images:
        ours = np.array([["nothing", "_background_"]])
        same = np.array(shapes.named(name)) == np.array(masks.named(name))
        background = (np.array(shapes.named(name)) == ours[0, 0]) & (masks.masks[name] == 0)
        ignored = (shapes.masks[name] == 255) & (masks.masks[name] == 255)
        assert (same | background | ignored).mean() > 0.99


def test_masks_of_labelme_are_read_to_the_last_pixel(convert):
    made = convert(LABELME / "data_dataset_voc")
    for name, mask in made.masks.items():
        path = LABELME / "data_dataset_voc/SegmentationClass" / f"{name}.png"
        assert (mask == np.array(Image.open(path))).all()


def test_outlines_of_coco_are_those_of_labelme(convert):
    """But for what labelme ignores, which its converter leaves out of the COCO file."""
    shapes, outlines = convert(LABELME / "data_annotated"), convert(LABELME / "data_dataset_coco")
    for name in outlines.images:
        counts = (shapes.masks[name] != 255) & (outlines.masks[name] != 0)
        same = np.array(shapes.named(name)) == np.array(outlines.named(name))
        assert same[counts].mean() > 0.99
