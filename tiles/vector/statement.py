"""One vector tile, one statement: what stands in the tile, in the tile's own coordinates, as MVT bytes.

Which table answers depends on the zoom: a level made at publish where there is one (``layers.level.levels``), else the
feature table (``tiles.vector.rows``). The text of a statement is the same for all tiles of a layer and a level, so that
the database plans it once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from layers.crs.mercator import MERCATOR_SRID
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery
from layers.layer import Layer, Level, Version
from layers.occupancy import is_occupied
from layers.sentences import say
from layers.tables import Statement, quote_column
from tiles.grid import Grid
from tiles.vector.mvt import EXTENT
from tiles.vector.narrowed import narrowed_rows
from tiles.vector.place import VectorTile, revision_of
from tiles.vector.ready import ready_rows
from tiles.vector.rows import (
    Rows,
    carried,
    crowd_rows,
    feature_rows,
    label_rows,
    level_rows,
    stored_rows,
    with_edits,
    with_edits_over,
    with_rows_beside,
)

__all__ = ["LABELS", "VectorTile", "check_grid", "shape_statements", "tile_statement"]

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
        raise BadQuery(say("grid-no-epsg", grid=grid.id), "grid")
    if find_transform(parse_crs(version.srid), grid.crs).kind not in ("same", "projection", "identity"):
        raise BadQuery(say("grid-other-datum", grid=grid.id), "grid")


@lru_cache(maxsize=5_000)
def _text(sources: tuple[Rows, ...]) -> str:
    return "SELECT " + " || ".join(
        f"(SELECT ST_AsMVT(t.*, %(name{number})s, {EXTENT}, 'geom'{rows.identifier}) FROM ({rows.text}) AS t)"
        for number, rows in enumerate(sources)
    )


_Sources = tuple[tuple[str, Rows], ...]
_remembered: dict[tuple[int, Grid, int, bool, bool, bool], tuple[Version, _Sources]] = {}
"""The texts of a version (by identity) at a zoom of a grid: all its tiles there share them, but for edited ones."""
MOST_REMEMBERED = 5_000


def _sources(layer: Layer, asked: VectorTile) -> _Sources:
    if asked.where is not None:
        shown = _level(layer.version.levels, asked.zoom, "features", "tiles", "points", "crowds")
        return ((layer.name, narrowed_rows(layer.version, shown, asked)),)
    if asked.plane is not None:
        version = layer.version
        return tuple(_layer_sources(layer, asked, bool(version.levels and version.revision), version.lags))
    revision = revision_of(layer.version, asked.grid, asked.tile) if layer.version.levels else 0
    edited, lags = revision > 0, revision > layer.version.renewed
    key = (id(layer.version), asked.grid, asked.zoom, asked.plain, edited, lags)
    found = _remembered.get(key)
    if found is None or found[0] is not layer.version:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        found = _remembered[key] = (layer.version, tuple(_layer_sources(layer, asked, edited, lags)))
    return found[1]


def _table(layer: Layer) -> str:
    if layer.version.table is None:
        raise BadQuery(say("tiles-no-features", layer=layer.name))
    return layer.version.table


def _layer_sources(layer: Layer, asked: VectorTile, edited: bool, lags: bool) -> Iterable[tuple[str, Rows]]:
    """What a layer shows; ``edited`` in the tile since its import, ``lags`` where dissolved classes do not hold it."""
    version = layer.version
    level = _level(version.levels, asked.zoom, "features", "tiles", "points", "crowds")
    pieces = _level(version.levels, asked.zoom, "pieces")

    def now(made: Rows, columns: Sequence[str] | None = None, **of: Any) -> Rows:
        return with_edits(version, made, asked, columns, **of) if edited else made

    if level is not None and level.kind == "crowds":
        yield layer.name, replace(now(crowd_rows(version, level, asked, pieces)), columns=_names(version, asked))
    elif level is None:
        rows = feature_rows(version, asked, pieces) if asked.in_mercator else stored_rows(version, asked)
        rows = now(rows) if pieces and asked.in_mercator else rows
        yield layer.name, replace(rows, columns=_names(version, asked))
    elif level.kind == "tiles":
        numbers = next((one for one in version.levels if one.kind == "classes"), None) if version.renewed else None
        areas = any(one.kind == "pictures" for one in version.levels)
        rows = ready_rows(level, asked, numbers, areas=areas)
        rows = replace(with_edits_over(version, rows, level, asked) if lags else rows, columns=level.columns)
        if beside := _level(version.levels, asked.zoom, "beside"):
            others = now(level_rows(version, beside, asked, None), beside.columns, beside=2 if areas else 1)
            rows = with_rows_beside(rows, level.columns, replace(others, columns=beside.columns))
        yield layer.name, rows
    else:
        rows = now(level_rows(version, level, asked, pieces), level.columns)
        yield layer.name, replace(rows, columns=level.columns)
    if labels := _level(version.levels, asked.zoom, "labels"):
        rows = now(label_rows(labels, asked), labels.columns, label=True)
        yield layer.name + LABELS, replace(rows, columns=labels.columns)


def _names(version: Version, asked: VectorTile) -> tuple[str, ...]:
    return tuple(column.name for column in carried(version, asked))


def _level(levels: Sequence[Level], zoom: int, *kinds: str) -> Level | None:
    return next((one for one in levels if one.kind in kinds and one.min_zoom <= zoom <= one.max_zoom), None)
