"""``/collections/{layer}/timeline``: the days that a layer has something of, which a slider of time stops at."""

from collections.abc import MutableMapping
from datetime import date
from typing import Any, NamedTuple

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.documents import answer_document
from geoservice.api.links import JSON, Links
from geoservice.api.negotiation import choose
from geoservice.api.resources import Paths, Resource
from geoservice.database import Database
from geoservice.openapi.parts import FORM, JSON_CONTENT, operation, path_parameter
from geoservice.parameters import known
from layers import schema
from layers.filter.clauses import Binder
from layers.layer import Layer, Version
from layers.tables import Statement, quote, quote_column

MOST_STOPS = 400
"""Stops a slider has at most: of a layer of more days they are months, of more months years."""
_STEPS = {"day": 10, "month": 7, "year": 4}
"""The steps, finest first, with how much of a day (``2020-02-29``) names one."""


class Timeline(NamedTuple):
    """The stops of a layer: days (``2020-02-29``), months (``2020-02``) or years (``2020``), each once, in order."""

    step: str
    stops: tuple[str, ...]


def has_time(layer: Layer) -> bool:
    """Say whether a layer can be asked for by time: its files have capture dates, or its features a date or time."""
    raster = layer.version.raster
    return any(file.captured for file in raster.files) if raster else bool(schema.temporal_columns(layer.version))


async def timeline_of(state: Any, layer: Layer) -> Timeline:
    """Return a layer's stops in UTC, of features with two ends the first and the last day; asked once a version."""
    if not hasattr(state, "timelines"):
        state.timelines = LRUCache(1000)
    timelines: MutableMapping[tuple[int, int], Timeline] = state.timelines
    key = (layer.version.id, layer.version.revision)
    if key not in timelines:
        timelines[key] = await _asked(state.database, layer)
    return timelines[key]


async def _asked(database: Database, layer: Layer) -> Timeline:
    for step, letters in _STEPS.items():
        days = await _days(database, layer, step)
        stops = tuple(dict.fromkeys(day.isoformat()[:letters] for day in days))
        if len(stops) <= MOST_STOPS:
            break
    return Timeline(step, stops)


async def _days(database: Database, layer: Layer, step: str) -> list[date]:
    if not has_time(layer):
        return []
    if layer.version.raster is not None:
        return sorted({file.captured for file in layer.version.raster.files if file.captured})
    return [day for (day,) in await database.rows(_first_days(layer.version, step))]


def _first_days(version: Version, step: str) -> Statement:
    """Return the statement for the first day of each step; of what no date of ISO 8601 can say there is none."""
    form = Binder()
    unit, low, high = (form.bind(value) for value in (step, date.min, date.max))
    most = "" if step == "year" else f" LIMIT {MOST_STOPS + 1}"
    parts = [
        f"SELECT date_trunc({unit}::text, {name}::timestamp)::date AS day FROM {quote(str(version.table))} "
        f"WHERE {name}::timestamp::date BETWEEN {low}::date AND {high}::date"
        for name in (quote_column(column.name) for column in schema.temporal_columns(version))
    ]
    return Statement(f"SELECT DISTINCT day FROM ({' UNION ALL '.join(parts)}) days ORDER BY day{most}", form.params)


async def get_timeline(request: Request) -> Response:
    """Answer the stops of a layer; none where it has no time."""
    known(request.query_params, ("f",))
    form = choose(request, {"json": JSON})
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    step, stops = await timeline_of(request.app.state, layer)
    address = f"/collections/{layer.name}/timeline"
    links = [Links.of(request).link("self", address, JSON, "this document")]
    return answer_document(request, {"step": step, "stops": stops, "links": links}, form)


def _paths(layers: Any) -> Paths:
    layer = path_parameter("collectionId", "the layer's name")
    what = "the days, months or years that a layer has something of"
    return {
        "/collections/{collectionId}/timeline": {
            "get": operation("getTimeline", what, "Catalogue", [layer, FORM], {JSON: JSON_CONTENT[JSON]})
        }
    }


RESOURCE = Resource(routes=(Route("/collections/{layer}/timeline", get_timeline),), paths=_paths)
