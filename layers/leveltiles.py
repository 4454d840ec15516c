"""Areas and lines dissolved by class and cut per tile of the default grid, for zooms where features are too many.

A row is what one class covers in one tile, its buffer included, on the tile's own lattice: a tile of the default grid
is read by key and needs neither clipping nor validation. Other grids cut the rows of the tiles they overlap.

Features are read once: of every block of the layer, what each class covers in each tile is dissolved and kept
(``TileParts``); a tile is put together of its blocks' parts (``build_tiles``), and where cells take over, the picture of
a tile is painted of its dissolved classes and all coarser ones are made of four pictures.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import affine_transform

from layers.cells import Classes, dissolve_cells, halve, paint, prevailing
from layers.copying import copy_rows
from layers.density import WORLD
from layers.generalise import Drawn, exact_on_lattice
from layers.layer import Level
from layers.levelplan import TILE_BYTES, ZoomBand, pixel
from layers.leveltables import LevelTables
from layers.square import BUFFER_UNITS, Square
from layers.tables import quote, quote_column

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
Row = tuple[int, int, int, int, bool, bytes]
"""Zoom, column, row, number of the class, exact (see ``layers.generalise``), shape as EWKB."""

SIDE = 512
BATCH = 500
MANY_AREAS = 3_000
"""Areas of one block, tile and class that are painted, not dissolved, if they overlap: joining 15 000 takes ten
seconds."""
CELLS = (2, 3, 4, 6, 8)
"""Cell sides in pixels, tried until a tile is light enough."""


class TileParts:
    """What each class covers in each tile, block by block, in a temporary table.

    ``bands`` are those whose tiles are dissolved. Where all are cells, the finest is dissolved too, to be painted.
    """

    def __init__(self, tables: LevelTables, bands: Sequence[ZoomBand], dimension: int) -> None:
        self.tables, self.dimension = tables, dimension
        self.cells = [band for band in bands if band.method == "cells"]
        self.dissolved = [band for band in bands if band.method == "dissolve"]
        self.made_of = self.dissolved or self.cells[:1]
        self.table = quote_column(f"{tables.table.rpartition('.')[2]}_parts")
        tables.run(f"CREATE TEMPORARY TABLE {self.table} (tile_zoom int, tile_column int, tile_row int, number int, "
                   "geom bytea)")  # fmt: skip
        tables.run(f"ALTER TABLE {self.table} ALTER geom SET STORAGE EXTERNAL")

    def add(self, band: ZoomBand, drawn: Drawn, numbers: Numbers, wanted: npt.NDArray[np.bool_]) -> None:
        """Dissolve a block's shapes by class and tile and keep them."""
        zoom = band.max_zoom
        wanted = wanted & drawn.there
        if not wanted.any():
            return
        shapes, numbers = drawn.geometries(wanted), numbers[wanted]
        owner, column, row = _touched(shapes, zoom)
        group = np.unique(np.column_stack([column, row, numbers[owner]]), axis=0, return_inverse=True)
        order = np.argsort(group[1], kind="stable")
        members = np.split(owner[order], np.flatnonzero(np.diff(group[1][order])) + 1)
        kept = []
        for (at, down, number), mine in zip(group[0].tolist(), members, strict=True):
            square = Square(zoom, at, down)
            made = self._together(shapes[mine], square)
            if made is not None:
                kept.append((at, down, number, shapely.to_wkb(made)))
        if kept:
            columns, rows, classes, bodies = zip(*kept, strict=True)
            target = f"{self.table} (tile_zoom, tile_column, tile_row, number, geom)"
            zooms = np.full(len(columns), zoom)
            fixed = [(">i4", np.array(values)) for values in (zooms, columns, rows, classes)]
            copy_rows(self.tables.session, target, fixed, bodies)

    def _together(self, shapes: Geometries, square: Square) -> Any:
        if self.dimension != 2:
            return _of_dimension(_lines(shapes, square), self.dimension, square)
        try:
            return _of_dimension(_areas(shapes, square), 2, square)
        except _Overlapping:
            image = np.zeros((SIDE, SIDE), np.uint16)
            _paint(image, shapes, np.ones(len(shapes), np.int64), square)
            return _on_lattice(_cells(image, 1, square)[1], square)

    def index(self) -> None:
        """Make the parts ready to be read tile by tile."""
        self.tables.run(f"CREATE INDEX ON {self.table} (tile_zoom, tile_column, tile_row)")
        self.tables.run(f"ANALYZE {self.table}")

    def tiles(self, band: ZoomBand) -> list[tuple[int, int]]:
        """Columns and rows of the tiles of a band that hold something."""
        rows = self.tables.run(
            f"SELECT DISTINCT tile_column, tile_row FROM {self.table} WHERE tile_zoom = %(zoom)s ORDER BY 1, 2",
            {"zoom": band.max_zoom},
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def merged(self, square: Square) -> dict[int, Any]:
        """What each class covers in a tile, on its lattice."""
        rows = self.tables.run(
            f"SELECT number, geom FROM {self.table} WHERE tile_zoom = %(z)s AND tile_column = %(column)s "
            "AND tile_row = %(row)s ORDER BY number",
            {"z": square.zoom, "column": square.column, "row": square.row},
        )
        numbers = np.array([row[0] for row in rows])
        shapes = np.array(shapely.from_wkb([bytes(row[1]) for row in rows]), dtype=object)
        merged = {}
        for number in np.unique(numbers).tolist():
            mine = shapes[numbers == number]
            if len(mine) > 1:
                together = _union(mine, most=None) if self.dimension == 2 else _joined(shapely.get_parts(mine))
                mine = np.array([_of_dimension(together, self.dimension, square)])
            if mine[0] is not None:
                merged[number] = mine[0]
        return merged


def build_tiles(parts: TileParts) -> Level:
    """Fill the table of ready-cut tiles (one zoom a band) and return its level."""
    tables, bands = parts.tables, (*parts.dissolved, *parts.cells)
    name = f"{tables.table}_tiles"
    classes = tables.class_column
    column = f", {quote_column(classes.name)} {tables.class_type}" if classes else ""
    tables.run(
        f"CREATE TABLE {quote(name)} (tile_zoom smallint, tile_column int, tile_row int, exact boolean{column}, "
        "geom geometry(Geometry, 3857))"
    )
    # Read whole and at once, so decompressing would only cost.
    tables.run(f"ALTER TABLE {quote(name)} ALTER geom SET STORAGE EXTERNAL")
    temporary = quote_column(f"{tables.table.rpartition('.')[2]}_tiles")
    tables.run(
        f"CREATE TEMPORARY TABLE {temporary} (tile_zoom int, tile_column int, tile_row int, number int, exact boolean, "
        "geom geometry(Geometry, 3857))"
    )
    parts.index()
    alone = parts.dissolved[:-1] if parts.cells else parts.dissolved
    rows = chain(chain.from_iterable(_dissolved(parts, band) for band in alone), _pictured(parts))
    while batch := list(islice(rows, BATCH)):  # what makes the rows reads from the same connection
        *keys, exact, bodies = zip(*batch, strict=True)
        fixed = [*((">i4", np.array(values)) for values in keys), ("?", np.array(exact))]
        copy_rows(
            tables.session, f"{temporary} (tile_zoom, tile_column, tile_row, number, exact, geom)", fixed, bodies
        )
    tables.run(f"DROP TABLE {parts.table}")
    _finish(tables, name, temporary)
    kept = (classes.name,) if classes else ()
    finest = max(band.max_zoom for band in bands)
    return Level(name, min(band.min_zoom for band in bands), finest, kept, pixel(finest), "tiles")


def _finish(tables: LevelTables, name: str, temporary: str) -> None:
    value = ", c.value::text::" + tables.class_type if tables.class_column else ""
    tables.run(
        f"INSERT INTO {quote(name)} SELECT tile_zoom, tile_column, tile_row, exact{value}, geom FROM {temporary} AS t "
        "LEFT JOIN unnest(%(numbers)s::int[], %(values)s::text[]) AS c (number, value) USING (number) "
        "ORDER BY tile_zoom, tile_column, tile_row, number",
        {"numbers": list(tables.numbers.values()), "values": list(tables.numbers)},
    )
    tables.run(f"DROP TABLE {temporary}")
    tables.run(f"CREATE INDEX ON {quote(name)} (tile_zoom, tile_column, tile_row)")
    tables.run(f"ANALYZE {quote(name)}")


def _touched(shapes: Geometries, zoom: int) -> tuple[Numbers, Numbers, Numbers]:
    """Index of a shape, column and row of a tile for every tile that a shape's box touches, buffers included."""
    side = WORLD / 2.0**zoom
    margin = side * BUFFER_UNITS / 4096
    west, south, east, north = shapely.bounds(shapes).T
    edges = np.stack([WORLD / 2 + west - margin, WORLD / 2 + east + margin, WORLD / 2 - north - margin,
                      WORLD / 2 - south + margin])  # fmt: skip
    left, right, top, bottom = np.clip(np.floor(edges / side).astype(np.int64), 0, 2**zoom - 1)
    across, down = right - left + 1, bottom - top + 1
    counts = across * down
    owner = np.repeat(np.arange(len(shapes)), counts)
    place = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    return owner, left[owner] + place % across[owner], top[owner] + place // across[owner]


def _dissolved(parts: TileParts, band: ZoomBand) -> Iterator[Row]:
    for column, row in parts.tiles(band):
        square = Square(band.max_zoom, column, row)
        yield from _dissolved_rows(parts, square, parts.merged(square))


def _dissolved_rows(parts: TileParts, square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    """Rows of a tile: its dissolved classes, or cells where they are too heavy."""
    if _weight(merged.values()) <= TILE_BYTES:
        yield from _rows(square, merged)
    elif parts.dimension == 2:
        yield from _cells_rows(square, _picture(merged, square))
    else:
        yield from _rows(square, _lightened(merged))


class _Overlapping(Exception):
    """Many areas of one class overlap: they are painted, not dissolved."""


def _areas(areas: Geometries, square: Square) -> Any:
    together = _union(areas)
    try:
        clipped = shapely.clip_by_rect(together, *square.box)
        if shapely.is_valid(clipped):
            return clipped
    except shapely.errors.GEOSException:
        pass  # the fast clipper gives up on rings that touch the box in a point
    return shapely.intersection(shapely.make_valid(together), shapely.box(*square.box))


def _lines(lines: Geometries, square: Square) -> Any:
    """Join lines end to end, so that a road drawn in many short pieces is not lost with them."""
    parts = shapely.get_parts(shapely.clip_by_rect(lines, *square.box))
    return _joined(parts[shapely.get_dimensions(parts) == 1])


def _joined(lines: Geometries) -> Any:
    return shapely.line_merge(shapely.multilinestrings(lines))


def _union(areas: Geometries, most: int | None = MANY_AREAS) -> Any:
    """Dissolve areas that mostly share boundaries; overlapping ones take the slower, general way.

    Raises:
        _Overlapping: that way would take too long for more than ``most``.
    """
    areas = areas[shapely.get_dimensions(areas) == 2]
    try:
        together = shapely.coverage_union_all(areas)
        if shapely.is_valid(together):
            return together
    except shapely.errors.GEOSException:
        pass  # not a coverage: lines cross
    if most is not None and len(areas) > most:
        raise _Overlapping
    return shapely.union_all(shapely.make_valid(areas))


def _of_dimension(geometry: Any, dimension: int, square: Square) -> Any:
    """The parts of one dimension as one multi-geometry on the tile's lattice; None when there are none."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    if not len(parts):
        return None
    parts = _on_lattice(parts, square)
    if dimension == 2:
        parts = parts[shapely.area(parts) > 0]
        return shapely.multipolygons(shapely.orient_polygons(parts, exterior_cw=True)) if len(parts) else None
    parts = parts[shapely.length(parts) > 8 * square.unit]
    return shapely.multilinestrings(parts) if len(parts) else None


def _on_lattice(shapes: Any, square: Square) -> Any:
    corner = (square.west, square.north)
    return shapely.transform(shapes, lambda at: np.round((at - corner) / square.unit) * square.unit + corner)


def _lightened(merged: dict[int, Any]) -> dict[int, Any]:
    """Leave out the shortest lines of a tile until it is light enough."""
    lines = np.concatenate([shapely.get_parts(shape) for shape in merged.values()])
    length = shapely.length(lines)
    order = np.argsort(-length)
    weight = np.cumsum(2.3 * shapely.get_num_coordinates(lines)[order] + 6)
    shortest = length[order[max(int(np.searchsorted(weight, TILE_BYTES)) - 1, 0)]]
    kept = {}
    for number, shape in merged.items():
        parts = shapely.get_parts(shape)
        if (shapely.length(parts) >= shortest).any():
            kept[number] = shapely.multilinestrings(parts[shapely.length(parts) >= shortest])
    return kept


def _weight(shapes: Any) -> float:
    """Bytes that shapes take in a tile, roughly: a vertex two and a bit, a ring six."""
    array = np.array(list(shapes), dtype=object)
    rings = shapely.get_num_interior_rings(shapely.get_parts(array)).sum() + shapely.get_num_geometries(array).sum()
    return float(2.3 * shapely.get_num_coordinates(array).sum() + 6 * rings)


def _picture(merged: dict[int, Any], square: Square) -> Classes:
    """Paint what each class covers in a tile; 0 is "nothing" in the picture, so classes are painted one higher."""
    image = np.zeros((SIDE, SIDE), np.uint16)
    if merged:
        shapes, owner = shapely.get_parts(np.array(list(merged.values()), dtype=object), return_index=True)
        _paint(image, shapes, np.array(list(merged))[owner] + 1, square)
    return image


def _paint(image: Classes, shapes: Geometries, numbers: Numbers, square: Square) -> None:
    scale = SIDE / square.side
    flat = shapely.transform(shapes, lambda at: (at - (square.west, square.north)) * (scale, -scale))
    order = np.argsort(-shapely.area(flat), kind="stable")  # smaller areas come last and stay visible
    paint(image, flat[order], numbers[order].tolist())


def _pictured(parts: TileParts) -> Iterator[Row]:
    """Rows for all zooms of cells and for the dissolved zoom before them: painted there, coarser ones made of it."""
    if not parts.cells:
        return
    base = parts.made_of[-1]
    finest, coarsest = parts.cells[0].max_zoom, parts.cells[-1].min_zoom

    def picture(tiles: set[tuple[int, int]], square: Square) -> Iterator[Any]:
        """Yield the rows of a tile and all below it, and last its picture."""
        if square.zoom == base.max_zoom:
            merged = parts.merged(square)
            if base.method == "dissolve":
                yield from _dissolved_rows(parts, square, merged)
            image = _picture(merged, square)
        else:
            image = np.zeros((SIDE, SIDE), np.uint16)
            step, half = base.max_zoom - square.zoom - 1, SIDE // 2
            for place, child in enumerate(square.children):
                below = {tile for tile in tiles if (tile[0] >> step, tile[1] >> step) == (child.column, child.row)}
                top, left = place // 2 * half, place % 2 * half
                for made in picture(below, child) if below else ():
                    if isinstance(made, tuple):
                        yield made
                    else:
                        image[top : top + half, left : left + half] = halve(made)
        if coarsest <= square.zoom <= finest:
            yield from _cells_rows(square, image)
        yield image

    for made in picture(set(parts.tiles(base)), Square(0, 0, 0)):
        if isinstance(made, tuple):
            yield made


def _cells_rows(square: Square, image: Classes) -> Iterator[Row]:
    """One row per class from a tile's picture; the cells at its edge go on into the buffer."""
    if not image.any():
        return
    for cell in CELLS:
        merged = {number - 1: shape for number, shape in _cells(image, cell, square).items()}
        if _weight(merged.values()) <= TILE_BYTES:
            break
    oriented = {number: shapely.orient_polygons(shape, exterior_cw=True) for number, shape in merged.items()}
    yield from _rows(square, oriented)


def _cells(image: Classes, cell: int, square: Square) -> dict[int, Any]:
    """The cells of a picture, dissolved, in their place; those at the edge go on into the buffer."""
    margin = -(-BUFFER_UNITS // (8 * cell))
    cells = np.pad(prevailing(image, cell), margin, mode="edge")
    scale = cell * square.side / SIDE
    west, north = square.west - margin * scale, square.north + margin * scale
    return {
        number: affine_transform(shape, [scale, 0, 0, -scale, west, north])
        for number, shape in dissolve_cells(cells).items()
    }


def _rows(square: Square, merged: dict[int, Any]) -> Iterator[Row]:
    if not merged:
        return
    shapes = np.array(list(merged.values()), dtype=object)
    exact = exact_on_lattice(shapes, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)
    for number, good, body in zip(merged, exact.tolist(), bodies.tolist(), strict=True):
        yield square.zoom, square.column, square.row, number, good, body
