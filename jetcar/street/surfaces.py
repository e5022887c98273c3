"""Textures of what streets are made of, as pictures that repeat: 1 on average."""

from __future__ import annotations

import cv2
import numpy as np

from jetcar.street.floor import TILE, Field, cloud

SEAM = 12.0
"""Millimetres that a foam tile's teeth reach into its neighbour."""


def asphalt(mm: float, rng: np.random.Generator) -> Field:
    """Grains of stone, darker and lighter patches."""
    grain = cloud(1, rng)
    texture = 1 + rng.uniform(0.08, 0.22) * grain + rng.uniform(0.04, 0.14) * cloud(2.2, rng)
    texture += rng.uniform(0.02, 0.08) * cloud(120 / mm, rng)
    texture[grain > 1.15] += np.float32(rng.uniform(0.1, 0.6))
    return texture


def lino(mm: float, rng: np.random.Generator) -> Field:
    """A smooth floor of one piece."""
    fine = rng.uniform(0.01, 0.05) * cloud(rng.uniform(2, 6), rng)
    texture: Field = 1 + fine + 0.03 * cloud(200 / mm, rng) + 0.015 * cloud(1, rng)
    return texture


def ribbed(mm: float, rng: np.random.Generator) -> Field:
    """A rubber mat with ribs, along or across."""
    count = max(8, round(TILE * mm / rng.uniform(5, 24)))
    wave = np.sin(2 * np.pi * count * np.arange(TILE, dtype=np.float32) / TILE)
    ribs = np.tanh(wave * rng.uniform(0.5, 3)) * rng.uniform(0.04, 0.22)
    texture = 1 + ribs[:, None] + 0.04 * cloud(1, rng) + 0.04 * cloud(90 / mm, rng)
    return np.ascontiguousarray(texture.T) if rng.random() < 0.5 else texture


def foam(mm: float, rng: np.random.Generator) -> Field:
    """Foam tiles with knobs, whose teeth lock into each other."""
    place = np.arange(TILE, dtype=np.float32) * (2 * np.pi / TILE)
    count = max(12, round(TILE * mm / rng.uniform(5, 12)))
    one, other = place[:, None] + place[None, :], place[:, None] - place[None, :]
    knobs = np.sin(count * one) * np.sin(count * other)
    texture = 1 + rng.uniform(0.02, 0.2) * knobs + 0.04 * cloud(1, rng)
    texture = np.ascontiguousarray(texture + 0.03 * cloud(100 / mm, rng), np.float32)
    tiles = max(2, round(TILE * mm / rng.uniform(120, 600)))
    depth = np.zeros((TILE, TILE), np.float32)
    teeth = max(4, round(TILE * mm / tiles / rng.uniform(35, 70))) * tiles
    for k in range(tiles):
        middle = (k + 0.5) * TILE / tiles
        way = np.arange(-TILE // teeth, TILE + TILE // teeth)
        out = np.where(np.sin(2 * np.pi * teeth * way / TILE) > 0, 1, -1) * SEAM / 2 / mm
        line = np.stack([way, middle + out], axis=-1)
        for points in (line, line[:, ::-1]):
            ends = np.rint(points * 16).astype(np.int32)
            thick = max(1, round(rng.uniform(1, 3.5) / mm))
            cv2.polylines(depth, [ends], False, (1.0,), thick, cv2.LINE_AA, 4)
    texture *= 1 - np.float32(rng.uniform(0.15, 0.6)) * depth
    return texture
