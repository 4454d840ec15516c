"""A feature as JSON, written by the database: GeoJSON, or JSON-FG with its place and time.

JSON-FG (OGC 21-045r1) keeps GeoJSON's members; ``place`` is the geometry in another coordinate system than WGS 84,
``time`` the feature's own. Where a place is given, ``geometry`` is null, unless the "plus" profile asks for both.
"""

import json
from collections.abc import Mapping
from typing import Any

from layers.crs.output import OutputCrs, is_crs84
from layers.gml_text import gml_sql
from layers.layer import Column, Version
from layers.query import LayerQuery
from layers.rings import right_handed
from layers.schema import per_version, temporal_columns
from layers.tables import quote_column

_MOST_KEPT = 200


def feature_sql(version: Version, query: LayerQuery, crs: OutputCrs) -> str:
    """Return the SQL that writes one feature as text from a row of the page; remembered with the version."""
    kept = _feature_texts(version)
    shape = (query.properties, query.geometry, crs.uri, query.tolerance, query.encoding, query.titles is not None)
    if shape not in kept:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[shape] = (gml_sql if query.encoding == "gml" else _write_feature)(version, query, crs)
    return kept[shape]


def selected_columns(version: Version, query: LayerQuery) -> list[Column]:
    """Return the columns the features carry."""
    if query.properties is None:
        return list(version.columns)
    return [column for column in version.columns if column.name in query.properties]


def needed_columns(version: Version, query: LayerQuery) -> list[Column]:
    """Return the columns a feature is written from: those it carries, and in JSON-FG those of its time."""
    times = temporal_columns(version) if query.encoding in ("jsonfg", "jsonfg-plus") else ()
    return list({column.name: column for column in (*selected_columns(version, query), *times)}.values())


@per_version
def _feature_texts(version: Version) -> dict[tuple[Any, ...], str]:
    return {}


def _write_feature(version: Version, query: LayerQuery, crs: OutputCrs) -> str:
    """Properties stand before the geometry: each `||` copies what is to its left, and the geometry is the longest."""
    pieces = ['{"type":"Feature","id":', _Sql("fid"), ',"properties":{']
    for position, column in enumerate(selected_columns(version, query)):
        name = json.dumps(column.name, ensure_ascii=False)
        meanings = (query.titles or {}).get(column.name)
        pieces += [f"{',' if position else ''}{name}:", _Sql(_meaning_sql(column, meanings) or _json_sql(column))]
    pieces.append("}")
    if query.encoding != "geojson":
        pieces += [',"time":', _Sql(_time_sql(version))]
    for member, written in _geometries(version, query, crs).items():
        pieces += [f',"{member}":', written]
    pieces.append("}")
    return "||".join(piece if isinstance(piece, _Sql) else _text_literal(piece) for piece in pieces)


def _geometries(version: Version, query: LayerQuery, crs: OutputCrs) -> dict[str, str]:
    """Return the members that hold geometry, as SQL or as the text ``null``."""

    def written(wanted: OutputCrs) -> str:
        shape = wanted.geometry_sql(right_handed(version), query.tolerance)
        return _Sql(f"coalesce(ST_AsGeoJSON({shape}, {wanted.decimals}, 0), 'null')")

    if query.encoding == "geojson" or is_crs84(crs):
        members = {} if query.encoding == "geojson" else {"place": "null"}
        return members | {"geometry": written(crs) if query.geometry else "null"}
    both = query.geometry and query.encoding == "jsonfg-plus" and query.fallback is not None
    geometry = written(query.fallback) if both and query.fallback else "null"
    return {"geometry": geometry, "place": written(crs) if query.geometry else "null"}


class _Sql(str):
    """Text that is SQL already, among texts that are yet to be quoted."""

    __slots__ = ()


def _text_literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _json_sql(column: Column) -> str:
    """Return the SQL of one value as JSON text; a number that is not finite has no JSON and is null."""
    name = quote_column(column.name)
    if column.type == "float":
        return f"CASE WHEN {name} - {name} = 0 THEN {name}::text ELSE 'null' END"
    if column.type in ("integer", "bigint", "boolean", "json"):
        return f"coalesce({name}::text, 'null')"
    return f"coalesce(to_json({name})::text, 'null')"


def _meaning_sql(column: Column, meanings: Mapping[str, str] | None) -> str | None:
    """Return the SQL of a code's meaning as JSON text; a value that the list lacks stays as it is."""
    if not meanings:
        return None
    listed = _text_literal(json.dumps(dict(meanings), ensure_ascii=False))
    meaning = f"to_json({listed}::jsonb ->> {quote_column(column.name)}::text)::text"
    return f"coalesce({meaning}, {_json_sql(column)})"


def _time_sql(version: Version) -> str:
    """Return the SQL of a feature's ``time``: a date, an instant in UTC, an interval (``..`` for an open end), null."""
    columns = temporal_columns(version)
    if not columns:
        return "'null'"
    if len(columns) == 1:
        kind = "date" if columns[0].type == "date" else "timestamp"
        return f"""coalesce('{{"{kind}":"' || {_moment_sql(columns[0])} || '"}}', 'null')"""
    start, end = (f"coalesce({_moment_sql(column)}, '..')" for column in columns)
    names = " AND ".join(f"{quote_column(column.name)} IS NULL" for column in columns)
    return f"""CASE WHEN {names} THEN 'null' ELSE '{{"interval":["' || {start} || '","' || {end} || '"]}}' END"""


def _moment_sql(column: Column) -> str:
    name = quote_column(column.name)
    if column.type == "date":
        return f"to_char({name}, 'YYYY-MM-DD')"
    return f"""to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
