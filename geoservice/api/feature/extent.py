"""What a collection covers: its box in degrees, and the first and last moment of its features."""

from collections.abc import Iterable, MutableMapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import Any

from cachetools import LRUCache

from geoservice.database import Database
from layers import schema
from layers.crs.names import CRS84, axis_is_north_east, parse_crs
from layers.filter.clauses import Binder
from layers.frame import Bounds, Frame
from layers.layer import Layer, Version
from layers.tables import Statement, quote, quote_column

Span = tuple[str | None, str | None]


async def extent_of(state: Any, layer: Layer) -> dict[str, Any]:
    """Return the extent in CRS84; the period of the features' time is asked once a version."""
    found: dict[str, Any] = {}
    if layer.version.extent is not None:
        box = _outward(layer.version.extent)
        found["spatial"] = {"bbox": [box], "crs": CRS84}
        if layer.kind == "vector":  # in the order of the storage CRS, whose datum is that of the degrees
            west, south, east, north = box
            turned = axis_is_north_east(parse_crs(layer.version.srid))
            found["spatial"]["storageCrsBbox"] = [[south, west, north, east] if turned else box]
    ends = await period_of(state, layer)
    if ends is not None:
        found["temporal"] = {"interval": [list(ends)], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
    return found


def extent_of_all(layers: Iterable[Layer], frame: Frame) -> dict[str, Any]:
    """Return the extent in CRS84 of layers together, the frame's where they are nowhere."""
    extents = [layer.version.extent for layer in layers if layer.version.extent is not None]
    whole = reduce(Bounds.union, extents) if extents else frame.extent
    return {"spatial": {"bbox": [_outward(whole)], "crs": CRS84}}


def _outward(extent: Bounds) -> list[float]:
    """Return an extent to seven decimals, a centimetre, with nothing outside: clients send it back as a box."""
    step = Decimal("1e-7")
    low = [float(Decimal(repr(float(value))).quantize(step, ROUND_FLOOR)) for value in extent[:2]]
    high = [float(Decimal(repr(float(value))).quantize(step, ROUND_CEILING)) for value in extent[2:]]
    return low + high


async def period_of(state: Any, layer: Layer) -> Span | None:
    """Return the first and last moment of a layer's features, None for open, asked once a version.

    None for a layer without time.
    """
    if layer.kind != "vector" or not schema.temporal_columns(layer.version):
        return None
    if not hasattr(state, "periods"):
        state.periods = LRUCache(10_000)
    periods: MutableMapping[tuple[int, int], Span | None] = state.periods
    key = (layer.version.id, layer.version.revision)
    if key not in periods:
        periods[key] = await _period(state.database, layer.version)
    return periods[key]


async def _period(database: Database, version: Version) -> Span | None:
    """Return the first and last moment of the features, RFC 3339, UTC, None for open; None when none has a time."""
    columns = schema.temporal_columns(version)
    first, last = (quote_column(columns[i].name) for i in (0, -1))
    form = Binder()
    pattern = form.bind('YYYY-MM-DD"T"HH24:MI:SS"Z"')
    earliest, latest = f"min({first})", f"max({last})"
    if len(columns) == 2:  # a feature without one of its ends runs on
        earliest = f"CASE WHEN bool_and({first} IS NOT NULL OR {last} IS NULL) THEN {earliest} END"
        latest = f"CASE WHEN bool_and({last} IS NOT NULL OR {first} IS NULL) THEN {latest} END"
    low, high = (f"to_char(({end})::timestamp, {pattern})" for end in (earliest, latest))
    rows = await database.rows(Statement(f"SELECT {low}, {high} FROM {quote(str(version.table))}", form.params))
    return (rows[0][0], rows[0][1]) if any(rows[0]) else None
