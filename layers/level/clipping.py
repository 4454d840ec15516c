"""The part of shapes that lies inside a box, for the tiles they are cut along."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.level.square import Square

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Box = tuple[float, float, float, float]

NOTHING = shapely.Polygon()
HOLED = 100
"""Holes from which on an area is not cut by GEOS' fast clipper."""


def mended(shapes: Geometries) -> Geometries:
    """Shapes of which every part is valid for itself, mended once here and not in every tile that cuts it."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    invalid = ~shapely.is_valid(parts)
    if not invalid.any():
        return shapes
    rows = np.unique(owner[invalid])
    sound = ~invalid & np.isin(owner, rows)
    # ring by ring, which for long ones is far faster than by all their lines
    made = shapely.make_valid(parts[invalid], method="structure", keep_collapsed=False)
    single, made_of = shapely.get_parts(made, return_index=True)
    owners = np.searchsorted(rows, np.concatenate([owner[sound], owner[invalid][made_of]]))
    found = shapes.copy()
    dimensions = shapely.get_dimensions(shapes[rows]).astype(np.int64)
    found[rows] = _together(np.concatenate([parts[sound], single]), owners, dimensions)
    return found


def clip(shapes: Geometries, box: Box) -> Geometries:
    """The part of each shape inside a box, of the shape's own dimension; empty or None where there is none.

    What lies inside as a whole is left alone: of a shape of many parts only those that the edge goes through are cut.
    Parts of areas are to be valid (see ``mended``).
    """
    found = shapes.copy()
    inside, outside = _within(shapes, box)
    found[outside] = NOTHING
    crossing = np.flatnonzero(~(inside | outside))
    if not len(crossing):
        return found
    if (shapely.get_dimensions(shapes[crossing]) == 0).all():
        found[crossing] = _dots_inside(shapes[crossing], box)
        return found
    parts, owner = shapely.get_parts(shapes[crossing], return_index=True)
    inside, outside = _within(parts, box)
    cut_through = ~(inside | outside)
    pieces, piece_of = shapely.get_parts(_cut_through(parts[cut_through], box), return_index=True)
    kept = np.concatenate([parts[inside], pieces])
    owner = np.concatenate([owner[inside], owner[cut_through][piece_of]])
    found[crossing] = _together(kept, owner, shapely.get_dimensions(shapes[crossing]).astype(np.int64))
    return found


def in_tiles(shapes: Geometries, zoom: int) -> Iterator[tuple[Square, Numbers, Geometries]]:
    """Cut shapes (EPSG:3857, one dimension each) for the tiles of a zoom, each part from its parent's part; yields
    tile, the index of the shape of each part, parts.

    Areas are not mended: of one with ten thousand holes that takes minutes as a whole.
    """
    stack = [(Square(0, 0, 0), np.arange(len(shapes)), shapes)]
    while stack:
        square, index, parts = stack.pop()
        parts = parts.copy()
        inside, outside = _within(parts, square.box)
        crossing = ~(inside | outside)
        parts[outside] = NOTHING
        parts[crossing] = _roughly_cut(parts[crossing], square.box)
        kept = ~shapely.is_empty(parts)
        if not kept.any():
            continue
        if square.zoom == zoom:
            yield square, index[kept], parts[kept]
        else:
            stack += [(child, index[kept], parts[kept]) for child in square.children]


def _roughly_cut(shapes: Geometries, box: Box) -> Geometries:
    """The part of each shape, which may be invalid and stay so, inside a box."""
    try:
        return np.asarray(shapely.clip_by_rect(shapes, *box))
    except shapely.errors.GEOSException:  # see _cut_through
        return np.asarray(shapely.intersection(mended(shapes), shapely.box(*box)))


def _within(shapes: Geometries, box: Box) -> tuple[Flags, Flags]:
    """Which shapes lie inside a box as a whole, which outside."""
    west, south, east, north = shapely.bounds(shapes).T
    inside: Flags = (west >= box[0]) & (south >= box[1]) & (east <= box[2]) & (north <= box[3])
    outside: Flags = (west > box[2]) | (south > box[3]) | (east < box[0]) | (north < box[1])
    return inside, outside


def _cut_through(parts: Geometries, box: Box) -> Geometries:
    """The part of each single line, area or point inside a box; what GEOS' fast clipper makes invalid is cut anew.

    Areas are to be valid. Whether what is left of one with thousands of holes is valid takes GEOS four times as long to
    say as to cut it in the way that always is.
    """
    holed = shapely.get_num_interior_rings(parts) > HOLED
    if holed.any():
        found = np.empty(len(parts), dtype=object)
        found[holed] = shapely.intersection(parts[holed], shapely.box(*box))
        found[~holed] = _cut_through(parts[~holed], box)
        return found
    try:
        clipped = shapely.clip_by_rect(parts, *box)
    except shapely.errors.GEOSException:  # it gives up on rings that touch the box in a point
        return np.asarray(shapely.intersection(parts, shapely.box(*box)))
    broken = ~shapely.is_valid(clipped)
    clipped[broken] = shapely.intersection(parts[broken], shapely.box(*box))
    return clipped


def _together(parts: Geometries, owner: Numbers, dimensions: Numbers) -> Geometries:
    """One shape of each owner's parts, of its dimension; empty where nothing is left."""
    whole = np.full(len(dimensions), NOTHING, dtype=object)
    dimension = shapely.get_dimensions(parts)
    makers: tuple[Any, ...] = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    for wanted, make in enumerate(makers):
        mine = (dimension == wanted) & (dimensions[owner] == wanted) & ~shapely.is_empty(parts)
        order = np.flatnonzero(mine)[np.argsort(owner[mine], kind="stable")]
        if len(order):
            make(parts[order], indices=owner[order], out=whole)
    return whole


def _dots_inside(shapes: Geometries, box: Box) -> Geometries:
    """The points of each shape inside a box, its edge included: GEOS would look at each as a geometry of its own."""
    places, index = shapely.get_coordinates(shapes, return_index=True)
    inside = np.all((places >= box[:2]) & (places <= box[2:]), axis=1)
    found = np.full(len(shapes), None, dtype=object)
    if inside.any():
        dots: Geometries = np.asarray(shapely.points(places[inside]), dtype=object)
        shapely.multipoints(dots, indices=index[inside], out=found)
    return found
