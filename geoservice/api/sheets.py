"""``/sheets``: map sheets by code, point or box, and what is held of each; a layer's part in one sheet as a file."""

import csv
import io
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.ranged import made_file
from geoservice.api.resources import Resource
from geoservice.files.formats import FILE_FORMATS
from geoservice.files.sheets import write_sheet
from geoservice.parameters import integer, known, number
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery, FeatureNotFound
from layers.frame import Bounds
from layers.sentences import say
from layers.sheet.cover import sheets_in
from layers.sheet.holdings import STATES, SheetHoldings, holdings
from layers.sheet.names import AnySheet, read_sheet
from layers.sheet.national import sheet_at
from layers.sheet.squares import SquareScheme, square_sheet_at, square_sheets_in
from layers.workplace import make_workplace, remove_workplace

MOST = 5_000
ON_A_PAGE = 200
FORMATS = {"json": "application/geo+json", "csv": "text/csv", "html": "text/html"}
NUMBERING = ("numbering", "srid", "north-offset-km", "east-offset-km", "rectangular")
FITS = {True: "true", False: "false", None: ""}
"""Whether a layer is good enough for maps of the sheet's scale; empty where nobody has said how good it is."""
HEAD = ("code", "scale", "state", "layer", "version", "since", "share", "resolution_m", "captured", "fits")
TIFF = "image/tiff; application=geotiff"


async def get_sheets(request: Request) -> Response:
    """Answer the sheets of ``scale=`` in ``bbox=`` (default: the frame) or at ``lon=&lat=``, with what is held of them.

    ``state=`` (one of `STATES`) and ``layers=a,b`` narrow the answer. ``f=csv`` and ``f=html`` are the table, of
    which a page shows ``ON_A_PAGE`` sheets from ``offset`` on. ``numbering=square`` asks for the city's square sheets,
    in ``srid``, by the kilometres left out of their numbers.
    """
    known(request.query_params, ("scale", "bbox", "lon", "lat", "state", "layers", "f", "offset", *NUMBERING))
    caller = await caller_of(request)
    sheets = _asked(request)
    catalogue = request.app.state.catalogue
    names = request.query_params.get("layers")
    wanted = (
        [catalogue.find(name, caller.view) for name in names.split(",")] if names else catalogue.visible(caller.view)
    )
    found = await run_in_threadpool(holdings, sheets, wanted, request.app.state.frame.storage_srid)
    if state := request.query_params.get("state"):
        if state not in STATES:
            raise BadQuery(say("state-offered"), "state")
        found = [sheet for sheet in found if sheet.state == state]
    return _answer(request, found, choose(request, FORMATS))


async def get_sheet(request: Request) -> Response:
    """Answer one sheet by its code, old style or new, with what is held of it."""
    known(request.query_params, ("f", "scale", *NUMBERING))
    caller = await caller_of(request)
    sheet, frame = _named(request), request.app.state.frame
    visible = request.app.state.catalogue.visible(caller.view)
    (found,) = await run_in_threadpool(holdings, [sheet], visible, frame.storage_srid)
    return JSONResponse(found.to_feature(), media_type="application/geo+json")


async def get_sheet_file(request: Request) -> Response:
    """Answer a layer's part in a sheet: features cut at its edges (``f=gpkg`` and others), or pixels as GeoTIFF."""
    known(request.query_params, ("f", "scale", *NUMBERING))
    caller, state = await caller_of(request), request.app.state
    layer = state.catalogue.find(request.path_params["layer"], caller.view)
    sheet, form = _named(request), request.query_params.get("f", "")
    folder = make_workplace("sheet")
    try:
        path = await run_in_threadpool(
            write_sheet, state.database, state.storage, state.frame, layer, sheet, folder, form
        )
        if path is None:
            raise FeatureNotFound(say("sheet-empty", layer=layer.name, sheet=sheet.code))
    except BaseException:
        remove_workplace(folder)
        raise
    media = TIFF if layer.kind != "vector" else FILE_FORMATS[form or "gpkg"].media_type
    return made_file(request, path, folder, media, path.name, {})


def _named(request: Request) -> AnySheet:
    scale = integer(request.query_params, "scale", 0, 1) or None
    return read_sheet(request.path_params["code"], _scheme(request), scale)


def _scheme(request: Request) -> SquareScheme | None:
    given = request.query_params
    if given.get("numbering", "national") not in ("national", "square"):
        raise BadQuery(say("numbering-offered"), "numbering")
    scheme = SquareScheme(
        integer(given, "srid", request.app.state.frame.metric_srid, 1), integer(given, "east-offset-km", 0, 0),
        integer(given, "north-offset-km", 0, 0), given.get("rectangular", "false").lower() == "true",
    )  # fmt: skip
    return scheme if given.get("numbering") == "square" else None


def _asked(request: Request) -> list[AnySheet]:
    scheme, given = _scheme(request), request.query_params
    scale = integer(given, "scale", 2_000 if scheme else 10_000, 1)
    at_point = "lon" in given or "lat" in given
    if scheme is None:
        if at_point:
            return [sheet_at(number(given, "lon"), number(given, "lat"), scale)]
        return list(sheets_in(_box(request), scale, MOST))
    way = find_transform(parse_crs(request.app.state.frame.storage_srid), parse_crs(scheme.srid))
    if at_point:
        east, north = way.points(np.array([number(given, "lon")]), np.array([number(given, "lat")]))
        return [square_sheet_at(float(east[0]), float(north[0]), scale, scheme)]
    return list(square_sheets_in(way.bounds(_box(request)), scale, scheme, MOST))


def _box(request: Request) -> Bounds:
    text = request.query_params.get("bbox")
    if not text:
        extent: Bounds = request.app.state.frame.extent
        return extent
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadQuery(say("bbox-form"), "bbox") from error
    return Bounds(west, south, east, north)


def _answer(request: Request, found: list[SheetHoldings], form: str) -> Response:
    if form == "csv":
        return Response(_table(found), media_type="text/csv; charset=utf-8")
    count = dict.fromkeys(STATES, 0)
    for sheet in found:
        count[sheet.state] += 1
    if form == "html":
        first = integer(request.query_params, "offset", 0, 0)
        last = first + ON_A_PAGE
        turns = {"prev": max(0, first - ON_A_PAGE) if first else None, "next": last if last < len(found) else None}
        return html_page(request, "sheets.html", rows=_rows(found[first:last]), count=count, turns=turns)
    document: dict[str, Any] = {
        "type": "FeatureCollection", "numberReturned": len(found), "states": count,
        "features": [sheet.to_feature() for sheet in found],
    }  # fmt: skip
    return JSONResponse(document, media_type="application/geo+json")


def _table(found: list[SheetHoldings]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_rows(found))
    return text.getvalue()


def _rows(found: list[SheetHoldings]) -> list[list[Any]]:
    """Return the table: one row for each layer's part in a sheet, one for a sheet that nothing covers."""
    rows: list[list[Any]] = []
    for sheet in found:
        for holding in sheet.holdings or (None,):
            row: list[Any] = [sheet.sheet.code, sheet.sheet.scale, sheet.state]
            if holding is not None:
                row += [holding.layer, holding.version, holding.since, round(holding.share, 4)]
                row += [holding.resolution_m, holding.captured or "", FITS[holding.fits]]
            rows.append(row)
    return rows


RESOURCE = Resource(
    routes=(
        Route("/sheets", get_sheets),
        Route("/sheets/{code}", get_sheet),
        Route("/collections/{layer}/sheets/{code}", get_sheet_file),
    )
)
