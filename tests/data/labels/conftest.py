"""Exports of labelling tools, drawn small enough to compute their masks by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import read_classes
from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.export import find_export


class Written:
    """A data set that was made of an export."""

    def __init__(self, folder):
        self.folder = folder
        self.table = read_classes(folder / "JetCar_Classes.txt")
        self.names = [c.name for c in self.table.classes]
        self.images = {path.stem: path for path in folder.glob("Img/*/*")}
        found = {path.stem: np.array(Image.open(path)) for path in folder.glob("Mask/*/*")}
        self.masks = {
            stem: found[f"Mask{stem[3:]}" if stem[:3].lower() == "img" else stem]
            for stem in self.images
        }

    def named(self, stem):
        """The mask of a picture with the names of classes in place of their codes."""
        names = [*self.table.names.items(), (255, "-")]
        lookup = np.full(256, "?", dtype=object)
        for code, name in names:
            lookup[code] = name
        return lookup[self.masks[stem]].tolist()

    def split(self, name):
        return sorted(path.stem for path in self.folder.glob(f"Img/{name}/*"))


class Export:
    """A folder to fill as a tool would."""

    def __init__(self, folder, draw):
        self.folder, self.draw = folder, draw

    def picture(self, name, width=4, height=3, color=(90, 120, 150)):
        return self.draw.image(self.folder / name, color, (height, width))

    def mask(self, name, rows, mode=None):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        array = np.array(rows, np.uint8)
        Image.fromarray(array, mode).save(path)
        return path

    def text(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def json(self, name, content):
        return self.text(name, json.dumps(content))

    def labelme(self, name, *shapes, picture=True, **more):
        """A labelme file of a picture of 4 x 3 pixels; a shape is label, points and a kind."""
        listed = [
            {"label": label, "points": points, "shape_type": kind, "group_id": None, "flags": {}}
            for label, points, kind in shapes
        ]
        if picture:
            self.picture(f"{name}.png")
        said = {"imagePath": f"{Path(name).name}.png", "imageData": None}
        size = {"imageWidth": 4, "imageHeight": 3}
        content = {"version": "5.5.0", "flags": {}, "shapes": listed, **said, **size, **more}
        return self.json(f"{name}.json", content)

    def convert(self, **choices):
        found = find_export(self.folder, Choices(**choices))
        assert found is not None
        out = self.folder.parent / f"out{len(list(self.folder.parent.iterdir()))}"
        out.mkdir()
        found.convert(out)
        return Written(out)


@pytest.fixture
def export(tmp_path, draw):
    """An empty folder whose name has a space and an umlaut."""
    folder = tmp_path / "Meine Bilder ö"
    folder.mkdir()
    return Export(folder, draw)
