"""One vector tile, one statement: what stands in the tile, in the tile's own coordinates, as MVT bytes.

Which table answers depends on the zoom: a level made at publish where there is one (``layers.levels``), else the
feature table. Level tables lie in the plane of the default grid; a tile of another grid takes the level whose detail
fits and transforms what it takes. The identity of WGS 84 and CGCS2000 is written out (``ST_SetSRID``), so PROJ is never
left to choose.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.catalogue import Column, Layer, Level
from layers.clauses import Clause
from layers.crs import find_transform, parse_crs
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.leveltables import column_sql
from layers.tables import MERCATOR_SRID, Statement, quote, quote_column
from tiles.grid import Grid, Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
BUFFER = 64
WORLD = 2 * math.pi * 6378137.0
MOST_FEATURES = 100_000
LABELS = "_label"
"""Suffix of the MVT layer with one point an area, where its name stands."""


@dataclass(frozen=True)
class VectorTile:
    """What a statement is made of: the tile, its box in its grid's CRS and in EPSG:3857, the zoom whose detail fits.

    ``where`` narrows the features (a filter, a view's row rule); levels are then left aside, for a level may hold
    several features in one row.
    """

    grid: Grid
    tile: Tile
    bounds: Bounds
    mercator: Bounds
    zoom: int
    where: Clause | None = None
    name: str = field(default="")

    @classmethod
    def of(cls, grid: Grid, tile: Tile, where: Clause | None = None) -> "VectorTile":
        """Place a tile; raises TileOutside."""
        grid.check(tile)
        bounds = grid.bounds(tile)
        if grid.srid == MERCATOR_SRID and grid.matrices[0].width == 1:
            return cls(grid, tile, bounds, bounds, tile.z, where)
        mercator = _in_mercator(grid, bounds)
        width = max(mercator.east - mercator.west, 1e-9)
        zoom = max(0, min(24, math.ceil(math.log2(WORLD / width) - 0.25)))
        return cls(grid, tile, bounds, mercator, zoom, where)

    @property
    def plain(self) -> bool:
        """Whether the tile is one of the default grid."""
        return self.grid.srid == MERCATOR_SRID and self.zoom == self.tile.z and self.bounds == self.mercator


def tile_statement(layers: Sequence[Layer], asked: VectorTile) -> Statement | None:
    """Return the statement that yields one tile (``bytea``) of one or several layers; None when it must be empty.

    Raises:
        BadQuery: a layer holds no features.
    """
    parts: list[str] = []
    params: dict[str, Any] = _boxes(asked)
    for number, layer in enumerate(layers):
        for name, rows in _sources(layer, asked):
            key = f"name{number}{'l' if name.endswith(LABELS) and name != layer.name else ''}"
            params[key] = name
            identifier = ", 'fid'" if rows.fid else ""
            parts.append(f"(SELECT ST_AsMVT(t, %({key})s, {EXTENT}, 'g'{identifier}) FROM ({rows.text}) AS t)")
    if asked.where is not None:
        params |= dict(asked.where.params)
    return Statement("SELECT " + " || ".join(parts), params) if parts else None


@dataclass(frozen=True)
class _Rows:
    text: str
    fid: bool = True


def _sources(layer: Layer, asked: VectorTile) -> Iterable[tuple[str, _Rows]]:
    version = layer.version
    if version.table is None:
        raise BadQuery(
            f"layer {layer.name!r} holds no features; its pictures are at /collections/{layer.name}/map/tiles"
        )
    if version.extent is not None and not _touches(version.extent, asked):
        return
    level = None if asked.where is not None else _level(version.levels, asked.zoom, ("features", "tiles", "points"))
    pieces = _level(version.levels, asked.zoom, ("pieces",)) or next(
        (one for one in version.levels if one.kind == "pieces" and level is None), None
    )
    if level is None:
        yield layer.name, _features(layer, asked, pieces)
    elif level.kind == "tiles":
        yield layer.name, _ready(level, asked)
    else:
        yield layer.name, _levelled(level, asked)
    if labels := _level(version.levels, asked.zoom, ("labels",)):
        yield layer.name + LABELS, _labels(labels, asked)


def _level(levels: Sequence[Level], zoom: int, kinds: tuple[str, ...]) -> Level | None:
    return next((one for one in levels if one.kind in kinds and one.min_zoom <= zoom <= one.max_zoom), None)


def _features(layer: Layer, asked: VectorTile, pieces: Level | None) -> _Rows:
    """The features themselves; large ones from their pieces, joined again so that no cut is seen."""
    table = quote(layer.version.table or "")
    names = _attributes(layer.version.columns, "f.")
    where = f" AND ({asked.where.text})" if asked.where else ""
    whole = (
        f"SELECT f.fid{names}, {_shape('f.mercator', asked)} AS g FROM {table} AS f "
        f"WHERE f.mercator && {_reach(asked)}{where} LIMIT {MOST_FEATURES}"
    )
    if pieces is None:
        return _Rows(whole)
    # The condition's column names are the feature table's: it stands where only that table is.
    chosen = f"(SELECT * FROM {table} WHERE {asked.where.text})" if asked.where else table
    cut = (
        f"SELECT f.fid{names}, {_shape('p.geom', asked)} AS g FROM (SELECT fid, ST_Union(geom) AS geom "
        f"FROM {quote(pieces.table)} WHERE geom && {_reach(asked)} GROUP BY fid) AS p JOIN {chosen} AS f USING (fid)"
    )
    return _Rows(f"({whole}) UNION ALL ({cut})")


def _levelled(level: Level, asked: VectorTile) -> _Rows:
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    zoom = f" AND zoom <= {int(asked.zoom)}" if level.kind == "points" else ""
    return _Rows(
        f"SELECT fid{names}, {_shape('geom', asked)} AS g FROM {quote(level.table)} "
        f"WHERE geom && {_reach(asked)}{zoom} LIMIT {MOST_FEATURES}"
    )


def _ready(level: Level, asked: VectorTile) -> _Rows:
    """Rows cut for the tiles of the default grid; another grid joins what its tile overlaps, class by class."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    if asked.plain:
        return _Rows(
            f"SELECT {names.removeprefix(', ') + ', ' if names else ''}{_shape('geom', asked, clip=False)} AS g "
            f"FROM {quote(level.table)} WHERE z = {asked.zoom} AND tile_column = {asked.tile.col} "
            f"AND tile_row = {asked.tile.row}",
            fid=False,
        )
    side = WORLD / 2.0**asked.zoom
    columns = _span(asked.mercator.west, asked.mercator.east, side)
    rows = _span(-asked.mercator.north, -asked.mercator.south, side)
    group = names.removeprefix(", ")
    first = f"{group}, " if group else ""
    half = f"{WORLD / 2!r}"
    west, north = f"tile_column * {side!r} - {half}", f"{half} - tile_row * {side!r}"
    own = f"ST_MakeEnvelope({west}, {north} - {side!r}, {west} + {side!r}, {north}, {MERCATOR_SRID})"
    joined = (
        f"SELECT {first}ST_Union(ST_ClipByBox2D(geom, {own})) AS geom FROM {quote(level.table)} "
        f"WHERE z = {asked.zoom} AND tile_column BETWEEN {columns[0]} AND {columns[1]} "
        f"AND tile_row BETWEEN {rows[0]} AND {rows[1]}{f' GROUP BY {group}' if group else ''}"
    )
    return _Rows(f"SELECT {first}{_shape('geom', asked)} AS g FROM ({joined}) AS joined", fid=False)


def _labels(level: Level, asked: VectorTile) -> _Rows:
    """Points that name areas, each in one tile only: a name in the buffer would be drawn twice."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    return _Rows(
        f"SELECT fid{names}, {_shape('geom', asked, buffer=0)} AS g FROM {quote(level.table)} "
        f"WHERE geom && {_box(asked)} AND zoom <= {int(asked.zoom)} LIMIT {MOST_FEATURES}"
    )


def _shape(geometry: str, asked: VectorTile, *, clip: bool = True, buffer: int = BUFFER) -> str:
    """The geometry in tile coordinates. ST_AsMVT leaves nulls out itself: a WHERE would compute everything twice."""
    if asked.plain:
        placed, srid = geometry, MERCATOR_SRID
    else:
        placed, srid = _to_grid(geometry, asked.grid), asked.grid.srid
    box = f"ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {int(srid)})"
    return f"ST_AsMVTGeom({placed}, {box}::box2d, {EXTENT}, {buffer}, {'true' if clip else 'false'})"


def _to_grid(geometry: str, grid: Grid) -> str:
    """Bring a geometry from EPSG:3857 to the grid's CRS, by degrees that are WGS 84's and the grid's datum's alike."""
    degrees = f"ST_Transform({geometry}, 4326)"
    if grid.crs.is_geographic:
        return f"ST_SetSRID({degrees}, {int(grid.srid)})"
    if grid.srid == MERCATOR_SRID:
        return geometry
    base = grid.crs.geodetic_crs
    code = base.to_epsg(min_confidence=70) if base else None
    return f"ST_Transform(ST_SetSRID({degrees}, {int(code or 4326)}), {int(grid.srid)})"


def _reach(asked: VectorTile) -> str:
    return _envelope("reach_")


def _box(asked: VectorTile) -> str:
    return _envelope("own_")


def _envelope(prefix: str) -> str:
    names = ", ".join(f"%({prefix}{side})s" for side in ("west", "south", "east", "north"))
    return f"ST_MakeEnvelope({names}, {MERCATOR_SRID})"


def _boxes(asked: VectorTile) -> dict[str, Any]:
    west, south, east, north = asked.mercator
    dx, dy = (east - west) * BUFFER / EXTENT, (north - south) * BUFFER / EXTENT
    own = dict(zip(("own_west", "own_south", "own_east", "own_north"), asked.mercator, strict=True))
    reach = {"reach_west": west - dx, "reach_south": south - dy, "reach_east": east + dx, "reach_north": north + dy}
    return dict(zip(("west", "south", "east", "north"), asked.bounds, strict=True)) | own | reach


def _attributes(columns: Sequence[Column], prefix: str) -> str:
    return "".join(f", {column_sql(column, prefix)}" for column in columns)


def _span(low: float, high: float, side: float) -> tuple[int, int]:
    return math.floor((low + WORLD / 2) / side), math.floor((high + WORLD / 2) / side)


def _touches(extent: Bounds, asked: VectorTile) -> bool:
    """Whether a layer's extent (degrees) meets the tile and its buffer."""
    west, south, east, north = asked.mercator
    dx, dy = (east - west) * BUFFER / EXTENT, (north - south) * BUFFER / EXTENT
    return Bounds(west - dx, south - dy, east + dx, north + dy).intersects(
        Bounds(*_mercator(extent.west, extent.south), *_mercator(extent.east, extent.north))
    )


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    sine = math.sin(math.radians(max(-85.05112878, min(85.05112878, lat))))
    return lon * WORLD / 360, WORLD / (2 * math.pi) * math.atanh(sine)


def _in_mercator(grid: Grid, bounds: Bounds) -> Bounds:
    """A tile's box in EPSG:3857: by the formula from degrees, through PROJ from a projected grid."""
    if not grid.crs.is_geographic:
        degrees = find_transform(grid.crs, parse_crs("OGC:CRS84")).bounds(bounds, densify=5)
    else:
        degrees = bounds
    return Bounds(*_mercator(degrees.west, degrees.south), *_mercator(degrees.east, degrees.north))
