"""One vector tile, one statement: what stands in the tile, in the tile's own coordinates, as MVT bytes.

Which table answers depends on the zoom: a level made at publish where there is one (``layers.levels``), else the
feature table. Most of a tile's cost would be ``ST_AsMVTGeom``, which clips and validates every shape; rows of a level
that are known to stay valid when rounded (``exact``) and lie about the tile are only moved and rounded instead.

Level tables lie in the plane of the default grid; a tile of another grid takes the level whose detail fits and
transforms what it takes. The identity of WGS 84 and CGCS2000 is written out (``ST_SetSRID``), so PROJ is never left to
choose. The text of a statement is the same for all tiles of a layer and a level, so that the database plans it once.
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
from layers.occupancy import is_occupied
from layers.tables import MERCATOR_SRID, Statement, quote, quote_column
from tiles.grid import Grid, Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
BUFFER = 64
MOST_DETAILED = 24
NEAR = 512
"""A shape that reaches no further than this beyond the tile (in its units) need not be clipped."""
WORLD = 2 * math.pi * 6378137.0
MOST_FEATURES = 20_000
"""Features of a narrowed tile: a filter reads the feature table at every zoom."""
LABELS = "_label"
"""Suffix of the MVT layer with one point an area, where its name stands."""
DEGREES_OF_WGS84 = frozenset({4326, 4490})
"""Codes whose degrees are the same within a metre; see ``layers.crs``."""


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
    def reach(self) -> Bounds:
        """The tile with its buffer, in EPSG:3857."""
        return _widened(self.mercator, BUFFER)

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
    params = _params(asked)
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
    if not is_occupied(version, asked.reach):
        return
    level = None if asked.where is not None else _level(version.levels, asked.zoom, "features", "tiles", "points")
    if level is None:
        yield layer.name, _features(layer, asked, _level(version.levels, MOST_DETAILED, "pieces"))
    elif level.kind == "tiles":
        yield layer.name, _ready(level, asked)
    else:
        yield layer.name, _levelled(level, asked)
    labels = _level(version.levels, asked.zoom, "labels")
    if labels and asked.where is None:
        yield layer.name + LABELS, _labels(labels, asked)


def _level(levels: Sequence[Level], zoom: int, *kinds: str) -> Level | None:
    return next((one for one in levels if one.kind in kinds and one.min_zoom <= zoom <= one.max_zoom), None)


def _features(layer: Layer, asked: VectorTile, pieces: Level | None) -> _Rows:
    """The features themselves; large ones from their pieces, put together again so that no cut is seen."""
    table = quote(layer.version.table or "")
    names = _attributes(layer.version.columns, "f.")
    where = f" AND ({asked.where.text})" if asked.where else ""
    most = f" LIMIT {MOST_FEATURES}" if asked.where else ""
    shape = _shape("f.mercator", asked)
    whole = f"SELECT f.fid{names}, {shape} AS g FROM {table} AS f WHERE f.mercator && {REACH}{where}{most}"
    if pieces is None:
        return _Rows(whole)
    # The condition's column names are the feature table's: it stands where only that table is.
    chosen = f"(SELECT * FROM {table} WHERE {asked.where.text})" if asked.where else table
    # ST_AsMVTGeom dissolves the pieces of an area: both sides of a cut cancel each other out.
    cut = (
        f"SELECT f.fid{names}, {_shape('p.geom', asked)} AS g FROM (SELECT fid, ST_Collect(geom) AS geom "
        f"FROM {quote(pieces.table)} WHERE geom && {REACH} GROUP BY fid) AS p JOIN {chosen} AS f USING (fid)"
    )
    return _Rows(f"({whole}) UNION ALL ({cut})")


def _levelled(level: Level, asked: VectorTile) -> _Rows:
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    # A literal zoom lets the database use the index of just that zoom's points.
    zoom = f" AND zoom <= {int(asked.zoom)}" if level.kind == "points" else ""
    known_exact = level.kind == "features" and asked.plain and asked.zoom >= level.max_zoom - 1
    shape = _quick_shape("geom", asked, "exact AND geom @ " + NEARBY) if known_exact else _shape("geom", asked)
    return _Rows(f"SELECT fid{names}, {shape} AS g FROM {quote(level.table)} WHERE geom && {REACH}{zoom}")


def _ready(level: Level, asked: VectorTile) -> _Rows:
    """Rows cut for the tiles of the default grid; another grid joins what its tile overlaps, class by class."""
    names = ", ".join(quote_column(name) for name in level.columns)
    first = f"{names}, " if names else ""
    if asked.plain:
        return _Rows(
            f"SELECT {first}{_quick_shape('geom', asked, 'exact')} AS g FROM {quote(level.table)} "
            "WHERE z = %(zoom)s AND tile_column = %(first_column)s AND tile_row = %(first_row)s",
            fid=False,
        )
    half, side = f"{WORLD / 2!r}", "%(side)s::float8"
    west, north = f"tile_column * {side} - {half}", f"{half} - tile_row * {side}"
    own = f"ST_MakeEnvelope({west}, {north} - {side}, {west} + {side}, {north}, {MERCATOR_SRID})"
    joined = (
        f"SELECT {first}ST_Collect(ST_ClipByBox2D(geom, {own})) AS geom FROM {quote(level.table)} "
        "WHERE z = %(zoom)s AND tile_column BETWEEN %(first_column)s AND %(last_column)s "
        f"AND tile_row BETWEEN %(first_row)s AND %(last_row)s{' GROUP BY ' + names if names else ''}"
    )
    return _Rows(f"SELECT {first}{_shape('geom', asked)} AS g FROM ({joined}) AS joined", fid=False)


def _labels(level: Level, asked: VectorTile) -> _Rows:
    """Points that name areas, each in one tile only: a name in the buffer would be drawn twice."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    zoom = min(int(asked.zoom), level.max_zoom)
    return _Rows(
        f"SELECT fid{names}, {_shape('geom', asked, buffer=0)} AS g FROM {quote(level.table)} "
        f"WHERE geom && {OWN} AND zoom <= {zoom}"
    )


def _shape(geometry: str, asked: VectorTile, *, buffer: int = BUFFER) -> str:
    """The geometry clipped, in tile coordinates. ST_AsMVT leaves nulls out itself: a WHERE would compute it twice."""
    placed = geometry if asked.plain else _to_grid(geometry, asked.grid)
    srid = MERCATOR_SRID if asked.plain else asked.grid.srid
    box = f"ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {int(srid)})"
    return f"ST_AsMVTGeom({placed}, {box}::box2d, {EXTENT}, {buffer}, true)"


def _quick_shape(geometry: str, asked: VectorTile, condition: str) -> str:
    """The geometry moved to tile coordinates and rounded where ``condition`` says that this is enough."""
    moved = (
        f"ST_SnapToGrid(ST_Affine({geometry}, %(scale)s, 0, 0, 0, -%(scale)s::float8, 0, 0, 0, 1, "
        "%(offset_x)s, %(offset_y)s, 0), 1)"
    )
    return f"CASE WHEN {condition} THEN {moved} ELSE {_shape(geometry, asked)} END"


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


def _envelope(prefix: str) -> str:
    names = ", ".join(f"%({prefix}{side})s" for side in ("west", "south", "east", "north"))
    return f"ST_MakeEnvelope({names}, {MERCATOR_SRID})"


OWN, REACH, NEARBY = _envelope("own_"), _envelope("reach_"), _envelope("near_")
"""The tile's box, with its buffer, and with what need not be clipped, in EPSG:3857."""


def _params(asked: VectorTile) -> dict[str, Any]:
    """Everything a statement may bind; what its text does not name is not sent."""
    sides = ("west", "south", "east", "north")
    params: dict[str, Any] = dict(zip(sides, asked.bounds, strict=True))
    for prefix, box in (("own_", asked.mercator), ("reach_", asked.reach), ("near_", _widened(asked.mercator, NEAR))):
        params |= {prefix + side: value for side, value in zip(sides, box, strict=True)}
    scale = EXTENT / (asked.mercator.east - asked.mercator.west)
    side = WORLD / 2.0**asked.zoom
    first_column, last_column = _span(asked.mercator.west, asked.mercator.east, side)
    first_row, last_row = _span(-asked.mercator.north, -asked.mercator.south, side)
    if asked.plain:
        first_column, first_row = asked.tile.col, asked.tile.row
    return params | {
        "scale": scale,
        "offset_x": -asked.mercator.west * scale,
        "offset_y": asked.mercator.north * scale,
        "zoom": asked.zoom,
        "side": side,
        "first_column": first_column,
        "last_column": last_column,
        "first_row": first_row,
        "last_row": last_row,
    }


def _widened(box: Bounds, units: int) -> Bounds:
    west, south, east, north = box
    dx, dy = (east - west) * units / EXTENT, (north - south) * units / EXTENT
    return Bounds(west - dx, south - dy, east + dx, north + dy)


def _attributes(columns: Sequence[Column], prefix: str) -> str:
    return "".join(f", {column_sql(column, prefix)}" for column in columns)


def _span(low: float, high: float, side: float) -> tuple[int, int]:
    return math.floor((low + WORLD / 2) / side), math.floor((high + WORLD / 2) / side)


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
