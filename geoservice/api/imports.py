"""Importing over HTTP: upload files, look at them, remove layers. Needs a token that may write."""

import shutil
import uuid
from pathlib import Path
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.language import VARY, answer_language
from geoservice.api.links import Links
from geoservice.api.resources import Resource
from geoservice.api.sessions import in_catalogue, in_session
from geoservice.api.uploads import received
from geoservice.jobs import queue
from geoservice.jobs.import_request import ImportRequest, from_form
from geoservice.jobs.queue import NewJob
from geoservice.parameters import known
from importers.crs.neighbours import Neighbours
from layers.older_versions import remove_layer
from layers.storage import Storage

T = TypeVar("T")


async def post_import(request: Request) -> Response:
    """Take files and answer with the job that imports them: 202 and its Location."""
    caller = await caller_of(request)
    caller.require_write()
    known(request.query_params, ())
    job_id = uuid.uuid4()
    async with received(request, job_id) as (fields, options, folder):
        wanted = from_form(fields, sorted(folder.iterdir()), caller.name, options)
        existing = request.app.state.catalogue.layers.get(wanted.name)
        if existing is not None:
            caller.require_write(existing.department)
        department = wanted.department or (existing.department if existing else "base")
        caller.require_write(department)
        await run_in_threadpool(request.app.state.storage.share, f"uploads/{job_id}")
        new = NewJob("import", f"import {wanted.name}", department, caller.name, wanted.to_json())
        await in_session(request, lambda session: queue.put(session, new, job_id))
    links, path = Links.of(request), f"/jobs/{job_id}"
    body = {"id": str(job_id), "state": "queued", "links": [links.link("monitor", path, "application/json")]}
    return JSONResponse(body, 202, headers={"Location": links.href(path)})


async def post_inspect(request: Request) -> Response:
    """Take files and answer what they are and what must be answered before importing; nothing is kept."""
    caller = await caller_of(request)
    caller.require_write()
    known(request.query_params, ())
    async with received(request, uuid.uuid4()) as (fields, options, folder):
        wanted = from_form({"layer": "inspected", **fields}, sorted(folder.iterdir()), "", options)
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
    from geoservice.jobs.importing import city_rules, city_transforms
    from importers.inspect import inspect

    settings = request.app.state.settings
    city, rules = city_transforms(settings), city_rules(settings)
    found = inspect(path, request.app.state.frame, wanted.read, city, neighbours, rules)
    return found.to_json(answer_language(request))


async def delete_layer(request: Request) -> Response:
    """Remove a layer with all its versions; who names one of them in the address means less, and is refused."""
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    caller.require_write(layer.department)
    known(request.query_params, ())
    storage: Storage = request.app.state.storage
    removed = await in_catalogue(request, lambda session: remove_layer(session, layer.name))
    await run_in_threadpool(storage.remove_versions, removed)
    return Response(status_code=204)


def _told(request: Request, document: dict[str, Any]) -> Response:
    """Answer a document whose sentences are in the caller's language."""
    return JSONResponse(document, headers={"Content-Language": answer_language(request), "Vary": VARY})


RESOURCE = Resource(
    routes=(
        Route("/imports", post_import, methods=["POST"]),
        Route("/inspections", post_inspect, methods=["POST"]),
        Route("/layers/{layer}", delete_layer, methods=["DELETE"]),
    ),
)
