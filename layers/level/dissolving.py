"""What one class covers in one tile: areas dissolved, lines joined, cut to the tile and put on its lattice.

Arrays of shapely geometries in EPSG:3857 in, geometries out; no database.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.crs.mercator import WORLD
from layers.level.generalise import dashes
from layers.level.plan import TILE_BYTES
from layers.level.square import BUFFER_UNITS, Square

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BYTES_A_VERTEX = 2.3
BYTES_A_RING = 6
MANY_AREAS = 500
"""Areas of one block, tile and class that are painted, not dissolved, if they overlap: joining 15 000 takes ten
seconds."""
STRETCH = 10_000
"""Shapes of a tile that are put on its lattice at once: a heavy tile's are not held twice."""


def touched_tiles(boxes: Floats, zoom: int, buffer: int = BUFFER_UNITS) -> tuple[Numbers, Numbers, Numbers]:
    """Index of a box, column and row of a tile for every tile that a box (n, 4) touches.

    ``buffer`` is how far a tile reaches, in 4096ths of its side.
    """
    side = WORLD / 2.0**zoom
    margin = side * buffer / 4096
    west, south, east, north = boxes.T
    edges = np.stack([WORLD / 2 + west - margin, WORLD / 2 + east + margin, WORLD / 2 - north - margin,
                      WORLD / 2 - south + margin])  # fmt: skip
    left, right, top, bottom = np.clip(np.floor(edges / side).astype(np.int64), 0, 2**zoom - 1)
    across, down = right - left + 1, bottom - top + 1
    counts = across * down
    owner = np.repeat(np.arange(len(boxes)), counts)
    place = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    return owner, left[owner] + place % across[owner], top[owner] + place // across[owner]


class Overlapping(Exception):
    """Many areas of one class overlap: they are painted, not dissolved."""


def dissolved_areas(areas: Geometries, square: Square) -> Any:
    """Dissolve areas that mostly share boundaries and cut them to a tile; overlapping ones take the slower way.

    Raises:
        Overlapping: that would take too long.
    """
    areas = areas[shapely.get_dimensions(areas) == 2]
    together = _coverage(areas)
    if together is None:
        areas = _distinct(areas)
        if len(areas) > MANY_AREAS:
            raise Overlapping
        together = shapely.disjoint_subset_union_all(shapely.make_valid(areas))
    try:
        clipped = shapely.clip_by_rect(together, *square.box)
        if shapely.is_valid(clipped):
            return clipped
    except shapely.errors.GEOSException:
        pass  # rings touch the box in a point, which the fast clipper gives up on
    return shapely.intersection(together, shapely.box(*square.box))


def _coverage(areas: Geometries) -> Any:
    """Join areas that mostly share boundaries; None where lines cross."""
    try:
        together = shapely.coverage_union_all(areas)
    except shapely.errors.GEOSException:
        return None
    return together if shapely.is_valid(together) else None


def _distinct(areas: Geometries) -> Geometries:
    """Each area once: the squares that stand for lost areas fall on each other at small scales."""
    found: Geometries = shapely.from_wkb(list(dict.fromkeys(shapely.to_wkb(areas).tolist())))
    return found


def dissolved_lines(lines: Geometries, square: Square) -> Any:
    """Join lines end to end, so that a road drawn in many short pieces is not lost with them."""
    parts = shapely.get_parts(shapely.clip_by_rect(lines, *square.box))
    return joined(parts[shapely.get_dimensions(parts) == 1])


def joined(lines: Geometries) -> Any:
    """Join lines end to end where two of them meet and no third.

    GEOS's graph of all lines takes 1.4 kB of each, hundreds of megabytes in a tile that holds a whole layer: it is only
    given those that are joined, chain by chain.
    """
    straight = shapely.get_num_coordinates(lines) == 2
    lines = np.concatenate([lines[~straight], _each_once(lines[straight])])
    lines = lines[shapely.length(lines) > 0]
    chain = _chains(lines)
    order = np.argsort(chain, kind="stable")
    lines, chain = lines[order], chain[order]
    alone = np.bincount(chain)[chain] == 1
    _, chained = np.unique(chain[~alone], return_inverse=True)
    merged = shapely.line_merge(shapely.multilinestrings(lines[~alone], indices=chained)) if len(chained) else []
    whole = shapely.remove_repeated_points(lines[alone])
    return shapely.multilinestrings(np.concatenate([whole, shapely.get_parts(merged)]))


def _chains(lines: Geometries) -> Numbers:
    """A number for each line, the same for lines that are one when joined."""
    last = np.cumsum(shapely.get_num_coordinates(lines)) - 1
    first = np.concatenate([[0], last[:-1] + 1])[: len(lines)]
    at = shapely.get_coordinates(lines)
    ends = np.concatenate([at[first], at[last]])
    _, node, count = np.unique(ends[:, 0] + 1j * ends[:, 1], return_inverse=True, return_counts=True)
    order = np.argsort(node, kind="stable")
    met = order[count[node[order]] == 2].reshape(-1, 2) % max(len(lines), 1)
    chain = np.arange(len(lines))
    while True:  # each round takes the least number of a neighbour's, then that number's own
        least = chain.copy()
        lowest = chain[met].min(axis=1, initial=len(lines))
        np.minimum.at(least, chain[met].ravel(), np.repeat(lowest, 2))
        np.minimum.at(least, met.ravel(), np.repeat(lowest, 2))
        least = least[least]
        if (least == chain).all():
            return chain
        chain = least


def _each_once(straight: Geometries) -> Geometries:
    """Lines of two vertices, each once: dashes stand for many that were lost."""
    ends = shapely.get_coordinates(straight).reshape(-1, 4)
    return straight[np.sort(np.unique(ends, axis=0, return_index=True)[1])]


def union(areas: Geometries) -> Any:
    """Join a few dissolved areas that mostly share boundaries."""
    together = _coverage(areas)
    return shapely.disjoint_subset_union_all(shapely.make_valid(areas)) if together is None else together


def of_dimension(geometry: Any, dimension: int, square: Square) -> Any:
    """The parts of one dimension as one multi-geometry on the tile's lattice, lines below a pixel as dashes; None when
    there are none."""
    parts = shapely.get_parts(geometry)
    if (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    if not len(parts):
        return None
    for stretch in np.split(parts, range(STRETCH, len(parts), STRETCH)):
        stretch[:] = on_lattice(stretch, square)
    if dimension == 2:
        parts = parts[shapely.area(parts) > 0]
        return shapely.multipolygons(shapely.orient_polygons(parts, exterior_cw=True)) if len(parts) else None
    short = shapely.length(parts) < 7.5 * square.unit
    parts = np.concatenate([parts[~short], _each_once(dashes(parts[short], square.unit))])
    return shapely.multilinestrings(parts) if len(parts) else None


def on_lattice(shapes: Any, square: Square) -> Any:
    """Round to the tile's lattice."""
    corner = (square.west, square.north)
    return shapely.transform(shapes, lambda at: np.round((at - corner) / square.unit) * square.unit + corner)


def lightened(merged: dict[int, Any]) -> dict[int, Any]:
    """Leave out the shortest lines of a tile until it is light enough; of dashes those that a lot falls on."""
    lines, place = shapely.get_parts(np.array(list(merged.values())), return_index=True)
    west, south, _, _ = np.rint(shapely.bounds(lines).T).astype(np.int64)
    lot = (west * 0x9E3779B1 ^ south * 0x85EBCA77) & 0xFFFFFFFF
    order = np.lexsort((lot, -np.rint(shapely.length(lines))))
    heavy = np.cumsum(BYTES_A_VERTEX * shapely.get_num_coordinates(lines)[order] + BYTES_A_RING) > TILE_BYTES
    order = np.sort(order[~heavy])
    return {
        number: shapely.multilinestrings(lines[order[place[order] == index]])
        for index, number in enumerate(merged)
        if (place[order] == index).any()
    }


def weight(shapes: Any) -> float:
    """Bytes that shapes take in a tile, roughly: a vertex two and a bit, a ring six."""
    array = np.array(list(shapes), dtype=object)
    rings = shapely.get_num_interior_rings(shapely.get_parts(array)).sum() + shapely.get_num_geometries(array).sum()
    return float(BYTES_A_VERTEX * shapely.get_num_coordinates(array).sum() + BYTES_A_RING * rings)
