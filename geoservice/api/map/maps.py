"""OGC API Maps 1.0 (OGC 20-058): layers as one picture of any place, size, scale and coordinate system."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import etag, not_modified
from geoservice.api.links import Link, Links
from geoservice.api.map.background import BACKGROUND, read_background
from geoservice.api.map.maps_paths import maps_paths
from geoservice.api.map.moments import moments_of
from geoservice.api.map.painting import Part, encode, paint, read_language, shown_at_first
from geoservice.api.map.place import PLACE, native_crs, pixel_mm, read_canvas, read_crs
from geoservice.api.map.printing import PARAMETERS as PRINT
from geoservice.api.map.printing import PDF, print_map
from geoservice.api.negotiation import choose
from geoservice.api.resources import Resource
from geoservice.api.subsets import LATEST, subset_time
from geoservice.api.tile.offered import renderings
from geoservice.api.tile.series import looks, states
from geoservice.auth import ANONYMOUS
from geoservice.errors import OutsideExtent, StyleNotFound
from geoservice.item_query import tile_clause
from geoservice.parameters import known
from layers.errors import BadQuery, LayerNotFound
from layers.filter.periods import read_period
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import reason, say
from tiles.raster.options import RenderOptions

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "tif": "image/tiff; application=geotiff"}
LOOK = ("f", *BACKGROUND, "datetime", "filter", "filter-lang", "lang")
WHOLE = "map"
"""The style of the whole map."""
NARROWING = ("filter", "filter-lang", "datetime")
RELS = tuple(f"{scheme}://www.opengis.net/def/rel/ogc/1.0/map" for scheme in ("http", "https"))
MAPS = (
    *("core", "collection-map", "dataset-map", "collections-selection", "styled-map", "scaling", "display-resolution"),
    *(
        "spatial-subsetting",
        "background",
        "crs",
        "datetime",
        "png",
        "jpeg",
        "tiff",
        "tilesets",
        "cors",
        "api-operations",
    ),
)


async def get_collection_map(request: Request) -> Response:
    """Answer ``/collections/{layer}/map`` and the same below a style: one layer as a picture."""
    known(request.query_params, (*PLACE, *LOOK, *PRINT, "rendering"))
    caller = await caller_of(request)
    layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    style = request.query_params.get("rendering", "default")
    if "style" in request.path_params:
        style = check_style(layer, request.path_params["style"])
    if style not in ("default", *renderings(layer)):
        raise BadQuery(say("style-none", layer=layer.name, style=style[:40]), "rendering")
    return await _answer(request, await _parts(request, [layer], style))


async def get_styled_map(request: Request) -> Response:
    """Answer ``/styles/{style}/map``: the whole map, or the layer that a style of the service is named for."""
    if request.path_params["style"] == WHOLE:
        return await get_map(request)
    known(request.query_params, (*PLACE, *LOOK, *PRINT))
    caller = await caller_of(request)
    try:
        layer = request.app.state.catalogue.find(request.path_params["style"], caller.view)
    except LayerNotFound as error:
        raise StyleNotFound(say("service-style-none", style=request.path_params["style"][:40])) from error
    return await _answer(request, await _parts(request, [layer], "default"))


async def get_map(request: Request) -> Response:
    """Answer ``/map?collections=a,b``: layers as one picture, the first lowest; without it the map as it begins."""
    known(request.query_params, (*PLACE, *LOOK, *PRINT, "collections"))
    caller = await caller_of(request)
    catalogue, names = request.app.state.catalogue, request.query_params.get("collections")
    if names:
        try:
            layers = [catalogue.find(name.strip(), caller.view) for name in names.split(",")]
        except LayerNotFound as error:  # 400, as /req/collections-selection/collections-parameter has it
            raise BadQuery(reason(error), "collections") from error
    else:
        layers = shown_at_first(catalogue.visible(caller.view))
    if len(layers) != 1 and "filter" in request.query_params:
        raise BadQuery(say("filter-one-map"), "filter")
    return await _answer(request, await _parts(request, layers, "default"))


def check_style(layer: Layer, name: str) -> str:
    """Return the name of a style that a layer has.

    Raises:
        StyleNotFound: it has none of that name.
    """
    if name not in ("default", *renderings(layer)):
        raise StyleNotFound(say("style-none", layer=layer.name, style=name[:40]))
    return name


async def _parts(request: Request, layers: Sequence[Layer], style: str) -> list[Part]:
    """Return the layers that have something at the time asked for. Raises OutsideExtent where none has."""
    parts, outside = [], None
    for layer in layers:
        try:
            parts.append(_part(layer, style, await _narrowing(request, layer)))
        except OutsideExtent as error:
            outside = error
    if outside is not None and not parts:
        raise outside
    return parts


async def _narrowing(request: Request, layer: Layer) -> dict[str, str]:
    """Return filter and time of a layer; a layer without time is there at any (OGC 20-058, /req/datetime)."""
    given = {name: value for name, value in request.query_params.items() if name in NARROWING}
    asked = subset_time(request)
    if asked is None:
        return given
    if "datetime" in given:
        raise BadQuery(say("map-datetime-and-subset"), "subset")
    period = None if asked == LATEST else read_period(asked, "subset")
    moments = await moments_of(request.app.state, layer)
    if moments is None:
        return given
    if period is not None and not moments.meet(period):
        raise OutsideExtent(say("subset-time-none", layer=layer.name, given=asked[:60], extent=moments.whole))
    time = asked if period is not None else moments.latest
    return given | ({"datetime": time} if time else {})


def _part(layer: Layer, style: str, given: Mapping[str, str]) -> Part:
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
            raise BadQuery(say("page-only", name=name), name)
    crs = read_crs(request, "crs") or native_crs(request, layers)
    dpi = 25.4 / pixel_mm(request)
    canvas = read_canvas(request, layers, crs)
    background = read_background(request.query_params, opaque=form == "jpeg")
    language = read_language(request.query_params.get("lang"))
    caller = await caller_of(request)
    tag = etag(
        request.url.path, request.url.query, form, caller.view.key, states(layers), looks(layers),
        [layer.version.tag for layer in layers],
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
    pixels = await paint(request.app.state, parts, canvas, language=language, dpi=dpi, background=background.below)
    pixels = await run_in_threadpool(background.under, pixels, canvas)
    body, media_type = await encode(request.app.state, pixels, form, canvas, keep_hidden=background.is_said)
    return Response(body, 200, headers, media_type)


def _collection(links: Links, layer: Layer) -> list[Link]:
    return [_link(links, rel, f"/collections/{layer.name}/map") for rel in RELS]


def _landing(links: Links) -> list[Link]:
    return [_link(links, rel, "/map") for rel in RELS]


def _link(links: Links, rel: str, path: str) -> Link:
    return links.link(rel, path, MEDIA_TYPES["png"], "as a picture")


_ROUTES: tuple[tuple[str, Any], ...] = (
    ("/collections/{layer}/map", get_collection_map),
    ("/collections/{layer}/styles/{style}/map", get_collection_map),
    ("/map", get_map),
    ("/styles/{style}/map", get_styled_map),
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
    paths=maps_paths,
)
