"""WMTS 1.0.0 for the desktops: GetCapabilities, GetTile and GetFeatureInfo by KVP and by REST."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import answer_bytes
from geoservice.api.links import Link, Links
from geoservice.api.map.info_gml import GML_2, GML_3, info_gml
from geoservice.api.map.painting import Part
from geoservice.api.map.pixel import info_response, under_pixel
from geoservice.api.map.times import read_time
from geoservice.api.negotiation import choose
from geoservice.api.resources import Resource
from geoservice.api.tile.drawing import DEFAULT_STYLE
from geoservice.api.tile.offered import is_drawn_in, renderings
from geoservice.api.tile.routes import answer_picture
from geoservice.api.tile.wmts_capabilities import INFO_FORMATS, INFO_KEYS, Offer, capabilities
from geoservice.api.tile.wmts_request import (
    XML,
    Refused,
    asked_pixel,
    asked_sections,
    asked_tile,
    needed,
    one_of,
    refusal,
)
from geoservice.item_query import read_picture_query
from geoservice.parameters import known
from geoservice.problems import status_of
from layers.errors import BadQuery, GeoError
from layers.layer import Layer
from layers.sentences import reason, say
from tiles.errors import TileOutside
from tiles.grid import Grid, Tile
from tiles.grids import find_grid
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas

NUMBERED = ("row", "col", "j", "i")
INFO_TYPES = {key: media_type for media_type, key in INFO_KEYS.items()}
MOST_FEATURES = 10
OPERATIONS = ("GetCapabilities", "GetTile", "GetFeatureInfo")


async def get_kvp(request: Request) -> Response:
    """Answer ``/wmts?service=WMTS&request=…``; parameter names are case-insensitive."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    try:
        if needed(given, "service").upper() != "WMTS":
            raise Refused("InvalidParameterValue", "service", say("service-is", service="WMTS"))
        asked = needed(given, "request").lower()
        if asked == "getcapabilities":
            return await _capabilities(request, given)
        if asked == "gettile":
            return await _tile(request, given)
        if asked == "getfeatureinfo":
            return await _info(request, given)
        raise Refused(
            *("InvalidParameterValue", "request"),
            say("operation-none", given=given["request"][:40], offered=", ".join(OPERATIONS)),
        )
    except Refused as refused:
        return refusal(request, refused)


async def get_capabilities(request: Request) -> Response:
    """Answer the capabilities document by its REST address."""
    return await _capabilities(request, {})


async def _capabilities(request: Request, given: Mapping[str, str]) -> Response:
    versions = [version for version in given.get("acceptversions", "").split(",") if version]
    if versions and "1.0.0" not in versions:
        raise Refused("VersionNegotiationFailed", "", say("wmts-version"))
    sections = asked_sections(given)
    caller = await caller_of(request)
    layers = request.app.state.catalogue.visible(caller.view)
    frame, grids = request.app.state.frame, request.app.state.grids
    offer = Offer(
        base=Links.of(request).base,
        title=frame.title.get("zh") or frame.name,
        layers=layers,
        grids=grids,
        renderings={layer.name: renderings(layer) for layer in layers},
        links={layer.name: [name for name, grid in grids.items() if is_drawn_in(layer, grid)] for layer in layers},
    )
    return answer_bytes(request, capabilities(offer, sections), XML)


async def _tile(request: Request, given: Mapping[str, str]) -> Response:
    layer, grid, tile = await asked_tile(request, given)
    query = {"f": given["format"].partition("/")[2]}
    if given["style"] not in ("", DEFAULT_STYLE):
        query["rendering"] = given["style"]
    try:
        if time := read_time(given.get("time", "")):
            query["datetime"] = time
        return await answer_picture(request, layer, grid, tile, query)
    except GeoError as error:
        if getattr(error, "parameter", None) in ("time", "datetime"):
            raise Refused("InvalidParameterValue", "time", reason(error)) from error
        if status_of(type(error)) == 503:  # to be asked for again, which clients do for the status alone
            raise
        raise Refused("NoApplicableCode", "", reason(error)) from error


async def _info(request: Request, given: Mapping[str, str]) -> Response:
    """Answer GetFeatureInfo: what lies under pixel ``i``, ``j`` of a tile."""
    layer, grid, tile = await asked_tile(request, given)
    for name in ("i", "j", "infoformat"):
        needed(given, name)
    given = {**given, "infoformat": given["infoformat"].replace(" ", "+")}  # a plus sign that was not escaped
    one_of(given, "infoformat", INFO_FORMATS)
    col, row = asked_pixel(given, grid)
    try:
        part = _part(layer, read_time(given.get("time", "")))
    except GeoError as error:
        raise Refused("InvalidParameterValue", "time", reason(error)) from error
    return await _under(request, part, grid, tile, col, row, given["infoformat"])


def _part(layer: Layer, time: str | None) -> Part:
    """Return a layer as it was at a time. Raises GeoError where that is none."""
    narrowing = {"datetime": time} if time else {}
    if layer.kind == "vector":
        return Part(layer, shown=read_picture_query(narrowing))
    return Part(layer, RenderOptions.parse(narrowing))


async def get_info(request: Request) -> Response:
    """Answer GetFeatureInfo by its REST address, ``…/{z}/{row}/{col}/{j}/{i}?f=&rendering=``.

    A rendering changes nothing of what lies there; a template names it, and one that is none is refused.
    """
    known(request.query_params, ("f", "rendering"))
    given = request.path_params
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(given["layer"], caller.view)
    grid = find_grid(request.app.state.grids, given["grid"])
    offered = (DEFAULT_STYLE, *renderings(layer))
    rendering = request.query_params.get("rendering", DEFAULT_STYLE)
    if rendering not in offered:
        said = say("key-none-of", name="rendering", given=rendering[:40], offered=", ".join(offered))
        raise BadQuery(said, "rendering")
    if not all(given[name].isascii() and given[name].isdigit() and len(given[name]) < 12 for name in NUMBERED):
        raise TileOutside(say("wmts-numbers"))
    tile = Tile(grid.id, grid.z(given["z"]), int(given["row"]), int(given["col"]))
    grid.check(tile)
    col, row = int(given["i"]), int(given["j"])
    if max(col, row) >= grid.tile_size:
        raise TileOutside(say("wmts-pixels", last=grid.tile_size - 1))
    form = choose(request, INFO_TYPES, default="json")
    return await _under(request, Part(layer), grid, tile, col, row, INFO_TYPES[form])


async def _under(request: Request, part: Part, grid: Grid, tile: Tile, col: int, row: int, media_type: str) -> Response:
    """Answer under the very type that was asked for, as OGC's suite compares it: no ``charset`` beside ``text/html``.

    The page says its encoding itself; a plain text begins with the mark of UTF-8.
    """
    canvas = Canvas(grid.crs, grid.bounds(tile), grid.tile_size, grid.tile_size)
    found = await under_pixel(request, [part], canvas, col, row, MOST_FEATURES)
    if media_type in (GML_2, GML_3):
        return Response(info_gml(found, media_type), media_type=media_type)
    answer = info_response(found, media_type)
    mark = b"\xef\xbb\xbf" if media_type == "text/plain" else b""
    return Response(mark + bytes(answer.body), headers={"Content-Type": media_type})


def _landing(links: Links) -> list[Link]:
    return [links.link("alternate", "/wmts/1.0.0/WMTSCapabilities.xml", XML, "WMTS 1.0.0 capabilities")]


RESOURCE = Resource(
    routes=(
        Route("/wmts", get_kvp),
        Route("/wmts/1.0.0/WMTSCapabilities.xml", get_capabilities),
        Route("/collections/{layer}/map/tiles/{grid}/{z}/{row}/{col}/{j}/{i}", get_info),
    ),
    landing_links=_landing,
)
