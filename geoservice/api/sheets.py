"""``/sheets``: map sheets by code, point or box, and what is held of each."""

import csv
import io
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.imports import caller_of
from geoservice.api.negotiation import choose
from geoservice.api.parameters import known, number
from geoservice.api.resources import Resource
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.holdings import SheetHoldings, holdings
from layers.sheets import Sheet, find_sheet, sheet_at, sheets_in

MOST = 5_000
FORMATS = {"json": "application/geo+json", "csv": "text/csv"}


async def get_sheets(request: Request) -> Response:
    """Answer the sheets of ``scale=`` in ``bbox=`` (default: the frame) or at ``lon=&lat=``, with what is held of them.

    ``state=missing|partial|covered`` and ``layers=a,b`` narrow the answer; ``f=csv`` is the table.
    """
    known(request, ("scale", "bbox", "lon", "lat", "state", "layers", "f"))
    caller = await caller_of(request)
    sheets = _asked(request)
    catalogue = request.app.state.catalogue
    names = request.query_params.get("layers")
    wanted = (
        [catalogue.find(name, caller.view) for name in names.split(",")] if names else catalogue.visible(caller.view)
    )
    found = await run_in_threadpool(holdings, sheets, wanted)
    if state := request.query_params.get("state"):
        if state not in ("missing", "partial", "covered"):
            raise BadQuery("state is missing, partial or covered", "state")
        found = [sheet for sheet in found if sheet.state == state]
    return _answer(found, choose(request, FORMATS))


async def get_sheet(request: Request) -> Response:
    """Answer one sheet by its code, old style or new, with what is held of it."""
    known(request, ("f",))
    caller = await caller_of(request)
    sheet = find_sheet(request.path_params["code"])
    (found,) = await run_in_threadpool(holdings, [sheet], request.app.state.catalogue.visible(caller.view))
    return JSONResponse(found.to_feature(), media_type="application/geo+json")


def _asked(request: Request) -> list[Sheet]:
    try:
        scale = int(request.query_params.get("scale") or 10_000)
    except ValueError as error:
        raise BadQuery("scale is a denominator such as 10000", "scale") from error
    if "lon" in request.query_params or "lat" in request.query_params:
        return [sheet_at(number(request, "lon"), number(request, "lat"), scale)]
    return list(sheets_in(_box(request), scale, MOST))


def _box(request: Request) -> Bounds:
    text = request.query_params.get("bbox")
    if not text:
        extent: Bounds = request.app.state.frame.extent
        return extent
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadQuery("bbox is west,south,east,north in degrees", "bbox") from error
    return Bounds(west, south, east, north)


def _answer(found: list[SheetHoldings], form: str) -> Response:
    if form == "csv":
        return Response(_table(found), media_type="text/csv; charset=utf-8")
    count: dict[str, int] = {"covered": 0, "partial": 0, "missing": 0}
    for sheet in found:
        count[sheet.state] += 1
    document: dict[str, Any] = {
        "type": "FeatureCollection", "numberReturned": len(found), "states": count,
        "features": [sheet.to_feature() for sheet in found],
    }  # fmt: skip
    return JSONResponse(document, media_type="application/geo+json")


def _table(found: list[SheetHoldings]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["code", "scale", "state", "layer", "version", "since", "share", "resolution_m", "captured"])
    for sheet in found:
        for holding in sheet.holdings or (None,):
            row = [sheet.sheet.code, sheet.sheet.scale, sheet.state]
            if holding is not None:
                row += [holding.layer, holding.version, holding.since, round(holding.share, 4)]
                row += [holding.resolution_m, holding.captured or ""]
            writer.writerow(row)
    return text.getvalue()


RESOURCE = Resource(routes=(Route("/sheets", get_sheets), Route("/sheets/{code}", get_sheet)))
