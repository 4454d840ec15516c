"""Importing over HTTP: upload files, look at them, follow the job, read the report. Needs a token that may write."""

import re
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice import jobs
from geoservice.api.links import Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.errors import JobNotFound, ReportNotFound, UploadRefused, UploadTooLarge
from geoservice.import_request import ImportRequest, from_form
from geoservice.jobs import JobRow, NewJob
from importers.inspect import inspect
from layers.errors import BadQuery, LayerNotFound
from layers.models import ReportRow
from layers.storage import Storage
from layers.versions import remove_layer, roll_back

_UNSAFE = re.compile(r"[\x00-\x1f/\\:]")


async def caller_of(request: Request) -> Caller:
    """Return who asks."""
    caller: Caller = await request.app.state.callers.identify(request.headers.get("authorization"))
    return caller


async def post_import(request: Request) -> Response:
    """Take files and answer with the job that imports them: 202 and its Location."""
    caller = await caller_of(request)
    caller.require_write()
    job_id = uuid.uuid4()
    async with _received(request, job_id) as (fields, folder):
        wanted = from_form(fields, sorted(folder.iterdir()), caller.name)
        existing = request.app.state.catalogue.layers.get(wanted.name)
        if existing is not None:
            caller.require_write(existing.department)
        department = wanted.department or (existing.department if existing else "base")
        caller.require_write(department)
        new = NewJob("import", f"import {wanted.name}", department, caller.name, wanted.to_json())
        await run_in_threadpool(_with_session, request, lambda session: jobs.queue(session, new, job_id))
    links, path = Links.of(request), f"/jobs/{job_id}"
    body = {"id": str(job_id), "state": "queued", "links": [links.link("monitor", path, "application/json")]}
    return JSONResponse(body, 202, headers={"Location": links.href(path)})


async def post_inspect(request: Request) -> Response:
    """Take files and answer what they are and what must be answered before importing; nothing is kept."""
    (await caller_of(request)).require_write()
    async with _received(request, uuid.uuid4()) as (fields, folder):
        wanted = from_form({"layer": "inspected", **fields}, sorted(folder.iterdir()), "")
        found = await run_in_threadpool(_inspect, request, folder, wanted)
        await run_in_threadpool(shutil.rmtree, folder)
    return JSONResponse(found)


def _inspect(request: Request, folder: Path, wanted: ImportRequest) -> dict[str, Any]:
    members = list(folder.iterdir())
    path = members[0] if len(members) == 1 else folder
    return inspect(path, request.app.state.frame, wanted.read).to_json()


async def list_jobs(request: Request) -> Response:
    """Answer the newest jobs of the departments the caller sees."""
    caller = await caller_of(request)
    rows = await run_in_threadpool(
        _with_session, request, lambda session: [_shown(row) for row in jobs.recent(session)]
    )
    seen = [row for row in rows if _may_follow(caller, row)]
    return JSONResponse({"jobs": seen}, headers={"Cache-Control": "no-store"})


async def get_job(request: Request) -> Response:
    """Answer a job's state, progress and outcome."""
    row = await _job(request, lambda session, job_id: jobs.find(session, job_id))
    return JSONResponse(row, headers={"Cache-Control": "no-store"})


async def delete_job(request: Request) -> Response:
    """Cancel a job."""
    (await caller_of(request)).require_write()
    await _job(request, lambda session, job_id: jobs.find(session, job_id))
    return JSONResponse(await _job(request, lambda session, job_id: jobs.cancel(session, job_id)))


async def get_report(request: Request) -> Response:
    """Answer an import's report, to those who see its layer."""
    caller = await caller_of(request)
    try:
        number = int(request.path_params["report_id"])
    except ValueError as error:
        raise ReportNotFound("a report's id is a number") from error
    row = await run_in_threadpool(_with_session, request, lambda session: _report(session, number))
    if row is None or not _sees(request, caller, row["layer"]):
        raise ReportNotFound(f"there is no report {number}")
    if choose(request, {"json": "application/json", "html": "text/html"}) == "html":
        return html_page(request, "report.html", document=row)
    return JSONResponse(row)


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
        for version in versions:
            storage.remove(f"rasters/{version}")
            storage.remove(f"sources/{version}")

    await run_in_threadpool(remove)
    return Response(status_code=204)


async def put_current(request: Request) -> Response:
    """Serve an older version: ``{"number": 1}``."""
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    caller.require_write(layer.department)
    try:
        number = int((await request.json())["number"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadQuery('send {"number": N} as JSON', "number") from error

    def back() -> None:
        with request.app.state.database.session() as session:
            roll_back(session, layer.name, number)
            session.commit()

    await run_in_threadpool(back)
    return JSONResponse({"layer": layer.name, "number": number})


@asynccontextmanager
async def _received(request: Request, job_id: uuid.UUID) -> AsyncIterator[tuple[dict[str, str], Path]]:
    """Store the uploaded files in a folder of the job's own below the storage root, which all processes share.

    Yields the form's text fields and the folder; the folder goes when what follows is refused.
    """
    limit = request.app.state.settings.upload_limit_mb * 2**20
    if int(request.headers.get("content-length") or 0) > limit:
        raise UploadTooLarge(f"the upload is larger than {limit // 2**20} MB; import it with the command line instead")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UploadRefused("send multipart/form-data with the part 'file' (once a file) and 'layer'")
    folder: Path = request.app.state.storage.path(f"uploads/{job_id}")
    async with request.form(max_files=10_000) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        if not files:
            raise UploadRefused("the upload has no part 'file'")
        if sum(part.size or 0 for part in files) > limit:
            raise UploadTooLarge(f"the upload is larger than {limit // 2**20} MB; use the command line instead")
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        await run_in_threadpool(_store, files, folder)
    try:
        yield fields, folder
    except BaseException:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)
        raise


def _store(files: list[UploadFile], folder: Path) -> None:
    folder.mkdir(parents=True)
    for part in files:
        name = _UNSAFE.sub("_", Path(part.filename or "upload").name).strip(". ") or "upload"
        with (folder / name).open("xb") as target:
            shutil.copyfileobj(part.file, target)


async def _job(request: Request, act: Any) -> dict[str, Any]:
    caller = await caller_of(request)
    try:
        job_id = uuid.UUID(request.path_params["job_id"])
    except ValueError as error:
        raise JobNotFound("a job's id is a UUID") from error
    row: dict[str, Any] = await run_in_threadpool(_with_session, request, lambda session: _shown(act(session, job_id)))
    if not _may_follow(caller, row):
        raise JobNotFound(f"there is no job {job_id}")
    return row


def _with_session(request: Request, act: Any) -> Any:
    with request.app.state.database.session() as session:
        result = act(session)
        session.commit()
        return result


def _shown(row: JobRow) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("created", "started", "finished")}
    return {
        "id": str(row.id), "kind": row.kind, "title": row.title, "department": row.department, "state": row.state,
        "status": row.state, "progress": round(row.progress, 4), "message": row.message, "outcome": row.outcome,
        "layer": row.request.get("name"),
        **{name: time.isoformat() if time else None for name, time in times.items()},
    }  # fmt: skip


def _may_follow(caller: Caller, row: dict[str, Any]) -> bool:
    return bool({"*", row["department"]} & caller.view.departments)


def _report(session: Any, number: int) -> dict[str, Any] | None:
    row = session.get(ReportRow, number)
    if row is None:
        return None
    head = {"id": row.id, "layer": row.layer_name, "created": row.created.isoformat(), "verdict": row.verdict}
    return head | dict(row.body)


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
        Route("/jobs", list_jobs),
        Route("/jobs/{job_id}", get_job, methods=["GET"]),
        Route("/jobs/{job_id}", delete_job, methods=["DELETE"]),
        Route("/reports/{report_id}", get_report),
        Route("/layers/{layer}", delete_layer, methods=["DELETE"]),
        Route("/layers/{layer}/current", put_current, methods=["PUT"]),
    ),
)
