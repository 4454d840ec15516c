"""The conditions of a query as SQL: box, period, equal properties, filter and words, each with its values bound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import pyproj
from shapely.geometry.base import BaseGeometry

from layers.errors import BadFilter
from layers.filter.clauses import Binder, Clause, coerce, parse_number
from layers.filter.cql2_tokens import Tree
from layers.filter.spatial import meets_sql
from layers.filter.sql import compile_filter
from layers.frame import Bounds
from layers.layer import Version
from layers.query import Instant, LayerQuery, Period
from layers.schema import fields, per_version, temporal_columns
from layers.sentences import say
from layers.tables import joined_columns, quote, quote_column
from layers.words import words_condition

WIDE_FEATURES = 5_000
WIDE_SHARE = 1 / 32
MOST_CLAUSES = 100
"""Compiled filters kept with a version."""


@dataclass(frozen=True)
class Where:
    """A condition; ``narrow`` says that it leaves so little of the space that the spatial index should find it.

    ``words`` is a further condition, on a row ``w`` of the layer's table of words.
    """

    text: str
    narrow: bool = False
    words: str | None = None


def whole_clause(version: Version, query: LayerQuery, binder: Binder) -> Where:
    """Return the condition with everything in its text, words too."""
    return with_words(version, where_clause(version, query, binder))


def with_words(version: Version, where: Where) -> Where:
    """Return the condition with that on words put into its text."""
    if where.words is None:
        return where
    inside = f"fid IN (SELECT w.fid FROM {quote(str(version.facts.words))} w WHERE {where.words})"
    return Where(f"{where.text} AND {inside}", where.narrow)


def where_clause(version: Version, query: LayerQuery, binder: Binder) -> Where:
    """Return the condition a feature must meet, without paging; words apart."""
    parts: list[str] = []
    narrow = False
    if query.fid is not None:
        parts.append(f"fid = {binder.bind(query.fid)}::bigint")
    if query.box:
        narrow = not any(_is_wide(version, part) for part in query.box)
        parts.append(_in_box(version, query, binder, narrow))
    parts.append(_in_periods(version, query.periods, binder))
    parts.extend(_equals(version, name, text, binder) for name, text in query.equals)
    if query.filter is not None:
        clause = _compiled(version, query)
        binder.params |= clause.params
        wide = clause.area is not None and _is_wide(version, clause.area)
        narrow = narrow or (clause.area is not None and not wide)
        parts.append(f"({clause.text}) IS TRUE" if wide else clause.text)
    words = None
    if query.text and version.facts.words:
        words = words_condition(query.text, binder)
    elif query.text:
        parts.append(_holds_text(version, query.text, binder))
    return Where(" AND ".join(part for part in parts if part) or "true", narrow, words)


def _compiled(version: Version, query: LayerQuery) -> Clause:
    """Return the filter's condition, its values named ``f0``, …; remembered while the tree and the CRS are the same."""
    kept, key = _clauses(version), (id(query.filter), id(query.filter_crs))
    found = kept.get(key)
    if found is None or found[0] is not query.filter or found[1] is not query.filter_crs:
        if len(kept) >= MOST_CLAUSES:
            kept.clear()
        binder = Binder("f")
        clause = compile_filter(query.filter, fields(version), binder, storage_srid=version.srid, crs=query.filter_crs)
        found = kept[key] = (query.filter, query.filter_crs, clause)
    return found[2]


@per_version
def _clauses(version: Version) -> dict[tuple[int, int], tuple[Tree, pyproj.CRS | None, Clause]]:
    return {}


def _in_box(version: Version, query: LayerQuery, binder: Binder, narrow: bool) -> str:
    """Return "meets the box, or has no geometry" (OGC 17-069r4, 7.15.3).

    A box that holds much of the layer is better answered by walking the features in order and testing each, than by
    sorting all that the spatial index finds; ``IS NOT FALSE`` keeps the planner from that index and lets nulls through.
    """
    tests = [meets_sql(binder, "geom", part, version.srid) for part in query.box]
    if not narrow:
        tests = [f"({test}) IS NOT FALSE" for test in tests]
    elif query.may_lack_geometry:
        tests.append("geom IS NULL")
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _is_wide(version: Version, area: Bounds | BaseGeometry) -> bool:
    """Say whether the area is likely to hold so many features that an index does not pay."""
    if version.extent is None or not version.feature_count:
        return False
    west, south, east, north = version.extent
    width, height = max(east - west, 1e-9), max(north - south, 1e-9)
    a_west, a_south, a_east, a_north = area if isinstance(area, Bounds) else area.bounds
    across = max(0.0, min(east, a_east) - max(west, a_west)) / width
    along = max(0.0, min(north, a_north) - max(south, a_south)) / height
    share = across * along
    return share > WIDE_SHARE and share * version.feature_count > WIDE_FEATURES


def _in_periods(version: Version, periods: Sequence[Period], binder: Binder) -> str:
    """Return "meets one of the periods, or has no time"; a layer without time is all there."""
    if not periods or not temporal_columns(version):
        return ""
    found = [_in_period(version, period, binder) for period in periods]
    return found[0] if len(found) == 1 else f"({' OR '.join(f'({part})' for part in found)})"


def _in_period(version: Version, period: Period, binder: Binder) -> str:
    columns = temporal_columns(version)
    start, end = quote_column(columns[0].name), quote_column(columns[-1].name)
    first, last = (
        _bound(instant, columns[0].type, closing) for instant, closing in zip(period, (False, True), strict=True)
    )
    parts = []
    if first is not None:
        parts.append(f"({end} >= {binder.literal(first).sql} OR {end} IS NULL)")
    if last is not None:
        parts.append(f"({start} <= {binder.literal(last).sql} OR {start} IS NULL)")
    return " AND ".join(parts)


def _bound(instant: Instant | None, column_type: str, closing: bool) -> Instant | None:
    """Return a bound of the period in the column's type; a day closes with its last moment, in UTC."""
    if instant is None:
        return None
    if isinstance(instant, datetime):
        return instant.date() if column_type == "date" else instant
    if column_type == "date":
        return instant
    return datetime.combine(instant, time.max if closing else time.min, UTC)


def _equals(version: Version, name: str, text: str, binder: Binder) -> str:
    """Return ``property = value`` for a value that came as text.

    Raises:
        BadFilter: the text is no value of the property's type.
    """
    field = fields(version)[name]
    if field.type == "number":
        value: Any = parse_number(text, name)
    elif field.type == "boolean":
        if text.lower() not in ("true", "false"):
            raise BadFilter(say("value-not-truth", given=text[:40]), name)
        value = text.lower() == "true"
    elif field.type in ("text", "date", "timestamp"):
        value = text
    else:
        raise BadFilter(say("value-not-text", name=name), name)
    return f"{field.sql} = {coerce(binder, binder.literal(value, name), field.type, name).sql}"


def _holds_text(version: Version, text: str, binder: Binder) -> str:
    """Return "every word of the text stands in some text property", whatever the case."""
    columns = [quote_column(column.name) for column in version.columns if column.type == "text"]
    if not columns:
        return "false"
    whole = columns[0] if len(columns) == 1 else joined_columns(columns)
    words = [re.sub(r"([\\%_])", r"\\\1", word) for word in text.split()]
    return " AND ".join(f"{whole} ILIKE {binder.bind(f'%{word}%')}::text" for word in words) or "true"
