"""Areas and lines dissolved by class and cut per tile of the default grid, for zooms where features are too many.

A row is what one class covers in one tile, its buffer included, on the tile's own lattice: a tile of the default grid
is read by key and needs neither clipping nor validation. Other grids cut the rows of the tiles they overlap.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import affine_transform

from layers.cells import Classes, dissolve_cells, halve, paint, prevailing
from layers.density import WORLD
from layers.generalise import exact_on_lattice
from layers.layer import Level
from layers.levelplan import TILE_BYTES, ZoomBand, pixel
from layers.leveltables import LevelTables
from layers.square import BUFFER_UNITS, Square
from layers.tables import Statement, quote, quote_column, run

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]

SIDE = 512
BATCH = 500
MANY_AREAS = 3_000
"""Areas of one tile and class that are painted, not dissolved, if they overlap: joining 15 000 takes ten seconds."""
CELLS = (2, 3, 4, 6, 8)
"""Cell sides in pixels, tried until a tile is light enough."""


def build_tiles(tables: LevelTables, bands: Sequence[ZoomBand], dimension: int) -> Level:
    """Fill the table of ready-cut tiles for the bands (one zoom each) and return its level."""
    name = f"{tables.table}_tiles"
    classes = tables.class_column
    column = f", {quote_column(classes.name)} {tables.class_type}" if classes else ""
    run(tables.session, Statement(
        f"CREATE TABLE {quote(name)} (z smallint, tile_column int, tile_row int, exact boolean{column}, "
        "geom geometry(Geometry, 3857))"
    ))  # fmt: skip
    # Read whole and at once, so decompressing would only cost.
    run(tables.session, Statement(f"ALTER TABLE {quote(name)} ALTER geom SET STORAGE EXTERNAL"))
    temporary = quote_column(f"{tables.table.rpartition('.')[2]}_tiles")
    run(tables.session, Statement(
        f"CREATE TEMPORARY TABLE {temporary} (z int, tile_column int, tile_row int, number int, exact boolean, "
        "geom geometry(Geometry, 3857))"
    ))  # fmt: skip
    target = f"{temporary} (z, tile_column, tile_row, number, exact, geom)"
    types = ("int4", "int4", "int4", "int4", "bool", "bytea")
    made = [_dissolved(tables, band, dimension) for band in bands if band.method == "dissolve"]
    painted = [band for band in bands if band.method == "cells"]
    if painted:
        made.append(_painted(tables, painted))
    rows = chain.from_iterable(made)
    while batch := list(islice(rows, BATCH)):  # what makes the rows reads from the same connection
        tables.copy(target, types, batch)
    _finish(tables, name, temporary)
    kept = (classes.name,) if classes else ()
    finest = max(band.max_zoom for band in bands)
    return Level(name, min(band.min_zoom for band in bands), finest, kept, pixel(finest), "tiles")


def _finish(tables: LevelTables, name: str, temporary: str) -> None:
    value = ", c.value::text::" + tables.class_type if tables.class_column else ""
    run(tables.session, Statement(
        f"INSERT INTO {quote(name)} SELECT z, tile_column, tile_row, exact{value}, geom FROM {temporary} AS t "
        "LEFT JOIN unnest(%(numbers)s::int[], %(values)s::text[]) AS c (number, value) USING (number) "
        "ORDER BY z, tile_column, tile_row, number",
        {"numbers": list(tables.numbers.values()), "values": list(tables.numbers)},
    ))  # fmt: skip
    run(tables.session, Statement(f"DROP TABLE {temporary}"))
    run(tables.session, Statement(f"CREATE INDEX ON {quote(name)} (z, tile_column, tile_row)"))
    run(tables.session, Statement(f"ANALYZE {quote(name)}"))


def _read(tables: LevelTables, band: ZoomBand, square: Square) -> tuple[Geometries, Numbers]:
    rows = tables.rows(
        f"SELECT number, ST_AsBinary(geom) FROM {tables.temporary(band)} "
        "WHERE geom && ST_MakeEnvelope(%s, %s, %s, %s, 3857) ORDER BY fid",
        square.box,  # type: ignore[arg-type]
    )
    geometries: Geometries = np.array(shapely.from_wkb([row[1] for row in rows]), dtype=object)
    return geometries, np.array([row[0] for row in rows], np.int64)


def _tiles(tables: LevelTables, band: ZoomBand) -> list[tuple[int, int]]:
    """Columns and rows of the tiles that the boxes of a band's shapes touch."""
    tables.index(band)
    rows = tables.rows(
        f"""SELECT DISTINCT tile_column, tile_row FROM {tables.temporary(band)},
        generate_series(floor((ST_XMin(geom) + %(half)s) / %(side)s)::int,
            floor((ST_XMax(geom) + %(half)s) / %(side)s)::int) AS tile_column,
        generate_series(floor((%(half)s - ST_YMax(geom)) / %(side)s)::int,
            floor((%(half)s - ST_YMin(geom)) / %(side)s)::int) AS tile_row""",
        {"half": WORLD / 2, "side": WORLD / 2.0**band.max_zoom},
    )
    edge = 2**band.max_zoom
    return [(column, row) for column, row in rows if 0 <= column < edge and 0 <= row < edge]


def _dissolved(tables: LevelTables, band: ZoomBand, dimension: int) -> Iterator[tuple[Any, ...]]:
    for column, row in _tiles(tables, band):
        square = Square(band.max_zoom, column, row)
        geometries, numbers = _read(tables, band, square)
        try:
            merged = _by_class(geometries, numbers, square, dimension)
        except _Overlapping:
            yield from _cells_rows(square, _picture(geometries, numbers, square))
            continue
        if _weight(merged.values()) > TILE_BYTES:
            if dimension == 2:
                yield from _cells_rows(square, _picture(geometries, numbers, square))
                continue
            merged = _lightened(merged)
        yield from _rows(square, merged)


class _Overlapping(Exception):
    """Many areas of one class overlap: they are painted, not dissolved."""


def _by_class(geometries: Geometries, numbers: Numbers, square: Square, dimension: int) -> dict[int, Any]:
    merged = {}
    for number in np.unique(numbers).tolist():
        mine = geometries[numbers == number]
        shape = _of_dimension(_areas(mine, square) if dimension == 2 else _lines(mine, square), dimension, square)
        if shape is not None:
            merged[number] = shape
    return merged


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
    return shapely.line_merge(shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1]))


def _union(areas: Geometries) -> Any:
    """Dissolve areas that mostly share boundaries; overlapping ones take the slower, general way.

    Raises:
        _Overlapping: that way would take too long.
    """
    areas = areas[shapely.get_dimensions(areas) == 2]
    try:
        together = shapely.coverage_union_all(areas)
        if shapely.is_valid(together):
            return together
    except shapely.errors.GEOSException:
        pass  # not a coverage: lines cross
    if len(areas) > MANY_AREAS:
        raise _Overlapping
    return shapely.union_all(shapely.make_valid(areas))


def _of_dimension(geometry: Any, dimension: int, square: Square) -> Any:
    """The parts of one dimension as one multi-geometry on the tile's lattice; None when there are none."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    if not len(parts):
        return None
    corner = (square.west, square.north)
    parts = shapely.transform(parts, lambda at: np.round((at - corner) / square.unit) * square.unit + corner)
    if dimension == 2:
        parts = parts[shapely.area(parts) > 0]
        return shapely.multipolygons(shapely.orient_polygons(parts, exterior_cw=True)) if len(parts) else None
    parts = parts[shapely.length(parts) > 8 * square.unit]
    return shapely.multilinestrings(parts) if len(parts) else None


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


def _picture(geometries: Geometries, numbers: Numbers, square: Square) -> Classes:
    image = np.zeros((SIDE, SIDE), np.uint16)
    scale = SIDE / square.side
    flat = shapely.transform(geometries, lambda at: (at - (square.west, square.north)) * (scale, -scale))
    # 0 is "nothing" in the picture, so classes are painted one higher; smaller areas come last and stay visible.
    order = np.argsort(-shapely.area(flat), kind="stable")
    paint(image, flat[order], (numbers[order] + 1).tolist())
    return image


def _painted(tables: LevelTables, bands: Sequence[ZoomBand]) -> Iterator[tuple[Any, ...]]:
    """Rows of cells for all zooms of the bands: the finest is painted, the others are made of its pictures."""
    finest = max(bands, key=lambda band: band.max_zoom)
    coarsest = min(band.min_zoom for band in bands)
    wanted = set(_tiles(tables, finest))

    def picture(zoom: int, tiles: set[tuple[int, int]], column: int, row: int) -> Iterator[Any]:
        """Yield the rows of a tile and all below it, and last its picture."""
        square = Square(zoom, column, row)
        if zoom == finest.max_zoom:
            image = _picture(*_read(tables, finest, square), square)
        else:
            image = np.zeros((SIDE, SIDE), np.uint16)
            step = finest.max_zoom - zoom - 1
            for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
                child = (2 * column + right, 2 * row + down)
                below = {tile for tile in tiles if (tile[0] >> step, tile[1] >> step) == child}
                if below:
                    for made in picture(zoom + 1, below, *child):
                        if isinstance(made, tuple):
                            yield made
                        else:
                            half = SIDE // 2
                            image[down * half : (down + 1) * half, right * half : (right + 1) * half] = halve(made)
        if zoom >= coarsest:
            yield from _cells_rows(square, image)
        yield image

    for made in picture(0, wanted, 0, 0):
        if isinstance(made, tuple):
            yield made


def _cells_rows(square: Square, image: Classes) -> Iterator[tuple[Any, ...]]:
    """One row per class from a tile's picture; the cells at its edge go on into the buffer."""
    if not image.any():
        return
    for cell in CELLS:
        margin = -(-BUFFER_UNITS // (8 * cell))
        cells = np.pad(prevailing(image, cell), margin, mode="edge")
        scale = cell * square.side / SIDE
        west, north = square.west - margin * scale, square.north + margin * scale
        merged = {
            number - 1: affine_transform(shape, [scale, 0, 0, -scale, west, north])
            for number, shape in dissolve_cells(cells).items()
        }
        if _weight(merged.values()) <= TILE_BYTES:
            break
    oriented = {number: shapely.orient_polygons(shape, exterior_cw=True) for number, shape in merged.items()}
    yield from _rows(square, oriented)


def _rows(square: Square, merged: dict[int, Any]) -> Iterator[tuple[Any, ...]]:
    if not merged:
        return
    shapes = np.array(list(merged.values()), dtype=object)
    exact = exact_on_lattice(shapes, square.unit)
    bodies = shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)
    for number, good, body in zip(merged, exact.tolist(), bodies.tolist(), strict=True):
        yield square.zoom, square.column, square.row, number, good, body
