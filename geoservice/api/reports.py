"""The report of an import, and the features it refused as a file to mend and hand in again."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.language import VARY, answer_language, page_language
from geoservice.api.links import HTML, JSON, Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.ranged import stored_file
from geoservice.api.resources import Paths, Resource
from geoservice.api.sessions import in_session
from geoservice.auth import Caller
from geoservice.errors import ReportNotFound
from geoservice.openapi.parts import BINARY, get, path_parameter, query_parameter
from geoservice.parameters import known
from layers.layer import Layer
from layers.models import ReportRow
from layers.sentences import say, worded

GEOPACKAGE: Final = "application/geopackage+sqlite3"


async def get_report(request: Request) -> Response:
    """Answer an import's report to those who see its layer, or are of its department where nothing was published."""
    known(request.query_params, ("f",))
    report, links = await _report(request), Links.of(request)
    path = f"/reports/{report['id']}"
    report["links"] = [links.link("self", path, JSON, f="json"), links.link("alternate", path, HTML, f="html")]
    if report.get("refused_key") and _may_take(request, await caller_of(request), report):
        report["links"].append(links.link("enclosure", f"{path}/refused", GEOPACKAGE, "the refused features"))
    if choose(request, {"json": JSON, "html": HTML}) == "html":
        return html_page(request, "report.html", document=worded(report, page_language(request)))
    headers = {"Content-Language": answer_language(request), "Vary": VARY}
    return JSONResponse(worded(report, answer_language(request)), headers=headers)


async def get_refused(request: Request) -> Response:
    """Send the GeoPackage of the features that an import refused, each with its reason.

    Raises:
        ReportNotFound: no such report, or its import refused nothing, or its version is no longer kept, or, of an
            import that published nothing, the layer was imported again; or they are protected, and the caller is not of
            the layer's department.
    """
    known(request.query_params, ())
    report, storage = await _report(request), request.app.state.storage
    key = report.get("refused_key") if _may_take(request, await caller_of(request), report) else None
    if not key or await run_in_threadpool(storage.size, key) is None:
        raise ReportNotFound(say("report-none-refused", number=report["id"]))
    name = f"{report['layer']}-{report['id']}-refused.gpkg"
    return await stored_file(request, storage, key, GEOPACKAGE, name, {"Cache-Control": "private, max-age=60"})


async def _report(request: Request) -> dict[str, Any]:
    """Return the report that the address names, if the caller may."""
    caller = await caller_of(request)
    try:
        number = int(request.path_params["report_id"])
    except ValueError as error:
        raise ReportNotFound(say("report-number")) from error
    report = await in_session(request, lambda session: _stored(session, number))
    if report is None or not _sees(request, caller, report):
        raise ReportNotFound(say("report-none", number=number))
    return report


def _stored(session: Session, number: int) -> dict[str, Any] | None:
    row = session.get(ReportRow, number)
    if row is None:
        return None
    # The body was written before the row had its number: what the row says of itself stands.
    head = {"id": row.id, "layer": row.layer_name, "created": row.created.isoformat(), "verdict": row.verdict}
    return dict(row.body) | head


def _sees(request: Request, caller: Caller, report: Mapping[str, Any]) -> bool:
    """Tell whether the caller sees the layer; of an import that published nothing, whether they are of its department.

    What was refused is nobody else's: where it lay in the file, beside what is published later, would tell the city's
    datum parameters.
    """
    layer = request.app.state.catalogue.layers.get(report["layer"])
    if layer is not None and report.get("version") is not None:
        return bool(caller.view.sees(layer))
    return _is_of_department(request, caller, report)


def _may_take(request: Request, caller: Caller, report: Mapping[str, Any]) -> bool:
    """Tell whether who sees the report may have the refused features, too."""
    return not report.get("protected") or _is_of_department(request, caller, report)


def _is_of_department(request: Request, caller: Caller, report: Mapping[str, Any]) -> bool:
    layer = request.app.state.catalogue.layers.get(report["layer"])
    department = layer.department if layer is not None else report.get("department") or "base"
    return bool({"*", department} & caller.view.departments)


def _paths(layers: Sequence[Layer]) -> Paths:
    report = path_parameter("reportId", "the report's number")
    language = query_parameter("lang", "language of its sentences", enum=["zh", "en"])
    geopackage = {GEOPACKAGE: BINARY}
    return {
        "/reports/{reportId}": get("getReport", "an import's report", "Import", [report, language]),
        "/reports/{reportId}/refused": get(
            "getRefused", "the features an import refused, each with its reason", "Import", [report], geopackage
        ),
    }


RESOURCE = Resource(
    routes=(Route("/reports/{report_id}", get_report), Route("/reports/{report_id}/refused", get_refused)),
    paths=_paths,
)
