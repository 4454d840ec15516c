"""Changing features over HTTP (OGC API Features 4): POST, PUT, PATCH, DELETE, with locking by ETag, and the history."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.imports import caller_of
from geoservice.api.items import feature_id, state_of_tag, state_tag, vector_layer
from geoservice.api.links import Links
from geoservice.api.parameters import known
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.errors import UploadTooLarge
from layers.catalogue import Catalogue, load_catalogue
from layers.crs import CRS84
from layers.edits import Editor
from layers.errors import BadFeature, StateNeeded
from layers.features import item_statement
from layers.layer import Layer
from layers.new_features import NewFeature, merge, read_feature
from layers.output_crs import OutputCrs, find_crs, offered_crs
from layers.tables import run

MAX_BODY = 50_000_000
MOST_AT_ONCE = 10_000
_F4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
Answer = TypeVar("Answer")


async def post_items(request: Request) -> Response:
    """Add a feature, or all features of a collection in one transaction: all or none."""
    editor, crs = await _editor(request)
    document = await _body(request)
    documents = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(documents, list) or not 0 < len(documents) <= MOST_AT_ONCE:
        raise BadFeature(f"send one feature, or a collection of 1 to {MOST_AT_ONCE}")
    features = await run_in_threadpool(lambda: [read_feature(one, editor.layer, crs) for one in documents])
    fids = await _in_transaction(request, lambda session: editor.create(session, features))
    links = Links.of(request)
    hrefs = [links.href(f"/collections/{editor.layer.name}/items/{fid}") for fid in fids]
    return JSONResponse({"ids": fids, "items": hrefs}, 201, headers={"Location": hrefs[0]})


async def put_item(request: Request) -> Response:
    """Put a feature in the place of the one that is there."""
    editor, crs = await _editor(request)
    feature = read_feature(await _body(request), editor.layer, crs)
    return await _replace(request, editor, lambda _session: feature)


async def patch_item(request: Request) -> Response:
    """Amend a feature by a merge patch (RFC 7396)."""
    editor, crs = await _editor(request)
    patch = await _body(request)
    fid, state = feature_id(editor.layer, request.path_params["fid"]), _state(request)

    def amended(session: Session) -> NewFeature:
        now = editor.current(session, fid, state)
        merged = merge(now, patch)
        # What the patch leaves alone is as it is kept, in CRS84; only a geometry it brings is in Content-Crs.
        feature = read_feature(merged, editor.layer, crs if "geometry" in patch else editor.crs)
        return feature if "geometry" in patch else dataclasses.replace(feature, keeps_geometry=True)

    return await _replace(request, editor, amended)


async def delete_item(request: Request) -> Response:
    """Remove a feature."""
    editor, _ = await _editor(request)
    fid, state = feature_id(editor.layer, request.path_params["fid"]), _state(request)
    await _in_transaction(request, lambda session: editor.delete(session, fid, state))
    return Response(status_code=204)


async def get_history(request: Request) -> Response:
    """Answer who changed a feature, when, from what to what; to those who may write its layer."""
    known(request, ("f",))
    editor, _ = await _editor(request)
    fid = feature_id(editor.layer, request.path_params["fid"])

    def read() -> list[dict[str, Any]]:
        with request.app.state.database.session() as session:
            return [_shown(row) for row in editor.history(session, fid)]

    rows = await run_in_threadpool(read)
    return JSONResponse({"id": fid, "changes": rows}, headers={"Cache-Control": "no-store"})


async def _replace(request: Request, editor: Editor, feature: Callable[[Session], NewFeature]) -> Response:
    fid, state = feature_id(editor.layer, request.path_params["fid"]), _state(request)

    def work(session: Session) -> str:
        editor.replace(session, fid, feature(session), state)
        return str(run(session, item_statement(editor.layer, fid, editor.crs))[0][1])

    changed = await _in_transaction(request, work)
    return Response(status_code=204, headers={"ETag": state_tag(editor.layer, fid, changed)})


async def _editor(request: Request) -> tuple[Editor, OutputCrs]:
    """Return the editor of the layer, and the CRS the body is in (``Content-Crs``, else CRS84).

    Raises:
        NotAuthenticated, NotAllowed: the caller may not write this layer; LayerNotFound: or not even see it.
    """
    caller: Caller = await caller_of(request)
    layer: Layer = vector_layer(request, request.app.state.catalogue.find(request.path_params["layer"], caller.view))
    caller.require_write(layer.department)
    offered = offered_crs(request.app.state.frame, layer.version.srid)
    given = request.headers.get("content-crs")
    crs = find_crs(offered, given.strip().strip("<>"), "Content-Crs") if given else offered[CRS84]
    return Editor(layer, caller.name, offered[CRS84]), crs


async def _body(request: Request) -> dict[str, Any]:
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise UploadTooLarge(f"the body is larger than {MAX_BODY} bytes; import a file instead")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise UploadTooLarge(f"the body is larger than {MAX_BODY} bytes; import a file instead")
        parts.append(part)
    try:
        document = orjson.loads(b"".join(parts))
    except orjson.JSONDecodeError as error:
        raise BadFeature(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadFeature("the body is not an object")
    return document


def _state(request: Request) -> str | None:
    """Return the state the client says it changes; ``If-Match: *`` is whatever it is now.

    Raises:
        StateNeeded: there is no ``If-Match``.
    """
    header = request.headers.get("if-match")
    if header is None:
        raise StateNeeded("send If-Match with the ETag of the feature you read, so that nobody's change is overwritten")
    return None if header.strip() == "*" else state_of_tag(header)


async def _in_transaction(request: Request, work: Callable[[Session], Answer]) -> Answer:
    """Do the work and commit it; this process reads its catalogue anew at once, so who wrote reads what was written."""

    def run_it() -> tuple[Answer, Catalogue]:
        with request.app.state.database.session() as session:
            answer = work(session)
            session.commit()
            return answer, load_catalogue(session)

    answer, request.app.state.catalogue = await run_in_threadpool(run_it)
    return answer


def _shown(row: Any) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(), "caller": row.caller, "action": row.action, "before": row.before, "after": row.after,
    }  # fmt: skip


_ITEMS = "/collections/{layer}/items"
RESOURCE = Resource(
    routes=(
        Route(_ITEMS, post_items, methods=["POST"]),
        Route(f"{_ITEMS}/{{fid}}", put_item, methods=["PUT"]),
        Route(f"{_ITEMS}/{{fid}}", patch_item, methods=["PATCH"]),
        Route(f"{_ITEMS}/{{fid}}", delete_item, methods=["DELETE"]),
        Route(f"{_ITEMS}/{{fid}}/history", get_history),
    ),
    conformance=tuple(
        f"{_F4}{name}" for name in ("create-replace-delete", "update", "features", "optimistic-locking-etags")
    ),
)
