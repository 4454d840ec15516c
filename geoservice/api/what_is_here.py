"""``/what-is-here``: one point or one polygon put to every layer the caller may see."""

from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.analysis.account_table import account_csv
from geoservice.analysis.here import at_point
from geoservice.analysis.inside import area_statistics, check_area
from geoservice.api.area_picture import place_picture
from geoservice.api.bodies import read_object
from geoservice.api.callers import caller_of
from geoservice.api.language import VARY, answer_language, page_language
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.processes import asking_of
from geoservice.api.resources import Resource
from geoservice.parameters import known, number, one_form, period
from layers.errors import BadQuery
from layers.frame import Frame
from layers.overlay import Point, parse_polygon
from layers.sentences import say, worded

MAX_BODY = 1_000_000
FORMATS = {"json": "application/json", "csv": "text/csv", "html": "text/html"}


async def get_point(request: Request) -> Response:
    """Answer ``?lon=&lat=[&tolerance=&layers=a,b&datetime=]``: attributes of features, heights, pixel values."""
    given = request.query_params
    known(given, ("lon", "lat", "tolerance", "layers", "datetime", "f", "lang"))
    one_form(given)
    caller = await caller_of(request)
    point = Point(number(given, "lon"), number(given, "lat"), number(given, "tolerance", 10.0))
    names = given.get("layers")
    when = period(given, "datetime")
    wanted = names.split(",") if names else None
    found = await at_point(asking_of(request, caller), point, wanted, [when] if when else ())
    return JSONResponse(worded(found, answer_language(request)), headers={"Vary": VARY})


async def post_polygon(request: Request) -> Response:
    """Answer ``{"polygon": GeoJSON, "layers": […], "by": {"parcels": "class"}}``: counts, areas, lengths inside.

    ``f=csv`` answers the same as a table, ``f=html`` as a page to print.
    """
    known(request.query_params, ("f", "lang"))
    caller = await caller_of(request)
    body = await read_object(request, MAX_BODY)
    if "polygon" not in body:
        raise BadQuery(say("send-polygon"), "polygon")
    by, names = body.get("by") or {}, body.get("layers") or None
    if not isinstance(by, dict) or not all(isinstance(column, str) for column in by.values()):
        raise BadQuery(say("what-by"), "by")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise BadQuery(say("what-layers"), "layers")
    form = choose(request, FORMATS)
    polygon = parse_polygon(body["polygon"])
    check_area(polygon)
    document = await area_statistics(asking_of(request, caller), polygon, names, by, rasters=False)
    return _answer(request, document, polygon, form)


def _answer(request: Request, document: dict[str, Any], polygon: BaseGeometry, form: str) -> Response:
    headers = {"Vary": VARY}
    if form == "csv":
        headers["Content-Disposition"] = 'attachment; filename="what-is-inside.csv"'
        return Response(account_csv(document, page_language(request)), 200, headers, "text/csv; charset=utf-8")
    if form == "html":
        frame: Frame = request.app.state.frame
        titles = {department.id: department.title for department in frame.departments}
        by_department = [
            (
                titles.get(name, {"zh": name, "en": name}),
                [one for one in document["answers"] if one["department"] == name],
            )
            for name in dict.fromkeys([*titles, *(one["department"] for one in document["answers"])])
        ]
        return html_page(
            request, "area.html", document=document, today=date.today().isoformat(),
            groups=[group for group in by_department if group[1]], place=place_picture(polygon, frame),
        )  # fmt: skip
    return JSONResponse(document, headers=headers)


RESOURCE = Resource(
    routes=(
        Route("/what-is-here", get_point, methods=["GET"]),
        Route("/what-is-here", post_polygon, methods=["POST"]),
    )
)
