"""What a WMS request says: its parameters by their names in small letters, read into a map to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from geoservice.api.callers import caller_of
from geoservice.api.map.moments import moments_of
from geoservice.api.map.painting import LANGUAGES, Part
from geoservice.api.map.times import read_times
from geoservice.api.map.wms_capabilities import FORMATS, LARGEST_SIDE, MOST_LAYERS
from geoservice.api.map.wms_refusals import Refused
from geoservice.api.tile.drawing import DEFAULT_STYLE
from geoservice.api.tile.offered import renderings
from geoservice.item_query import picture_clause, read_picture_query
from geoservice.parameters import parse_number
from geoservice.problems import status_of
from layers.crs.output import OutputCrs, find_crs, offered_crs
from layers.errors import BadQuery, GeoError, LayerNotFound, UnknownCrs
from layers.filter.periods import read_period
from layers.frame import Bounds
from layers.layer import Layer
from layers.query import Period, day_of
from layers.sentences import reason, say
from tiles.picture.scene import STANDARD_DPI
from tiles.raster.options import RenderOptions
from tiles.raster.warp import Canvas

VERSIONS = ("1.3.0", "1.1.1")
DPI = (20.0, 1200.0)
Given = Mapping[str, str]


@dataclass(frozen=True)
class AskedMap:
    """What GetMap and GetFeatureInfo say of a map."""

    parts: list[Part]
    canvas: Canvas
    language: str
    dpi: float


async def read_map(request: Request, given: Given, version: str) -> AskedMap:
    """Read what GetMap and GetFeatureInfo share: layers with their styles and filters, place, size, time.

    Raises:
        Refused, and what the layers raise.
    """
    crs = _crs(request, given, version)
    width, height = (whole(given, name, "InvalidParameterValue") for name in ("width", "height"))
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise Refused("InvalidParameterValue", say("map-sides", most=LARGEST_SIDE))
    north_first = version == "1.3.0" and crs.north_east
    canvas = Canvas(crs.crs, _box(given, north_first), width, height)
    return AskedMap(await _parts(request, given), canvas, language_of(given), dpi_of(given))


async def _parts(request: Request, given: Given) -> list[Part]:
    if sent := next((name for name in ("sld", "sld_body") if given.get(name)), None):
        raise Refused("OperationNotSupported", say("map-sld", name=sent))
    names = needed(given, "layers").split(",")
    if len(names) > MOST_LAYERS:
        raise Refused("InvalidParameterValue", say("map-layers", most=MOST_LAYERS))
    layers = await layers_named(request, names)
    styles = given.get("styles", "").split(",")
    filters = given.get("cql_filter", "").split(";")
    if len(styles) not in (1, len(layers)) or len(filters) not in (1, len(layers)):
        raise Refused("InvalidParameterValue", say("map-styles"))
    parts = []
    for number, layer in enumerate(layers):
        style = styles[number] if len(styles) == len(layers) else styles[0]
        condition = filters[number] if len(filters) == len(layers) else filters[0]
        parts.append(_part(layer, style, condition.strip(), await _times(request, layer, given)))
    return parts


def _part(layer: Layer, style: str, condition: str, times: tuple[Period, ...]) -> Part:
    if style not in ("", DEFAULT_STYLE, *renderings(layer)):
        raise Refused("StyleNotDefined", say("style-none", layer=layer.name, style=style[:40]))
    if layer.kind == "vector":
        shown = replace(read_picture_query({"filter": condition} if condition else {}), periods=times)
        return Part(layer, where=picture_clause(layer, shown), shown=shown) if shown.selects else Part(layer)
    options = RenderOptions.parse({"rendering": style} if style not in ("", DEFAULT_STYLE) else {})
    return Part(layer, replace(options, datetime=tuple((day_of(first), day_of(last)) for first, last in times)))


async def layers_offered(request: Request) -> list[Layer]:
    """Return the layers of this address: all that the caller may see, or the one it stands below."""
    caller = await caller_of(request)
    catalogue, name = request.app.state.catalogue, request.path_params.get("layer")
    return [catalogue.find(name, caller.view)] if name else list(catalogue.visible(caller.view))


async def layers_named(request: Request, names: Sequence[str]) -> list[Layer]:
    """Return the layers of these names. Raises Refused where one is not offered at this address."""
    offered = {layer.name: layer for layer in await layers_offered(request)}
    for name in names:
        if name not in offered:
            raise Refused("LayerNotDefined", say("map-layer-none", layer=name[:60]), status_of(LayerNotFound))
    return [offered[name] for name in names]


def _crs(request: Request, given: Given, version: str) -> OutputCrs:
    name, code = ("crs", "InvalidCRS") if version == "1.3.0" else ("srs", "InvalidSRS")
    text = given.get(name) or given.get("crs") or given.get("srs")
    if not text:
        raise Refused("MissingParameterValue", say("key-needed", name=name))
    frame = request.app.state.frame
    try:
        return find_crs(offered_crs(frame, frame.storage_srid), text)
    except UnknownCrs as error:
        raise Refused(code, say("map-crs-none", crs=text[:60])) from error


def _box(given: Given, north_first: bool) -> Bounds:
    """Read BBOX; of a CRS that puts north first, WMS 1.3.0 gives south, west, north, east."""
    parts = needed(given, "bbox").split(",")
    try:
        first, second, third, fourth = (parse_number(part, "bbox") for part in parts)
    except (ValueError, BadQuery) as error:
        raise Refused("InvalidParameterValue", say("map-bbox-numbers")) from error
    bounds = Bounds(second, first, fourth, third) if north_first else Bounds(first, second, third, fourth)
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise Refused("InvalidParameterValue", say("bbox-corners"))
    if max(map(abs, bounds)) > 1e9:
        raise Refused("InvalidParameterValue", say("map-bbox-earth"))
    return bounds


def format_of(given: Given) -> str:
    """Return the form FORMAT asks for. Raises Refused."""
    name = needed(given, "format").split(";")[0].strip()
    name = {"image/jpg": "image/jpeg", "image/png8": "image/png", "image/geotiff": "image/tiff"}.get(name, name)
    if name not in FORMATS:
        raise Refused("InvalidFormat", say("map-form", name="format", offered=", ".join(FORMATS)))
    return FORMATS[name]


async def _times(request: Request, layer: Layer, given: Given) -> tuple[Period, ...]:
    """Read TIME for a layer; nothing for one without time. Raises Refused where the layer has none of a time."""
    try:
        written = read_times(given.get("time", ""))
        periods = tuple(read_period(text, "time") for text in written)
    except GeoError as error:
        raise Refused("InvalidDimensionValue", reason(error)) from error
    moments = await moments_of(request.app.state, layer) if periods else None
    if moments is None:
        return ()
    for text, period in zip(written, periods, strict=True):
        if not moments.meet(period):
            told = say("map-time-none", layer=layer.name, given=text, extent=moments.whole)
            raise Refused("InvalidDimensionValue", told)
    return periods


def language_of(given: Given) -> str:
    """Return the language of names: LANGUAGE, Chinese where it is not offered."""
    text = (given.get("language") or given.get("lang") or "zh").lower()[:2]
    return text if text in LANGUAGES else "zh"


def dpi_of(given: Given) -> float:
    """Return the resolution, pixels an inch. Raises Refused."""
    options = dict(part.partition(":")[::2] for part in given.get("format_options", "").split(";"))
    text = given.get("dpi") or given.get("map_resolution") or options.get("dpi")
    if not text:
        return STANDARD_DPI
    try:
        value = parse_number(text, "dpi")
    except BadQuery as error:
        raise Refused("InvalidParameterValue", say("map-dpi-number")) from error
    if not DPI[0] <= value <= DPI[1]:
        raise Refused("InvalidParameterValue", say("map-dpi", low=DPI[0], high=DPI[1]))
    return value


def version_of(given: Given) -> str:
    """Agree on a version: the newest not above what is asked for; the oldest where that is older still."""
    text = given.get("version") or given.get("wmtver") or VERSIONS[0]
    return VERSIONS[0] if text >= VERSIONS[0] else VERSIONS[1]


def needed(given: Given, name: str) -> str:
    """Return a parameter that must be there. Raises Refused."""
    if not given.get(name):
        raise Refused("MissingParameterValue", say("key-needed", name=name))
    return given[name]


def whole(given: Given, name: str, code: str, default: str | None = None) -> int:
    """Return a whole number. Raises Refused with ``code``."""
    text = given.get(name, default)
    if text is None:
        raise Refused("MissingParameterValue" if code != "InvalidPoint" else code, say("key-needed", name=name))
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise Refused(code, say("key-whole", name=name, given=text[:20]))
    return int(text)


def systems(request: Request) -> list[OutputCrs]:
    """Return the coordinate systems that maps are offered in."""
    frame = request.app.state.frame
    return list(offered_crs(frame, frame.storage_srid).values())
