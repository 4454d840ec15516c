"""A tile's dissolved shapes, and its picture, changed inside a window and nowhere else.

Arrays and geometries in EPSG:3857; no database. Windows lie on the lattice of the tile, so what is cut along their
edges meets again in the same places.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.frame import Bounds
from layers.level.cells import Classes
from layers.level.clipping import clip, mended
from layers.level.dissolving import (
    Overlapping,
    dissolved_areas,
    dissolved_lines,
    joined,
    of_dimension,
    on_lattice,
    union,
)
from layers.level.square import Square
from layers.level.tile_pictures import SIDE, cells_of, placed

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Merged = dict[int, Any]
"""What each class, by its number, covers in a tile."""
Window = Bounds
"""Ground of EPSG:3857."""


def classes_in(
    shapes: Geometries, numbers: npt.NDArray[np.int64], image: Classes | None, square: Square, window: Bounds
) -> Merged:
    """What the classes of simplified shapes cover in the part of a tile inside a window.

    ``image`` is the tile as they paint it, of lines None.
    """
    dimension = 1 if image is None else 2
    about = shapely.box(*square.box).intersection(shapely.box(*window)).bounds
    near = meeting(shapes, Bounds(*about)) & (shapely.get_dimensions(shapes) == dimension)
    found: Merged = {}
    for number in np.unique(numbers[near]).tolist():
        mine = shapes[near & (numbers == number)]
        try:
            made = dissolved_lines(mine, square) if image is None else dissolved_areas(mine, square)
        except Overlapping:
            assert image is not None
            made = _outlined(image, number, square)
        parts = of_dimension(made, dimension, square)
        if parts is not None:
            inside = clip(mended(np.array([parts])), window)[0]
            if not inside.is_empty:
                found[number] = inside
    return found


def _outlined(image: Classes, number: int, square: Square) -> Any:
    """What a class covers of a picture."""
    areas, numbers = placed(cells_of(np.where(image == number + 1, image, 0), 1), 1, square)
    return areas.polygons()[0] if len(numbers) else shapely.Polygon()


def patched(old: Merged, fresh: Merged, dimension: int, square: Square, window: Bounds) -> Merged:
    """The classes of a tile with those of a window put in the place of what they covered there."""
    made: Merged = {}
    for number in sorted({*old, *fresh}):
        parts = shapely.get_parts(old[number]) if number in old else np.array([], object)
        touched = meeting(parts, window)
        if number not in fresh and not touched.any():
            made[number] = old[number]
            continue
        inside = shapely.get_parts(fresh[number]) if number in fresh else parts[:0]
        cut = on_lattice(np.concatenate([_outside(parts[touched], dimension, window), inside]), square)
        together = None
        if len(cut):
            together = of_dimension(union(cut) if dimension == 2 else joined(cut), dimension, square)
        whole = (
            np.concatenate([parts[~touched], shapely.get_parts(together)]) if together is not None else parts[~touched]
        )
        if len(whole):
            made[number] = shapely.multipolygons(whole) if dimension == 2 else shapely.multilinestrings(whole)
    return made


def repainted(image: Classes, fresh: Classes, square: Square, window: Bounds) -> Classes:
    """A tile's picture with another in its place inside a window that lies on pixels."""
    pixel = square.side / SIDE
    columns, rows = (
        slice(*np.clip(np.rint(np.array(span) / pixel), 0, SIDE).astype(int).tolist())
        for span in ((window.west - square.west, window.east - square.west),
                     (square.north - window.north, square.north - window.south))
    )  # fmt: skip
    made = image.copy()
    made[rows, columns] = fresh[rows, columns]
    return made


def meeting(shapes: Geometries, box: Bounds) -> Flags:
    """Which shapes' boxes meet a box."""
    if not len(shapes):
        return np.zeros(0, bool)
    west, south, east, north = shapely.bounds(shapes).T
    met: Flags = (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
    return met


def _outside(parts: Geometries, dimension: int, window: Bounds) -> Geometries:
    """What parts cover outside a window."""
    broken = ~shapely.is_valid(parts)
    parts = parts.copy()
    parts[broken] = shapely.make_valid(parts[broken])
    left = shapely.get_parts(shapely.get_parts(shapely.difference(parts, shapely.box(*window))))
    outside: Geometries = left[(shapely.get_dimensions(left) == dimension) & ~shapely.is_empty(left)]
    return outside
