"""Importing over HTTP: upload files, look at them, read the report. Needs a token that may write."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice import jobs
from geoservice.api.bodies import read_object
from geoservice.api.language import VARY, answer_language, page_language
from geoservice.api.links import Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource
from geoservice.api.uploads import received
from geoservice.auth import Caller
from geoservice.errors import ReportNotFound
from geoservice.import_request import ImportRequest, from_form
from geoservice.jobs import NewJob
from geoservice.parameters import known
from importers.crs.neighbours import Neighbours
from layers.errors import BadQuery, LayerNotFound
from layers.models import ReportRow
from layers.sentences import say, worded
from layers.storage import Storage
from layers.versions import remove_layer, roll_back

T = TypeVar("T")


async def caller_of(request: Request) -> Caller:
    """Return who asks."""
    caller: Caller = await request.app.state.callers.identify(request.headers.get("authorization"))
    return caller


async def post_import(request: Request) -> Response:
    """Take files and answer with the job that imports them: 202 and its Location."""
    caller = await caller_of(request)
    caller.require_write()
    job_id = uuid.uuid4()
    async with received(request, job_id) as (fields, folder):
        wanted = from_form(fields, sorted(folder.iterdir()), caller.name)
        existing = request.app.state.catalogue.layers.get(wanted.name)
        if existing is not None:
            caller.require_write(existing.department)
        department = wanted.department or (existing.department if existing else "base")
        caller.require_write(department)
        await run_in_threadpool(request.app.state.storage.share, f"uploads/{job_id}")
        new = NewJob("import", f"import {wanted.name}", department, caller.name, wanted.to_json())
        await in_session(request, lambda session: jobs.queue(session, new, job_id))
    links, path = Links.of(request), f"/jobs/{job_id}"
    body = {"id": str(job_id), "state": "queued", "links": [links.link("monitor", path, "application/json")]}
    return JSONResponse(body, 202, headers={"Location": links.href(path)})


async def post_inspect(request: Request) -> Response:
    """Take files and answer what they are and what must be answered before importing; nothing is kept."""
    caller = await caller_of(request)
    caller.require_write()
    async with received(request, uuid.uuid4()) as (fields, folder):
        wanted = from_form({"layer": "inspected", **fields}, sorted(folder.iterdir()), "")
        visible = request.app.state.catalogue.visible(caller.view)
        found = await in_session(
            request, lambda session: _inspect(request, folder, wanted, Neighbours(session, visible))
        )
        await run_in_threadpool(shutil.rmtree, folder)
    return _told(request, found)


def _inspect(request: Request, folder: Path, wanted: ImportRequest, neighbours: Neighbours) -> dict[str, Any]:
    members = list(folder.iterdir())
    path = members[0] if len(members) == 1 else folder
    # Every reader there is: 60 MB that most API processes never need.
    from geoservice.importing import city_rules, city_transforms
    from importers.inspect import inspect

    settings = request.app.state.settings
    city, rules = city_transforms(settings), city_rules(settings)
    found = inspect(path, request.app.state.frame, wanted.read, city, neighbours, rules)
    return found.to_json(answer_language(request))


async def get_report(request: Request) -> Response:
    """Answer an import's report, to those who see its layer."""
    known(request.query_params, ("f", "lang"))
    caller = await caller_of(request)
    try:
        number = int(request.path_params["report_id"])
    except ValueError as error:
        raise ReportNotFound(say("report-number")) from error
    row = await in_session(request, lambda session: _report(session, number))
    if row is None or not _sees(request, caller, row["layer"]):
        raise ReportNotFound(say("report-none", number=number))
    if choose(request, {"json": "application/json", "html": "text/html"}) == "html":
        return html_page(request, "report.html", document=worded(row, page_language(request)))
    return _told(request, worded(row, answer_language(request)))


async def delete_layer(request: Request) -> Response:
    """Remove a layer with all its versions."""
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    caller.require_write(layer.department)
    storage: Storage = request.app.state.storage

    def remove() -> None:
        with request.app.state.database.session() as session:
            versions = remove_layer(session, layer.name)
            session.commit()
        storage.remove_versions(versions)

    await run_in_threadpool(remove)
    return Response(status_code=204)


async def put_current(request: Request) -> Response:
    """Serve an older version: ``{"number": 1}``."""
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    caller.require_write(layer.department)
    try:
        number = int((await read_object(request, 1000))["number"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadQuery(say("send-number"), "number") from error

    def back() -> None:
        with request.app.state.database.session() as session:
            roll_back(session, layer.name, number)
            session.commit()

    await run_in_threadpool(back)
    return JSONResponse({"layer": layer.name, "number": number})


async def in_session(request: Request, act: Callable[[Session], T]) -> T:
    """Run a function of a database session in a thread, and commit."""

    def run() -> T:
        with request.app.state.database.session() as session:
            result = act(session)
            session.commit()
            return result

    return await run_in_threadpool(run)


def _report(session: Any, number: int) -> dict[str, Any] | None:
    row = session.get(ReportRow, number)
    if row is None:
        return None
    # The body was written before the row had its number: what the row says of itself stands.
    head = {"id": row.id, "layer": row.layer_name, "created": row.created.isoformat(), "verdict": row.verdict}
    return dict(row.body) | head


def _told(request: Request, document: dict[str, Any]) -> Response:
    """Answer a document whose sentences are in the caller's language."""
    return JSONResponse(document, headers={"Content-Language": answer_language(request), "Vary": VARY})


def _sees(request: Request, caller: Caller, name: str) -> bool:
    try:
        request.app.state.catalogue.find(name, caller.view)
    except LayerNotFound:
        return "*" in caller.view.departments
    return True


RESOURCE = Resource(
    routes=(
        Route("/imports", post_import, methods=["POST"]),
        Route("/inspections", post_inspect, methods=["POST"]),
        Route("/reports/{report_id}", get_report),
        Route("/layers/{layer}", delete_layer, methods=["DELETE"]),
        Route("/layers/{layer}/current", put_current, methods=["PUT"]),
    ),
)
