"""All readers, and which of them a folder is for."""

from __future__ import annotations

from collections.abc import Callable

from jetcar.data.labels.cityscapes import is_bdd, is_cityscapes, read_bdd, read_cityscapes
from jetcar.data.labels.coco import is_coco, read_coco
from jetcar.data.labels.cvat import is_cvat, read_cvat
from jetcar.data.labels.folder import Folder
from jetcar.data.labels.form import LabelSet
from jetcar.data.labels.image_segmenter import is_image_segmenter, read_image_segmenter
from jetcar.data.labels.label_studio import is_label_studio, read_label_studio
from jetcar.data.labels.labelme import is_labelme, read_labelme
from jetcar.data.labels.labelme_xml import is_labelme_xml, read_labelme_xml
from jetcar.data.labels.mapillary import is_mapillary, read_mapillary
from jetcar.data.labels.paired import is_paired, read_paired
from jetcar.data.labels.roboflow import is_roboflow, read_roboflow
from jetcar.data.labels.supervisely import is_supervisely, read_supervisely
from jetcar.data.labels.ultralytics import is_ultralytics, read_ultralytics
from jetcar.data.labels.voc import is_voc, read_voc

Reader = Callable[[Folder, float], LabelSet]

READERS: tuple[tuple[Callable[[Folder], bool], Reader], ...] = (
    (is_ultralytics, read_ultralytics),
    (is_mapillary, read_mapillary),
    (is_cityscapes, read_cityscapes),
    (is_bdd, read_bdd),
    (is_voc, read_voc),
    (is_image_segmenter, read_image_segmenter),
    (is_roboflow, read_roboflow),
    (is_supervisely, read_supervisely),
    (is_labelme, read_labelme),  # it has many files, which the next two would open all
    (is_label_studio, read_label_studio),
    (is_coco, read_coco),
    (is_cvat, read_cvat),
    (is_labelme_xml, read_labelme_xml),
    (is_paired, read_paired),
)
"""How each format is known, and its reader; the surest first, and masks before outlines."""


def reader_of(folder: Folder) -> Reader | None:
    """The reader for a folder; None when it is like no export that is known."""
    return next((read for is_it, read in READERS if is_it(folder)), None)
