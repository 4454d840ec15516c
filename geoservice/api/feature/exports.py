"""``POST /collections/{layer}/exports``: the whole layer as a file, made by a job, fetched when it is done."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.feature.items import vector_layer
from geoservice.api.links import JSON, Links
from geoservice.api.ranged import local_file
from geoservice.api.resources import Paths, Resource
from geoservice.auth import ANONYMOUS
from geoservice.errors import JobNotFound, NotAuthenticated
from geoservice.files.exports import ExportRequest, find_export, read_export
from geoservice.files.formats import EXPORT_FORMATS
from geoservice.jobs import queue
from geoservice.jobs.queue import EXPORT, NewJob
from geoservice.openapi.parts import change, operation, path_parameter
from layers.layer import Layer
from layers.sentences import say


async def post_export(request: Request) -> Response:
    """Queue the file: the parameters are those of ``/items``. Answers 202 with the job.

    Raises:
        NotAuthenticated: a job belongs to somebody.
    """
    caller = await caller_of(request)
    layer: Layer = vector_layer(request, request.app.state.catalogue.find(request.path_params["layer"], caller.view))
    if caller is ANONYMOUS:
        raise NotAuthenticated(say("export-token"))
    form = request.query_params.get("f", "gpkg")
    parameters = {name: value for name, value in request.query_params.items() if name != "f"}
    read_export(parameters, request.app.state.frame, layer, form)
    wanted = ExportRequest(layer.name, layer.version.number, form, parameters, caller.view.key)
    new = NewJob(EXPORT, f"export {layer.name} as {form}", layer.department, caller.name, wanted.to_json())
    job_id = uuid.uuid4()

    def ask() -> None:
        with request.app.state.database.session() as session:
            queue.put(session, new, job_id)
            session.commit()

    await run_in_threadpool(ask)
    links, path = Links.of(request), f"/jobs/{job_id}"
    body = {"id": str(job_id), "state": "queued", "links": [links.link("monitor", path, JSON)]}
    return JSONResponse(body, 202, headers={"Location": links.href(path)})


async def get_export(request: Request) -> Response:
    """Answer the file of a job that is done, whole or by byte range. The address is the job's secret.

    Raises:
        JobNotFound: there is none, or its time has passed.
    """
    file = await run_in_threadpool(_find, request)
    suffixes = {form.suffix: form.media_type for form in EXPORT_FORMATS.values()}
    media_type = next((kind for suffix, kind in suffixes.items() if file.name.endswith(f".{suffix}")), None)
    return local_file(request, file, media_type, file.name, {"Cache-Control": "private"})


def _find(request: Request) -> Path:
    missing = JobNotFound(say("export-gone"))
    try:
        job_id = uuid.UUID(request.path_params["job_id"])
    except ValueError as error:
        raise missing from error
    state = request.app.state
    path = find_export(state.storage, job_id, request.path_params["file"], state.settings.export_hours)
    if path is None:
        raise missing
    with request.app.state.database.session() as session:
        if queue.find(session, job_id).state != "done":
            raise missing
    return path


def _paths(layers: Sequence[Layer]) -> Paths:
    layer = path_parameter("collectionId", "the layer's name")
    parts = [path_parameter("jobId", "the export's job"), path_parameter("file", "the file's name")]
    binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    start = change("createExport", "a whole layer as a file, as a job; the parameters of items", [layer], None, "202")
    return {
        "/collections/{collectionId}/exports": {"post": start},
        "/exports/{jobId}/{file}": {"get": operation("getExport", "the file of an export", "Features", parts, binary)},
    }


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/exports", post_export, methods=["POST"]),
        Route("/exports/{job_id}/{file}", get_export),
    ),
    paths=_paths,
)
