"""The ground of the district: a plain that falls 4 dm a kilometre, channels, the town's rampart, and one hill.

Heights are bare earth, metres in the 1985 system, from gentle noise with a fixed seed; the hill is steep enough that
houses stand on slopes above 15 degrees.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import shapely

from geoservice.demo.district.layout import HILL, WALL_INNER, WALL_OUTER
from geoservice.demo.district.scene import HEIGHT, WIDTH, Array, Scene, turned

CELL = 5.0
MARGIN = 250.0
"""The model reaches this far beyond the drawn district, so that slope at its edge is not a guess."""
SEED = 5737


@dataclass(frozen=True)
class Terrain:
    """Heights on a grid of ``CELL`` metres; row 0 is the north; west and north are the grid's outer edges."""

    heights: npt.NDArray[np.float32]
    west: float
    north: float

    def at(self, x: Array, y: Array) -> Array:
        """Return heights at points of the district, bilinear."""
        column = ((np.asarray(x) - self.west) / CELL - 0.5).astype(np.float32)
        row = ((self.north - np.asarray(y)) / CELL - 0.5).astype(np.float32)
        shape = column.shape
        sampled = cv2.remap(
            self.heights, column.reshape(1, -1), row.reshape(1, -1), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(sampled, dtype=np.float64).reshape(shape)


def noise(shape: tuple[int, int], wavelength: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return smooth noise of standard deviation about 1; ``wavelength`` in cells."""
    rows, columns = (int(np.ceil(size / wavelength)) + 4 for size in shape)
    lattice = rng.standard_normal((rows, columns)).astype(np.float32)
    size = (round(columns * wavelength), round(rows * wavelength))
    grown = cv2.resize(lattice, size, interpolation=cv2.INTER_CUBIC)
    offset = int(wavelength)
    return np.asarray(grown[offset : offset + shape[0], offset : offset + shape[1]])


def ground(scene: Scene) -> Terrain:
    """Return the ground under a scene."""
    west, north = -MARGIN, HEIGHT + MARGIN
    columns, rows = int((WIDTH + 2 * MARGIN) / CELL), int((HEIGHT + 2 * MARGIN) / CELL)
    x, y = np.meshgrid(west + (np.arange(columns) + 0.5) * CELL, north - (np.arange(rows) + 0.5) * CELL)
    rng = np.random.default_rng(SEED)
    heights = 48.6 - 0.0004 * x + 0.00015 * y
    for wavelength, amplitude in ((160, 0.55), (55, 0.25), (18, 0.09), (6, 0.035)):
        heights = heights + amplitude * noise((rows, columns), wavelength, rng)
    heights = heights + _hill(x, y, rng)
    heights = _dig(heights, x, y, scene)
    return Terrain(heights.astype(np.float32), west, north)


def _hill(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Return a hill with a western spur; ridges run down its sides."""
    (top_x, top_y), (spur_x, spur_y) = turned(np.array([HILL, (HILL[0] - 300, HILL[1] + 150)]))
    warp = 26 * noise(x.shape, 36, rng)
    east, north = x - top_x + warp, (y - top_y) * 1.12 + 26 * noise(x.shape, 30, rng)
    distance = np.hypot(east, north)
    ridges = 1 + 0.11 * np.cos(7 * np.arctan2(north, east) + 0.008 * distance) * np.clip(distance / 160, 0, 1)
    summit = 124 * np.exp(-((distance / (258 * ridges)) ** 1.75))
    spur = 44 * np.exp(-(((x - spur_x + warp) / 190) ** 2 + ((y - spur_y) / 130) ** 2))
    rough = (1 + 0.05 * noise(x.shape, 12, rng)) * (1 + 0.02 * noise(x.shape, 4, rng))
    return np.asarray(np.cbrt(summit**3 + spur**3) * rough)


def _dig(heights: Array, x: Array, y: Array, scene: Scene) -> Array:
    """Cut the channels two to three metres deep and raise the earthen rampart."""
    points = np.asarray(shapely.points(x.ravel(), y.ravel()))
    wet = shapely.union_all([water.shape for water in scene.water])
    shapely.prepare(wet)
    inside = shapely.contains(wet, points)
    bank = np.zeros(x.size)
    bank[inside] = np.clip(shapely.distance(wet.boundary, points[inside]) / 9, 0, 1)
    heights = heights - 2.6 * bank.reshape(x.shape) ** 0.7
    rampart, town = (shapely.transform(shape, turned) for shape in (WALL_OUTER.difference(WALL_INNER), WALL_INNER))
    on_wall = np.clip(1 - shapely.distance(rampart, points) / 9, 0, 1).reshape(x.shape)
    in_town = np.clip(1 - shapely.distance(town, points) / 30, 0, 1).reshape(x.shape)
    return np.asarray(heights + 6.5 * on_wall**1.5 + 0.9 * in_town)
