"""The ways to a layer's data, as an entry of the directory lists them: services, files, its style, its page."""

from typing import NamedTuple

from geoservice.api.links import GEOJSON, HTML, JSON, Links
from geoservice.api.terms import FORMS
from geoservice.files.formats import FILE_FORMATS
from layers.frame import Text
from layers.layer import Layer

GEOTIFF = "image/tiff; application=geotiff"
MAPBOX = "application/vnd.mapbox.style+json"
PAGE, DOWNLOAD = "WWW:LINK", "WWW:DOWNLOAD"


class Way(NamedTuple):
    """One way to get at the data: address, media type, title, ``service`` or ``download``, the protocol's name."""

    href: str
    media_type: str
    title: Text
    use: str
    protocol: str


def ways_to(layer: Layer, links: Links) -> tuple[Way, ...]:
    """Return the ways to a layer's data, those that most will want first."""
    path = f"/collections/{layer.name}"
    tiles = Way(links.href(f"{path}/tilejson"), JSON, _said("瓦片", "tiles (TileJSON)"), "service", "TileJSON")
    style = Way(links.href(f"{path}/style"), MAPBOX, _said("样式", "MapLibre style"), "style", PAGE)
    page = Way(links.href(path, f="html"), HTML, _said("图层页面", "page of the layer"), "page", PAGE)
    if layer.kind == "vector":
        items, wfs, *files = _of_features(path, links)
        return (items, wfs, tiles, *files, style, page)
    wmts, stac, coverage = _of_rasters(layer, path, links)
    return (wmts, tiles, stac, coverage, style, page)


def _of_features(path: str, links: Links) -> tuple[Way, ...]:
    features, wfs = links.href(f"{path}/items"), links.href(f"{path}/wfs", service="WFS", request="GetCapabilities")
    files = (
        Way(links.href(f"{path}/items", f=name), form.media_type, _said(f"下载 {shown}", f"download as {shown}"),
            "download", DOWNLOAD)
        for name, form in FILE_FORMATS.items()
        for shown in (FORMS.get(name, name),)
    )  # fmt: skip
    return (
        Way(features, GEOJSON, _said("要素服务", "features (OGC API Features)"), "service", "OGC API - Features"),
        Way(wfs, "text/xml", _said("WFS 服务", "WFS"), "service", "OGC:WFS"),
        *files,
    )


def _of_rasters(layer: Layer, path: str, links: Links) -> tuple[Way, Way, Way]:
    west, south, east, north = layer.version.extent or (0, 0, 0, 0)
    box = f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"
    wmts, sheets = links.href("/wmts/1.0.0/WMTSCapabilities.xml"), links.href(f"/stac/collections/{layer.name}")
    whole = links.href(f"{path}/coverage", bbox=box, width=1024)
    overview = _said("下载 GeoTIFF（概览）", "GeoTIFF of the whole, 1024 pixels wide")
    return (
        Way(wmts, "application/xml", _said("WMTS 服务", "WMTS"), "service", "OGC:WMTS"),
        Way(sheets, JSON, _said("影像目录", "sheets (STAC)"), "service", "STAC"),
        Way(whole, GEOTIFF, overview, "download", DOWNLOAD),
    )


def _said(zh: str, en: str) -> Text:
    return {"zh": zh, "en": en}
