"""``/processes``: OGC API Processes. The analysis calls with their descriptions, run at once or as a job."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.analysis.asking import Asking
from geoservice.api.bodies import read_object
from geoservice.api.callers import caller_of
from geoservice.api.documents import answer_document
from geoservice.api.language import page_language
from geoservice.api.links import HTML, JSON, Link, Links
from geoservice.api.process_answers import answer_of
from geoservice.api.processes_paths import processes_paths
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.errors import ProcessNotFound
from geoservice.parameters import integer, known
from geoservice.processes.offered import PROCESSES
from geoservice.processes.process import Process
from geoservice.processes.running import Execution, Runner
from layers.errors import BadQuery
from layers.sentences import say

MOST_BODY = 4 * 2**20
VARY = "Accept, Accept-Encoding, Accept-Language"
_REL = "http://www.opengis.net/def/rel/ogc/1.0"
_CLASSES = ("core", "json", "oas30", "ogc-process-description")
_ASYNC = re.compile(r"(^|[,;\s])respond-async($|[,;\s])", re.IGNORECASE)


async def list_processes(request: Request) -> Response:
    """Answer the processes."""
    known(request.query_params, ("f", "limit", "lang"))
    limit = integer(request.query_params, "limit", 100, 1, 1000)
    links, language = Links.of(request), page_language(request)
    document = {
        "processes": [
            process.summary(language) | {"links": [_self(links, process)]} for process in PROCESSES.values()
        ][:limit],
        "links": [
            links.link("self", "/processes", JSON, "this document", f="json"),
            links.link("alternate", "/processes", HTML, "as HTML", f="html"),
        ],
    }  # fmt: skip
    return answer_document(
        request, document, template="processes.html", language=language, heading={"zh": "分析处理", "en": "Processes"}
    )


async def get_process(request: Request) -> Response:
    """Answer the description of a process."""
    known(request.query_params, ("f", "lang"))
    process, links, language = _process(request), Links.of(request), page_language(request)
    path = f"/processes/{process.id}"
    document = process.describe(language) | {
        "links": [
            links.link("self", path, JSON, "this document", f="json"),
            links.link("alternate", path, HTML, "as HTML", f="html"),
            links.link(f"{_REL}/execute", f"{path}/execution", JSON, "run it: POST"),
        ]
    }
    return answer_document(request, document, template="process.html", language=language, heading=process.title)


async def execute(request: Request) -> Response:
    """Run a process at once, or as a job when ``Prefer: respond-async`` says so.

    Raises:
        ProcessNotFound, BadQuery, TookTooLong, Busy, and what the process raises.
    """
    known(request.query_params, ("f",))
    caller = await caller_of(request)
    execution = _execution(_process(request), await read_object(request, MOST_BODY))
    runner: Runner = request.app.state.runner
    asking = asking_of(request, caller)
    if _ASYNC.search(request.headers.get("prefer", "")):
        job_id = await runner.as_job(execution, asking, caller.name)
        return _accepted(Links.of(request), execution.process, job_id)
    return answer_of(request, execution.process.id, await runner.at_once(execution, asking), execution.raw)


def asking_of(request: Request, caller: Caller) -> Asking:
    """Return the parts a question of this request needs; short ones read rasters in the tiles' threads."""
    state = request.app.state
    return Asking(
        state.catalogue, caller.view, state.database, state.storage, state.raster_pool, state.frame.storage_srid,
        float(state.settings.analysis_seconds),
    )  # fmt: skip


def _process(request: Request) -> Process:
    name = request.path_params["process_id"]
    if name not in PROCESSES:
        raise ProcessNotFound(say("process-none", name=name[:60]))
    return PROCESSES[name]


def _execution(process: Process, document: Mapping[str, Any]) -> Execution:
    inputs = process.read(document.get("inputs", {}))
    if document.get("response", "raw") not in ("raw", "document"):
        raise BadQuery(say("response-form"), "response")
    if document.get("subscriber"):
        raise BadQuery(say("no-subscriber"), "subscriber")
    raw = document.get("response", "raw") == "raw"
    return Execution(process, inputs, _outputs(process, document.get("outputs")), raw)


def _outputs(process: Process, wanted: Any) -> tuple[str, ...]:
    if wanted is None or wanted == {}:
        return tuple(process.outputs)
    if not isinstance(wanted, dict):
        raise BadQuery(say("outputs-form"), "outputs")
    for name, how in wanted.items():
        if name not in process.outputs:
            raise BadQuery(say("output-none", name=name[:60], offered=", ".join(process.outputs)), "outputs")
        if isinstance(how, dict) and how.get("transmissionMode", "value") != "value":
            raise BadQuery(say("outputs-values"), "outputs")
        form = how.get("format") if isinstance(how, dict) else None
        asked = form.get("mediaType") if isinstance(form, dict) else None
        if asked not in (None, process.outputs[name].media_type, JSON):
            raise BadQuery(say("output-type", name=name, type=process.outputs[name].media_type), "outputs")
    return tuple(wanted)


def _accepted(links: Links, process: Process, job_id: uuid.UUID) -> Response:
    path = f"/jobs/{job_id}"
    document = {
        "jobID": str(job_id), "processID": process.id, "type": "process", "status": "accepted", "progress": 0,
        "message": "", "links": [links.link("self", path, JSON, "how far it is"),
                                 links.link("monitor", path, JSON, "how far it is")],
    }  # fmt: skip
    headers = {"Location": links.href(path), "Preference-Applied": "respond-async", "Cache-Control": "no-store"}
    return JSONResponse(document, 201, headers)


def _self(links: Links, process: Process) -> Link:
    return links.link("self", f"/processes/{process.id}", JSON, "what it takes and gives", f="json")


RESOURCE = Resource(
    routes=(
        Route("/processes", list_processes),
        Route("/processes/{process_id}", get_process),
        Route("/processes/{process_id}/execution", execute, methods=["POST"]),
    ),
    conformance=tuple(f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" for name in _CLASSES),
    landing_links=lambda links: [
        links.link(f"{_REL}/processes", "/processes", JSON, "analysis calls", f="json"),
        links.link(f"{_REL}/processes", "/processes", HTML, "analysis calls, for people", f="html"),
    ],
    paths=processes_paths,
)
