"""Styles as resources (OGC API Styles): lists, stylesheets as MapLibre JSON and SLD, and what is known of each.

A layer's styles are ``default`` and, of a raster, its renderings. Of the service as a whole they are ``map``, the map
as it begins, and every layer's default style under the layer's name.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.directory.layer_document import renderings as rendering_titles
from geoservice.api.documents import answer_document
from geoservice.api.etag import etag, not_modified
from geoservice.api.language import in_language, page_language
from geoservice.api.links import HTML, JSON, Link, Links
from geoservice.api.map.maps import check_style
from geoservice.api.map.painting import read_language, shown_at_first
from geoservice.api.map.styles import STYLE_JSON, answer_style
from geoservice.api.negotiation import VARY, choose
from geoservice.api.resources import Resource
from geoservice.api.tile.offered import renderings
from geoservice.api.tile.series import looks, states
from geoservice.errors import StyleNotFound
from geoservice.parameters import known
from layers.errors import LayerNotFound
from layers.layer import Layer
from layers.sentences import Language, say
from layers.style.documents import style_columns
from layers.style.hints import hints
from tiles.picture.raster_symbolizer import is_said
from tiles.picture.sld import sld
from tiles.picture.vocabulary import SldVersion

SLD10, SLD11 = "application/vnd.ogc.sld+xml;version=1.0", "application/vnd.ogc.sld+xml;version=1.1"
VERSIONS: dict[str, SldVersion] = {"sld10": "1.0.0", "sld11": "1.1.0"}
MAP = "map"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


async def get_layer_styles(request: Request) -> Response:
    """Answer the styles of a layer."""
    known(request.query_params, ("f", "lang"))
    layer, links, spoken = await _layer(request), Links.of(request), page_language(request)
    own = f"/collections/{layer.name}/styles"
    entries = [_entry(links, layer, name, f"{own}/{name}", spoken) for name in _names(layer)]
    return _listed(request, links, own, entries, "default")


async def get_layer_style(request: Request) -> Response:
    """Answer a style of a layer: ``f=mapbox`` (the default), ``sld10`` or ``sld11`` where SLD has words for it."""
    layer = await _layer(request)
    return await _stylesheet(request, layer, check_style(layer, request.path_params["style"]))


async def get_layer_style_metadata(request: Request) -> Response:
    """Answer what is known of a layer's style: the columns it reads, and its stylesheets."""
    known(request.query_params, ("f", "lang"))
    layer, links, spoken = await _layer(request), Links.of(request), page_language(request)
    name = check_style(layer, request.path_params["style"])
    own = f"/collections/{layer.name}/styles/{name}"
    types = {column.name: column.type for column in layer.version.columns}
    read = style_columns(layer.style, types)
    shape = (layer.version.facts.geometry_type or "geometry").lower().removeprefix("multi")
    document = {
        "id": name,
        "title": _title(layer, name, spoken),
        "scope": "style",
        "version": "1.0",
        "stylesheets": [
            {"title": title, "version": version, "native": form == "mapbox", "link": link}
            for form, title, version, link in _sheets(links, layer, name, own)
        ],
        "layers": [
            {
                "id": layer.name,
                "type": (shape or "").lower().removeprefix("multi")
                or ("raster" if layer.kind != "vector" else "geometry"),
                "attributes": [{"id": column, "type": types[column]} for column in read],
            }
        ],
        "links": [links.link("self", f"{own}/metadata", JSON)],
    }
    return answer_document(request, document, language=spoken)


async def get_styles(request: Request) -> Response:
    """Answer the styles of the service: the whole map's, and every layer's."""
    known(request.query_params, ("f", "lang"))
    caller, links, spoken = await caller_of(request), Links.of(request), page_language(request)
    whole: dict[str, Any] = {
        "id": MAP,
        "title": in_language({"zh": "整幅地图", "en": "The whole map"}, spoken),
        "links": [
            links.link("stylesheet", f"/styles/{MAP}", STYLE_JSON, f="mapbox"),
            links.link(f"{REL}map", f"/styles/{MAP}/map", "image/png"),
        ],
    }
    visible = _visible(request, caller.view)
    entries = [_entry(links, layer, layer.name, f"/styles/{layer.name}", spoken) for layer in visible]
    return _listed(request, links, "/styles", [whole, *entries], MAP)


async def get_style(request: Request) -> Response:
    """Answer a style of the service by its name."""
    name, caller = request.path_params["style"], await caller_of(request)
    if name == MAP:
        known(request.query_params, ("f", "lang"))
        choose(request, {"mapbox": (STYLE_JSON, JSON)})
        layers = shown_at_first(_visible(request, caller.view))
        return answer_style(request, layers, request.app.state.frame.name, background=True)
    try:
        layer = request.app.state.catalogue.find(name, caller.view)
    except LayerNotFound as error:
        raise StyleNotFound(say("service-style-none", style=name[:40])) from error
    return await _stylesheet(request, layer, "default")


async def _stylesheet(request: Request, layer: Layer, name: str) -> Response:
    known(request.query_params, ("f", "lang"))
    offered: dict[str, str | tuple[str, ...]] = {"mapbox": (STYLE_JSON, JSON)}
    rendering = name if name != "default" else None
    if is_said(layer, rendering):
        offered |= {"sld10": SLD10, "sld11": SLD11}
    form = choose(request, offered)
    if form == "mapbox":
        return answer_style(request, [layer], layer.name, background=False, rendering=rendering)
    language = read_language(request.query_params.get("lang"))
    tag = etag(form, name, language, states([layer]), looks([layer]))
    headers = {"Vary": VARY, "Cache-Control": "no-cache"}
    if unchanged := not_modified(request, tag, **headers):
        return unchanged
    body = await run_in_threadpool(sld, layer, VERSIONS[form], language, rendering)
    return Response(body, 200, {**headers, "ETag": tag}, SLD10 if form == "sld10" else SLD11)


async def _layer(request: Request) -> Layer:
    caller = await caller_of(request)
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], caller.view)
    return layer


def _visible(request: Request, view: Any) -> list[Layer]:
    return list(request.app.state.catalogue.visible(view))


def _names(layer: Layer) -> list[str]:
    return list(dict.fromkeys(("default", *renderings(layer))))


def _title(layer: Layer, name: str, language: Language) -> str:
    title = in_language(layer.title, language) or layer.name
    if name in ("default", layer.name):
        return title
    titles = {one["id"]: one["title"] for one in rendering_titles(layer, hints(layer))["renderings"]}
    return f"{title} · {in_language(titles.get(name, {}), language) or name}"


def _sheets(links: Links, layer: Layer, name: str, path: str) -> list[tuple[str, str, str, Link]]:
    """The stylesheets of a style: form, title, version of its language, link."""
    found = [("mapbox", "MapLibre", "8", links.link("stylesheet", path, STYLE_JSON, f="mapbox"))]
    if is_said(layer, name if name != "default" else None):
        found += [
            ("sld10", "OGC SLD 1.0", "1.0", links.link("stylesheet", path, SLD10, f="sld10")),
            ("sld11", "OGC SLD 1.1, SE 1.1", "1.1", links.link("stylesheet", path, SLD11, f="sld11")),
        ]
    return found


def _entry(links: Links, layer: Layer, name: str, path: str, language: Language) -> dict[str, Any]:
    style = name if name != layer.name or path.startswith("/collections/") else "default"
    own = f"/collections/{layer.name}/styles/{style}"
    return {
        "id": name,
        "title": _title(layer, name, language),
        "links": [
            *(link for *_, link in _sheets(links, layer, style, path)),
            links.link("describedby", f"{own}/metadata", JSON),
            links.link(f"{REL}map", f"{path}/map", "image/png"),
            links.link(f"{REL}legend", f"/collections/{layer.name}/legend", "image/png", f="png"),
        ],
    }


def _listed(request: Request, links: Links, own: str, entries: list[dict[str, Any]], default: str) -> Response:
    shown = [links.link("self", own, JSON, f="json"), links.link("alternate", own, HTML, f="html")]
    document = {"default": default, "styles": entries, "links": shown}
    return answer_document(request, document, language=page_language(request))


def _collection(links: Links, layer: Layer) -> list[Link]:
    return [links.link(f"{REL}styles", f"/collections/{layer.name}/styles", JSON, "Styles")]


def _landing(links: Links) -> list[Link]:
    return [links.link(f"{REL}styles", "/styles", JSON, "Styles")]


RESOURCE = Resource(
    routes=(
        Route("/collections/{layer}/styles", get_layer_styles),
        Route("/collections/{layer}/styles/{style}", get_layer_style),
        Route("/collections/{layer}/styles/{style}/metadata", get_layer_style_metadata),
        Route("/styles", get_styles),
        Route("/styles/{style}", get_style),
    ),
    conformance=tuple(
        f"http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/{name}"
        for name in ("core", "mapbox-styles", "sld-10", "sld-11")
    ),
    landing_links=_landing,
    collection_links=_collection,
)
