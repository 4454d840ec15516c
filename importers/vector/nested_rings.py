"""Areas of rings that nobody told apart: which is an outline and which a hole, by which lies in which."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Ring = Sequence[tuple[float, ...]] | npt.NDArray[np.float64]


def area_of(rings: Sequence[Ring]) -> BaseGeometry:
    """Return the polygon of rings, several where outlines lie apart: a ring within an odd number of others is a hole.

    Raises:
        ValueError, shapely.GEOSException: a ring has too few points.
    """
    discs = sorted((shapely.Polygon(ring) for ring in rings), key=lambda disc: -disc.area)
    outlines: dict[int, list[Any]] = {}
    for number, disc in enumerate(discs):
        point = disc.representative_point() if disc.area else shapely.Point(disc.exterior.coords[0])
        around = [other for other in range(number) if shapely.intersects(discs[other], point)]
        if len(around) % 2:
            outlines[next(other for other in reversed(around) if other in outlines)].append(disc.exterior)
        else:
            outlines[number] = []
    areas = [shapely.Polygon(discs[number].exterior, holes) for number, holes in outlines.items()]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def rings_of(corners: Sequence[tuple[float, ...]]) -> Iterator[Sequence[tuple[float, ...]]]:
    """Part corners where they are back at the first: what follows is a ring of its own, if there is enough for one."""
    start = 0
    for end in range(3, len(corners) - 3):
        if end - start >= 3 and corners[end] == corners[start]:
            yield corners[start : end + 1]
            start = end + 1
    yield corners[start:]
