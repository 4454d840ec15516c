"""WMTS 1.0.0 for the desktops: GetCapabilities, GetTile and GetFeatureInfo by KVP and by REST.

Errors are OWS exception reports, status 400, because that is what a WMTS client reads.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.etag import answer_bytes
from geoservice.api.imports import caller_of
from geoservice.api.language import VARY, answer_language
from geoservice.api.links import Link, Links
from geoservice.api.map.painting import Part
from geoservice.api.map.pixel import info_response, under_pixel
from geoservice.api.negotiation import choose
from geoservice.api.resources import Resource
from geoservice.api.tile.drawing import DEFAULT_STYLE
from geoservice.api.tile.routes import answer_picture
from geoservice.api.tile.wmts_capabilities import (
    FORMATS,
    INFO_FORMATS,
    INFO_KEYS,
    Offer,
    capabilities,
    exception_report,
)
from geoservice.parameters import known
from layers.errors import BadQuery, GeoError, LayerNotFound
from layers.layer import Layer
from layers.sentences import reason, say, worded
from tiles.errors import TileOutside, UnknownGrid
from tiles.grid import Grid, Tile
from tiles.grids import find_grid
from tiles.height.renderings import RENDERINGS
from tiles.raster.warp import Canvas
from tiles.vector.statement import check_grid

XML = "application/xml"
NUMBERED = ("row", "col", "j", "i")
INFO_TYPES = {key: media_type for media_type, key in INFO_KEYS.items()}
MOST_FEATURES = 10
NUMBERS = ("terrain-rgb", "terrarium")
"""Renderings whose pixels are heights: not pictures, and JPEG, which every layer here offers, would change them."""
OPERATIONS = ("GetCapabilities", "GetTile", "GetFeatureInfo")
SECTIONS = frozenset({"ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes", "All"})


class _Refused(Exception):
    """A request that is answered with an exception report."""

    def __init__(self, code: str, locator: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.locator = code, locator


async def get_kvp(request: Request) -> Response:
    """Answer ``/wmts?service=WMTS&request=…``; parameter names are case-insensitive."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    try:
        if _needed(given, "service").upper() != "WMTS":
            raise _Refused("InvalidParameterValue", "service", say("service-is", service="WMTS"))
        asked = _needed(given, "request").lower()
        if asked == "getcapabilities":
            return await _capabilities(request, given)
        if asked == "gettile":
            return await _tile(request, given)
        if asked == "getfeatureinfo":
            return await _info(request, given)
        raise _Refused(
            *("InvalidParameterValue", "request"),
            say("operation-none", given=given["request"][:40], offered=", ".join(OPERATIONS)),
        )
    except _Refused as refused:
        language = answer_language(request)
        told = str(worded(reason(refused), language))
        body = exception_report(refused.code, refused.locator, told, language)
        return Response(body, 400, {"Content-Language": language, "Vary": VARY}, XML)


async def get_capabilities(request: Request) -> Response:
    """Answer the capabilities document by its REST address."""
    return await _capabilities(request, {})


async def _capabilities(request: Request, given: Mapping[str, str]) -> Response:
    versions = [version for version in given.get("acceptversions", "").split(",") if version]
    if versions and "1.0.0" not in versions:
        raise _Refused("VersionNegotiationFailed", "AcceptVersions", say("wmts-version"))
    sections = frozenset(section.strip() for section in given.get("sections", "").split(",") if section.strip())
    if unknown := sections - SECTIONS:
        offered = ", ".join(sorted(SECTIONS))
        said = say("key-none-of", name="sections", given=sorted(unknown)[0][:40], offered=offered)
        raise _Refused("InvalidParameterValue", "sections", said)
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
    layer, grid, tile = await _asked(request, given)
    query = {"f": given["format"].partition("/")[2]}
    if given["style"] not in ("", DEFAULT_STYLE):
        query["rendering"] = given["style"]
    try:
        return await answer_picture(request, layer, grid, tile, query)
    except GeoError as error:
        raise _Refused("NoApplicableCode", "", reason(error)) from error


async def _asked(request: Request, given: Mapping[str, str]) -> tuple[Layer, Grid, Tile]:
    """Read the tile that GetTile and GetFeatureInfo name."""
    for name in ("version", "layer", "style", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol"):
        if name not in given:
            raise _Refused("MissingParameterValue", name, say("key-needed", name=name))
    _one_of(given, "version", ("1.0.0",))
    _one_of(given, "format", FORMATS)
    layer = await _layer(request, given["layer"])
    _one_of(given, "style", ("", DEFAULT_STYLE, *renderings(layer)))
    try:
        grid = find_grid(request.app.state.grids, given["tilematrixset"])
    except UnknownGrid as error:
        raise _Refused("InvalidParameterValue", "tilematrixset", reason(error)) from error
    return layer, grid, _place(grid, given)


async def _info(request: Request, given: Mapping[str, str]) -> Response:
    """Answer GetFeatureInfo: what lies under pixel ``i``, ``j`` of a tile."""
    layer, grid, tile = await _asked(request, given)
    for name in ("i", "j", "infoformat"):
        if name not in given:
            raise _Refused("MissingParameterValue", name, say("key-needed", name=name))
    given = {**given, "infoformat": given["infoformat"].replace(" ", "+")}  # a plus sign that was not escaped
    _one_of(given, "infoformat", INFO_FORMATS)
    col, row = _whole(given, "i"), _whole(given, "j")
    for name, value in (("i", col), ("j", row)):
        if not 0 <= value < grid.tile_size:
            raise _Refused(
                "PointIJOutOfRange", name.upper(), say("wmts-pixel", name=name, last=grid.tile_size - 1, value=value)
            )
    return await _under(request, layer, grid, tile, col, row, given["infoformat"])


async def get_info(request: Request) -> Response:
    """Answer GetFeatureInfo by its REST address, ``…/{z}/{row}/{col}/{j}/{i}?f=``."""
    known(request.query_params, ("f",))
    given = request.path_params
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(given["layer"], caller.view)
    grid = find_grid(request.app.state.grids, given["grid"])
    if not all(given[name].isascii() and given[name].isdigit() and len(given[name]) < 12 for name in NUMBERED):
        raise TileOutside(say("wmts-numbers"))
    tile = Tile(grid.id, grid.z(given["z"]), int(given["row"]), int(given["col"]))
    grid.check(tile)
    col, row = int(given["i"]), int(given["j"])
    if max(col, row) >= grid.tile_size:
        raise TileOutside(say("wmts-pixels", last=grid.tile_size - 1))
    form = choose(request, INFO_TYPES, default="json")
    return await _under(request, layer, grid, tile, col, row, INFO_TYPES[form])


async def _under(
    request: Request, layer: Layer, grid: Grid, tile: Tile, col: int, row: int, media_type: str
) -> Response:
    canvas = Canvas(grid.crs, grid.bounds(tile), grid.tile_size, grid.tile_size)
    return info_response(await under_pixel(request, [Part(layer)], canvas, col, row, MOST_FEATURES), media_type)


async def _layer(request: Request, name: str) -> Layer:
    caller = await caller_of(request)
    try:
        layer: Layer = request.app.state.catalogue.find(name, caller.view)
    except LayerNotFound as error:
        raise _Refused("InvalidParameterValue", "layer", reason(error)) from error
    return layer


def _place(grid: Grid, given: Mapping[str, str]) -> Tile:
    """Read the tile's numbers, telling which of them is out of range."""
    _one_of(given, "tilematrix", grid.zoom_ids)
    z = grid.z(given["tilematrix"])
    tile = Tile(grid.id, z, _whole(given, "tilerow"), _whole(given, "tilecol"))
    try:
        grid.check(tile)
    except TileOutside as error:
        inside = 0 <= tile.row < grid.matrix(z).height
        raise _Refused("TileOutOfRange", "TileCol" if inside else "TileRow", reason(error)) from error
    return tile


def _one_of(given: Mapping[str, str], name: str, offered: Sequence[str]) -> None:
    if given[name] not in offered:
        shown = ", ".join(value for value in offered if value)
        said = say("key-none-of", name=name, given=given[name][:40], offered=shown[:300])
        raise _Refused("InvalidParameterValue", name, said)


def renderings(layer: Layer) -> tuple[str, ...]:
    """Return the styles of a layer, its default first: a raster's renderings but those that carry numbers."""
    if layer.kind == "vector":
        return (DEFAULT_STYLE,)
    if layer.kind == "imagery":
        return ("rgb",)
    wanted = layer.style.get("rendering") or "hillshade"
    return (wanted, *(name for name in RENDERINGS if name not in (wanted, *NUMBERS)))


def is_drawn_in(layer: Layer, grid: Grid) -> bool:
    """Say whether a layer has pictures in a grid: features only where no datum is shifted."""
    if layer.kind != "vector":
        return True
    try:
        check_grid(layer.version, grid)
    except BadQuery:
        return False
    return True


def _needed(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise _Refused("MissingParameterValue", name, say("key-needed", name=name))
    return given[name]


def _whole(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 12):
        raise _Refused("InvalidParameterValue", name, say("key-whole", name=name, given=text[:20]))
    return int(text)


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
