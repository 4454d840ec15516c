"""Trees and light: crowns by the ten thousand, the shadows of what stands, and the hill's own shade."""

import cv2
import numpy as np
import numpy.typing as npt

from geoservice.demo.district.canvas import COLUMNS, PIXEL, ROWS, SHIFT, Grey, Image, disc, pixels
from geoservice.demo.district.scene import HEIGHT, WIDTH, Array, Scene
from geoservice.demo.district.terrain import CELL, Terrain, noise

SUN = np.array([-0.52, 0.86])
"""Where shadows point: north-north-west, for a sun in the south-east."""
SHADOW_PER_METRE = 0.8


def plant(image: Image, height: Grey, trees: Array, rng: np.random.Generator) -> None:
    """Draw crowns: a dark rim, a body, and clumps that are lighter towards the sun; stands differ in colour."""
    stand = noise((ROWS // 8, COLUMNS // 8), 14, rng)
    places = pixels(trees[:, :2])
    rows = np.clip((places[:, 1] >> SHIFT) // 8, 0, stand.shape[0] - 1)
    columns = np.clip((places[:, 0] >> SHIFT) // 8, 0, stand.shape[1] - 1)
    warm = rng.normal(0, 0.7, len(trees)) + 0.9 * stand[rows, columns]
    light = rng.normal(0, 1, len(trees))
    bodies = np.column_stack([78 + 11 * warm + 6 * light, 96 + 6 * warm + 8 * light, 64 + 5 * warm + 4 * light])
    clumps = rng.uniform(-0.45, 0.45, (len(trees), 4, 2))
    for index in np.argsort(-trees[:, 1]):
        radius = trees[index, 2] / PIXEL
        x, y = places[index] / (1 << SHIFT)
        disc(image, x, y, radius, bodies[index] * 0.58)
        disc(image, x + 0.1 * radius, y + 0.12 * radius, radius * 0.84, bodies[index] * 0.86)
        for east, south in clumps[index]:
            tone = 1.0 + 0.42 * (0.52 * east + 0.86 * south) / 0.45
            disc(image, x + (east + 0.1) * radius, y + (south + 0.12) * radius, radius * 0.36, bodies[index] * tone)
        disc(height, x, y, radius * 0.9, trees[index, 2] * 1.6, cv2.LINE_8)


def shade(image: Image, height: Grey, scene: Scene, terrain: Terrain) -> None:
    """Darken what buildings and trees keep from the sun, then the hill's far side."""
    reach = _shadow_heights(scene)
    for east, north, radius in scene.all_trees:
        x, y = pixels(np.array([[east, north]]) + SUN * radius * 0.75)[0] / (1 << SHIFT)
        disc(reach, x, y, radius * 0.95 / PIXEL, radius * 1.5, cv2.LINE_8)
    shadow = cv2.GaussianBlur((reach > height + 0.4).astype(np.float32), (0, 0), 0.8)
    light = _hillshade(terrain)
    for channel, kept in enumerate((0.42, 0.47, 0.58)):
        factor = (1 - shadow * (1 - kept)) * light
        image[..., channel] = np.clip(image[..., channel] * factor, 0, 255).astype(np.uint8)


def _shadow_heights(scene: Scene) -> Grey:
    """Return how high above the ground the shadows of buildings reach, pixel by pixel."""
    reach = np.zeros((ROWS, COLUMNS), np.float32)
    step = 1.8
    swept: list[tuple[float, list[npt.NDArray[np.int32]]]] = []
    for building in scene.buildings:
        rings = [np.asarray(ring.coords) for ring in (building.shape.exterior, *building.shape.interiors)]
        for down in np.arange(0, building.height, step):
            offset = SUN * down * SHADOW_PER_METRE
            swept.append((building.height - down, [pixels(ring + offset) for ring in rings]))
    # Painted from the lowest to the highest, the last painted is the maximum.
    for remaining, outline in sorted(swept, key=lambda item: item[0]):
        cv2.fillPoly(reach, outline, remaining, cv2.LINE_8, SHIFT)
    return reach


def _hillshade(terrain: Terrain) -> Grey:
    smooth = cv2.GaussianBlur(terrain.heights, (0, 0), 1.0)
    north, east = np.gradient(smooth, CELL)
    toward_sun = -(east * -SUN[0] + -north * -SUN[1])
    light = np.clip(1 + 0.85 * toward_sun, 0.55, 1.3).astype(np.float32)
    margin = int(-terrain.west / CELL)
    inner = light[margin : margin + int(HEIGHT / CELL), margin : margin + int(WIDTH / CELL)]
    return np.asarray(cv2.resize(inner, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC))
