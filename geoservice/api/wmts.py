"""WMTS 1.0.0 for the desktops: GetCapabilities and GetTile by KVP, capabilities and tiles by REST.

Errors are OWS exception reports, status 400, because that is what a WMTS client reads.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.imports import caller_of
from geoservice.api.links import Link, Links
from geoservice.api.resources import Resource
from geoservice.api.tiles import answer_picture
from geoservice.api.wmts_capabilities import FORMATS, Offer, capabilities, exception_report
from layers.errors import GeoError, LayerNotFound
from layers.layer import Layer
from tiles import terrain
from tiles.errors import TileOutside, UnknownGrid
from tiles.grid import Grid, Tile
from tiles.grids import find_grid

XML = "application/xml"
NUMBERS = ("terrain-rgb", "terrarium")
"""Renderings whose pixels are heights: not pictures, and JPEG, which every layer here offers, would change them."""
SECTIONS = frozenset({"ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes", "All"})


class _Refused(Exception):
    """A request that is answered with an exception report."""

    def __init__(self, code: str, locator: str, text: str) -> None:
        super().__init__(text)
        self.code, self.locator = code, locator


async def get_kvp(request: Request) -> Response:
    """Answer ``/wmts?service=WMTS&request=…``; parameter names are case-insensitive."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    try:
        if _needed(given, "service").upper() != "WMTS":
            raise _Refused("InvalidParameterValue", "service", "service is WMTS")
        asked = _needed(given, "request").lower()
        if asked == "getcapabilities":
            return await _capabilities(request, given)
        if asked == "gettile":
            return await _tile(request, given)
        # GetFeatureInfo is an operation of the standard that is not done here; anything else is none at all.
        code = "OperationNotSupported" if asked == "getfeatureinfo" else "InvalidParameterValue"
        raise _Refused(code, "request", f"{given['request'][:40]!r} is not done here")
    except _Refused as refused:
        return Response(exception_report(refused.code, refused.locator, str(refused)), 400, media_type=XML)


async def get_capabilities(request: Request) -> Response:
    """Answer the capabilities document by its REST address."""
    return await _capabilities(request, {})


async def _capabilities(request: Request, given: Mapping[str, str]) -> Response:
    versions = [version for version in given.get("acceptversions", "").split(",") if version]
    if versions and "1.0.0" not in versions:
        raise _Refused("VersionNegotiationFailed", "AcceptVersions", "version 1.0.0 is offered")
    sections = frozenset(section.strip() for section in given.get("sections", "").split(",") if section.strip())
    if unknown := sections - SECTIONS:
        raise _Refused("InvalidParameterValue", "sections", f"{sorted(unknown)[0][:40]!r} is no section")
    caller = await caller_of(request)
    layers = [layer for layer in request.app.state.catalogue.visible(caller.view) if layer.kind != "vector"]
    frame = request.app.state.frame
    offer = Offer(
        base=Links.of(request).base,
        title=frame.title.get("zh") or frame.name,
        layers=layers,
        grids=request.app.state.grids,
        renderings={layer.name: renderings(layer) for layer in layers},
    )
    return Response(capabilities(offer, sections), media_type=XML)


async def _tile(request: Request, given: Mapping[str, str]) -> Response:
    for name in ("version", "layer", "style", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol"):
        if name not in given:
            raise _Refused("MissingParameterValue", name, f"{name} is needed")
    _one_of(given, "version", ("1.0.0",))
    _one_of(given, "format", FORMATS)
    layer = await _layer(request, given["layer"])
    _one_of(given, "style", ("", "default", *renderings(layer)))
    try:
        grid = find_grid(request.app.state.grids, given["tilematrixset"])
    except UnknownGrid as error:
        raise _Refused("InvalidParameterValue", "tilematrixset", str(error)) from error
    tile = _place(grid, given)
    query = {"f": given["format"].partition("/")[2]}
    if given["style"] not in ("", "default"):
        query["rendering"] = given["style"]
    try:
        return await answer_picture(request, layer, grid, tile, query)
    except GeoError as error:
        raise _Refused("NoApplicableCode", "", str(error)) from error


async def _layer(request: Request, name: str) -> Layer:
    caller = await caller_of(request)
    try:
        layer: Layer = request.app.state.catalogue.find(name, caller.view)
    except LayerNotFound as error:
        raise _Refused("InvalidParameterValue", "layer", str(error)) from error
    if layer.kind == "vector":
        raise _Refused("InvalidParameterValue", "layer", f"layer {layer.name!r} has no pictures")
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
        raise _Refused("TileOutOfRange", "TileCol" if inside else "TileRow", str(error)) from error
    return tile


def _one_of(given: Mapping[str, str], name: str, offered: Sequence[str]) -> None:
    if given[name] not in offered:
        shown = ", ".join(value for value in offered if value)
        raise _Refused("InvalidParameterValue", name, f"{given[name][:40]!r} is none of {shown[:300]}")


def renderings(layer: Layer) -> tuple[str, ...]:
    """Return the renderings a raster layer offers as styles, its default first; those that carry numbers are none."""
    if layer.kind == "imagery":
        return ("rgb",)
    wanted = layer.style.get("rendering") or "hillshade"
    return (wanted, *(name for name in terrain.RENDERINGS if name not in (wanted, *NUMBERS)))


def _needed(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise _Refused("MissingParameterValue", name, f"{name} is needed")
    return given[name]


def _whole(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 12):
        raise _Refused("InvalidParameterValue", name, f"{name} is a whole number, not {text[:20]!r}")
    return int(text)


def _landing(links: Links) -> list[Link]:
    return [links.link("alternate", "/wmts/1.0.0/WMTSCapabilities.xml", XML, "WMTS 1.0.0 capabilities")]


RESOURCE = Resource(
    routes=(
        Route("/wmts", get_kvp),
        Route("/wmts/1.0.0/WMTSCapabilities.xml", get_capabilities),
    ),
    landing_links=_landing,
)
