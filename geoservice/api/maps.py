"""OGC API Maps 1.0 (OGC 20-058): layers as one picture of any place, size, scale and coordinate system."""

import math
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.etag import etag, not_modified
from geoservice.api.imports import caller_of
from geoservice.api.item_query import tile_clause
from geoservice.api.links import Link, Links
from geoservice.api.negotiation import choose
from geoservice.api.painting import Part, encode, paint, read_language, shown_at_first
from geoservice.api.parameters import integer, known, number, numbers
from geoservice.api.printing import PARAMETERS as PRINT
from geoservice.api.printing import PDF, print_map
from geoservice.api.resources import Resource
from geoservice.api.series import looks, states
from geoservice.api.wmts import renderings
from geoservice.auth import ANONYMOUS
from geoservice.errors import StyleNotFound
from layers.crs import CRS84, parse_crs
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.operations import find_transform
from layers.output_crs import OutputCrs, find_crs, offered_crs
from tiles.options import RenderOptions
from tiles.picture.compose import WHITE, Colour, read_colour
from tiles.picture.scene import LONGEST_SIDE
from tiles.warp import Canvas

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "tif": "image/tiff; application=geotiff"}
PLACE = ("bbox", "bbox-crs", "center", "center-crs", "crs", "width", "height", "scale-denominator", "mm-per-pixel")
LOOK = ("f", "bgcolor", "transparent", "datetime", "filter", "filter-lang", "lang")
NARROWING = ("filter", "filter-lang", "datetime")
DEFAULT_SIDE = 1024
PIXEL_MM = 0.28
METRES_A_DEGREE = math.pi / 180 * 6378137
"""As scales of maps in degrees are counted (OGC 17-083r4, 6.1.1.1)."""
RELS = tuple(f"{scheme}://www.opengis.net/def/rel/ogc/1.0/map" for scheme in ("http", "https"))
MAPS = (
    *("core", "collection-map", "dataset-map", "collections-selection", "styled-map", "scaling", "display-resolution"),
    *("background", "crs", "datetime", "png", "jpeg", "tiff", "tilesets", "cors", "api-operations"),
)


async def get_collection_map(request: Request) -> Response:
    """Answer ``/collections/{layer}/map`` and the same below a style: one layer as a picture."""
    known(request, (*PLACE, *LOOK, *PRINT, "rendering"))
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    style = request.query_params.get("rendering", "default")
    if "style" in request.path_params:
        style = check_style(layer, request.path_params["style"])
    if style not in ("default", *renderings(layer)):
        raise BadQuery(f"layer {layer.name} has no style {style[:40]!r}", "rendering")
    return await _answer(request, [_part(request, layer, style)])


async def get_map(request: Request) -> Response:
    """Answer ``/map?collections=a,b``: layers as one picture, the first lowest; without it the map as it begins."""
    known(request, (*PLACE, *LOOK, *PRINT, "collections"))
    caller = await caller_of(request)
    catalogue, names = request.app.state.catalogue, request.query_params.get("collections")
    if names:
        layers = [catalogue.find(name.strip(), caller.view) for name in names.split(",")]
    else:
        layers = shown_at_first(catalogue.visible(caller.view))
    if len(layers) != 1 and "filter" in request.query_params:
        raise BadQuery("a filter narrows one layer; ask for its map alone", "filter")
    return await _answer(request, [_part(request, layer, "default") for layer in layers])


def check_style(layer: Layer, name: str) -> str:
    """Return the name of a style that a layer has.

    Raises:
        StyleNotFound: it has none of that name.
    """
    if name not in ("default", *renderings(layer)):
        raise StyleNotFound(f"layer {layer.name} has no style {name[:40]!r}")
    return name


def _part(request: Request, layer: Layer, style: str) -> Part:
    given = {
        name: value for name, value in request.query_params.items() if name in ("filter", "filter-lang", "datetime")
    }
    if layer.kind == "vector":
        return Part(layer, where=tile_clause(layer, given) if given else None)
    options = {"rendering": style} if style != "default" else {}
    return Part(layer, RenderOptions.parse(options | ({"datetime": given["datetime"]} if "datetime" in given else {})))


async def _answer(request: Request, parts: Sequence[Part]) -> Response:
    layers = [part.layer for part in parts]
    form = choose(request, {**MEDIA_TYPES, "pdf": PDF}, default="png")
    if form == "pdf":
        return await print_map(request, parts)
    for name in PRINT:
        if name in request.query_params:
            raise BadQuery(f"{name} is for a page; add f=pdf", name)
    crs = _crs(request, "crs") or _native(request, layers)
    dpi = 25.4 / _pixel_mm(request)
    canvas = read_canvas(request, layers, crs)
    background, language = _background(request, form), read_language(request.query_params.get("lang"))
    caller = await caller_of(request)
    tag = etag(
        request.url.path, request.url.query, form, caller.view.key, states(layers), looks(layers),
        [layer.version.revision for layer in layers],
    )  # fmt: skip
    box = canvas.bounds
    shown = Bounds(box.south, box.west, box.north, box.east) if crs.north_east else box
    headers = {
        "Cache-Control": f"{'public' if caller is ANONYMOUS else 'private'}, max-age=60",
        "ETag": tag,
        "Vary": "Accept, Authorization",
        "Content-Crs": f"<{crs.uri}>",
        "Content-Bbox": ",".join(f"{value:.12g}" for value in shown),
    }
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    pixels = await paint(request.app.state, parts, canvas, language=language, dpi=dpi, background=background)
    body, media_type = await encode(request.app.state, pixels, form, canvas)
    return Response(body, 200, headers, media_type)


def read_canvas(request: Request, layers: Sequence[Layer], crs: OutputCrs) -> Canvas:
    """Read place, size and scale into a canvas: a box or a centre, pixels or a scale, what is not said fits the rest.

    Raises:
        BadQuery: they contradict each other, or there is too little.
    """
    mm = _pixel_mm(request)
    sides = [integer(request, name, 0, 1, LONGEST_SIDE) for name in ("width", "height")]
    scale = number(request, "scale-denominator", 0.0)
    if scale < 0 or ("scale-denominator" in request.query_params and scale == 0):
        raise BadQuery("scale-denominator is more than 0", "scale-denominator")
    pixel = scale * mm / 1000 / (METRES_A_DEGREE if crs.crs.is_geographic else 1.0)
    centre = _centre(request, crs)
    box = _box(request, crs)
    if centre is not None:
        if box is not None:
            raise BadQuery("give a bbox or a center, not both", "center")
        if not pixel:
            raise BadQuery("a center needs a scale-denominator", "scale-denominator")
        width, height = (side or DEFAULT_SIDE for side in sides)
        x, y = centre
        around = Bounds(x - width * pixel / 2, y - height * pixel / 2, x + width * pixel / 2, y + height * pixel / 2)
        return Canvas(crs.crs, around, width, height)
    bounds = box or _extent(request, layers, crs)
    across, along = bounds.east - bounds.west, bounds.north - bounds.south
    if pixel:
        if any(sides):
            raise BadQuery("a bbox with a scale has its size; leave width and height out", "width")
        return _sized(crs, bounds, across / pixel, along / pixel)
    width, height = sides
    if width and height:
        return Canvas(crs.crs, bounds, width, height)
    longest = max(across, along)
    wide = width or (height * across / along if height else DEFAULT_SIDE * across / longest)
    high = height or wide * along / across
    return _sized(crs, bounds, wide, high)


def _sized(crs: OutputCrs, bounds: Bounds, width: float, height: float) -> Canvas:
    if max(width, height) > LONGEST_SIDE:
        raise BadQuery(
            f"the picture would be {width:.0f} x {height:.0f} pixels; ask for a smaller scale or box", "bbox"
        )
    return Canvas(crs.crs, bounds, max(1, round(width)), max(1, round(height)))


def _pixel_mm(request: Request) -> float:
    value = number(request, "mm-per-pixel", PIXEL_MM)
    if not 0.02 <= value <= 2:
        raise BadQuery("mm-per-pixel is 0.02 to 2", "mm-per-pixel")
    return value


def _crs(request: Request, name: str) -> OutputCrs | None:
    text, frame = request.query_params.get(name), request.app.state.frame
    return find_crs(offered_crs(frame, frame.storage_srid), text, name) if text else None


def _native(request: Request, layers: Sequence[Layer]) -> OutputCrs:
    frame = request.app.state.frame
    srid = layers[0].version.srid if len(layers) == 1 and layers[0].kind == "vector" else frame.storage_srid
    offered = offered_crs(frame, frame.storage_srid)
    return find_crs(offered, f"EPSG:{srid}", "crs")


def _box(request: Request, crs: OutputCrs) -> Bounds | None:
    """Read bbox, in degrees (CRS84) or in ``bbox-crs`` by its authority's order, and bring it to the map's CRS."""
    given = numbers(request, "bbox", (4, 6))
    if given is None:
        return None
    first, second, third, fourth = given if len(given) == 4 else (given[0], given[1], given[3], given[4])
    source = _crs(request, "bbox-crs")
    swapped = source is not None and source.north_east
    bounds = Bounds(second, first, fourth, third) if swapped else Bounds(first, second, third, fourth)
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise BadQuery("bbox has no extent: its first corner is the lower one", "bbox")
    if (source is None or source.crs.is_geographic) and not (
        max(abs(bounds.west), abs(bounds.east)) <= 180 and max(abs(bounds.south), abs(bounds.north)) <= 90
    ):
        raise BadQuery("bbox is in degrees, longitude -180 to 180 and latitude -90 to 90", "bbox")
    return find_transform(source.crs if source else parse_crs(CRS84), crs.crs).bounds(bounds)


def _centre(request: Request, crs: OutputCrs) -> tuple[float, float] | None:
    given = numbers(request, "center", (2,))
    if given is None:
        return None
    source = _crs(request, "center-crs")
    x, y = given[::-1] if source is not None and source.north_east else given
    east, north = find_transform(source.crs if source else parse_crs(CRS84), crs.crs).points([x], [y])
    if not (math.isfinite(east[0]) and math.isfinite(north[0])):
        raise BadQuery("the center lies outside what the map's coordinate system can express", "center")
    return float(east[0]), float(north[0])


def _extent(request: Request, layers: Sequence[Layer], crs: OutputCrs) -> Bounds:
    """The layers' extent in the map's CRS, no point of no size."""
    frame = request.app.state.frame
    extents = [layer.version.extent for layer in layers if layer.version.extent] or [frame.extent]
    whole = extents[0]
    for extent in extents[1:]:
        whole = whole.union(extent)
    west, south, east, north = whole
    if not (west < east and south < north):
        west, south, east, north = west - 0.005, south - 0.005, east + 0.005, north + 0.005
    return find_transform(parse_crs(frame.storage_srid), crs.crs).bounds(Bounds(west, south, east, north))


def _background(request: Request, form: str) -> Colour | None:
    """The colour below the map; without bgcolor it is transparent where the format can be, as the standard has it."""
    given = request.query_params
    colour = read_colour(given["bgcolor"], "bgcolor") if "bgcolor" in given else None
    text = given.get("transparent")
    if text not in (None, "true", "false"):
        raise BadQuery("transparent is true or false", "transparent")
    transparent = text == "true" if text is not None else colour is None
    return None if transparent and form != "jpeg" else colour or WHITE


def _collection(links: Links, layer: Layer) -> list[Link]:
    return [_link(links, rel, f"/collections/{layer.name}/map") for rel in RELS]


def _landing(links: Links) -> list[Link]:
    return [_link(links, rel, "/map") for rel in RELS]


def _link(links: Links, rel: str, path: str) -> Link:
    return links.link(rel, path, MEDIA_TYPES["png"], "as a picture", f="png")


_ROUTES: tuple[tuple[str, Any], ...] = (
    ("/collections/{layer}/map", get_collection_map),
    ("/collections/{layer}/styles/{style}/map", get_collection_map),
    ("/map", get_map),
)
RESOURCE = Resource(
    routes=tuple(Route(path, endpoint) for path, endpoint in _ROUTES),
    conformance=tuple(
        f"{scheme}://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/{name}"
        for scheme in ("https", "http")
        for name in MAPS
    ),
    landing_links=_landing,
    collection_links=_collection,
)
