"""Families of geometry (points, lines, polygons), and collections taken apart into one geometry of each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]

KINDS = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
"""Names of geometry types, by the numbers GEOS gives them."""
FAMILIES = {0: "point", 4: "point", 1: "line", 5: "line", 2: "line", 3: "polygon", 6: "polygon"}
COLLECTION = 7


@dataclass(frozen=True)
class Rows:
    """The rows to write: their geometries and the row of the batch each comes from."""

    geometries: Geometries
    origin: npt.NDArray[np.intp]


def split_collections(geometries: Geometries) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Turn collections into single and multi geometries: one family stays one row, several families become several."""
    everything = np.arange(len(geometries))
    split = np.zeros(len(geometries), dtype=bool)
    collections = np.flatnonzero(shapely.get_type_id(geometries) == COLLECTION)
    if not len(collections):
        return Rows(geometries, everything), split
    made: list[list[Any]] = [[geometry] for geometry in geometries]
    for row in collections:
        made[row] = families_of(geometries[row]) or [None]
        split[row] = len(made[row]) > 1
    origin = np.repeat(everything, [len(parts) for parts in made])
    flat = np.empty(len(origin), dtype=object)
    flat[:] = [part for parts in made for part in parts]
    return Rows(flat, origin), split


def families_of(collection: Any) -> list[Any]:
    """Return a collection's points, lines and polygons, each joined to one geometry, nested ones too."""
    parts: dict[str, list[Any]] = {}
    queue = [collection]
    while queue:
        geometry = queue.pop(0)
        if geometry.geom_type in ("GeometryCollection", "MultiPoint", "MultiLineString", "MultiPolygon"):
            queue += list(geometry.geoms)
        elif not geometry.is_empty:
            parts.setdefault(FAMILIES[int(shapely.get_type_id(geometry))], []).append(geometry)
    return [_joined(family, members) for family, members in sorted(parts.items())]


def _joined(family: str, members: list[Any]) -> Any:
    if len(members) == 1:
        return members[0]
    if family == "polygon":
        whole = shapely.multipolygons(members)
        return whole if shapely.is_valid(whole) else shapely.union_all(members)
    return shapely.multipoints(members) if family == "point" else shapely.multilinestrings(members)
