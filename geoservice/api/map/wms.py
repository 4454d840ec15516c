"""WMS 1.3.0 and 1.1.1 (OGC 06-042, 01-068r3): maps of all kinds of layers for the desktops, printers and reports.

Names of parameters are case-insensitive. What is wrong is told in a ServiceExceptionReport, or in the picture where
EXCEPTIONS asks for that. Beyond the standard: ``CQL_FILTER``, ``LANGUAGE``, and a resolution as QGIS (``DPI``),
MapServer (``MAP_RESOLUTION``) or GeoServer (``FORMAT_OPTIONS=dpi:``) write it.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.callers import caller_of
from geoservice.api.etag import answer_bytes, etag, not_modified
from geoservice.api.language import answer_language
from geoservice.api.links import Link, Links
from geoservice.api.map.info_gml import GML_2, GML_3, info_gml
from geoservice.api.map.moments import moments_of
from geoservice.api.map.painting import encode, paint
from geoservice.api.map.pixel import info_response, under_pixel
from geoservice.api.map.styles import legend_picture
from geoservice.api.map.wms_capabilities import INFO_FORMATS, capabilities
from geoservice.api.map.wms_layers import Offer
from geoservice.api.map.wms_refusals import XML, Refused, background_of, code_of, refusal
from geoservice.api.map.wms_request import (
    Given,
    dpi_of,
    format_of,
    language_of,
    layers_named,
    layers_offered,
    needed,
    read_map,
    systems,
    version_of,
    whole,
)
from geoservice.api.resources import Resource
from geoservice.api.tile.drawing import DEFAULT_STYLE
from geoservice.api.tile.offered import renderings
from geoservice.api.tile.series import looks, states
from geoservice.auth import ANONYMOUS
from geoservice.problems import status_of
from layers.errors import GeoError
from layers.sentences import reason, say


async def get_wms(request: Request) -> Response:
    """Answer ``/wms?request=…`` and the same below one layer, whose service then offers that layer alone."""
    given = {name.lower(): value for name, value in request.query_params.items()}
    version = version_of(given)
    try:
        return await _answer(request, given, version)
    except (Refused, GeoError) as error:
        if isinstance(error, GeoError):
            if status_of(type(error)) in (401, 503):
                raise
            error = Refused(code_of(error, version), reason(error), status_of(type(error)))
        return refusal(error, given, version, answer_language(request))


async def _answer(request: Request, given: Given, version: str) -> Response:
    if given.get("service", "WMS").upper() != "WMS":
        raise Refused("InvalidParameterValue", say("service-is", service="WMS"))
    asked = needed(given, "request").lower()
    operation = OPERATIONS.get(asked)
    if operation is None:
        raise Refused(
            "OperationNotSupported", say("operation-none", given=given["request"][:40], offered=", ".join(OFFERED))
        )
    return await operation(request, given, version)


async def _capabilities(request: Request, given: Given, version: str) -> Response:
    layers, frame, links = await layers_offered(request), request.app.state.frame, Links.of(request)
    name = request.path_params.get("layer")
    offer = Offer(
        base=links.base,
        address=f"{links.base}/collections/{name}/wms" if name else f"{links.base}/wms",
        frame=frame,
        layers=layers,
        systems=systems(request),
        styles={layer.name: renderings(layer) for layer in layers},
        moments={layer.name: await moments_of(request.app.state, layer) for layer in layers},
    )
    media_type = XML if version == "1.3.0" else "application/vnd.ogc.wms_xml"
    return answer_bytes(request, capabilities(offer, version), media_type)


async def _map(request: Request, given: Given, version: str) -> Response:
    form = format_of(given)
    asked = await read_map(request, given, version)
    background = background_of(given, form)
    layers = [part.layer for part in asked.parts]
    caller = await caller_of(request)
    tag = etag(request.url.query, caller.view.key, states(layers), [x.version.tag for x in layers], looks(layers))
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
    asked = await read_map(request, given, version)
    named = [part.layer.name for part in asked.parts]
    wanted = needed(given, "query_layers").split(",")
    for name in wanted:
        if name not in named:
            raise Refused("LayerNotDefined", say("info-layer", layer=name[:60]))
    media_type = (given.get("info_format") or "text/plain").replace(" ", "+")  # a plus sign that was not escaped
    media_type = "application/geo+json" if media_type == "application/geojson" else media_type  # as MapServer calls it
    if media_type not in INFO_FORMATS:
        raise Refused("InvalidFormat", say("map-form", name="info_format", offered=", ".join(INFO_FORMATS)))
    across, down = ("i", "j") if version == "1.3.0" else ("x", "y")
    col, row = whole(given, across, "InvalidPoint"), whole(given, down, "InvalidPoint")
    if not (0 <= col < asked.canvas.width and 0 <= row < asked.canvas.height):
        raise Refused("InvalidPoint", say("info-pixel", across=across, down=down, col=col, row=row))
    limit = min(whole(given, "feature_count", "InvalidParameterValue", "1"), 100)
    parts = [part for part in asked.parts if part.layer.name in wanted]
    found = await under_pixel(request, parts, asked.canvas, col, row, max(1, limit))
    if media_type in (GML_2, GML_3):
        return Response(info_gml(found, media_type), media_type=media_type)
    return info_response(found, media_type)


async def _legend(request: Request, given: Given, version: str) -> Response:
    (layer,) = await layers_named(request, needed(given, "layer").split(",")[:1])
    if given.get("format", PNG).split(";")[0].strip() != PNG:
        raise Refused("InvalidFormat", say("map-form", name="format", offered=PNG))
    style = given.get("style", "")
    if style not in ("", DEFAULT_STYLE, *renderings(layer)):
        raise Refused("StyleNotDefined", say("style-none", layer=layer.name, style=style[:40]))
    rendering = style if layer.kind == "elevation" and style not in ("", DEFAULT_STYLE) else None
    body = await legend_picture(request, layer, rendering, language_of(given), dpi_of(given))
    return answer_bytes(request, body, PNG)


PNG = "image/png"
OFFERED = ("GetCapabilities", "GetMap", "GetFeatureInfo", "GetLegendGraphic")
OPERATIONS = {
    "getcapabilities": _capabilities,
    "capabilities": _capabilities,
    "getmap": _map,
    "map": _map,
    "getfeatureinfo": _info,
    "getlegendgraphic": _legend,
}


def _landing(links: Links) -> list[Link]:
    return [links.link("alternate", "/wms?service=WMS&request=GetCapabilities", XML, "WMS 1.3.0 and 1.1.1")]


RESOURCE = Resource(
    routes=(Route("/wms", get_wms), Route("/collections/{layer}/wms", get_wms)),
    landing_links=_landing,
)
