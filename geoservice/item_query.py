"""The query parameters of items, read into a `LayerQuery`. Everything that is wrong is refused with its parameter."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geoservice.boxes import read_box
from geoservice.parameters import integer, known
from layers.crs.names import CRS84
from layers.crs.output import OutputCrs, find_crs, offered_crs
from layers.errors import BadQuery
from layers.filter.clauses import Binder, Clause
from layers.filter.conditions import where_clause
from layers.filter.cql2 import parse_filter
from layers.filter.cql2_tokens import Tree
from layers.filter.periods import read_period
from layers.frame import Frame
from layers.layer import Layer, Version
from layers.query import LayerQuery, Period, check_properties, check_sort
from layers.schema import fields, per_version
from layers.sentences import either, say

DEFAULT_LIMIT = 10
MAX_LIMIT = 10_000
MAX_OFFSET = 100_000_000
FILTER_LANGUAGES = ("cql2-text", "cql2-json")
PARAMETERS = (
    *("f", "limit", "bbox", "bbox-crs", "datetime", "crs", "properties", "filter", "filter-lang", "filter-crs"),
    *(
        "sortby",
        "q",
        "after",
        "before",
        "offset",
        "skipGeometry",
        "zoom-level",
        "version",
        "as-of",
        "profile",
        "encoding",
    ),
)
_REMEMBERED_LENGTH = 4_000
# Half a pixel of a 256-pixel tile at zoom 0, in degrees; halves with each zoom.
_ZOOM_0_TOLERANCE = 360 / 256 / 2


@dataclass(frozen=True)
class ItemsRequest:
    """What a client asks of a collection's items."""

    layer: Layer
    query: LayerQuery
    crs: OutputCrs


def read_items_request(
    given: Mapping[str, str], frame: Frame, layer: Layer, *, max_limit: int = MAX_LIMIT
) -> ItemsRequest:
    """Read all parameters of ``/items``; most requests give few, so most are looked at only when they are there.

    Raises:
        BadQuery: one is unknown or wrong; it is named.
    """
    version = layer.version
    known(given, _allowed(version))
    offered = offered_crs(frame, version.srid)
    text = given.get("filter")
    sort = check_sort(version, given["sortby"]) if given.get("sortby") else ()
    if "before" in given and ("after" in given or "offset" in given):  # a page lies on one side of a mark
        raise BadQuery(say("page-mark-foreign"), "before")
    query = LayerQuery(
        limit=integer(given, "limit", DEFAULT_LIMIT, 1, max_limit),
        box=read_box(given, offered, version),
        periods=_periods(given.get("datetime")),
        equals=_equals(given, version),
        filter=None if text is None else _filter(text, given.get("filter-lang", FILTER_LANGUAGES[0])),
        filter_crs=find_crs(offered, given["filter-crs"], "filter-crs").crs if "filter-crs" in given else None,
        text=read_words(given.get("q")),
        properties=_names(given.get("properties"), version),
        geometry=not _flag(given, "skipGeometry"),
        sort=sort,
        after=_read_mark(given.get("after"), "after"),
        before=_read_mark(given.get("before"), "before"),
        offset=integer(given, "offset", 0, 0, MAX_OFFSET),
        tolerance=_tolerance(given),
    )
    return ItemsRequest(layer, query, find_crs(offered, given.get("crs", CRS84)))


def read_item_crs(given: Mapping[str, str], frame: Frame, layer: Layer) -> OutputCrs:
    """Read the parameters of one item: ``crs`` and ``f``."""
    known(given, ("f", "crs", "version", "as-of", "profile"))
    offered = offered_crs(frame, layer.version.srid)
    return find_crs(offered, given.get("crs", CRS84))


def write_mark(key: int | list[Any]) -> str:
    """Return the page mark after or before a feature: its fid, or its sort values and fid as base64url JSON."""
    if isinstance(key, int):
        return str(key)
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def _read_mark(text: str | None, parameter: str) -> tuple[Any, ...] | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        return (int(text),)
    try:
        key = json.loads(base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadQuery(say("page-mark"), parameter) from error
    if not isinstance(key, list) or not all(isinstance(v, str | int | float | None) for v in key):
        raise BadQuery(say("page-mark"), parameter)
    return tuple(key)


@per_version
def _allowed(version: Version) -> frozenset[str]:
    return frozenset((*PARAMETERS, *_comparable(version)))


@per_version
def _comparable(version: Version) -> frozenset[str]:
    """Return the properties that may be given as a parameter of their own; ours win over a property of that name."""
    found = fields(version).values()
    return frozenset(field.name for field in found if field.type not in ("geometry", "array")) - frozenset(PARAMETERS)


def tile_clause(layer: Layer, given: Mapping[str, str]) -> Clause:
    """Read ``filter`` (with ``filter-lang``) and ``datetime`` of a tile into a condition on the layer's columns.

    Raises:
        BadQuery: one is wrong; it is named.
    """
    return picture_clause(layer, read_picture_query(given))


def read_picture_query(given: Mapping[str, str]) -> LayerQuery:
    """Read ``filter`` (with ``filter-lang``) and ``datetime``: which features a picture shows. Raises BadQuery."""
    text = given.get("filter")
    tree = None if text is None else _filter(text, given.get("filter-lang", FILTER_LANGUAGES[0]))
    return LayerQuery(filter=tree, periods=_periods(given.get("datetime")))


def picture_clause(layer: Layer, query: LayerQuery) -> Clause:
    """Return such a query as a condition on the layer's columns. Raises BadQuery."""
    binder = Binder()
    condition = where_clause(layer.version, query, binder)
    return Clause(condition.text, binder.params)


def _equals(given: Mapping[str, str], version: Version) -> tuple[tuple[str, str], ...]:
    names = _comparable(version)
    return tuple((name, value) for name, value in given.items() if name in names)


def _filter(text: str, language: str) -> Tree:
    if language not in FILTER_LANGUAGES:
        raise BadQuery(say("filter-lang-offered", given=language[:40], offered=either(FILTER_LANGUAGES)), "filter-lang")
    return _read_filter(text, language) if len(text) <= _REMEMBERED_LENGTH else parse_filter(text, language)


@lru_cache(maxsize=256)
def _read_filter(text: str, language: str) -> Tree:
    """Read a filter and remember it: a map asks for every tile with the same one. A tree is never changed."""
    return parse_filter(text, language)


def read_words(text: str | None) -> str | None:
    """Read ``q``; None for none.

    Raises:
        BadQuery: it is too long, or holds a NUL.
    """
    if text is None:
        return None
    if "\x00" in text or len(text) > 500:
        raise BadQuery(say("words-long"), "q")
    return text.replace(",", " ").strip() or None


def _names(text: str | None, version: Version) -> tuple[str, ...] | None:
    if text is None:
        return None
    return check_properties(version, [name.strip() for name in text.split(",") if name.strip()])


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false").lower()
    if value not in ("true", "false"):
        raise BadQuery(say("true-or-false", name=name), name)
    return value == "true"


def _tolerance(given: Mapping[str, str]) -> float | None:
    """Return the simplification for ``zoom-level``: half a pixel of a Web Mercator tile at that zoom, in degrees."""
    if "zoom-level" not in given:
        return None
    return float(_ZOOM_0_TOLERANCE / 2 ** integer(given, "zoom-level", 0, 0, 30))


def _periods(text: str | None) -> tuple[Period, ...]:
    return () if text is None else (read_period(text, "datetime"),)
