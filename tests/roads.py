"""Masks of a straight street, drawn on the ground in millimetres and seen by the car's camera."""

import math

import numpy as np

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.road.ground import Geometry
from jetcar.street.camera import Lens, Mount, centers, rays, to_ground

GEOMETRY = Geometry(Lens(fov=120, k1=0.05, k2=0.25), Mount(height=110, angle=47))
CODES = {c.name: c.code for c in IMAGE_SEGMENTER.classes}
LANE, WRONG, NOTHING = CODES["lane_my_dir"], CODES["lane_wrong_dir"], CODES["nothing"]
SIZE = 224


def ground():
    """Where each pixel is on the ground, mm ahead and to the left; far away above the horizon."""
    seen = rays(GEOMETRY.lens, centers(SIZE), centers(SIZE)).astype(float)
    points = np.concatenate([seen, np.ones_like(seen[..., :1])], axis=-1)
    ahead, left, divisor = np.moveaxis(points @ to_ground(GEOMETRY.mount).T, -1, 0)
    safe = np.where(divisor > 1e-6, divisor, 1)
    far = np.where(divisor > 1e-6, ahead / safe, 1e6)
    return far, left / safe


AHEAD, LEFT = ground()


def street(left=0.0, heading=0.0, width=100.0):
    """A mask of a straight lane with the wrong direction to its left, both to 900 mm."""
    middle = left + np.tan(math.radians(heading)) * AHEAD
    mask = np.full((SIZE, SIZE), NOTHING, np.uint8)
    mask[np.abs(LEFT - middle - 110) <= width / 2] = WRONG
    mask[np.abs(LEFT - middle) <= width / 2] = LANE
    mask[AHEAD > 900] = NOTHING
    return mask
