"""A tile's picture: its classes painted on 512 x 512 pixels, and the cells read from it."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.areas import Areas
from layers.cells import Classes, paint, prevailing
from layers.outlines import outline
from layers.square import BUFFER_UNITS, Square

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]

SIDE = 512


def picture_of(merged: dict[int, Any], square: Square) -> Classes:
    """Paint what each class covers in a tile; 0 is "nothing" in the picture, so classes are painted one higher."""
    image = np.zeros((SIDE, SIDE), np.uint16)
    if merged:
        shapes, owner = shapely.get_parts(np.array(list(merged.values()), dtype=object), return_index=True)
        paint_shapes(image, shapes, np.array(list(merged))[owner] + 1, square)
    return image


def paint_shapes(image: Classes, shapes: Geometries, numbers: Numbers, square: Square) -> None:
    """Paint shapes with the numbers of their classes."""
    scale = SIDE / square.side
    flat = shapely.transform(shapes, lambda at: (at - (square.west, square.north)) * (scale, -scale))
    order = np.argsort(-shapely.area(flat), kind="stable")  # smaller areas come last and stay visible
    paint(image, flat[order], numbers[order].tolist())


def cells_of(image: Classes, cell: int) -> Classes:
    """The cells of a picture; those at its edge go on into the buffer."""
    return np.pad(prevailing(image, cell), _margin(cell), mode="edge")


def placed(cells: Classes, cell: int, square: Square) -> tuple[Areas, Numbers]:
    """Outlines of each class of cells in their place, corners on the tile's lattice, and the classes in order."""
    margin, scale = _margin(cell), cell * square.side / SIDE
    west, north = square.west - margin * scale, square.north + margin * scale
    areas, numbers = outline(cells)
    return replace(areas, coordinates=areas.coordinates * (scale, -scale) + (west, north)), numbers


def _margin(cell: int) -> int:
    return -(-BUFFER_UNITS // (8 * cell))
