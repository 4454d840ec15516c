"""``/jobs``: imports and analyses under way, as OGC API Processes tells them: list, status, results, dismissal.

An import is seen by its department. An analysis is seen by the caller who asked for it; one that nobody in particular
asked for, by whoever knows its id, and it is in no list.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.language import VARY, answer_language
from geoservice.api.links import HTML, JSON, Link, Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.process_answers import answer_of
from geoservice.api.resources import Resource
from geoservice.api.sessions import in_session
from geoservice.auth import ANONYMOUS, Caller
from geoservice.errors import JobFailed, JobNotFound, ResultNotReady
from geoservice.following import know
from geoservice.jobs import queue
from geoservice.jobs.queue import EXPORT, FINISH, PROCESS, JobRow, Wanted
from geoservice.parameters import integer, known, number, period
from layers.errors import BadQuery
from layers.frame import Text
from layers.sentences import Language, say, worded

T = TypeVar("T")

STATUSES = {
    "queued": "accepted", "running": "running", "done": "successful", "failed": "failed", "cancelled": "dismissed",
}  # fmt: skip
"""The standard's word for each state of a job."""
PARAMETERS = ("f", "lang", "limit", "type", "processID", "status", "datetime", "minDuration", "maxDuration")
HEARD_BY_THEN = timedelta(minutes=1)
"""After that long every process has heard of a version, or it is away again."""
OCTETS = "application/octet-stream"
NOT_KEPT = {"Cache-Control": "no-store"}
_RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"


async def list_jobs(request: Request) -> Response:
    """Answer the newest jobs the caller may follow."""
    known(request.query_params, PARAMETERS)
    caller = await caller_of(request)
    limit = integer(request.query_params, "limit", 50, 1, 1000)
    wanted, links = _wanted(request, caller), Links.of(request)
    language = answer_language(request)
    rows = await in_session(request, lambda s: [_shown(row, links, language) for row in queue.recent(s, wanted, limit)])
    await _know_published(request, rows)
    document = {
        "jobs": rows,
        "links": [
            links.link("self", "/jobs", JSON, "this document", f="json"),
            links.link("alternate", "/jobs", HTML, "as HTML", f="html"),
        ],
    }
    return _answer(request, document, {"zh": "任务", "en": "Jobs"})


async def get_job(request: Request) -> Response:
    """Answer a job's status, progress and outcome."""
    known(request.query_params, ("f", "lang"))
    links, language = Links.of(request), answer_language(request)
    document = await _with_job(request, lambda session, row: _shown(row, links, language))
    await _know_published(request, [document])
    return _answer(request, document, {"zh": "任务", "en": "Job"})


async def get_results(request: Request) -> Response:
    """Answer what an analysis has found.

    Raises:
        ResultNotReady: it is not done.
        JobFailed: it will never be.
    """
    known(request.query_params, ("f",))
    row = await _with_job(request, lambda session, row: _detached(session, row))
    if row.state in ("queued", "running"):
        raise ResultNotReady(say("job-not-ready", job=row.id, status=STATUSES[row.state], path=row.id))
    if row.state != "done":
        raise JobFailed(say("job-ended", job=row.id, status=STATUSES[row.state], why=row.message))
    if row.kind != PROCESS:
        return JSONResponse(row.outcome, headers=NOT_KEPT)
    return answer_of(request, row.request["process"], row.outcome["outputs"] if row.outcome else {}, row.request["raw"])


async def delete_job(request: Request) -> Response:
    """Dismiss a job: one under way is cancelled, an analysis or an export that has ended is forgotten."""
    caller, links, language = await caller_of(request), Links.of(request), answer_language(request)

    def dismiss(session: Session, row: JobRow) -> dict[str, Any]:
        if row.kind not in (PROCESS, EXPORT) or row.caller != caller.name:
            caller.require_write()
        known(request.query_params, ("f",))
        if row.kind in (PROCESS, EXPORT) and row.state not in ("queued", "running"):
            queue.forget(session, row)
            return _shown(row, links, language) | {"state": "cancelled", "status": "dismissed"}
        return _shown(queue.cancel(session, row.id), links, language)

    shown = await _with_job(request, dismiss)
    if shown["state"] == "cancelled":  # it never ran: nobody else takes what was uploaded for it away
        await run_in_threadpool(request.app.state.storage.remove, f"uploads/{shown['id']}")
    return JSONResponse(shown, headers=NOT_KEPT)


async def _know_published(request: Request, shown: list[dict[str, Any]]) -> None:
    """Let this process know what was just published before it says so: who is told asks for it next."""
    lately = datetime.now(UTC) - HEARD_BY_THEN
    published = [job for job in shown if "version" in (job.get("outcome") or {})]
    new = [job["outcome"] for job in published if datetime.fromisoformat(job["finished"]) > lately]
    await know(request.app, [(outcome["layer"], outcome["version"]) for outcome in new])


async def _with_job(request: Request, act: Callable[[Session, JobRow], T]) -> T:
    caller = await caller_of(request)
    try:
        job_id = uuid.UUID(request.path_params["job_id"])
    except ValueError as error:
        raise JobNotFound(say("job-id-form")) from error

    def run(session: Session) -> T:
        row = queue.find(session, job_id)
        if not _may_follow(caller, row):
            raise JobNotFound(say("job-none", job=job_id))
        return act(session, row)

    return await in_session(request, run)


def _may_follow(caller: Caller, row: JobRow) -> bool:
    if row.kind in (PROCESS, EXPORT) and row.caller == caller.name and row.request.get("view") == caller.view.key:
        return True
    return bool({"*", row.department} & caller.view.departments)


def _detached(session: Session, row: JobRow) -> JobRow:
    session.expunge(row)
    return row


def _shown(row: JobRow, links: Links, language: Language) -> dict[str, Any]:
    dismissed = row.kind == PROCESS and row.cancel and row.state in ("queued", "running")
    state = "cancelled" if dismissed else row.state
    moments = {"created": row.created, "started": row.started, "finished": row.finished, "updated": row.beat}
    shown: dict[str, Any] = {
        "jobID": str(row.id), "type": "process", "status": STATUSES[state],
        "message": worded(row.said, language) if row.said else row.message,
        "progress": round(row.progress * 100),
        **{name: moment.isoformat() for name, moment in moments.items() if moment},
        "id": str(row.id), "kind": row.kind, "title": worded(_title(row), language), "department": row.department,
        "state": state,
        "links": _links(links, row),
    }  # fmt: skip
    if row.kind == PROCESS:
        return shown | {"processID": row.request["process"]}
    return shown | {"layer": row.request.get("name"), "outcome": row.outcome}


def _title(row: JobRow) -> str:
    if row.kind == "import":
        return say("job-import", layer=row.request.get("name"))
    if row.kind == EXPORT:
        return say("job-export", layer=row.request.get("name"), format=row.request.get("form"))
    if row.kind == FINISH:
        return say("job-finish", layer=row.request.get("name"))
    return row.title


def _links(links: Links, row: JobRow) -> list[Link]:
    path = f"/jobs/{row.id}"
    found = [links.link("self", path, JSON, "this job", f="json")]
    if row.state == "done":
        found.append(links.link(_RESULTS, f"{path}/results", JSON, "what it found"))
    if row.outcome and row.outcome.get("file"):
        found.append(links.link("enclosure", f"/exports/{row.id}/{row.outcome['file']}", OCTETS, "the file"))
    if row.outcome and row.outcome.get("report"):
        found.append(links.link("related", f"/reports/{row.outcome['report']}", JSON, "the report of the import"))
    return found


def _wanted(request: Request, caller: Caller) -> Wanted:
    given = request.query_params
    words = {status: state for state, status in STATUSES.items()}
    statuses = _list(given.get("status"))
    if unknown := next((status for status in statuses if status not in words), None):
        raise BadQuery(say("status-none", given=unknown[:40], offered=", ".join(words)), "status")
    if unknown := next((kind for kind in _list(given.get("type")) if kind != "process"), None):
        raise BadQuery(say("job-type-none", given=unknown[:40]), "type")
    after, before = (_moment(end) for end in period(request.query_params, "datetime") or (None, None))
    return Wanted(
        caller.view.departments,
        None if caller is ANONYMOUS else caller.name,
        states=tuple(words[status] for status in statuses),
        processes=tuple(_list(given.get("processID"))),
        after=after,
        before=before,
        shortest_s=number(request.query_params, "minDuration") if "minDuration" in given else None,
        longest_s=number(request.query_params, "maxDuration") if "maxDuration" in given else None,
    )


def _list(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()] if text else []


def _moment(end: date | datetime | None) -> datetime | None:
    return end if end is None or isinstance(end, datetime) else datetime.combine(end, time(), UTC)


def _answer(request: Request, document: dict[str, Any], heading: Text) -> Response:
    if choose(request, {"json": JSON, "html": HTML}) == "html":
        return html_page(request, "document.html", document=document, heading=heading)
    return JSONResponse(document, headers={**NOT_KEPT, "Vary": VARY, "Content-Language": answer_language(request)})


RESOURCE = Resource(
    routes=(
        Route("/jobs", list_jobs),
        Route("/jobs/{job_id}", get_job, methods=["GET"]),
        Route("/jobs/{job_id}", delete_job, methods=["DELETE"]),
        Route("/jobs/{job_id}/results", get_results),
    ),
    conformance=tuple(
        f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" for name in ("job-list", "dismiss")
    ),
    landing_links=lambda links: [
        links.link("http://www.opengis.net/def/rel/ogc/1.0/job-list", "/jobs", JSON, "work under way"),
    ],
)
