"""How layers are drawn: a MapLibre style of one layer or of the whole map, and legends as JSON."""

from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.directory.layer_document import legend_of, tile_url
from geoservice.api.etag import answer_bytes, etag, not_modified
from geoservice.api.links import JSON, Link, Links
from geoservice.api.map.painting import read_language
from geoservice.api.negotiation import choose
from geoservice.api.resources import Resource
from geoservice.api.tile.series import version_tag
from geoservice.parameters import known, one_form
from layers.errors import BadQuery
from layers.layer import Layer
from layers.sentences import say
from layers.style.documents import contour_style, maplibre_style
from layers.style.hints import hints
from tiles.height.renderings import RENDERINGS
from tiles.picture.legend import legend_job
from tiles.picture.scene import STANDARD_DPI
from tiles.raster.encode import picture

PNG = "image/png"
STYLE_JSON = "application/vnd.mapbox.style+json"
CONTOURS = "contours"
GRID = "WebMercatorQuad"
"""MapLibre draws in Web Mercator; other clients take the same style and their own tile addresses."""


async def get_style(request: Request) -> Response:
    """Answer a layer's MapLibre style. ``lang`` chooses the language of names: zh (default) or en.

    ``rendering=contours`` of an elevation layer draws its contour lines with their heights.
    """
    known(request.query_params, ("lang", "f", "rendering"))
    one_form(request.query_params)
    layer = await _layer(request)
    rendering = request.query_params.get("rendering")
    if rendering is None:
        return answer_style(request, [layer], layer.name, background=False)
    if rendering != CONTOURS or layer.kind != "elevation":
        raise BadQuery(say("style-rendering"), "rendering")
    tag = version_tag(layer)
    url = Links.of(request).href(f"/xyz/{layer.name}/{{z}}/{{x}}/{{y}}.mvt", v=tag)
    return _cached(request, layer.name, contour_style(layer, url), [layer], STYLE_JSON)


async def get_map_style(request: Request) -> Response:
    """Answer the style of the whole map: every layer that is shown at first, or those that ``layers`` names."""
    known(request.query_params, ("lang", "f", "layers"))
    one_form(request.query_params)
    caller = await caller_of(request)
    catalogue, names = request.app.state.catalogue, request.query_params.get("layers")
    if names:
        layers = [catalogue.find(name.strip(), caller.view) for name in names.split(",")]
    else:
        layers = [layer for layer in catalogue.visible(caller.view) if hints(layer).visible]
    return answer_style(request, layers, request.app.state.frame.name, background=True)


async def get_legend(request: Request) -> Response:
    """Answer a layer's legend: symbols with names in both languages; ``f=png`` as a picture in one (``lang``)."""
    known(request.query_params, ("f", "rendering", "lang"))
    layer = await _layer(request)
    rendering = request.query_params.get("rendering")
    offered = {"elevation": (*RENDERINGS, "contours"), "imagery": ("rgb",)}.get(layer.kind, ())
    if rendering and rendering not in offered:
        raise BadQuery(say("style-none", layer=layer.name, style=rendering[:40]), "rendering")
    if choose(request, {"json": JSON, "png": PNG}) == "png":
        language = read_language(request.query_params.get("lang"))
        return answer_bytes(request, await legend_picture(request, layer, rendering, language), PNG)
    entries = legend_of(layer, rendering)
    return _cached(request, layer.name, {"id": layer.name, "title": layer.title, "entries": entries}, [layer], JSON)


async def legend_picture(
    request: Request, layer: Layer, rendering: str | None, language: str, dpi: float = STANDARD_DPI
) -> bytes:
    """Return a layer's legend as PNG, on white."""
    title = layer.title.get(language) or layer.title.get("zh") or layer.name
    job = legend_job(title, legend_of(layer, rendering), language, dpi, "#ffffff")
    body = await request.app.state.studio.paint(job)
    pixels = np.frombuffer(body, np.uint8).reshape(job.height, job.width, 4)[..., :3]
    return picture(pixels, None, "png").body


async def _layer(request: Request) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    return layer


def answer_style(
    request: Request, layers: list[Layer], name: str, *, background: bool, rendering: str | None = None
) -> Response:
    """Answer a MapLibre style of layers; ``rendering`` is a raster's other than its own."""
    language = request.query_params.get("lang", "zh")
    if language not in ("zh", "en"):
        raise BadQuery(say("lang-offered", given=language[:20]), "lang")
    href = Links.of(request).href
    urls = {
        layer.name: tile_url(layer, GRID, href).replace("{rendering}", rendering or default_rendering(layer))
        for layer in layers
    }
    style = maplibre_style(layers, urls, language=language, name=name, background=background)
    return _cached(request, name, style, layers, STYLE_JSON)


def default_rendering(layer: Layer) -> str:
    """Return the rendering a raster layer is drawn in when nobody asks for another."""
    return hints(layer).rendering or ("hillshade" if layer.kind == "elevation" else "rgb")


def _cached(request: Request, name: str, body: dict[str, Any], layers: list[Layer], media_type: str) -> Response:
    versions = [(layer.name, layer.version.id, layer.version.revision) for layer in layers]
    tag = etag(request.url, Links.of(request).base, name, versions, body)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding, Authorization"}
    return not_modified(request, tag, **headers) or JSONResponse(
        body, media_type=media_type, headers={"ETag": tag, **headers}
    )


def _collection_links(links: Links, layer: Layer) -> list[Link]:
    here = f"/collections/{layer.name}"
    return [
        links.link("stylesheet", f"{here}/style", STYLE_JSON, "MapLibre style"),
        links.link("http://www.opengis.net/def/rel/ogc/1.0/legend", f"{here}/legend", JSON, "Legend"),
    ]


def _landing_links(links: Links) -> list[Link]:
    return [links.link("stylesheet", "/style.json", STYLE_JSON, "Style of the map")]


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/style", get_style, methods=["GET"]),
        Route("/collections/{layer}/legend", get_legend, methods=["GET"]),
        Route("/style.json", get_map_style, methods=["GET"]),
    ),
    landing_links=_landing_links,
    collection_links=_collection_links,
)
