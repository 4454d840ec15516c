"""Values of rasters: a window as GeoTIFF, heights along a line. For analysis, not for looking at."""

import asyncio
from typing import Any

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.analysis.along import elevation_profile
from geoservice.api.callers import caller_of
from geoservice.api.etag import etag, not_modified
from geoservice.api.links import Link, Links, query_of
from geoservice.api.processes import asking_of
from geoservice.api.resources import Resource
from geoservice.api.tile.series import states
from geoservice.parameters import integer, known, number, numbers, one_form
from layers.crs.names import CRS84, axis_is_north_east, crs_uri, parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.sentences import say
from tiles.raster.coverage import open_window, window_tiff
from tiles.raster.options import RenderOptions

GEOTIFF = "image/tiff; application=geotiff"
PARAMETERS = ("bbox", "bbox-crs", "crs", "width", "height", "bands", "resampling", "datetime", "order", "f")
LARGEST_SIDE = 16_384


async def get_coverage(request: Request) -> Response:
    """Answer ``[?bbox=][&crs=][&width=][&height=]``: the layer's values, whole or over a box, as GeoTIFF.

    ``bbox`` is in degrees, or in ``bbox-crs`` by its authority's axis order; without ``crs`` the pixels come in the
    frame's storage CRS, without a size at the layer's own resolution.
    """
    known(request.query_params, PARAMETERS)
    layer = await _raster(request)
    if request.query_params.get("f", "tif") not in ("tif", "geotiff"):
        raise BadQuery(say("form-tif"), "f")
    frame = request.app.state.frame
    crs = _crs(request, "crs") or parse_crs(frame.storage_srid)
    bounds = _box(request, layer, crs)
    said = {
        name: request.query_params[name]
        for name in ("bands", "resampling", "datetime", "order")
        if name in request.query_params
    }
    options = RenderOptions.parse(said)
    width, height = (integer(request.query_params, name, 0, 1, LARGEST_SIDE) or None for name in ("width", "height"))
    tag = etag(request.url.path, query_of(request), states([layer]), layer.version.tag, frame.storage_srid)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if unchanged := not_modified(request, tag, **headers):
        return unchanged

    def draw() -> bytes:
        window = open_window(
            layer, request.app.state.storage, bounds, crs, width, height, options.resampling,
            bands=options.bands, order=options.order, spans=options.datetime,
        )  # fmt: skip
        return window_tiff(window).body

    body = await asyncio.get_running_loop().run_in_executor(request.app.state.raster_pool, draw)
    headers |= {
        "Content-Disposition": f'attachment; filename="{layer.name}.tif"',
        "Content-Crs": f"<{crs_uri(crs.to_epsg() or 0)}>" if crs.to_epsg() else f"<{CRS84}>",
        "Content-Bbox": ",".join(f"{value:.9g}" for value in bounds),
    }
    return Response(body, 200, headers, GEOTIFF)


async def get_profile(request: Request) -> Response:
    """Answer ``?line=lon,lat lon,lat …[&spacing=]``: heights along a line, with what is known of their accuracy."""
    known(request.query_params, ("line", "spacing", "f"))
    one_form(request.query_params)
    layer = await _raster(request)
    if layer.kind != "elevation":
        raise BadQuery(say("profile-elevation", layer=layer.name, kind=say(f"kind-{layer.kind}")), "layer")
    line = _line(request)
    spacing = number(request.query_params, "spacing", 0.0) or None
    found = await elevation_profile(asking_of(request, await caller_of(request)), layer, line, spacing)
    return Response(orjson.dumps(found), media_type="application/json")


async def _raster(request: Request) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    if layer.kind == "vector":
        raise BadQuery(say("coverage-vector", layer=layer.name, name=layer.name), "layer")
    return layer


def _crs(request: Request, name: str) -> Any:
    text = request.query_params.get(name)
    return parse_crs(text) if text else None


def _box(request: Request, layer: Layer, crs: Any) -> Bounds:
    """Read the box, without one the layer's extent, and bring it to the CRS of the pixels."""
    given = numbers(request.query_params, "bbox", (4,))
    if given is None and layer.version.extent is not None and "bbox-crs" not in request.query_params:
        return find_transform(parse_crs(CRS84), crs).bounds(layer.version.extent)
    if given is None:
        raise BadQuery(say("bbox-needed"), "bbox")
    source = _crs(request, "bbox-crs")
    if source is not None and axis_is_north_east(source):
        given = given[1], given[0], given[3], given[2]
    bounds = Bounds(*given)
    if not (bounds.west < bounds.east and bounds.south < bounds.north):
        raise BadQuery(say("bbox-no-extent"), "bbox")
    if source is None:
        west, south, east, north = bounds
        if not (-180 <= west and east <= 180 and -90 <= south and north <= 90):
            raise BadQuery(say("bbox-degrees-unless"), "bbox")
    return find_transform(source or parse_crs(CRS84), crs).bounds(bounds)


def _line(request: Request) -> list[tuple[float, float]]:
    text = request.query_params.get("line", "")
    try:
        line = [(float(lon), float(lat)) for lon, lat in (pair.split(",") for pair in text.split())]
    except ValueError as error:
        raise BadQuery(say("line-form"), "line") from error
    if len(line) < 2 or not np.isfinite(line).all() or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in line):
        raise BadQuery(say("line-pairs"), "line")
    return line


def _links(links: Links, layer: Layer) -> list[Link]:
    if layer.kind == "vector":
        return []
    path = f"/collections/{layer.name}/coverage"
    return [links.link("https://www.opengis.net/def/rel/ogc/1.0/coverage", path, GEOTIFF, "values as GeoTIFF")]


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/coverage", get_coverage),
        Route("/collections/{layer}/profile", get_profile),
    ),
    collection_links=_links,
)
