"""``/processes``: OGC API Processes. The analysis calls with their descriptions, run at once or as a job."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.analysis.asking import Asking
from geoservice.api.bodies import read_object
from geoservice.api.etag import etag, not_modified
from geoservice.api.imports import caller_of
from geoservice.api.language import page_language
from geoservice.api.links import HTML, JSON, Link, Links
from geoservice.api.negotiation import choose
from geoservice.api.pages import html_page
from geoservice.api.parameters import integer, known
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.errors import ProcessNotFound
from geoservice.openapi_parts import FAILURES, operation, path_parameter, query_parameter
from geoservice.processes.offered import PROCESSES
from geoservice.processes.process import Output, Process
from geoservice.processes.running import Execution, Runner
from layers.errors import BadQuery
from layers.layer import Layer

MOST_BODY = 4 * 2**20
VARY = "Accept, Accept-Encoding, Accept-Language"
_REL = "http://www.opengis.net/def/rel/ogc/1.0"
_CLASSES = ("core", "json", "oas30", "ogc-process-description")
_ASYNC = re.compile(r"(^|[,;\s])respond-async($|[,;\s])", re.IGNORECASE)


async def list_processes(request: Request) -> Response:
    """Answer the processes."""
    known(request, ("f", "limit", "lang"))
    limit = integer(request, "limit", 100, 1, 1000)
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
    return _answer(request, document, {"zh": "分析处理", "en": "Processes"}[language], language)


async def get_process(request: Request) -> Response:
    """Answer the description of a process."""
    known(request, ("f", "lang"))
    process, links, language = _process(request), Links.of(request), page_language(request)
    path = f"/processes/{process.id}"
    document = process.describe(language) | {
        "links": [
            links.link("self", path, JSON, "this document", f="json"),
            links.link("alternate", path, HTML, "as HTML", f="html"),
            links.link(f"{_REL}/execute", f"{path}/execution", JSON, "run it: POST"),
        ]
    }
    return _answer(request, document, process.title[language], language)


async def execute(request: Request) -> Response:
    """Run a process at once, or as a job when ``Prefer: respond-async`` says so.

    Raises:
        ProcessNotFound, BadQuery, TookTooLong, Busy, and what the process raises.
    """
    known(request, ("f",))
    caller = await caller_of(request)
    execution = _execution(_process(request), await read_object(request, MOST_BODY))
    runner: Runner = request.app.state.runner
    asking = asking_of(request, caller)
    if _ASYNC.search(request.headers.get("prefer", "")):
        job_id = await runner.as_job(execution, asking, caller.name)
        return _accepted(Links.of(request), execution.process, job_id)
    return answer_of(execution.process.id, await runner.at_once(execution, asking), execution.raw)


def asking_of(request: Request, caller: Caller) -> Asking:
    """Return the parts a question of this request needs; short ones read rasters in the tiles' threads."""
    state = request.app.state
    return Asking(
        state.catalogue, caller.view, state.database, state.storage, state.raster_pool, state.frame.storage_srid,
        float(state.settings.analysis_seconds),
    )  # fmt: skip


def answer_of(process_id: str, outputs: Mapping[str, Any], raw: bool) -> Response:
    """Return outputs as the standard's document, or raw: one as it is, several as a multipart message."""
    process = PROCESSES[process_id]
    if not raw:
        document = {name: _qualified(value, process.outputs[name]) for name, value in outputs.items()}
        return Response(orjson.dumps(document), 200, {"Cache-Control": "no-store"}, JSON)
    if len(outputs) == 1:
        [(name, value)] = outputs.items()
        body, media_type = _written(value, process.outputs[name])
        return Response(body, 200, {"Cache-Control": "no-store"}, media_type)
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in outputs.items():
        body, media_type = _written(value, process.outputs[name])
        head = f"--{boundary}\r\nContent-Type: {media_type}\r\nContent-ID: <{name}>\r\n"
        parts.append(f'{head}Content-Disposition: attachment; name="{name}"\r\n\r\n'.encode() + body + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return Response(b"".join(parts), 200, {"Cache-Control": "no-store"}, f"multipart/related; boundary={boundary}")


def _written(value: Any, output: Output) -> tuple[bytes, str]:
    if output.media_type == "text/plain":
        return (value if isinstance(value, str) else orjson.dumps(value).decode()).encode(), "text/plain"
    return orjson.dumps(value), output.media_type


def _qualified(value: Any, output: Output) -> Any:
    """Return a value as a results document holds it: an object stands inside one that tells its media type."""
    return {"value": value, "mediaType": output.media_type} if isinstance(value, Mapping) else value


def _process(request: Request) -> Process:
    name = request.path_params["process_id"]
    if name not in PROCESSES:
        raise ProcessNotFound(f"there is no process {name[:60]!r}; /processes lists them")
    return PROCESSES[name]


def _execution(process: Process, document: Mapping[str, Any]) -> Execution:
    inputs = process.read(document.get("inputs", {}))
    if document.get("response", "raw") not in ("raw", "document"):
        raise BadQuery("response is raw or document", "response")
    if document.get("subscriber"):
        raise BadQuery("this service calls nobody back; follow the job", "subscriber")
    raw = document.get("response", "raw") == "raw"
    return Execution(process, inputs, _outputs(process, document.get("outputs")), raw)


def _outputs(process: Process, wanted: Any) -> tuple[str, ...]:
    if wanted is None or wanted == {}:
        return tuple(process.outputs)
    if not isinstance(wanted, dict):
        raise BadQuery("outputs is an object, one member for each output wanted", "outputs")
    for name, how in wanted.items():
        if name not in process.outputs:
            raise BadQuery(f"there is no output {name[:60]!r}; there is {', '.join(process.outputs)}", "outputs")
        if isinstance(how, dict) and how.get("transmissionMode", "value") != "value":
            raise BadQuery("outputs come as values, never by reference", "outputs")
        form = how.get("format") if isinstance(how, dict) else None
        asked = form.get("mediaType") if isinstance(form, dict) else None
        if asked not in (None, process.outputs[name].media_type, JSON):
            raise BadQuery(f"{name} comes as {process.outputs[name].media_type}", "outputs")
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


def _answer(request: Request, document: dict[str, Any], heading: str, language: str) -> Response:
    form = choose(request, {"json": JSON, "html": HTML})
    body = orjson.dumps(document)
    tag = etag(form, body)
    headers = {"Vary": VARY, "Cache-Control": "no-cache"}
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    if form == "html":
        template = "processes.html" if "processes" in document else "process.html"
        return html_page(request, template, document=document, heading=heading)
    return Response(body, 200, {**headers, "ETag": tag, "Content-Language": language}, JSON)


def _paths(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the OpenAPI path items: one execution path for each process, its inputs spelled out."""
    form, language = {"$ref": "#/components/parameters/f"}, query_parameter("lang", "language", enum=["zh", "en"])
    process = path_parameter("processId", "the process", enum=list(PROCESSES))
    job = path_parameter("jobId", "the job's id", format="uuid")
    limit = query_parameter("limit", "most entries", type="integer", minimum=1, maximum=1000)
    narrowing = [
        query_parameter("type", "kind of job", type="array", items={"type": "string", "enum": ["process"]}),
        query_parameter("processID", "jobs of these processes", type="array", items={"type": "string"}),
        query_parameter("status", "jobs in these states", type="array", items={"type": "string"}),
        query_parameter("datetime", "instant or interval the job was made in"),
        query_parameter("minDuration", "shortest time it ran, seconds", type="number"),
        query_parameter("maxDuration", "longest time it ran, seconds", type="number"),
    ]
    gone = {"200": {"description": "dismissed", "content": {JSON: {"schema": {"type": "object"}}}}}
    failed = {code: answer for code, answer in FAILURES.items() if code not in ("304", "406")}
    failed["422"] = {"$ref": "#/components/responses/Unprocessable"}
    results = operation("getResults", "what a job found", "Processes", [job])
    results["responses"]["422"] = failed["422"]
    results["responses"]["200"]["content"] = {JSON: {"schema": {}}, "*/*": {"schema": {}}}
    return {
        "/processes": {"get": operation("getProcesses", "the processes", "Processes", [limit, form, language])},
        "/processes/{processId}": {
            "get": operation("getProcessDescription", "one process", "Processes", [process, form, language])
        },
        **{f"/processes/{one.id}/execution": {"post": _execute(one, failed)} for one in PROCESSES.values()},
        "/jobs": {"get": operation("getJobs", "the newest jobs", "Processes", [limit, form, *narrowing])},
        "/jobs/{jobId}": {
            "get": operation("getStatus", "a job's status and progress", "Processes", [job, form]),
            "delete": {
                "operationId": "dismiss", "summary": "dismiss a job", "tags": ["Processes"], "parameters": [job],
                "responses": {**gone, **failed, "403": {"$ref": "#/components/responses/Forbidden"}},
            },
        },
        "/jobs/{jobId}/results": {"get": results},
    }  # fmt: skip


def _execute(process: Process, failed: Mapping[str, Any]) -> dict[str, Any]:
    described = process.describe("en")
    inputs = {name: one["schema"] for name, one in described["inputs"].items()}
    required = [name for name, one in described["inputs"].items() if one["minOccurs"]]
    prefer = {
        "name": "Prefer", "in": "header", "required": False, "description": "respond-async makes it a job",
        "schema": {"type": "string"},
    }  # fmt: skip
    body = {
        "type": "object",
        "properties": {
            "inputs": {"type": "object", "properties": inputs, **({"required": required} if required else {})},
            "outputs": {"type": "object"},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "required": ["inputs"],
    }
    kinds = sorted({JSON, *(output.media_type for output in process.outputs.values())})
    content: dict[str, Any] = {kind: {"schema": {}} for kind in kinds}
    if len(process.outputs) > 1:  # several raw values come as parts
        content["multipart/related"] = {"schema": {"type": "string"}}
    return {
        "operationId": f"execute.{process.id}", "summary": described["title"], "tags": ["Processes"],
        "description": described["description"], "parameters": [prefer],
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {
            "200": {"description": "the result", "content": content},
            "201": {"description": "the job", "content": {JSON: {"schema": {"type": "object"}}}},
            **failed, "413": {"$ref": "#/components/responses/TooLarge"},
        },
    }  # fmt: skip


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
    paths=_paths,
)
