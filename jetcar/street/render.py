"""Takes pictures of a map: what the camera sees, and the true class of each pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np

from jetcar.settings.street import Street
from jetcar.settings.variety import Variety
from jetcar.street.bend import bending, bent
from jetcar.street.camera import (
    Lens,
    Matrix,
    Rays,
    above_horizon,
    centers,
    rays,
    to_ground,
    to_map,
)
from jetcar.street.grid import SEAMLESS, Grid, Pixels
from jetcar.street.interiors import draw_interior
from jetcar.street.kinds import known_kinds
from jetcar.street.legend import Codes, Legend
from jetcar.street.light import light_up
from jetcar.street.lines import painted_otherwise
from jetcar.street.map import Map
from jetcar.street.panels import Layer, layers
from jetcar.street.paper import Ground, draw_ground
from jetcar.street.photo import develop
from jetcar.street.poses import View
from jetcar.street.regions import Regions, draw_regions
from jetcar.street.room import Compass, Room, Shares, compass, draw_room
from jetcar.street.sensor import develop_other
from jetcar.street.tape import taped
from jetcar.street.variety import Dice

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


WHOLE = np.eye(3)
"""From the pixels of a picture to those of the picture itself."""

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


@lru_cache(maxsize=1)
def other_tables(lens: Lens, angle: float, size: int) -> Tables:
    """The same for the camera of one picture; kept for the mask that is taken after the image."""
    far_rows = round(FAR * size)
    x, far, near, y = (
        at.astype(np.float32)
        for at in (
            centers(size, SAMPLES),
            centers(size, FAR_SAMPLES)[: far_rows * FAR_SAMPLES],
            centers(size, SAMPLES)[far_rows * SAMPLES :],
            centers(size),
        )
    )
    middle = rays(lens, y, y)
    return Tables(rays(lens, x, far), rays(lens, x, near), middle, compass(middle, angle), far_rows)


class Scene:
    """A map drawn once, ready for any number of pictures.

    Args:
        settings: Size, camera, classes and sight of the pictures.
        street_map: What they show.
        rng: Draws its materials, the light and the room.
        dice: Draws what is different about this map; None: nothing is.
    """

    def __init__(
        self,
        settings: Street,
        street_map: Map,
        rng: np.random.Generator,
        dice: Dice | None = None,
    ) -> None:
        dice = dice or Dice(Variety(), ())
        camera = settings.camera
        mm = float(np.clip(MM_AT_224 * 224 / settings.size, *MM_LIMITS))
        self.settings = settings
        lines = dice.of("lines")
        if lines is not None:
            known = known_kinds(settings.classes, street_map.table(settings.classes))
            street_map = painted_otherwise(street_map, dice.variety.lines, known, lines)
        if (tape := dice.part("lines", "tape")) is not None:
            street_map = taped(street_map, dice.variety.lines, tape)
        self.map = street_map
        self.grid = Grid(street_map.corner, street_map.size, mm)
        areas = street_map.areas()
        outlines = self.grid.outlines([polygon for _, polygon in areas], SEAMLESS)
        ways = [(track, outline) for (track, _), outline in zip(areas, outlines, strict=True)]
        self.regions: Regions = draw_regions(street_map, self.grid, ways)
        self.legend = Legend(street_map, self.regions, settings.classes)
        self.ground: Ground = draw_ground(street_map, self.grid, outlines, rng, dice)
        self.room: Room = draw_room(rng)
        if (room := dice.of("room")) is not None:
            self.room = draw_interior(dice.variety.room, self.ground.outside, room)
        if self.ground.sheets is not None:
            self.ground.sheets.lay(self.regions.ids, cv2.INTER_NEAREST)
        if (ground := dice.of("ground")) is not None:
            bend = bending(self.grid, dice.variety.ground, ground)
            self.regions.ids = bent(self.regions.ids, bend, cv2.INTER_NEAREST)
            self.ground = self.ground.bent(bend)
        self.border = *self.room.wall, float(self.ground.outside[3])
        self.lens = Lens(camera.fov, camera.k1, camera.k2)
        self.tables = tables(self.lens, camera.angle, settings.size)
        self._layers: tuple[View | None, list[Layer]] = None, []
        self._horizon: tuple[View | None, Shares] = None, np.empty((0, 0), np.float32)

    def image(self, view: View, rng: np.random.Generator) -> Pixels:
        """What the camera sees: RGB, shape ``(size, size, 3)``; ``rng`` draws light and noise."""
        size = self.settings.size
        tables = self._tables(view)
        rows = tables.far_rows
        image, gloss = np.empty((size, size, 3), np.uint8), np.empty((size, size), np.uint8)
        for part, table, picture, scale, flag, y in (
            (
                slice(0, rows),
                tables.far,
                self.ground.half,
                HALVED,
                cv2.INTER_NEAREST,  # many samples a pixel: the mean of them is smooth enough
                centers(size, FAR_SAMPLES)[: rows * FAR_SAMPLES],
            ),
            (
                slice(rows, size),
                tables.near,
                self.ground.pixels,
                WHOLE,
                cv2.INTER_LINEAR,
                centers(size, SAMPLES)[rows * SAMPLES :],
            ),
        ):
            # Above the horizon this hits nothing that is meant; the room is painted over it.
            seen = cv2.remap(  # type: ignore[call-overload]
                picture,
                self._places(table, view, scale, y),
                None,
                flag,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=self.border,
            )
            shape = size, part.stop - part.start
            pixels = cv2.resize(seen, shape, interpolation=cv2.INTER_AREA)
            cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB, image[part])
            gloss[part] = pixels[:, :, 3]
        self.room.paint(image, self._above(view), tables.compass, self._heading(view))
        for layer in self._things(view):
            layer.paint(image)
            layer.dull(gloss)
        return self._taken(image, gloss, view, rng)

    def _heading(self, view: View) -> Matrix:
        """Where the camera looks when each row of a picture is read, in radians, ``(size,)``."""
        y, motion = centers(self.settings.size), view.shot.motion
        turned = motion.turn * motion.times(y) if motion else np.zeros_like(y)
        return view.pose.heading % (2 * math.pi) + turned

    def _places(self, table: Rays, view: View, scale: Matrix, y: Matrix) -> Rays:
        """The pixels of the map's picture, or of ``scale`` of it, that rays of a view hit."""
        to_pixels = scale @ self.grid.to_pixels @ to_map(view.pose)
        if view.shot.motion is None:
            return cv2.perspectiveTransform(table, to_pixels @ to_ground(view.mount))  # type: ignore[return-value]
        ground = cv2.perspectiveTransform(table, to_ground(view.mount))
        view.shot.motion.roll(ground, y)  # type: ignore[arg-type]
        return cv2.transform(ground, to_pixels[:2])  # type: ignore[return-value]

    def _taken(self, image: Pixels, gloss: Pixels, view: View, rng: np.random.Generator) -> Pixels:
        """What light, movement and sensor make of a picture; the mask knows nothing of it."""
        shot = view.shot
        lens = shot.lens or self.lens
        light = shot.dice and shot.dice.of("light")
        if shot.dice and light:
            image = light_up(
                image,
                gloss,
                shot.dice.variety.light,
                self.room,
                lens,
                view.mount,
                self._heading(view),
                light,
            )
        if shot.motion is not None:
            image = shot.motion.blur(image, lens, view.mount)
        sensor = shot.dice and shot.dice.of("sensor")
        if shot.dice and sensor:
            return develop_other(image, shot.dice.variety.sensor, sensor)
        return develop(image, self.settings, rng)

    def mask(self, view: View) -> Codes:
        """The true class code of the place that each pixel's middle shows, ``(size, size)``."""
        sight, middle = self.settings.sight, self._tables(view).middle
        to_pixels = self.grid.to_pixels @ to_map(view.pose)
        ground = cv2.perspectiveTransform(middle, to_ground(view.mount))
        if view.shot.motion is not None:
            view.shot.motion.roll(ground, centers(self.settings.size))  # type: ignore[arg-type]
        places = cv2.transform(ground, to_pixels[:2])
        ids = cv2.remap(  # type: ignore[call-overload]
            self.regions.ids, places, None, cv2.INTER_NEAREST
        )
        # A camera that is held higher sees farther, and as far as the rows of its picture go.
        farther = max(1.0, view.mount.height / self.settings.camera.height)
        farther = farther if view.shot.lens else 1.0
        codes = self.legend.codes(view.viewer, view.pose.x, view.pose.y, sight.signs * farther)
        mask: Codes = codes.take(ids)
        ahead = ground[:, :, 0] / (sight.ahead * farther)
        left = ground[:, :, 1] / (sight.aside * farther)
        mask[ahead * ahead + left * left > 1] = 0
        # A ray along the horizon hits nothing, which OpenCV writes as (0, 0): the car's own place.
        above = self._above(view)
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
            middle = self._tables(view).middle
            self._layers = view, list(layers(view.things, middle, view.mount, view.shot.motion))
        return self._layers[1]

    def _tables(self, view: View) -> Tables:
        """The rays of the street's own lens, or of the one that this picture is taken with."""
        lens, size = view.shot.lens, self.settings.size
        return self.tables if lens is None else other_tables(lens, view.mount.angle, size)

    def _above(self, view: View) -> Shares:
        """What is above the horizon; kept for the mask that is taken after the image."""
        if self._horizon[0] is not view:
            self._horizon = view, above_horizon(self._tables(view).middle, view.mount)
        return self._horizon[1]
