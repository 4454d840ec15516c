"""Changing features over HTTP (OGC API Features 4): POST, PUT, PATCH, DELETE, with locking by ETag, and the history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.bodies import MERGE_PATCH, read_object
from geoservice.api.callers import caller_of
from geoservice.api.feature.items import feature_id, state_of_tag, state_tag, vector_layer
from geoservice.api.feature.preference import as_preferred
from geoservice.api.feature.representation import JSONFG
from geoservice.api.links import GEOJSON, JSON, Links
from geoservice.api.resources import Resource
from geoservice.auth import Caller
from geoservice.parameters import known, one_form
from layers.catalogue import find_layer
from layers.crs.names import CRS84
from layers.crs.output import OutputCrs, find_crs, offered_crs
from layers.edit.changes import amended, apply_changes, read_changes, read_features, require_id
from layers.edit.new_features import BodyCrs, NewFeature, read_feature
from layers.edit.writing import Edit, history
from layers.errors import BadFeature, StateNeeded
from layers.layer import Layer
from layers.sentences import say
from layers.views import ALL

FEATURE_TYPES = (GEOJSON, JSONFG, JSON)
MAX_BODY = 50_000_000
MOST_AT_ONCE = 10_000
_F4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Desk:
    """Who writes which layer, and what the body's coordinates are in unless it says so itself."""

    caller: Caller
    layer: Layer
    offered: Mapping[str, OutputCrs]
    content_crs: OutputCrs

    def crs_of(self, document: Mapping[str, Any]) -> BodyCrs:
        """Return the CRS of a body: ``Content-Crs``, else CRS84; of its places what ``coordRefSys`` says (JSON-FG).

        Raises:
            UnknownCrs: it is not offered.
        """
        said = document.get("coordRefSys")
        place = find_crs(self.offered, said, "coordRefSys") if isinstance(said, str) else self.content_crs
        return BodyCrs(self.content_crs, place, self.offered)


async def post_items(request: Request) -> Response:
    """Add a feature, or all features of a collection in one transaction: all or none; one comes with its ETag."""
    desk = await desk_of(request)
    document = await read_body(request, FEATURE_TYPES)
    if document.get("type") == "FeatureCollection":
        documents = document.get("features")
        if not isinstance(documents, list) or not 0 < len(documents) <= MOST_AT_ONCE:
            raise BadFeature(say("features-wanted", most=MOST_AT_ONCE))
        features = await run_in_threadpool(read_features, documents, desk.layer, desk.crs_of(document))
    else:
        features = [read_feature(document, desk.layer, desk.crs_of(document))]

    def work(edit: Edit) -> tuple[list[int], dict[int, str]]:
        made = edit.create(features)
        return made, edit.states(made) if len(made) == 1 else {}

    fids, states = await _in_edit(request, desk, work)
    hrefs = _hrefs(request, desk.layer, fids)
    headers = {"Location": hrefs[0]}
    for fid, state in states.items():
        headers["ETag"] = state_tag(desk.layer, fid, state)
    answer = JSONResponse({"ids": fids, "items": hrefs}, 201, headers)
    return await as_preferred(request, fids[0], answer) if len(fids) == 1 else answer


async def post_changes(request: Request) -> Response:
    """Make, replace, amend and delete features in one transaction: all or none."""
    desk = await desk_of(request)
    document = await read_body(request)
    documents = document.get("changes")
    if not isinstance(documents, list) or not 0 < len(documents) <= MOST_AT_ONCE:
        raise BadFeature(say("changes-wanted", most=MOST_AT_ONCE))
    crs = desk.crs_of(document)
    changes = await run_in_threadpool(read_changes, documents, desk.layer, crs, state_of_tag)

    def work(edit: Edit) -> list[dict[str, Any]]:
        fids = apply_changes(edit, changes, crs)
        now = edit.states([fid for change, fid in zip(changes, fids, strict=True) if change.action != "delete"])
        tags = {fid: state_tag(desk.layer, fid, state) for fid, state in now.items()}
        return [
            {"action": change.action, "id": fid, "etag": tags.get(fid)}
            for change, fid in zip(changes, fids, strict=True)
        ]

    done = await _in_edit(request, desk, work)
    return JSONResponse({"changes": done})


async def put_item(request: Request) -> Response:
    """Put a feature in the place of the one that is there."""
    desk = await desk_of(request)
    document = await read_body(request, FEATURE_TYPES)
    require_id(document, request.path_params["fid"])
    feature = read_feature(document, desk.layer, desk.crs_of(document))
    return await _replace(request, desk, lambda _edit, _fid, _state: feature)


async def patch_item(request: Request) -> Response:
    """Amend a feature by a merge patch (RFC 7396)."""
    desk = await desk_of(request)
    patch = await read_body(request, (MERGE_PATCH, GEOJSON, JSON))
    require_id(patch, request.path_params["fid"])
    crs = desk.crs_of(patch)
    return await _replace(request, desk, lambda edit, fid, state: amended(edit, fid, state, patch, crs))


async def delete_item(request: Request) -> Response:
    """Remove a feature."""
    desk = await desk_of(request)
    fid, state = feature_id(desk.layer, request.path_params["fid"]), _state(request)
    await _in_edit(request, desk, lambda edit: edit.delete(fid, state))
    return Response(status_code=204)


async def get_history(request: Request) -> Response:
    """Answer who changed a feature, when, from what to what; to those who may write its layer."""
    one_form(request.query_params)
    desk = await desk_of(request)
    fid = feature_id(desk.layer, request.path_params["fid"])

    def read() -> list[dict[str, Any]]:
        with request.app.state.database.session() as session:
            return [_shown(row) for row in history(session, desk.layer, fid)]

    rows = await run_in_threadpool(read)
    return JSONResponse({"id": fid, "changes": rows}, headers={"Cache-Control": "no-store"})


async def _replace(request: Request, desk: Desk, feature: Callable[[Edit, int, str | None], NewFeature]) -> Response:
    fid, state = feature_id(desk.layer, request.path_params["fid"]), _state(request)

    def work(edit: Edit) -> str:
        edit.replace(fid, feature(edit, fid, state), state)
        return edit.states([fid])[fid]

    changed = await _in_edit(request, desk, work)
    answer = Response(status_code=204, headers={"ETag": state_tag(desk.layer, fid, changed)})
    return await as_preferred(request, fid, answer)


async def desk_of(request: Request) -> Desk:
    """Return the desk of a request.

    Raises:
        NotAuthenticated, NotAllowed: the caller may not write this layer; LayerNotFound: or not even see it; BadQuery:
            a parameter that would be passed over: ``crs``, where the body's is in ``Content-Crs``.
    """
    caller: Caller = await caller_of(request)
    layer: Layer = vector_layer(request, request.app.state.catalogue.find(request.path_params["layer"], caller.view))
    caller.require_write(layer.department)
    known(request.query_params, ("f",))
    given = request.headers.get("content-crs")
    offered = offered_crs(request.app.state.frame, layer.version.srid)
    crs = find_crs(offered, given.strip().strip("<>"), "Content-Crs") if given else offered[CRS84]
    return Desk(caller, layer, offered, crs)


async def read_body(request: Request, offered: Sequence[str] = (JSON,)) -> dict[str, Any]:
    """Read a body that is a JSON object. Raises BadFeature and what ``read_object`` raises."""
    return await read_object(request, MAX_BODY, offered=offered, instead="import a file instead", wrong=BadFeature)


def _state(request: Request) -> str | None:
    """Return the state the client says it changes; ``If-Match: *`` is whatever it is now, ``If-None-Match: *`` none.

    Raises:
        StateNeeded: there is no ``If-Match``, and the settings want one.
    """
    header = request.headers.get("if-match")
    if request.headers.get("if-none-match", "").strip() == "*":
        return ""  # what no feature has: one that is there is another than the client wants
    if header is None and not request.app.state.settings.require_if_match:
        return None
    if header is None:
        raise StateNeeded(say("if-match-needed"))
    return None if header.strip() == "*" else state_of_tag(header)


async def _in_edit(request: Request, desk: Desk, work: Callable[[Edit], Answer]) -> Answer:
    """Do the work and commit it; this process reads the layer anew at once, so who wrote reads what was written."""

    def run_it() -> tuple[Answer, Layer]:
        with request.app.state.database.session() as session:
            edit = Edit(session, desk.layer, desk.caller.name, desk.offered[CRS84])
            answer = work(edit)
            edit.finish()
            session.commit()
            return answer, find_layer(session, desk.layer.name, ALL)

    answer, edited = await run_in_threadpool(run_it)
    request.app.state.catalogue = request.app.state.catalogue.with_edits(edited)
    return answer


def _hrefs(request: Request, layer: Layer, fids: Sequence[int]) -> list[str]:
    links = Links.of(request)
    return [links.href(f"/collections/{layer.name}/items/{fid}") for fid in fids]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(), "caller": row.caller, "action": row.action, "before": row.before, "after": row.after,
    }  # fmt: skip


_ITEMS = "/collections/{layer}/items"
RESOURCE = Resource(
    routes=(
        Route(_ITEMS, post_items, methods=["POST"]),
        Route("/collections/{layer}/changes", post_changes, methods=["POST"]),
        Route(f"{_ITEMS}/{{fid}}", put_item, methods=["PUT"]),
        Route(f"{_ITEMS}/{{fid}}", patch_item, methods=["PATCH"]),
        Route(f"{_ITEMS}/{{fid}}", delete_item, methods=["DELETE"]),
        Route(f"{_ITEMS}/{{fid}}/history", get_history),
    ),
    conformance=tuple(
        f"{_F4}{name}" for name in ("create-replace-delete", "update", "features", "optimistic-locking-etags")
    ),
)
