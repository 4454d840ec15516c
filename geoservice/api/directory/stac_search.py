"""What a STAC client looks for, read from a query or a body into one value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely

from geoservice.api.directory.stac_fields import Fields, fields_of
from geoservice.api.directory.stac_queryables import NEWEST_FIRST, PROPERTIES, SortKeys
from geoservice.parameters import known, parse_number
from layers.crs.names import CRS84
from layers.errors import BadQuery
from layers.filter.cql2 import parse_filter
from layers.filter.cql2_tokens import Tree
from layers.frame import Bounds
from layers.overlay import parse_polygon
from layers.sentences import say
from layers.validity import unmade

MOST, DEFAULT = 1000, 10
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
PARAMETERS = (
    *("bbox", "datetime", "intersects", "ids", "collections", "limit", "sortby", "token", "filter", "filter-lang"),
    *("filter-crs", "fields"),
)


@dataclass(frozen=True)
class Search:
    """What is looked for. ``start`` counts items already given; times are UTC, None is open."""

    boxes: tuple[Bounds, ...] = ()
    intersects: shapely.Geometry | None = None
    after: datetime | None = None
    before: datetime | None = None
    ids: frozenset[str] = frozenset()
    collections: tuple[str, ...] = ()
    limit: int = DEFAULT
    start: int = 0
    sort: SortKeys = NEWEST_FIRST
    filter: Tree | None = None
    fields: Fields | None = None


def from_query(query: Mapping[str, str]) -> Search:
    """Read a GET request's parameters.

    Raises:
        BadQuery: one cannot be understood; ``parameter`` names it.
    """
    plain = ("datetime", "limit", "token", "filter", "filter-lang", "filter-crs", "fields")
    body: dict[str, Any] = {key: value for key, value in query.items() if key in plain}
    if "bbox" in query:
        body["bbox"] = query["bbox"].split(",")
    for name in ("ids", "collections"):
        if name in query:
            body[name] = [part for part in query[name].split(",") if part]
    if "intersects" in query:
        try:
            body["intersects"] = json.loads(query["intersects"])
        except ValueError as error:
            raise BadQuery(say("intersects-json", why=error), "intersects") from error
    if "sortby" in query:
        fields = [field.strip() for field in query["sortby"].split(",")]
        body["sortby"] = [
            {"field": field.lstrip("+-"), "direction": "desc" if field.startswith("-") else "asc"} for field in fields
        ]
    return from_body(body)


def from_body(body: Mapping[str, Any]) -> Search:
    """Read a POST request's JSON. A member that is not known here is refused: what it asks would not be done.

    Raises:
        BadQuery: a member cannot be understood; ``parameter`` names it.
    """
    known(body, PARAMETERS)
    if body.get("bbox") is not None and body.get("intersects") is not None:
        raise BadQuery(say("bbox-or-intersects"), "intersects")
    limit, start = _whole(body, "limit", DEFAULT), _whole(body, "token", 0)
    if limit < 1:
        raise BadQuery(say("limit-start"), "limit")
    after, before = _interval(body.get("datetime"))
    return Search(
        boxes=_boxes(body.get("bbox")),
        intersects=_shape(body.get("intersects")),
        after=after,
        before=before,
        ids=frozenset(_names(body, "ids")),
        collections=_names(body, "collections"),
        limit=min(limit, MOST),
        start=start,
        sort=_sort(body.get("sortby")),
        filter=_filter(body),
        fields=fields_of(body.get("fields")),
    )


def _sort(value: Any) -> SortKeys:
    if not value:
        return NEWEST_FIRST
    keys = []
    for one in value if isinstance(value, list) else [value]:
        field = one.get("field") if isinstance(one, dict) else None
        name = field.removeprefix("properties.") if isinstance(field, str) else ""
        if name not in PROPERTIES or one.get("direction", "asc") not in ("asc", "desc"):
            raise BadQuery(say("stac-sort", offered=", ".join(PROPERTIES)), "sortby")
        keys.append((name, one.get("direction") == "desc"))
    return (*keys, ("id", False))


def _filter(body: Mapping[str, Any]) -> Tree | None:
    """Read ``filter``: text, or in a body also JSON as it is."""
    if body.get("filter-crs", CRS84) != CRS84:
        raise BadQuery(say("map-form", name="filter-crs", offered=CRS84), "filter-crs")
    given = body.get("filter")
    if given is None:
        return None
    language = body.get("filter-lang", "cql2-text" if isinstance(given, str) else "cql2-json")
    if language not in ("cql2-text", "cql2-json"):
        raise BadQuery(say("filter-lang-form"), "filter-lang")
    return parse_filter(given if isinstance(given, str) else json.dumps(given), language)


def _names(body: Mapping[str, Any], member: str) -> tuple[str, ...]:
    value = body.get(member) or []
    value = [value] if isinstance(value, str) else value  # as stac-api-validator sends one
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadQuery(say("names-list", name=member), member)
    return tuple(value)


def _whole(body: Mapping[str, Any], member: str, default: int) -> int:
    """Return a whole number; a query, and a token, give it as text."""
    value = body.get(member, default)
    if isinstance(value, str) and re.fullmatch(r"\+?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e18 or value % 1:
        raise BadQuery(say("limit-token-whole"), member)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, str):
        return parse_number(value, "bbox")
    if isinstance(value, bool):
        raise TypeError("a truth value is no number")
    return float(value)


def _boxes(value: Any) -> tuple[Bounds, ...]:
    """Read a box; one whose west lies east of its east crosses the antimeridian and is two."""
    if value is None:
        return ()
    try:
        numbers = [_number(part) for part in value]
    except (TypeError, ValueError, OverflowError, BadQuery) as error:
        raise BadQuery(say("bbox-four-six"), "bbox") from error
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(abs(number) <= 360 for number in numbers) or numbers[1] > numbers[3]:
        raise BadQuery(say("bbox-form"), "bbox")
    west, south, east, north = numbers
    if west <= east:
        return (Bounds(west, south, east, north),)
    return Bounds(west, south, 180, north), Bounds(-180, south, east, north)


def _shape(document: Any) -> shapely.Geometry | None:
    if document is None:
        return None
    if isinstance(document, dict) and document.get("type") in ("Polygon", "MultiPolygon"):
        return parse_polygon(document, "intersects")
    try:
        return shapely.from_geojson(json.dumps(document))
    except shapely.GEOSException as error:
        raise BadQuery(say("intersects-geojson", why=unmade(error)), "intersects") from error


def _interval(text: Any) -> tuple[datetime | None, datetime | None]:
    if text is None:
        return None, None
    if not isinstance(text, str):
        raise BadQuery(say("stac-datetime"), "datetime")
    first, slash, second = text.partition("/")
    after, before = _instant(first), _instant(second if slash else first)
    if slash and after is None and before is None:
        raise BadQuery(say("stac-datetime-open"), "datetime")
    if after and before and after > before:
        raise BadQuery(say("stac-datetime-order"), "datetime")
    return after, before


def _instant(text: str) -> datetime | None:
    if text in ("", ".."):
        return None
    try:
        if not RFC_3339.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError as error:
        raise BadQuery(say("rfc3339", given=text[:60]), "datetime") from error
