"""Takes pictures of a map: what the camera sees, and the true class of each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from jetcar.settings.street import Street
from jetcar.street.camera import (
    Lens,
    Mount,
    Rays,
    above_horizon,
    centers,
    rays,
    to_ground,
    to_map,
)
from jetcar.street.grid import SEAMLESS, Grid, Pixels
from jetcar.street.legend import Codes, Legend
from jetcar.street.map import Map
from jetcar.street.panels import Layer, layers
from jetcar.street.paper import Ground, draw_ground
from jetcar.street.photo import develop
from jetcar.street.poses import View
from jetcar.street.regions import Regions, draw_regions
from jetcar.street.room import Compass, Room, Shares, compass, draw_room

SAMPLES = 2
"""Samples across a pixel, and down a pixel in the lower part of the picture."""

FAR_SAMPLES = 4
"""Samples down a pixel in the upper part, where a pixel is much longer on the ground than wide."""

FAR = 0.3
"""Share of the rows that the upper part has."""

MM_AT_224 = 2.0
"""Side of a raster's pixel in mm for pictures of 224 pixels; finer for larger pictures."""

MM_LIMITS = (1.0, 4.0)
"""A raster's pixels are never smaller and never larger than this."""


HALVED = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
"""From the pixels of a picture to those of the same picture at half the size."""


@dataclass(frozen=True)
class Tables:
    """The rays of all samples: what the lens does, computed once.

    Attributes:
        far: Samples of the upper part of the image, ``FAR_SAMPLES`` rows a pixel.
        near: Samples of the lower part.
        middle: One ray for the middle of each pixel.
        compass: Where each of those looks into the room.
        far_rows: Rows of pixels that the upper part has.
    """

    far: Rays
    near: Rays
    middle: Rays
    compass: Compass
    far_rows: int


@cache
def tables(lens: Lens, angle: float, size: int) -> Tables:
    """The rays for pictures of ``size`` x ``size`` pixels, of a camera at ``angle`` degrees."""
    far_rows = round(FAR * size)
    x = centers(size, SAMPLES)
    middle = rays(lens, centers(size), centers(size))
    return Tables(
        rays(lens, x, centers(size, FAR_SAMPLES)[: far_rows * FAR_SAMPLES]),
        rays(lens, x, centers(size, SAMPLES)[far_rows * SAMPLES :]),
        middle,
        compass(middle, angle),
        far_rows,
    )


class Scene:
    """A map drawn once, ready for any number of pictures.

    Args:
        settings: Size, camera, classes and sight of the pictures.
        street_map: What they show.
        rng: Draws its materials, the light and the room.
    """

    def __init__(self, settings: Street, street_map: Map, rng: np.random.Generator) -> None:
        camera = settings.camera
        mm = float(np.clip(MM_AT_224 * 224 / settings.size, *MM_LIMITS))
        self.settings = settings
        self.map = street_map
        self.grid = Grid(street_map.corner, street_map.size, mm)
        areas = street_map.areas()
        outlines = self.grid.outlines([polygon for _, polygon in areas], SEAMLESS)
        ways = [(track, outline) for (track, _), outline in zip(areas, outlines, strict=True)]
        self.regions: Regions = draw_regions(street_map, self.grid, ways)
        self.legend = Legend(street_map, self.regions, settings.classes)
        self.ground: Ground = draw_ground(street_map, self.grid, outlines, rng)
        self.room: Room = draw_room(rng)
        self.tables = tables(Lens(camera.fov, camera.k1, camera.k2), camera.angle, settings.size)
        self._layers: tuple[View | None, list[Layer]] = None, []
        self._horizon: tuple[Mount | None, Shares] = None, np.empty((0, 0), np.float32)

    def image(self, view: View, rng: np.random.Generator) -> Pixels:
        """What the camera sees: RGB, shape ``(size, size, 3)``; ``rng`` draws light and noise."""
        size, rows = self.settings.size, self.tables.far_rows
        to_pixels = self.grid.to_pixels @ to_map(view.pose) @ to_ground(view.mount)
        image = np.empty((size, size, 3), np.uint8)
        for part, table, picture, matrix, flag in (
            (
                image[:rows],
                self.tables.far,
                self.ground.half,
                HALVED @ to_pixels,
                cv2.INTER_NEAREST,  # many samples a pixel: the mean of them is smooth enough
            ),
            (image[rows:], self.tables.near, self.ground.pixels, to_pixels, cv2.INTER_LINEAR),
        ):
            # Above the horizon this hits nothing that is meant; the room is painted over it.
            seen = cv2.remap(  # type: ignore[call-overload]
                picture,
                cv2.perspectiveTransform(table, matrix),
                None,
                flag,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=self.room.wall,
            )
            pixels = cv2.resize(seen, (size, len(part)), interpolation=cv2.INTER_AREA)
            cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB, part)
        self.room.paint(image, self._above(view.mount), self.tables.compass, view)
        for layer in self._things(view):
            layer.paint(image)
        return develop(image, self.settings, rng)

    def mask(self, view: View) -> Codes:
        """The true class code of the place that each pixel's middle shows, ``(size, size)``."""
        sight = self.settings.sight
        to_pixels = self.grid.to_pixels @ to_map(view.pose)
        ground = cv2.perspectiveTransform(self.tables.middle, to_ground(view.mount))
        places = cv2.transform(ground, to_pixels[:2])
        ids = cv2.remap(  # type: ignore[call-overload]
            self.regions.ids, places, None, cv2.INTER_NEAREST
        )
        codes = self.legend.codes(view.viewer, view.pose.x, view.pose.y, sight.signs)
        mask: Codes = codes.take(ids)
        ahead, left = ground[:, :, 0] / sight.ahead, ground[:, :, 1] / sight.aside
        mask[ahead * ahead + left * left > 1] = 0
        # A ray along the horizon hits nothing, which OpenCV writes as (0, 0): the car's own place.
        above = self._above(view.mount)
        mask[: len(above)][above > 0] = 0
        for layer in self._things(view):
            layer.cover(mask)
        return mask

    def is_street(self, view: View, ahead: float, left: float) -> bool:
        """Whether a place, in mm from the camera, is on the street."""
        column, row, _ = self.grid.to_pixels @ to_map(view.pose) @ (ahead, left, 1)
        rows, columns = self.regions.ids.shape
        is_on_map = 0 <= row < rows and 0 <= column < columns
        return is_on_map and bool(self.regions.ids[int(row), int(column)])

    def _things(self, view: View) -> list[Layer]:
        """What stands there as this picture shows it; kept for the mask that is taken after it."""
        if not view.things:
            return []
        if self._layers[0] is not view:
            self._layers = view, list(layers(view.things, self.tables.middle, view.mount))
        return self._layers[1]

    def _above(self, mount: Mount) -> Shares:
        """What is above the horizon; kept for the mask that is taken after the image."""
        if self._horizon[0] is not mount:
            self._horizon = mount, above_horizon(self.tables.middle, mount)
        return self._horizon[1]
