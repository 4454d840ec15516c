"""``/what-is-here``: one point or one polygon put to every layer the caller may see."""

from typing import Any

import shapely
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.imports import caller_of
from geoservice.api.parameters import known, number
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.database import Database
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.overlay import SQUARE_METRES_PER_MU, Point, features_at, parse_polygon, statistics_in
from tiles.profile import point_values

MAX_BODY = 1_000_000


async def at_point(request: Request) -> Response:
    """Answer ``?lon=&lat=[&tolerance=][&layers=a,b]``: attributes of the features there, heights, pixel values."""
    known(request, ("lon", "lat", "tolerance", "layers", "f"))
    caller = await caller_of(request)
    point = Point(number(request, "lon"), number(request, "lat"), number(request, "tolerance", 10.0))
    answers = []
    for layer in _asked(request, caller, request.query_params.get("layers"), point.bounds):
        if layer.kind == "vector":
            answer = await _features(request.app.state.database, layer, point)
        else:
            answer = await run_in_threadpool(_values, request, layer, point)
        if answer:
            answers.append(_about(layer) | answer)
    return JSONResponse({"lon": point.lon, "lat": point.lat, "tolerance_m": point.tolerance_m, "answers": answers})


async def in_polygon(request: Request) -> Response:
    """Answer ``{"polygon": GeoJSON, "layers": […], "by": {"parcels": "class"}}``: counts, areas, lengths inside."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise BadQuery(f"the body is larger than {MAX_BODY} bytes; simplify the polygon", "polygon")
    caller = await caller_of(request)
    try:
        body = await request.json()
    except ValueError as error:
        raise BadQuery(f"the body is not JSON: {error}", "polygon") from error
    if not isinstance(body, dict) or "polygon" not in body:
        raise BadQuery('send {"polygon": GeoJSON}', "polygon")
    polygon, by = parse_polygon(body["polygon"]), body.get("by") or {}
    if not isinstance(by, dict):
        raise BadQuery('by is {"layer": "column"}', "by")
    wanted = body.get("layers")
    answers = []
    for layer in _asked(
        request, caller, ",".join(wanted) if wanted else None, Bounds(*map(float, shapely.bounds(polygon)))
    ):
        if layer.kind == "vector":
            column = by.get(layer.name) or _class_column(layer)
            rows = await request.app.state.database.rows(statistics_in(layer, polygon, column))
            if rows:
                answers.append(_about(layer) | {"by": column, "parts": [_part(*row) for row in rows]})
    return JSONResponse({"answers": answers, "method": "ellipsoidal, geodesic edges"})


def _asked(request: Request, caller: Caller, names: str | None, box: Bounds) -> list[Layer]:
    catalogue = request.app.state.catalogue
    if names:
        return [catalogue.find(name.strip(), caller.view) for name in names.split(",")]
    visible = catalogue.visible(caller.view)
    return [layer for layer in visible if layer.version.extent and layer.version.extent.intersects(box)]


async def _features(database: Database, layer: Layer, point: Point) -> dict[str, Any]:
    rows = await database.rows(features_at(layer, point))
    found = [{"id": fid, "properties": properties, "metres_away": round(away, 2)} for fid, properties, away in rows]
    return {"features": found} if found else {}


def _values(request: Request, layer: Layer, point: Point) -> dict[str, Any]:
    values = point_values(layer, request.app.state.storage, point.lon, point.lat)
    if all(value is None for value in values):
        return {}
    raster = layer.version.raster
    assert raster is not None
    names = [band.name for band in raster.bands]
    answer: dict[str, Any] = {"values": dict(zip(names, values, strict=False)), "value": values[0], "unit": raster.unit}
    return answer | ({"height_system": raster.height_system} if layer.kind == "elevation" else {})


def _about(layer: Layer) -> dict[str, Any]:
    facts = layer.version.facts
    return {
        "layer": layer.name, "kind": layer.kind, "title": layer.title, "department": layer.department,
        "version": layer.version.number, "accuracy_m": facts.accuracy_m, "largest_scale": facts.largest_scale,
    }  # fmt: skip


def _class_column(layer: Layer) -> str | None:
    column = layer.style.get("class")
    return column if column in {known.name for known in layer.version.columns} else None


def _part(value: str | None, count: int, area: float, length: float) -> dict[str, Any]:
    part: dict[str, Any] = {"value": value, "count": count}
    if area:
        part |= {
            "area_m2": round(area, 2),
            "area_ha": round(area / 1e4, 4),
            "area_mu": round(area / SQUARE_METRES_PER_MU, 3),
        }
    if length:
        part["length_m"] = round(length, 2)
    return part


RESOURCE = Resource(
    routes=(
        Route("/what-is-here", at_point, methods=["GET"]),
        Route("/what-is-here", in_polygon, methods=["POST"]),
    )
)
