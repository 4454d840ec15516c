"""Features of a layer: the one SELECT that answers a query.

The database writes the GeoJSON of each feature. The page is cut first, by key, and only its rows reach an output
function; page 1 000 costs what page 1 costs. Values are bound, identifiers quoted by `layers.tables`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layers.crs.output import OutputCrs
from layers.edit.past import source_sql
from layers.errors import BadQuery
from layers.feature_text import feature_sql, needed_columns, selected_columns
from layers.filter.clauses import Binder, parse_instant
from layers.filter.conditions import Where, where_clause, whole_clause, with_words
from layers.gml_text import gml_sql
from layers.layer import Layer, Version
from layers.query import LayerQuery
from layers.rings import right_handed
from layers.schema import fields
from layers.sentences import say
from layers.tables import Statement, quote, quote_column
from layers.words import WALKED

_STATE = "mercator"  # a name that no property can have and that no item carries
WHOLE = LayerQuery()
"""A feature with all it has, as GeoJSON."""


def page_statement(layer: Layer, query: LayerQuery, crs: OutputCrs) -> Statement:
    """Return the statement of a page: one row a feature, its GeoJSON (bytea) and its key.

    The key is the fid, or an array (jsonb) of the sort values and the fid. One row more than the limit, the last one,
    tells that more follow, or where the query asks for what stands ``before`` a feature, that more go before.
    """
    binder = Binder()
    keys = _keys(layer.version, query)
    last = f"jsonb_build_array({', '.join(f'to_jsonb({key.sql})' for key in keys)})" if query.sort else "fid"
    feature = feature_sql(layer.version, query, crs)
    page = _page(layer, query, keys, binder)
    return Statement(f"SELECT convert_to({feature}, 'UTF8'), {last} FROM ({page}) page", binder.params)


def count_statement(layer: Layer, query: LayerQuery, most: int) -> Statement:
    """Return the statement that counts matching features exactly, giving up (``most`` + 1) beyond ``most``."""
    binder = Binder()
    version = layer.version
    where = whole_clause(version, query, binder).text
    return Statement(
        f"SELECT count(*) FROM (SELECT FROM {_source(version)} WHERE {where} LIMIT {int(most) + 1}) t", binder.params
    )


def page_count_statement(layer: Layer, query: LayerQuery) -> Statement:
    """Return the statement that counts the rows that `page_statement` would yield, the one beyond the limit too."""
    binder = Binder()
    page = _page(layer, query, _keys(layer.version, query), binder)
    return Statement(f"SELECT count(*) FROM ({page}) page", binder.params)


def item_statement(layer: Layer, fid: int, crs: OutputCrs, query: LayerQuery = WHOLE) -> Statement:
    """Return the statement of one feature, one value (bytea): its state, a text that every change changes; a line
    break; its JSON.
    """
    version = layer.version
    columns = ", ".join(["fid", *(quote_column(column.name) for column in version.columns), "geom"])
    state = "xmin::text" if version.as_of is None else "'past'"
    return Statement(
        f"SELECT convert_to({_STATE} || chr(10) || {feature_sql(version, query, crs)}, 'UTF8') "
        f"FROM (SELECT {columns}, {state} AS {_STATE} FROM {_source(version)} WHERE fid = %(fid)s::bigint) item",
        {"fid": fid},
    )


def state_statement(layer: Layer, fids: Sequence[int], crs: OutputCrs) -> Statement:
    """Return the statement of features by id, whatever may be missing: fid, GeoJSON (bytea), state, geometry (EWKB)."""
    version = layer.version
    columns = ", ".join(["fid", *(quote_column(column.name) for column in version.columns), "geom"])
    return Statement(
        f"SELECT fid, convert_to({feature_sql(version, WHOLE, crs)}, 'UTF8'), {_STATE}, ST_AsEWKB(geom) "
        f"FROM (SELECT {columns}, xmin::text AS {_STATE} FROM {_source(version)} WHERE fid = ANY(%(fids)s)) item",
        {"fids": list(fids)},
    )


def file_statement(layer: Layer, query: LayerQuery, crs: OutputCrs) -> Statement:
    """Return the statement of features for a file: fid, the columns as they are, the geometry as WKB, east, north."""
    binder = Binder()
    version = layer.version
    columns = ["fid", *(quote_column(column.name) for column in selected_columns(version, query))]
    where = whole_clause(version, query, binder).text
    return Statement(
        f"SELECT {', '.join(columns)}, ST_AsBinary({crs.template.format(right_handed(version))}) "
        f"FROM {_source(version)} WHERE {where} ORDER BY fid LIMIT {int(query.limit)}",
        binder.params,
    )


def gml_file_statement(layer: Layer, query: LayerQuery, crs: OutputCrs) -> Statement:
    """Return the statement of features for a file: the GML of each (bytea), in the order of ids."""
    binder = Binder()
    version = layer.version
    where = whole_clause(version, query, binder).text
    return Statement(
        f"SELECT convert_to({gml_sql(version, query, crs)}, 'UTF8') FROM {_source(version)} WHERE {where} "
        f"ORDER BY fid LIMIT {int(query.limit)}",
        binder.params,
    )


def cut_gml_statement(
    layer: Layer, query: LayerQuery, crs: OutputCrs, fids: Sequence[int], shapes: Sequence[bytes | None]
) -> Statement:
    """Return the statement of features as GML (bytea), in the order of ids, with these geometries (WKB) in ``crs``."""
    version = layer.version
    columns = ", ".join(["t.fid", *(f"t.{quote_column(column.name)}" for column in selected_columns(version, query))])
    return Statement(
        f"SELECT convert_to({gml_sql(version, query, crs)}, 'UTF8') FROM (SELECT {columns}, "
        f"ST_SetSRID(ST_GeomFromWKB(given.shape), {int(crs.srid)}) AS geom FROM {_source(version, 't')} "
        "JOIN unnest(%(fids)s::bigint[], %(shapes)s::bytea[]) given(fid, shape) USING (fid)) features ORDER BY fid",
        {"fids": list(fids), "shapes": list(shapes)},
    )


def null_geometry_statement(version: Version) -> Statement:
    """Return the statement that says whether any feature has no geometry."""
    return Statement(f"SELECT EXISTS (SELECT FROM {_source(version)} WHERE geom IS NULL)")


def _page(layer: Layer, query: LayerQuery, keys: Sequence["_Key"], binder: Binder) -> str:
    """Return the SELECT of the page's rows, one more than the limit, cut by key before anything is written out.

    The limit stands in the text, so that the plan that PostgreSQL keeps for it suits it. ``OFFSET 0`` is a fence: where
    the condition narrows the space to few features, the spatial index must find them before they are put in order;
    without it the planner walks the whole table in order and tests each row.
    """
    version = layer.version
    needed = dict.fromkeys(column.name for column in needed_columns(version, query))
    needed |= dict.fromkeys(key.name for key in query.sort if fields(version)[key.name].sql != '"fid"')
    columns = ", ".join(["fid", *map(quote_column, needed), *(["geom"] if query.geometry else [])])
    where = where_clause(version, query, binder)
    if where.words is not None and not (query.sort or query.offset or query.before or where.narrow):
        return _page_of_words(version, query, where, columns, binder)
    if where.words is not None:
        where = with_words(version, where)
    back = query.before is not None
    mark = query.before if back else query.after
    beyond = f" AND {_beyond(keys, mark, binder, back)}" if mark is not None else ""
    select = f"SELECT {columns} FROM {_source(version)} WHERE {where.text}{beyond}"
    if where.narrow:
        select = f"SELECT * FROM ({select} OFFSET 0) found"
    order = [f"{key.sql} {'DESC' if key.descending != back else 'ASC'} NULLS {'FIRST' if back else 'LAST'}"
             for key in keys[:-1]]  # fmt: skip
    offset = f" OFFSET {int(query.offset)}" if query.offset else ""
    last = "fid DESC" if back else "fid"
    page = f"{select} ORDER BY {', '.join([*order, last])} LIMIT {int(query.limit) + 1}{offset}"
    return _turned(page, int(query.limit)) if back else page


def _turned(page: str, limit: int) -> str:
    """Return the SELECT of a page that was cut from behind, in its own order; the row beyond the limit stays last."""
    counted = f"SELECT *, row_number() OVER () AS {_STATE} FROM ({page}) cut"
    return f"SELECT * FROM ({counted}) turned ORDER BY {_STATE} > {limit}, {_STATE} DESC"


def _page_of_words(version: Version, query: LayerQuery, where: Where, columns: str, binder: Binder) -> str:
    """Return the SELECT of a page of named features in the order of their ids.

    A word that many have is found by looking at the next few thousand features; one that few have by its index. Which
    of the two it is nobody knows before: the first is tried, and the second runs only where the first did not fill the
    page.
    """
    words, most = quote(str(version.facts.words)), int(query.limit) + 1
    after = f"fid > {_key_value(_Key('fid', 'number'), query.after[-1], binder, 'after')}" if query.after else "true"
    select = f"SELECT {columns} FROM {_source(version)} WHERE {where.text} AND fid IN"
    next_ones = f"(SELECT * FROM {words} WHERE {after} ORDER BY fid LIMIT {WALKED}) w"
    near = f"{select} (SELECT w.fid FROM {next_ones} WHERE {where.words}) ORDER BY fid LIMIT {most}"
    far = f"{select} (SELECT w.fid FROM {words} w WHERE {where.words} AND {after} OFFSET 0) ORDER BY fid LIMIT {most}"
    filled = f"(SELECT count(*) FROM near) = {most}"
    return (
        f"WITH near AS MATERIALIZED ({near}) SELECT * FROM (SELECT * FROM near WHERE {filled} "
        f"UNION ALL SELECT * FROM ({far}) far WHERE NOT {filled}) found ORDER BY fid"
    )


def _source(version: Version, alias: str = "") -> str:
    if version.table is None:
        raise BadQuery(say("layer-is-picture"))
    return f"{source_sql(version)} {alias or ('' if version.as_of is None else 'past')}".rstrip()


@dataclass(frozen=True)
class _Key:
    """One part of the order: SQL, type of the values, direction."""

    sql: str
    type: str
    descending: bool = False


def _keys(version: Version, query: LayerQuery) -> list[_Key]:
    """Return the order's keys; fid, ascending, makes every order total."""
    known = fields(version)
    named = (known[key.name] for key in query.sort)
    return [
        *(_Key(field.sql, field.type, key.descending) for field, key in zip(named, query.sort, strict=True)),
        _Key("fid", "number"),
    ]


def _beyond(keys: Sequence[_Key], mark: Sequence[Any], binder: Binder, back: bool) -> str:
    """Return the condition "comes after this key", or ``back`` before it, for nulls-last order: ``(a > x) OR (a = x AND
    (…))``.

    Raises:
        BadQuery: the values are not of the keys' types.
    """
    name = "before" if back else "after"
    if len(mark) != len(keys) or mark[-1] is None:
        raise BadQuery(say("page-mark-foreign"), name)
    condition = f"fid {'<' if back else '>'} {_key_value(keys[-1], mark[-1], binder, name)}"
    for key, value in reversed(list(zip(keys[:-1], mark[:-1], strict=True))):
        if value is None:
            others = f"{key.sql} IS NOT NULL OR " if back else ""
            condition = f"({others}({key.sql} IS NULL AND {condition}))"
            continue
        bound = _key_value(key, value, binder, name)
        sign = "<" if key.descending != back else ">"
        nulls = "" if back else f" OR {key.sql} IS NULL"
        condition = f"({key.sql} {sign} {bound}{nulls} OR ({key.sql} = {bound} AND {condition}))"
    return condition


def _key_value(key: _Key, value: Any, binder: Binder, name: str) -> str:
    """Bind a value of a page mark, which went out as JSON, in the type of its column."""
    wanted: tuple[type, ...] = {"number": (int, float), "boolean": (bool,)}.get(key.type, (str,))
    if not isinstance(value, wanted) or (key.type == "number" and isinstance(value, bool)):
        raise BadQuery(say("page-mark-foreign"), name)
    if key.type in ("date", "timestamp"):
        value = parse_instant(str(value), name)
    return binder.literal(value, name).sql
