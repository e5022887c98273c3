"""Writes masks as labelling tools import them, to be corrected there."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from PIL import Image

from jetcar.classes import ClassTable, SegmClass
from jetcar.classes.table import to_hex
from jetcar.data.labels.class_codes import BACKGROUNDS
from jetcar.data.labels.form import voc_color
from jetcar.data.labels.outlines import in_one_ring, outlines
from jetcar.data.labels.plain_masks import distinct, write_color, write_grey
from jetcar.data.labels.rle import lengths_of, pack_coco, pack_label_studio
from jetcar.data.pictures import Pixels

MASKS = "SegmentationClass"
OBJECTS = "SegmentationObject"
LISTS = "ImageSets/Segmentation"
CVAT_BACKGROUND = "background"
"""CVAT's name for what is not labelled."""


@dataclass(frozen=True)
class Labelled:
    """A picture and its mask.

    Attributes:
        file: The picture's own name, below ``pictures``.
        codes: A function that reads the mask, shape ``(H, W)``, uint8.
    """

    file: str
    codes: Callable[[], Pixels]


@dataclass(frozen=True)
class Writer:
    """How a tool wants masks.

    Attributes:
        tool: Its name.
        pictures: Folder of the pictures, below that of the labels; empty for the same.
        write: Writes the labels into a folder.
        how: What to do with them in the tool.
    """

    tool: str
    pictures: str
    write: Callable[[Path, Sequence[Labelled], ClassTable], None]
    how: str


def background_of(table: ClassTable) -> SegmClass | None:
    """The class that is not drawn, as it is what is not labelled; None where there is none."""
    return next((c for c in table.classes if c.name.casefold() in BACKGROUNDS), None)


def _shown(codes: Pixels, table: ClassTable) -> Iterator[tuple[SegmClass, np.ndarray]]:
    """Each class that a mask shows, and where; the background is not one."""
    background = background_of(table)
    for one in table.classes:
        if one != background and (bits := codes == one.code).any():
            yield one, bits


def write_labelme(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """A JSON beside each picture, with polygons; the largest ones first, so that none is hidden."""
    for picture in pictures:
        codes = picture.codes()
        rings = [(one, rings) for one, bits in _shown(codes, table) for rings in outlines(bits)]
        rings.sort(key=lambda pair: -np.ptp(pair[1][0], axis=0).prod())
        shapes = [
            {
                "label": one.name,
                "points": in_one_ring(parts).tolist(),
                "group_id": None,
                "description": "",
                "shape_type": "polygon",
                "flags": {},
                "mask": None,
            }
            for one, parts in rings
        ]
        content = {
            "version": "5.5.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": picture.file,
            "imageData": None,
            "imageHeight": codes.shape[0],
            "imageWidth": codes.shape[1],
        }
        _write_json(folder / f"{Path(picture.file).stem}.json", content)
    names = [c.name for c in table.classes if c != background_of(table)]
    (folder / "labels.txt").write_text("\n".join(["__ignore__", *names, ""]), encoding="utf-8")


def write_coco(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """One JSON with a mask of runs for each class of each picture."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures, 1):
        codes = picture.codes()
        height, width = codes.shape
        images.append({"id": number, "file_name": picture.file, "height": height, "width": width})
        for one, bits in _shown(codes, table):
            rows, columns = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
            left, top = int(columns[0]), int(rows[0])
            box = [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top]
            runs = pack_coco(lengths_of(bits, by_columns=True))
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": one.code + 1,
                    "segmentation": {"size": [height, width], "counts": runs},
                    "area": int(bits.sum()),
                    "bbox": box,
                    "iscrowd": 1,  # as COCO calls everything that has runs
                }
            )
    background = background_of(table)
    kinds = [
        {"id": c.code + 1, "name": c.name, "supercategory": ""}
        for c in table.classes
        if c != background
    ]
    content = {"images": images, "annotations": annotations, "categories": kinds}
    (folder / "annotations").mkdir()
    _write_json(folder / "annotations" / "instances_default.json", content)


def write_label_studio(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """A list of tasks with brushes as predictions, and the labels for the project's settings."""
    tasks = []
    for picture in pictures:
        codes = picture.codes()
        size = {"original_width": codes.shape[1], "original_height": codes.shape[0]}
        results = [
            {
                "id": f"class{one.code}",
                "type": "brushlabels",
                "from_name": "label",
                "to_name": "image",
                "image_rotation": 0,
                **size,
                "value": {
                    "format": "rle",
                    "rle": pack_label_studio(bits),
                    "brushlabels": [one.name],
                },
            }
            for one, bits in _shown(codes, table)
        ]
        data = {"image": f"/data/local-files/?d={picture.file}"}
        tasks.append({"data": data, "predictions": [{"result": results}]})
    _write_json(folder / "tasks.json", tasks)
    labels = "".join(
        f'\n    <Label value={quoteattr(c.name)} background="#{to_hex(c.color)}"/>'
        for c in table.classes
        if c != background_of(table)
    )
    config = (
        '<View>\n  <Image name="image" value="$image" zoom="true"/>\n'
        f'  <BrushLabels name="label" toName="image">{labels}\n  </BrushLabels>\n</View>\n'
    )
    (folder / "labeling_config.xml").write_text(config, encoding="utf-8")


def write_voc(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """Masks in the colours of the classes, and the list of them."""
    _write_masks(folder, pictures, table, {c.code: c.name for c in table.classes})


def write_cvat(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """The same with CVAT's name for the background, and as the zip that CVAT wants."""
    background = background_of(table)
    names = {c.code: CVAT_BACKGROUND if c == background else c.name for c in table.classes}
    _write_masks(folder, pictures, table, names)
    with zipfile.ZipFile(folder / "annotations.zip", "w", zipfile.ZIP_STORED) as archive:
        for part in ("labelmap.txt", MASKS, OBJECTS, LISTS):
            place = folder / part
            for path in [place] if place.is_file() else sorted(place.iterdir()):
                archive.write(path, path.relative_to(folder).as_posix())


def _write_masks(
    folder: Path, pictures: Sequence[Labelled], table: ClassTable, names: dict[int, str]
) -> None:
    for part in (MASKS, OBJECTS, LISTS):
        (folder / part).mkdir(parents=True)
    colors = distinct(table)
    palette = [value for color in colors for value in color]
    objects = [value for number in range(256) for value in voc_color(number)]
    for picture in pictures:
        codes = picture.codes()
        name = f"{Path(picture.file).stem}.png"
        image = Image.fromarray(codes)
        image.putpalette(palette)
        image.save(folder / MASKS / name)
        numbers = np.zeros(256, np.uint8)
        for number, (one, _) in enumerate(_shown(codes, table), 1):
            numbers[one.code] = number
        image = Image.fromarray(numbers[codes])
        image.putpalette(objects)
        image.save(folder / OBJECTS / name)
    lines = [f"{names[c.code]}:{','.join(map(str, colors[c.code]))}::" for c in table.classes]
    head = "# label:color_rgb:parts:actions"
    (folder / "labelmap.txt").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    stems = [Path(picture.file).stem for picture in pictures]
    (folder / LISTS / "default.txt").write_text("\n".join([*stems, ""]), encoding="utf-8")


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


WRITERS = {
    "labelme": Writer("labelme", "", write_labelme, "open the folder in labelme"),
    "cvat": Writer(
        "CVAT",
        "JPEGImages",
        write_cvat,
        "upload its annotations.zip to the task of these pictures, as Segmentation mask 1.1",
    ),
    "coco": Writer("COCO", "images", write_coco, "import its annotations as COCO 1.0"),
    "labelstudio": Writer(
        "Label Studio",
        "",
        write_label_studio,
        "serve the folder as local files, take labeling_config.xml as the project's labels, and "
        "import tasks.json",
    ),
    "voc": Writer("Pascal VOC", "JPEGImages", write_voc, "import the folder as Pascal VOC masks"),
    "grey": Writer(
        "programs that read codes",
        "images",
        write_grey,
        "classes.csv says what the values of its masks mean",
    ),
    "color": Writer(
        "programs that read colours",
        "images",
        write_color,
        "classes.csv says what the colours of its masks mean",
    ),
}
"""By the value of ``layout``."""
