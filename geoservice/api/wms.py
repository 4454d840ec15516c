"""WMS 1.3.0 and 1.1.1 (OGC 06-042, 01-068r3): maps of all kinds of layers for the desktops, printers and reports.

Names of parameters are case-insensitive. What is wrong is told in a ServiceExceptionReport, or in the picture where
EXCEPTIONS asks for that. Beyond the standard: ``CQL_FILTER``, ``LANGUAGE``, and a resolution as QGIS (``DPI``),
MapServer (``MAP_RESOLUTION``) or GeoServer (``FORMAT_OPTIONS=dpi:``) write it.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.drawing import DEFAULT_STYLE
from geoservice.api.etag import etag, not_modified
from geoservice.api.imports import caller_of
from geoservice.api.item_query import tile_clause
from geoservice.api.links import Link, Links
from geoservice.api.painting import LANGUAGES, Part, encode, paint
from geoservice.api.pixel import info_response, under_pixel
from geoservice.api.resources import Resource
from geoservice.api.series import looks, states
from geoservice.api.styles import legend_picture
from geoservice.api.wms_capabilities import FORMATS, INFO_FORMATS, LARGEST_SIDE, Offer, capabilities, exception_report
from geoservice.api.wmts import renderings
from geoservice.auth import ANONYMOUS
from geoservice.problems import status_of
from layers.errors import BadQuery, GeoError, LayerNotFound, UnknownCrs
from layers.frame import Bounds
from layers.layer import Layer
from layers.output_crs import OutputCrs, find_crs, offered_crs
from tiles.options import RenderOptions
from tiles.picture.compose import WHITE, Colour, read_colour
from tiles.picture.scene import STANDARD_DPI
from tiles.warp import Canvas

XML = "text/xml"
VERSIONS = ("1.3.0", "1.1.1")
IN_IMAGE, BLANK = "INIMAGE", "BLANK"
MOST_LAYERS = 50
DPI = (20.0, 1200.0)
Given = Mapping[str, str]


class _Refused(Exception):
    """A request that is answered with an exception report."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code, self.status = code, status


@dataclass(frozen=True)
class _Map:
    """What GetMap and GetFeatureInfo say of a map."""

    parts: list[Part]
    canvas: Canvas
    language: str
    dpi: float


async def get_wms(request: Request) -> Response:
    """Answer ``/wms?request=…`` and the same below one layer, whose service then offers that layer alone."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    version = _version(given)
    try:
        return await _answer(request, given, version)
    except (_Refused, GeoError) as error:
        if isinstance(error, GeoError):
            if status_of(type(error)) in (401, 503):
                raise
            error = _Refused(_code(error, version), str(error), status_of(type(error)))
        return _refusal(error, given, version)


async def _answer(request: Request, given: Given, version: str) -> Response:
    if given.get("service", "WMS").upper() != "WMS":
        raise _Refused("InvalidParameterValue", "service is WMS")
    asked = _needed(given, "request").lower()
    operation = OPERATIONS.get(asked)
    if operation is None:
        raise _Refused("OperationNotSupported", f"{given['request'][:40]!r} is not done here")
    return await operation(request, given, version)


async def _capabilities(request: Request, given: Given, version: str) -> Response:
    layers, frame, links = await _offered(request), request.app.state.frame, Links.of(request)
    name = request.path_params.get("layer")
    offer = Offer(
        base=links.base,
        address=f"{links.base}/collections/{name}/wms" if name else f"{links.base}/wms",
        frame=frame,
        layers=layers,
        systems=_systems(request),
        styles={layer.name: renderings(layer) for layer in layers},
    )
    body = capabilities(offer, version)
    tag, headers = etag(body), {"Cache-Control": "no-cache"}
    media_type = XML if version == "1.3.0" else "application/vnd.ogc.wms_xml"
    return not_modified(request, tag, **headers) or Response(body, 200, {**headers, "ETag": tag}, media_type)


async def _map(request: Request, given: Given, version: str) -> Response:
    form = _format(given)
    asked = await _read_map(request, given, version)
    background = _background(given, form)
    layers = [part.layer for part in asked.parts]
    caller = await caller_of(request)
    tag = etag(request.url.query, caller.view.key, states(layers), [x.version.revision for x in layers], looks(layers))
    kept = "public" if caller is ANONYMOUS else "private"
    headers = {"Cache-Control": f"{kept}, max-age=60", "ETag": tag}
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    pixels = await paint(
        request.app.state, asked.parts, asked.canvas, language=asked.language, dpi=asked.dpi, background=background
    )
    body, media_type = await encode(request.app.state, pixels, form, asked.canvas)
    return Response(body, 200, headers, media_type)


async def _info(request: Request, given: Given, version: str) -> Response:
    asked = await _read_map(request, given, version)
    named = [part.layer.name for part in asked.parts]
    wanted = _needed(given, "query_layers").split(",")
    for name in wanted:
        if name not in named:
            raise _Refused("LayerNotDefined", f"query_layers has {name[:60]!r}, which layers has not")
    media_type = given.get("info_format") or "text/plain"
    if media_type not in INFO_FORMATS:
        raise _Refused("InvalidFormat", f"info_format is one of {', '.join(INFO_FORMATS)}")
    across, down = ("i", "j") if version == "1.3.0" else ("x", "y")
    col, row = _whole(given, across, "InvalidPoint"), _whole(given, down, "InvalidPoint")
    if not (0 <= col < asked.canvas.width and 0 <= row < asked.canvas.height):
        raise _Refused("InvalidPoint", f"{across}, {down} is a pixel of the map, not {col}, {row}")
    limit = min(_whole(given, "feature_count", "InvalidParameterValue", "1"), 100)
    layers = [part.layer for part in asked.parts if part.layer.name in wanted]
    found = await under_pixel(request, layers, asked.canvas, col, row, max(1, limit))
    return info_response(found, media_type)


async def _legend(request: Request, given: Given, version: str) -> Response:
    (layer,) = await _layers(request, _needed(given, "layer").split(",")[:1])
    style = given.get("style", "")
    if style not in ("", DEFAULT_STYLE, *renderings(layer)):
        raise _Refused("StyleNotDefined", f"layer {layer.name} has no style {style[:40]!r}")
    rendering = style if layer.kind == "elevation" and style not in ("", DEFAULT_STYLE) else None
    body = await legend_picture(request, layer, rendering, _language(given), _dpi(given))
    return Response(body, media_type="image/png")


OPERATIONS = {
    "getcapabilities": _capabilities,
    "capabilities": _capabilities,
    "getmap": _map,
    "map": _map,
    "getfeatureinfo": _info,
    "getlegendgraphic": _legend,
}


async def _read_map(request: Request, given: Given, version: str) -> _Map:
    crs = _crs(request, given, version)
    width, height = (_whole(given, name, "InvalidParameterValue") for name in ("width", "height"))
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise _Refused("InvalidParameterValue", f"width and height are 1 to {LARGEST_SIDE} pixels")
    north_first = version == "1.3.0" and crs.north_east
    canvas = Canvas(crs.crs, _box(given, north_first), width, height)
    return _Map(await _parts(request, given), canvas, _language(given), _dpi(given))


async def _parts(request: Request, given: Given) -> list[Part]:
    names = _needed(given, "layers").split(",")
    if len(names) > MOST_LAYERS:
        raise _Refused("InvalidParameterValue", f"at most {MOST_LAYERS} layers stand in a map")
    layers = await _layers(request, names)
    styles = given.get("styles", "").split(",")
    filters = given.get("cql_filter", "").split(";")
    if len(styles) not in (1, len(layers)) or len(filters) not in (1, len(layers)):
        raise _Refused("InvalidParameterValue", "give as many styles and filters as layers, or one of each")
    parts = []
    for number, layer in enumerate(layers):
        style = styles[number] if len(styles) == len(layers) else styles[0]
        condition = filters[number] if len(filters) == len(layers) else filters[0]
        parts.append(_part(layer, style, condition.strip(), _time(given)))
    return parts


def _part(layer: Layer, style: str, condition: str, time: str | None) -> Part:
    if style not in ("", DEFAULT_STYLE, *renderings(layer)):
        raise _Refused("StyleNotDefined", f"layer {layer.name} has no style {style[:40]!r}")
    try:
        if layer.kind == "vector":
            narrowing = {"filter": condition} if condition else {}
            narrowing |= {"datetime": time} if time else {}
            return Part(layer, where=tile_clause(layer, narrowing) if narrowing else None)
        options = {"rendering": style} if style not in ("", DEFAULT_STYLE) else {}
        return Part(layer, RenderOptions.parse(options | ({"datetime": time} if time else {})))
    except GeoError as error:
        if getattr(error, "parameter", None) == "datetime":
            raise _Refused("InvalidDimensionValue", str(error)) from error
        raise


async def _offered(request: Request) -> list[Layer]:
    """The layers of this address: all that the caller may see, or the one it stands below."""
    caller = await caller_of(request)
    catalogue, name = request.app.state.catalogue, request.path_params.get("layer")
    return [catalogue.find(name, caller.view)] if name else list(catalogue.visible(caller.view))


async def _layers(request: Request, names: Sequence[str]) -> list[Layer]:
    offered = {layer.name: layer for layer in await _offered(request)}
    for name in names:
        if name not in offered:
            raise _Refused("LayerNotDefined", f"there is no layer {name[:60]!r}", status_of(LayerNotFound))
    return [offered[name] for name in names]


def _systems(request: Request) -> list[OutputCrs]:
    frame = request.app.state.frame
    return list(offered_crs(frame, frame.storage_srid).values())


def _crs(request: Request, given: Given, version: str) -> OutputCrs:
    name, code = ("crs", "InvalidCRS") if version == "1.3.0" else ("srs", "InvalidSRS")
    text = given.get(name) or given.get("crs") or given.get("srs")
    if not text:
        raise _Refused("MissingParameterValue", f"{name} is needed")
    frame = request.app.state.frame
    text = "OGC:CRS84" if text.upper() == "CRS:84" else text
    try:
        return find_crs(
            offered_crs(frame, frame.storage_srid), text.upper() if text.lower().startswith("epsg") else text
        )
    except UnknownCrs as error:
        raise _Refused(code, f"{text[:60]!r} is not offered here") from error


def _box(given: Given, north_first: bool) -> Bounds:
    """Read BBOX; of a CRS that puts north first, WMS 1.3.0 gives south, west, north, east."""
    parts = _needed(given, "bbox").split(",")
    try:
        first, second, third, fourth = (float(part) for part in parts)
    except ValueError as error:
        raise _Refused("InvalidParameterValue", "bbox is four numbers: minx,miny,maxx,maxy") from error
    bounds = Bounds(second, first, fourth, third) if north_first else Bounds(first, second, third, fourth)
    if not (np.isfinite(bounds).all() and bounds.west < bounds.east and bounds.south < bounds.north):
        raise _Refused("InvalidParameterValue", "bbox has no extent: its first corner is the lower one")
    if max(map(abs, bounds)) > 1e9:
        raise _Refused("InvalidParameterValue", "bbox lies outside the Earth")
    return bounds


def _format(given: Given) -> str:
    name = _needed(given, "format").split(";")[0].strip()
    name = {"image/jpg": "image/jpeg", "image/png8": "image/png", "image/geotiff": "image/tiff"}.get(name, name)
    if name not in FORMATS:
        raise _Refused("InvalidFormat", f"format is one of {', '.join(FORMATS)}")
    return FORMATS[name]


def _background(given: Given, form: str) -> Colour | None:
    if given.get("transparent", "FALSE").upper() == "TRUE" and form != "jpeg":
        return None
    return read_colour(given["bgcolor"], "bgcolor") if given.get("bgcolor") else WHITE


def _time(given: Given) -> str | None:
    """Read TIME: an instant, or start/end; a period after them says nothing more. ``current`` is all there is."""
    text = given.get("time", "").strip()
    if not text or text.lower() == "current":
        return None
    if "," in text:
        raise _Refused("InvalidDimensionValue", "give one time or one interval, not a list")
    return "/".join(text.split("/")[:2])


def _language(given: Given) -> str:
    text = (given.get("language") or given.get("lang") or "zh").lower()[:2]
    return text if text in LANGUAGES else "zh"


def _dpi(given: Given) -> float:
    options = dict(part.partition(":")[::2] for part in given.get("format_options", "").split(";"))
    text = given.get("dpi") or given.get("map_resolution") or options.get("dpi")
    if not text:
        return STANDARD_DPI
    try:
        value = float(text)
    except ValueError as error:
        raise _Refused("InvalidParameterValue", "dpi is a number") from error
    if not DPI[0] <= value <= DPI[1]:
        raise _Refused("InvalidParameterValue", f"dpi is {DPI[0]:g} to {DPI[1]:g}")
    return value


def _version(given: Given) -> str:
    """Agree on a version: the newest not above what is asked for; the oldest where that is older still."""
    text = given.get("version") or given.get("wmtver") or VERSIONS[0]
    return VERSIONS[0] if text >= VERSIONS[0] else VERSIONS[1]


def _needed(given: Given, name: str) -> str:
    if not given.get(name):
        raise _Refused("MissingParameterValue", f"{name} is needed")
    return given[name]


def _whole(given: Given, name: str, code: str, default: str | None = None) -> int:
    text = given.get(name, default)
    if text is None:
        raise _Refused("MissingParameterValue" if code != "InvalidPoint" else code, f"{name} is needed")
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise _Refused(code, f"{name} is a whole number, not {text[:20]!r}")
    return int(text)


def _code(error: GeoError, version: str) -> str:
    """The code of an error of our own; most have none in the standard."""
    if isinstance(error, LayerNotFound):
        return "LayerNotDefined"
    if isinstance(error, UnknownCrs):
        return "InvalidCRS" if version == "1.3.0" else "InvalidSRS"
    return "InvalidParameterValue" if isinstance(error, BadQuery) else "NoApplicableCode"


def _refusal(refused: _Refused, given: Given, version: str) -> Response:
    """Answer in XML, or as a picture with the words in it or with nothing where a map was asked for so."""
    wanted = given.get("exceptions", "XML").upper().replace("APPLICATION/VND.OGC.SE_", "")
    if given.get("request", "").lower() in ("getmap", "map") and wanted in (IN_IMAGE, BLANK):
        return Response(_told_in_image(str(refused) if wanted == IN_IMAGE else "", given), media_type="image/png")
    media_type = XML if version == "1.3.0" else "application/vnd.ogc.se_xml"
    return Response(exception_report(refused.code, str(refused), version), refused.status, media_type=media_type)


def _told_in_image(text: str, given: Given) -> bytes:
    sides = [given.get(name, "") for name in ("width", "height")]
    width, height = (int(s) if s.isascii() and s.isdigit() and 0 < int(s[:6]) <= LARGEST_SIDE else 256 for s in sides)
    clear = given.get("transparent", "").upper() == "TRUE"
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0 if clear else 255))
    words, lines = text.encode("ascii", "replace").decode(), []
    while words:
        lines.append(words[: max(8, width // 7)])
        words = words[len(lines[-1]) :]
    ImageDraw.Draw(image).text((6, 6), "\n".join(lines), fill=(150, 30, 20, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _landing(links: Links) -> list[Link]:
    return [links.link("alternate", "/wms?service=WMS&request=GetCapabilities", XML, "WMS 1.3.0 and 1.1.1")]


RESOURCE = Resource(
    routes=(Route("/wms", get_wms), Route("/collections/{layer}/wms", get_wms)),
    landing_links=_landing,
)
