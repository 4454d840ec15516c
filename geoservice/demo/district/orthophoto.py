"""The orthophoto: the scene painted at half a metre, as a camera aircraft would have seen it at ten in the morning.

Painted in the order light meets it: ground, streets, cars, roofs, trees; then shadows by height, the hill's own shade,
grain. Every outline is the scene's, so image and vectors agree to the pixel.
"""

from collections.abc import Iterable

import cv2
import numpy as np
import shapely.affinity

from geoservice.demo.district.canvas import COLUMNS, PIXEL, ROWS, Image, fill
from geoservice.demo.district.light import plant, shade
from geoservice.demo.district.palette import COVERS, LAND_COVER, WATER_COVER
from geoservice.demo.district.roofs import paint_roof
from geoservice.demo.district.scene import EXTENT, HEIGHT, TURN_DEGREES, Scene, Surface
from geoservice.demo.district.streets import paint_streets
from geoservice.demo.district.terrain import Terrain, noise

SEED = 500
STRIP = 500  # rows at a time where floats are needed


def photograph(scene: Scene, terrain: Terrain) -> Image:
    """Return the whole district as an RGB image, row 0 the north."""
    rng = np.random.default_rng(SEED)
    image = np.full((ROWS, COLUMNS, 3), COVERS["lawn"].colour, np.uint8)
    grain = np.full((ROWS, COLUMNS), 10, np.uint8)
    _paint_ground(image, grain, scene, rng)
    paint_streets(image, grain, scene, rng)
    _grain(image, grain, rng)
    _furrows(image, scene.surfaces, rng)
    for building in scene.buildings:
        paint_roof(image, building, rng)
    roof = np.zeros((ROWS, COLUMNS), np.float32)
    for building in sorted(scene.buildings, key=lambda building: building.height):
        fill(roof, building.shape, building.height)
    plant(image, roof, scene.all_trees, rng)
    shade(image, roof, scene, terrain)
    return _develop(image, rng)


def _paint_ground(image: Image, grain: Image, scene: Scene, rng: np.random.Generator) -> None:
    for parcel in scene.parcels:
        cover = COVERS[LAND_COVER.get(parcel.code, "lawn")]
        fill(image, parcel.shape, cover.tint(rng))
        fill(grain, parcel.shape, cover.grain)
    for surface in scene.surfaces:
        cover = COVERS[surface.cover]
        fill(image, surface.shape, cover.tint(rng))
        fill(grain, surface.shape, cover.grain)
    for water in scene.water:
        cover = COVERS[WATER_COVER[water.code]]
        fill(image, water.shape.buffer(2.5), COVERS["bank"].colour)
        fill(image, water.shape, cover.tint(rng))
        fill(grain, water.shape, cover.grain)


def _grain(image: Image, grain: Image, rng: np.random.Generator) -> None:
    """Roughen the ground: fine and coarse noise, as strong as each cover asks."""
    for top in range(0, ROWS, STRIP):
        rows = slice(top, top + STRIP)
        fine = rng.standard_normal((STRIP, COLUMNS)).astype(np.float32)
        fine = 0.75 * fine + 1.1 * cv2.GaussianBlur(fine, (0, 0), 1.4)
        strength = grain[rows].astype(np.float32)
        lighter = image[rows].astype(np.float32) + (fine * strength * 0.55)[..., None]
        image[rows] = np.clip(lighter, 0, 255).astype(np.uint8)
    for wavelength, weight in ((14.0, 0.35), (60.0, 0.42)):
        patches = noise((ROWS, COLUMNS), wavelength, rng)
        patches *= grain.astype(np.float32) * weight
        for channel, share in enumerate((1.0, 0.92, 0.72)):
            image[..., channel] = cv2.add(image[..., channel], patches * share, dtype=cv2.CV_8U)


def _furrows(image: Image, surfaces: Iterable[Surface], rng: np.random.Generator) -> None:
    """Draw the rows of the crops."""
    for surface in surfaces:
        cover = COVERS[surface.cover]
        if not cover.furrow:
            continue
        seen = surface.shape.intersection(EXTENT)
        if seen.area < 4:
            continue
        west, south, east, north = seen.bounds
        left, right = int(west / PIXEL), int(np.ceil(east / PIXEL))
        top, bottom = int((HEIGHT - north) / PIXEL), int(np.ceil((HEIGHT - south) / PIXEL))
        mask = np.zeros((bottom - top, right - left), np.uint8)
        fill(mask, shapely.affinity.translate(seen, -left * PIXEL, top * PIXEL), 1)
        x, y = np.meshgrid(np.arange(left, right) * PIXEL, np.arange(top, bottom) * -PIXEL)
        turn = np.radians(-TURN_DEGREES)
        across = x * np.cos(turn) - y * np.sin(turn)
        wave = np.sin(2 * np.pi * across / cover.furrow + rng.uniform(0, 6)) + 0.3 * np.sin(across / 6.1)
        wave = np.clip(wave * 1.6, -1, 0.8)
        wave = wave * (1 + 0.3 * noise((bottom - top, right - left), 22, rng))
        window = image[top:bottom, left:right].astype(np.float32)
        window += (wave * mask * cover.furrow_depth)[..., None]
        image[top:bottom, left:right] = np.clip(window, 0, 255).astype(np.uint8)


def _develop(image: Image, rng: np.random.Generator) -> Image:
    """Give the picture a lens, haze and a sensor."""
    image = cv2.GaussianBlur(image, (0, 0), 0.55)
    for top in range(0, ROWS, STRIP):
        rows = slice(top, top + STRIP)
        noisy = image[rows].astype(np.float32) * 1.04 + np.array([9, 10, 14], np.float32)
        noisy += rng.standard_normal((*noisy.shape[:2], 1)).astype(np.float32) * 2.6
        image[rows] = np.clip(noisy, 0, 255).astype(np.uint8)
    return image
