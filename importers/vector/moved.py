"""Shapes with other coordinates than their own: made, and judged without making more of them at once than needed."""

import numpy as np
import numpy.typing as npt
import shapely

from importers.vector.families import COLLECTION, Geometries
from importers.vector.rings import surely_simple
from layers.crs.mercator import Floats

Integers = npt.NDArray[np.int64]

AT_ONCE = 250_000
"""Vertices that GEOS is shown at once; one shape may have more."""


def moved(shapes: Geometries, coordinates: Floats) -> Geometries:
    """Geometries with other coordinates (n, 3); flat ones where no Z is a number."""
    width = 3 if np.isfinite(coordinates[:, 2]).any() else 2
    # a copy, because set_coordinates writes into the array of geometries it is given
    made: Geometries = shapely.set_coordinates(shapes.copy(), coordinates[:, :width])
    return made


def is_clean(shapes: Geometries, coordinates: Floats) -> bool:
    """Say whether shapes are valid with these coordinates, and none is a collection. GEOS is asked where unsure."""
    types, counts = shapely.get_type_id(shapes), shapely.get_num_coordinates(shapes).astype(np.int64)
    if (types == COLLECTION).any():
        return False
    sure = (types == shapely.GeometryType.POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    sure &= ~shapely.is_missing(shapes) & (counts <= AT_ONCE)
    flat = coordinates[:, :2] if sure.all() else coordinates[np.repeat(sure, counts), :2]
    sure[sure] = surely_simple(flat, counts[sure])
    unsure = np.flatnonzero(~sure & ~shapely.is_missing(shapes))
    ends = np.cumsum(counts)
    groups = np.split(unsure, np.flatnonzero(np.diff(np.cumsum(counts[unsure]) // AT_ONCE)) + 1)
    return all(_is_valid(shapes, coordinates, ends, group) for group in groups if len(group))


def _is_valid(shapes: Geometries, coordinates: Floats, ends: Integers, rows: Integers) -> bool:
    """Say whether some of the shapes, rows ascending, are valid with these coordinates."""
    first, last = int(rows[0]), int(rows[-1])
    start = int(ends[first - 1]) if first else 0
    own = coordinates[start : ends[last]]
    if last - first >= len(rows):  # others lie between
        counts = np.diff(ends[first : last + 1], prepend=start)
        own = own[np.repeat(np.isin(np.arange(first, last + 1), rows), counts)]
    made = moved(shapes[rows], own)
    if len(own) > AT_ONCE and (apart := _parts_apart(made)) is not None:
        return bool(shapely.is_valid(apart).all())
    return bool(shapely.is_valid(made).all())


def _parts_apart(shapes: Geometries) -> Geometries | None:
    """The parts of shapes if the box of none meets another's: then all are valid if each part is. Else None."""
    parts: Geometries = shapely.get_parts(shapes)
    boxes = np.asarray(shapely.box(*shapely.bounds(parts).T))
    return parts if len(shapely.STRtree(boxes).query(boxes)[0]) == len(parts) else None
