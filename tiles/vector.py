"""One vector tile, one statement: what stands in the tile, in the tile's own coordinates, as MVT bytes.

Which table answers depends on the zoom: a level made at publish where there is one (``layers.levels``), else the
feature table. Most of a tile's cost would be ``ST_AsMVTGeom``, which clips and validates every shape; rows of a level
that are known to stay valid when rounded (``exact``) and lie about the tile are only moved and rounded instead.

Level tables lie in the plane of the default grid; a tile of another grid takes the level whose detail fits and
transforms what it takes. The identity of WGS 84 and CGCS2000 is written out (``ST_SetSRID``), so PROJ is never left to
choose. The text of a statement is the same for all tiles of a layer and a level, so that the database plans it once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from layers.crs import parse_crs
from layers.errors import BadQuery
from layers.layer import Column, Layer, Level, Version
from layers.leveltables import column_sql
from layers.mercator import MERCATOR_SRID, WORLD
from layers.occupancy import is_occupied
from layers.operations import find_transform
from layers.past import source_sql
from layers.tables import Statement, quote, quote_column
from tiles.grid import Grid
from tiles.vectortile import BUFFER, EXTENT, VectorTile, revision_of

__all__ = ["LABELS", "MEDIA_TYPE", "VectorTile", "check_grid", "shape_statements", "tile_statement"]

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
MOST_FEATURES = 20_000
"""Features of a narrowed tile: a filter reads the feature table at every zoom."""
MOST_OVER = 2_000
"""Edited features drawn over dissolved classes: what a tile weighs and costs stays bounded."""
LABELS = "_label"
"""Suffix of the MVT layer with one point an area, where its name stands."""


def tile_statement(layers: Sequence[Layer], asked: VectorTile) -> Statement | None:
    """Return the statement that yields one tile (``bytea``) of one or several layers; None when it must be empty.

    Raises:
        BadQuery: a layer holds no features.
    """
    sources = [
        source
        for layer in layers
        if _table(layer) and is_occupied(layer.version, asked.reach)
        for source in _sources(layer, asked)
    ]
    if not sources:
        return None
    text = _text(tuple(rows for _, rows in sources))
    params = asked.params(text) | {f"name{number}": name for number, (name, _) in enumerate(sources)}
    return Statement(text, params | dict(asked.where.params) if asked.where else params)


def shape_statements(
    layer: Layer, asked: VectorTile, columns: Sequence[str], most: int
) -> list[tuple[str, tuple[str, ...], Statement]]:
    """Return the statements of what a picture is drawn from: MVT layer name, column names, and rows of WKB and values.

    Only those of ``columns`` that are kept at this zoom are read, and one row more than ``most`` tells of too many.

    Raises:
        BadQuery: the layer holds no features.
    """
    if not (_table(layer) and is_occupied(layer.version, asked.reach)):
        return []
    found = []
    for name, rows in _sources(layer, asked):
        kept = tuple(column for column in columns if column in rows.columns)
        names = "".join(f", {quote_column(column)}" for column in kept)
        text = f"SELECT geom{names} FROM ({rows.text}) AS t LIMIT {int(most) + 1}"
        params = asked.params(text) | (dict(asked.where.params) if asked.where else {})
        found.append((name, kept, Statement(text, params)))
    return found


def check_grid(version: Version, grid: Grid) -> None:
    """Say whether the database can bring a version's features to a grid.

    It computes projections but shifts no datum: PROJ inside PostGIS would choose an operation without saying so.

    Raises:
        BadQuery: the grid has no EPSG code, or its degrees are not those of the features.
    """
    if grid.srid == MERCATOR_SRID:
        return
    if not grid.srid:
        raise BadQuery(f"the CRS of grid {grid.id} has no EPSG code, which vector tiles need", "grid")
    if find_transform(parse_crs(version.srid), grid.crs).kind not in ("same", "projection", "identity"):
        raise BadQuery(
            f"grid {grid.id} is on another datum than the features; vector tiles are made where none is shifted", "grid"
        )


@dataclass(frozen=True)
class _Rows:
    """A SELECT of shapes ``geom`` in tile coordinates with their attributes, and whether they have a ``fid``."""

    text: str
    fid: bool = True
    columns: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        return ", 'fid'" if self.fid else ""


@lru_cache(maxsize=5_000)
def _text(sources: tuple[_Rows, ...]) -> str:
    return "SELECT " + " || ".join(
        f"(SELECT ST_AsMVT(t.*, %(name{number})s, {EXTENT}, 'geom'{rows.identifier}) FROM ({rows.text}) AS t)"
        for number, rows in enumerate(sources)
    )


_Sources = tuple[tuple[str, _Rows], ...]
_remembered: dict[tuple[int, Grid, int, bool, bool], tuple[Version, _Sources]] = {}
"""The texts of a version (by identity) at a zoom of a grid: all its tiles there share them, but for edited ones."""
MOST_REMEMBERED = 5_000


def _sources(layer: Layer, asked: VectorTile) -> _Sources:
    if asked.where is not None:
        rows = _stored(layer.version, asked)
        return ((layer.name, replace(rows, columns=tuple(column.name for column in layer.version.columns))),)
    if asked.units is not None:
        return tuple(_layer_sources(layer, asked, bool(layer.version.levels and layer.version.revision)))
    edited = bool(layer.version.levels and revision_of(layer.version, asked.grid, asked.tile))
    key = (id(layer.version), asked.grid, asked.zoom, asked.plain, edited)
    found = _remembered.get(key)
    if found is None or found[0] is not layer.version:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        found = _remembered[key] = (layer.version, tuple(_layer_sources(layer, asked, edited)))
    return found[1]


def _table(layer: Layer) -> str:
    if layer.version.table is None:
        raise BadQuery(
            f"layer {layer.name!r} holds no features; its pictures are at /collections/{layer.name}/map/tiles"
        )
    return layer.version.table


def _layer_sources(layer: Layer, asked: VectorTile, edited: bool) -> Iterable[tuple[str, _Rows]]:
    version = layer.version
    level = _level(version.levels, asked.zoom, "features", "tiles", "points")
    pieces = _level(version.levels, asked.zoom, "pieces")

    def now(made: _Rows, columns: Sequence[str] | None = None, *, label: bool = False) -> _Rows:
        return _with_edits(version, made, asked, columns, label=label) if edited else made

    if level is None:
        rows = _features(version, asked, pieces) if asked.plain else _stored(version, asked)
        rows = now(rows) if pieces and asked.plain else rows
        yield layer.name, replace(rows, columns=tuple(column.name for column in version.columns))
    elif level.kind == "tiles":
        rows = _ready(level, asked)
        rows = _with_edits_over(version, rows, level, asked) if edited else rows
        yield layer.name, replace(rows, columns=level.columns)
    else:
        rows = now(_levelled(version, level, asked, pieces), level.columns)
        yield layer.name, replace(rows, columns=level.columns)
    if labels := _level(version.levels, asked.zoom, "labels"):
        rows = now(_labels(labels, asked), labels.columns, label=True)
        yield layer.name + LABELS, replace(rows, columns=labels.columns)


def _with_edits(
    version: Version, made: _Rows, asked: VectorTile, columns: Sequence[str] | None = None, *, label: bool = False
) -> _Rows:
    """Rows made at publish, with the features edited since as they are now.

    What was edited is few (``layers.edits`` sees to that), so that it is taken from the features themselves. Only tiles
    that an edit touched are read so.
    """
    edited = f"(SELECT fid FROM catalogue.feature_change WHERE version_id = {int(version.id)})"
    kept = [column for column in version.columns if columns is None or column.name in columns]
    ordered = kept if columns is None else sorted(kept, key=lambda column: columns.index(column.name))
    geometry = "ST_Force2D(f.geom)"
    placed = _from_storage(f"ST_PointOnSurface({geometry})" if label else geometry, version.srid, asked)
    shape = _clipped(placed, asked, 0 if label else BUFFER)
    now = (
        f"SELECT f.fid{_attributes(ordered)}, {shape} AS g FROM {quote(version.table or '')} AS f "
        f"WHERE f.geom && ST_MakeEnvelope({_names('degrees_')}, {int(version.srid)}) AND f.fid IN {edited}"
    )
    return _Rows(f"SELECT * FROM ({made.text}) AS made WHERE fid NOT IN {edited} UNION ALL {now}")


def _with_edits_over(version: Version, made: _Rows, level: Level, asked: VectorTile) -> _Rows:
    """Dissolved classes with the features edited since drawn over them, as they are now, the largest of them.

    Ground that features have left keeps their class until the next import: what lay beneath is in no table.
    """
    table, srid = quote(version.table or ""), int(version.srid)
    names = "".join(f", f.{quote_column(name)}" for name in level.columns)
    shape = _clipped(_from_storage("ST_Force2D(f.geom)", srid, asked), asked, BUFFER)
    wide, high = "ST_XMax(f.geom) - ST_XMin(f.geom)", "ST_YMax(f.geom) - ST_YMin(f.geom)"
    pixel = "(%(degrees_east)s::float8 - %(degrees_west)s::float8) / 512"
    over = (
        f"SELECT f.* FROM {table} AS f WHERE f.geom && ST_MakeEnvelope({_names('degrees_')}, {srid}) "
        f"AND f.fid IN (SELECT fid FROM catalogue.feature_change WHERE version_id = {int(version.id)}) "
        f"AND greatest({wide}, {high}) > {pixel} ORDER BY greatest({wide}, {high}) DESC LIMIT {MOST_OVER}"
    )
    columns = "".join(f"{quote_column(name)}, " for name in level.columns)
    now = f"SELECT {names.removeprefix(', ') + ', ' if names else ''}{shape} AS geom FROM ({over}) AS f"
    return _Rows(f"SELECT {columns}geom FROM ({made.text}) AS made UNION ALL ({now})", fid=False)


def _level(levels: Sequence[Level], zoom: int, *kinds: str) -> Level | None:
    return next((one for one in levels if one.kind in kinds and one.min_zoom <= zoom <= one.max_zoom), None)


def _features(version: Version, asked: VectorTile, pieces: Level | None) -> _Rows:
    """The features themselves from the plane of the default grid, large ones from what was cut for this tile."""
    names = _attributes(version.columns)
    whole = (
        f"SELECT f.fid{names}, {_shape('f.mercator', asked)} AS geom FROM {source_sql(version)} AS f "
        f"WHERE f.mercator && {REACH}"
    )
    return _Rows(whole if pieces is None else f"({whole}) UNION ALL ({_cut(version, pieces, version.columns, asked)})")


def _stored(version: Version, asked: VectorTile) -> _Rows:
    """The features from their stored geometry: for other grids, and for a narrowed tile at any scale."""
    where, most = (f" AND ({asked.where.text})", f" LIMIT {MOST_FEATURES}") if asked.where else ("", "")
    # The condition's column names are the feature table's: no other table may stand beside it.
    chosen = (
        f"SELECT * FROM {source_sql(version)} AS stored "
        f"WHERE geom && ST_MakeEnvelope({_names('degrees_')}, {int(version.srid)}){where}{most}"
    )
    flat = "ST_Force2D(f.geom)"
    about = flat if asked.grid.crs.is_geographic else _about(flat, version.srid)
    placed = _from_storage(about, version.srid, asked)
    shape = _clipped(placed, asked, BUFFER)
    return _Rows(f"SELECT f.fid{_attributes(version.columns)}, {shape} AS geom FROM ({chosen}) AS f")


def _about(geometry: str, srid: int) -> str:
    """What of a geometry in degrees lies about the tile: bringing 20 000 vertices to another CRS takes 6 ms.

    It is cut so far out that the cut, which is straight in degrees, bends into no tile.
    """
    box = f"ST_MakeEnvelope({_names('about_')}, {int(srid)})"
    return f"CASE WHEN {geometry} @ {box} THEN {geometry} ELSE ST_ClipByBox2D({geometry}, {box}::box2d) END"


def _levelled(version: Version, level: Level, asked: VectorTile, pieces: Level | None) -> _Rows:
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    # A literal zoom lets the database use the index of just that zoom's points.
    zoom = f" AND zoom <= {int(asked.zoom)}" if level.kind == "points" else ""
    known_exact = level.kind == "features" and asked.plain and asked.zoom >= level.max_zoom - 1
    shape = _quick_shape("geom", asked, "exact AND geom @ " + NEARBY) if known_exact else _shape("geom", asked)
    whole = f"SELECT fid{names}, {shape} AS geom FROM {quote(level.table)} WHERE geom && {REACH}{zoom}"
    if pieces is None or level.kind == "points":
        return _Rows(whole)
    columns = [column for column in version.columns if column.name in level.columns]
    return _Rows(f"({whole}) UNION ALL ({_cut(version, pieces, columns, asked)})")


def _cut(version: Version, pieces: Level, columns: Sequence[Column], asked: VectorTile) -> str:
    """Large features from their pieces: one row each where the tile is of the default grid, else joined again."""
    table, names = quote(version.table or ""), _attributes(columns)
    if asked.plain:
        shape = _quick_shape("p.geom", asked, "p.exact AND p.z = %(zoom)s")
        rows = f"{quote(pieces.table)} AS p WHERE p.key = ANY(%(keys)s::text::bigint[]) AND (p.leaf OR p.z = %(zoom)s)"
        cut = f"SELECT p.fid, {shape} AS geom FROM {rows}"
        return f"SELECT f.fid{names}, p.geom FROM ({cut}) AS p JOIN {table} AS f USING (fid)"
    own = _own_box("((key >> 25) & 33554431)", "(key & 33554431)")
    joined = (
        f"SELECT fid, ST_Union(ST_ClipByBox2D(geom, {own}), %(side)s::float8 / 32768) AS geom "
        f"FROM {quote(pieces.table)} WHERE key = ANY(%(keys)s::text::bigint[]) GROUP BY fid"
    )
    return f"SELECT f.fid{names}, {_shape('p.geom', asked)} AS geom FROM ({joined}) AS p JOIN {table} AS f USING (fid)"


def _ready(level: Level, asked: VectorTile) -> _Rows:
    """Rows cut for the tiles of the default grid; another grid joins what its tile overlaps, class by class."""
    names = ", ".join(quote_column(name) for name in level.columns)
    first = f"{names}, " if names else ""
    if asked.plain:
        return _Rows(
            f"SELECT {first}{_quick_shape('geom', asked, 'exact')} AS geom FROM {quote(level.table)} "
            "WHERE tile_zoom = %(zoom)s AND tile_column = %(first_column)s AND tile_row = %(first_row)s",
            fid=False,
        )
    own = _own_box("tile_column", "tile_row")
    joined = (
        f"SELECT {first}ST_Collect(ST_ClipByBox2D(geom, {own})) AS geom FROM {quote(level.table)} "
        "WHERE tile_zoom = %(zoom)s AND tile_column BETWEEN %(first_column)s AND %(last_column)s "
        f"AND tile_row BETWEEN %(first_row)s AND %(last_row)s{' GROUP BY ' + names if names else ''}"
    )
    return _Rows(f"SELECT {first}{_shape('geom', asked)} AS geom FROM ({joined}) AS joined", fid=False)


def _labels(level: Level, asked: VectorTile) -> _Rows:
    """Points that name areas, each in one tile only: a name in the buffer would be drawn twice."""
    names = "".join(f", {quote_column(name)}" for name in level.columns)
    zoom = min(int(asked.zoom), level.max_zoom)
    return _Rows(
        f"SELECT fid{names}, {_shape('geom', asked, buffer=0)} AS geom FROM {quote(level.table)} "
        f"WHERE geom && {OWN} AND zoom <= {zoom}"
    )


def _own_box(column: str, row: str) -> str:
    """The box of a tile of the default grid, without buffer, from the SQL of its column and row."""
    half, side = f"{WORLD / 2!r}", "%(side)s::float8"
    west, north = f"{column} * {side} - {half}", f"{half} - {row} * {side}"
    return f"ST_MakeEnvelope({west}, {north} - {side}, {west} + {side}, {north}, {MERCATOR_SRID})"


def _shape(geometry: str, asked: VectorTile, *, buffer: int = BUFFER) -> str:
    """The geometry clipped, in tile coordinates. ST_AsMVT leaves nulls out itself: a WHERE would compute it twice."""
    placed = geometry if asked.plain else _to_grid(geometry, asked.grid)
    return _clipped(placed, asked, buffer)


def _clipped(placed: str, asked: VectorTile, buffer: int) -> str:
    """A geometry of the grid's CRS clipped and valid: in tile coordinates, or as WKB in the units of a picture."""
    if asked.units is None:
        return f"ST_AsMVTGeom({placed}, {_tile_box(asked)}, {EXTENT}, {buffer}, true)"
    return f"ST_AsBinary(ST_Scale(ST_AsMVTGeom({placed}, {_tile_box(asked)}, {int(asked.units)}, 0, true), 1, -1))"


def _tile_box(asked: VectorTile) -> str:
    return f"ST_MakeEnvelope({_names('')}, {int(asked.grid.srid)})::box2d"


def _quick_shape(geometry: str, asked: VectorTile, condition: str) -> str:
    """The geometry moved to tile coordinates and rounded where ``condition`` says that this is enough."""
    moved = (
        f"ST_SnapToGrid(ST_Affine({geometry}, %(scale)s, 0, 0, 0, -%(scale)s::float8, 0, 0, 0, 1, "
        "%(offset_x)s, %(offset_y)s, 0), 1)"
    )
    return f"CASE WHEN {condition} THEN {moved} ELSE {_shape(geometry, asked)} END"


def _to_grid(geometry: str, grid: Grid) -> str:
    """Bring a geometry from EPSG:3857 to the grid's CRS, by degrees that are WGS 84's and the grid's datum's alike."""
    if grid.srid == MERCATOR_SRID:
        return geometry
    return _from_degrees(f"ST_Transform({geometry}, 4326)", grid)


def _from_storage(geometry: str, srid: int, asked: VectorTile) -> str:
    """Bring a stored geometry (degrees, ``srid``) to the grid's CRS; nothing is computed where degrees stay degrees."""
    return geometry if srid == asked.grid.srid else _from_degrees(geometry, asked.grid)


def _from_degrees(geometry: str, grid: Grid) -> str:
    if grid.crs.is_geographic:
        return f"ST_SetSRID({geometry}, {int(grid.srid)})"
    return f"ST_Transform(ST_SetSRID({geometry}, {_datum_code(grid)}), {int(grid.srid)})"


@lru_cache(maxsize=64)
def _datum_code(grid: Grid) -> int:
    """EPSG code of the degrees that a projected grid is computed from."""
    base = grid.crs.geodetic_crs
    return int((base.to_epsg(min_confidence=70) if base else None) or 4326)


def _names(prefix: str) -> str:
    return ", ".join(f"%({prefix}{side})s" for side in ("west", "south", "east", "north"))


def _envelope(prefix: str) -> str:
    return f"ST_MakeEnvelope({_names(prefix)}, {MERCATOR_SRID})"


OWN, REACH, NEARBY = _envelope("own_"), _envelope("reach_"), _envelope("near_")
"""The tile's box, with its buffer, and with what need not be clipped, in EPSG:3857."""


def _attributes(columns: Sequence[Column]) -> str:
    return "".join(f", {column_sql(column, 'f.')}" for column in columns)
