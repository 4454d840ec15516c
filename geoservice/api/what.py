"""``/what-is-here``: one point or one polygon put to every layer the caller may see."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.analysis.here import at_point
from geoservice.analysis.inside import area_statistics, check_area
from geoservice.api.bodies import read_object
from geoservice.api.imports import caller_of
from geoservice.api.processes import asking_of
from geoservice.api.resources import Resource
from geoservice.parameters import known, number, one_form
from layers.errors import BadQuery
from layers.overlay import Point, parse_polygon
from layers.sentences import say

MAX_BODY = 1_000_000


async def get_point(request: Request) -> Response:
    """Answer ``?lon=&lat=[&tolerance=][&layers=a,b]``: attributes of the features there, heights, pixel values."""
    given = request.query_params
    known(given, ("lon", "lat", "tolerance", "layers", "f"))
    one_form(given)
    caller = await caller_of(request)
    point = Point(number(given, "lon"), number(given, "lat"), number(given, "tolerance", 10.0))
    names = given.get("layers")
    return JSONResponse(await at_point(asking_of(request, caller), point, names.split(",") if names else None))


async def post_polygon(request: Request) -> Response:
    """Answer ``{"polygon": GeoJSON, "layers": […], "by": {"parcels": "class"}}``: counts, areas, lengths inside."""
    known(request.query_params, ("f",))
    one_form(request.query_params)
    caller = await caller_of(request)
    body = await read_object(request, MAX_BODY)
    if "polygon" not in body:
        raise BadQuery(say("send-polygon"), "polygon")
    by, names = body.get("by") or {}, body.get("layers") or None
    if not isinstance(by, dict) or not all(isinstance(column, str) for column in by.values()):
        raise BadQuery(say("what-by"), "by")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise BadQuery(say("what-layers"), "layers")
    polygon = parse_polygon(body["polygon"])
    check_area(polygon)
    return JSONResponse(await area_statistics(asking_of(request, caller), polygon, names, by, rasters=False))


RESOURCE = Resource(
    routes=(
        Route("/what-is-here", get_point, methods=["GET"]),
        Route("/what-is-here", post_polygon, methods=["POST"]),
    )
)
