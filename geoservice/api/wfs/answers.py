"""GetFeature and GetPropertyValue: queries found, and answered as GML, GeoJSON or values."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from geoservice.api.callers import caller_of
from geoservice.api.etag import etag, not_modified
from geoservice.api.feature.downloads import send_file
from geoservice.api.links import GEOJSON, Links, query_of
from geoservice.api.tile.series import states
from geoservice.api.wfs.asked import Asked, layers_offered, number_of, page_of, read_asked
from geoservice.api.wfs.collections import (
    COLLECTION_END,
    VALUES_END,
    collection_head,
    feature_document,
    geojson,
    in_geojson,
    members,
    nested,
    value_members,
)
from geoservice.api.wfs.features import Found, Numbers, count, find, find_each
from geoservice.api.wfs.forms import GML, JSON, form_of
from geoservice.api.wfs.message import Message
from geoservice.api.wfs.paging import turns_of
from geoservice.api.wfs.refusals import Refused
from geoservice.api.wfs.schema import FORMAT
from geoservice.api.wfs.stored import known
from geoservice.files.gml import schema_address
from geoservice.files.writers import FileRequest
from layers.crs.names import CRS84, crs_uri
from layers.crs.output import offered_crs
from layers.errors import BadQuery, FeatureNotFound
from layers.features import page_statement
from layers.gml_text import geometry_element
from layers.layer import Layer
from layers.query import LayerQuery, check_properties
from layers.schema import geometry_name
from layers.sentences import reason, say
from layers.xml_names import last_step


async def get_features(request: Request, message: Message) -> Response:
    """Answer GetFeature."""
    given = message.given
    if given.get("storedquery_id"):
        return await _by_id(request, message)
    asked = await read_asked(request, message)
    form = form_of(given.get("outputformat", ""))
    if form == JSON:
        asked = [in_geojson(one) for one in asked]
    headers = await _headers(request, [one.layer for one in asked])
    if unchanged := _unchanged(request, headers):
        return unchanged
    size, start = page_of(given)
    if form not in (GML, JSON):
        return await send_file(request, _file(asked, form, size, start, hits=_hits(message)), headers)
    pages, numbers = await _pages(request.app.state, asked, size, start, hits=_hits(message))
    turns = turns_of(address_of(request), message, size, start, more=numbers.more, hits=_hits(message))
    if form == JSON:
        return StreamingResponse(geojson(pages, numbers, asked[0].crs, turns), 200, headers, GEOJSON)
    head = collection_head(numbers, schema_address(address_of(request), [one.layer for one in asked]), turns)
    body = nested(pages) if len(asked) > 1 else members(pages)
    return StreamingResponse(_around(head, body, COLLECTION_END), 200, headers, FORMAT)


async def _pages(
    state: Any, asked: Sequence[Asked], size: int, start: int, *, hits: bool
) -> tuple[AsyncIterator[Found], Numbers]:
    """Return what each query finds, the first read already, and the numbers of all; ``size`` counts over all of them.

    Several queries are counted one after the other before they are read; one alone in the same moment.
    """
    if len(asked) == 1 and not hits:
        found = await find(state, replace(asked[0], query=replace(asked[0].query, limit=size, offset=start)))
        return _one(found), found.numbers
    pages, matched, left, skipped = [], 0, 0 if hits else size, start
    for one in asked:
        there = await count(state, one)
        taken = min(max(0, there - skipped), left)
        pages.append(replace(one, query=replace(one.query, limit=taken, offset=skipped)))
        matched, left, skipped = matched + there, left - taken, max(0, skipped - there)
    returned = 0 if hits else size - left
    return find_each(state, [] if hits else pages), Numbers(returned, matched, matched > start + returned)


def _file(asked: Sequence[Asked], form: str, size: int, start: int, *, hits: bool) -> FileRequest:
    """Return the file of one query: its features in the order of their ids. Raises Refused."""
    if len(asked) > 1:
        raise Refused("OptionNotSupported", "typeNames", say("wfs-join"))
    (one,) = asked
    for locator, given in (("sortBy", one.query.sort), ("startIndex", start), ("resultType", hits)):
        if given:
            raise Refused("OptionNotSupported", locator, say("file-not-page", name=locator))
    return FileRequest(one.layer, replace(one.query, encoding="geojson", limit=size), one.crs, form)


async def _one(found: Found) -> AsyncIterator[Found]:
    yield found


async def get_values(request: Request, message: Message) -> Response:
    """Answer GetPropertyValue: the values of one property, where there is one."""
    asked = await read_asked(request, message)
    path = message.given.get("valuereference", "")
    if not path:
        raise Refused("MissingParameterValue", "valueReference", say("key-needed", name="valueReference"))
    gml_only(message.given.get("outputformat", ""))
    if len(asked) != 1:
        raise Refused("OptionNotSupported", "typeNames", say("wfs-join"))
    (one,) = asked
    name, version = last_step(path), one.layer.version
    columns: tuple[str, ...] = ()
    if name not in (geometry_element(version), geometry_name(version), "geom"):
        try:
            columns = check_properties(version, [name])
        except BadQuery as error:
            raise BadQuery(reason(error), "valueReference") from error
    there = {"op": "not", "args": [{"op": "isNull", "args": [{"property": name if columns else "geom"}]}]}
    narrowed = there if one.query.filter is None else {"op": "and", "args": [one.query.filter, there]}
    size, start = page_of(message.given)
    query = replace(one.query, properties=columns, geometry=not columns, filter=narrowed)
    one = replace(one, query=query, text=f"{name} of {one.text}")
    headers = await _headers(request, [one.layer])
    if unchanged := _unchanged(request, headers):
        return unchanged
    pages, numbers = await _pages(request.app.state, [one], size, start, hits=_hits(message))
    turns = turns_of(address_of(request), message, size, start, more=numbers.more, hits=_hits(message))
    head = collection_head(numbers, schema_address(address_of(request), [one.layer]), turns, "ValueCollection")
    return StreamingResponse(_around(head, value_members(pages), VALUES_END), 200, headers, FORMAT)


def gml_only(given: str) -> None:
    """Raise Refused where another form than GML is asked for."""
    if form_of(given) != GML:
        raise Refused("InvalidParameterValue", "outputFormat", say("map-form", name="outputFormat", offered=FORMAT))


def address_of(request: Request) -> str:
    """Return the address of the service: of all layers, or below one."""
    links, name = Links.of(request), request.path_params.get("layer")
    return f"{links.base}/collections/{name}/wfs" if name else f"{links.base}/wfs"


async def _by_id(request: Request, message: Message) -> Response:
    """Answer the one stored query: the feature alone, not in a collection."""
    given = message.given
    known(given["storedquery_id"])
    identifier = given.get("id", "")
    if not identifier:
        raise Refused("MissingParameterValue", "ID", say("key-needed", name="ID"))
    form = form_of(given.get("outputformat", ""))
    for layer in await layers_offered(request):
        number = number_of(layer, identifier) if "." in identifier else None
        if number is None:
            continue
        offered = offered_crs(request.app.state.frame, layer.version.srid)
        query, own = LayerQuery(limit=1, fid=number, encoding="gml"), offered[crs_uri(layer.version.srid)]
        asked = Asked(layer, query, own, crs84=offered[CRS84])
        if form == JSON:
            asked = in_geojson(asked)
        rows = await request.app.state.database.prepared_rows(page_statement(layer, asked.query, asked.crs))
        headers = await _headers(request, [layer])
        if rows and form == JSON:
            return Response(rows[0][0], 200, headers, GEOJSON)
        if rows:
            document = feature_document(asked, rows[0][0], schema_address(address_of(request), [layer]))
            return Response(document, 200, headers, FORMAT)
    raise FeatureNotFound(say("wfs-feature-none", given=identifier[:60]))


async def _around(head: bytes, body: AsyncIterator[bytes], end: bytes) -> AsyncIterator[bytes]:
    yield head
    async for part in body:
        yield part
    yield end


async def _headers(request: Request, layers: Sequence[Layer]) -> dict[str, str]:
    """Return the headers of an answer with features; the tag tells the state of the layers and who asks."""
    caller = await caller_of(request)
    known_at = [layer.version.tag for layer in layers]
    tag = etag(query_of(request), Links.of(request).base, caller.view.key, states(layers), known_at)
    scope = "no-cache" if all(layer.public for layer in layers) else "private, no-cache"
    return {"Cache-Control": scope, "Vary": "Accept-Encoding"} | ({"ETag": tag} if request.method == "GET" else {})


def _unchanged(request: Request, headers: dict[str, str]) -> Response | None:
    return not_modified(request, headers["ETag"], **headers) if "ETag" in headers else None


def _hits(message: Message) -> bool:
    wanted = message.given.get("resulttype", "results").lower()
    if wanted not in ("results", "hits"):
        said = say("key-none-of", name="resultType", given=wanted[:20], offered="results, hits")
        raise Refused("InvalidParameterValue", "resultType", said)
    return wanted == "hits"
