"""The capabilities documents of WMS 1.3.0 and 1.1.1, and exception reports of both.

Boxes follow the axis order of their CRS in 1.3.0 and are always east, north in 1.1.1. Layers stand below their
departments, which are titles only.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoservice.api.directory.catalogue import legend_of
from geoservice.api.feature.collections import Span
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs, is_crs84
from layers.errors import NoDatumOperation
from layers.frame import Bounds, Frame
from layers.layer import Layer
from tiles.picture.legend import EDGE, legend_size

WMS = "http://www.opengis.net/wms"
OGC = "http://www.opengis.net/ogc"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{WMS} http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd"
LARGEST_SIDE = 4096
FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp", "image/tiff": "tif"}
INFO_FORMATS = (
    *("application/json", "application/geo+json", "text/html", "text/plain"),
    *("application/vnd.ogc.gml", "application/vnd.ogc.gml/3.1.1"),
)
EXCEPTIONS = {
    "1.3.0": ("XML", "INIMAGE", "BLANK"),
    "1.1.1": ("application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"),
}

ET.register_namespace("xlink", XLINK)


@dataclass(frozen=True)
class Offer:
    """What the document describes: ``address`` answers, ``systems`` are the coordinate systems, ``styles`` by layer.

    ``periods`` are the first and last moment of the features of each layer that has times, RFC 3339.
    """

    base: str
    address: str
    frame: Frame
    layers: Sequence[Layer]
    systems: Sequence[OutputCrs]
    styles: Mapping[str, Sequence[str]]
    periods: Mapping[str, Span | None]


def capabilities(offer: Offer, version: str) -> bytes:
    """Return the document of a version."""
    new = version == "1.3.0"
    root = ET.Element("WMS_Capabilities" if new else "WMT_MS_Capabilities", {"version": version})
    if new:
        root.set("xmlns", WMS)
        root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    _service(root, offer, new)
    capability = _child(root, "Capability")
    _requests(capability, offer, new)
    exception = _child(capability, "Exception")
    for form in EXCEPTIONS[version]:
        _child(exception, "Format", form)
    _layers(capability, offer, new)
    return _written(root)


def exception_report(code: str, text: str, version: str) -> bytes:
    """Return a ServiceExceptionReport; a code that the standard does not have is left out by its own rule."""
    root = ET.Element("ServiceExceptionReport", {"version": version})
    if version == "1.3.0":
        root.set("xmlns", OGC)
    exception = _child(root, "ServiceException", text)
    if code != "NoApplicableCode":
        exception.set("code", code)
    return _written(root)


def _written(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _service(root: ET.Element, offer: Offer, new: bool) -> None:
    service = _child(root, "Service")
    _child(service, "Name", "WMS" if new else "OGC:WMS")
    _child(service, "Title", offer.frame.title.get("zh") or offer.frame.name)
    _child(service, "Abstract", "A city's natural-resource and geography base on one frame.")
    _link(service, offer.base)
    _child(service, "Fees", "none")
    _child(service, "AccessConstraints", "none")
    if new:
        _child(service, "MaxWidth", str(LARGEST_SIDE))
        _child(service, "MaxHeight", str(LARGEST_SIDE))


def _requests(capability: ET.Element, offer: Offer, new: bool) -> None:
    request = _child(capability, "Request")
    document = "text/xml" if new else "application/vnd.ogc.wms_xml"
    operations: tuple[tuple[str, Sequence[str]], ...] = (
        ("GetCapabilities", (document,)),
        ("GetMap", tuple(FORMATS)),
        ("GetFeatureInfo", INFO_FORMATS),
    )
    for name, forms in operations:
        operation = _child(request, name)
        for form in forms:
            _child(operation, "Format", form)
        _link(_child(_child(_child(operation, "DCPType"), "HTTP"), "Get"), f"{offer.address}?")


def _layers(capability: ET.Element, offer: Offer, new: bool) -> None:
    root = _child(capability, "Layer")
    _child(root, "Title", offer.frame.title.get("zh") or offer.frame.name)
    for system in offer.systems:
        _child(root, "CRS" if new else "SRS", _code(system, new))
    extent: Bounds | None = None
    for layer in offer.layers:
        if layer.version.extent:
            extent = extent.union(layer.version.extent) if extent else layer.version.extent
    _boxes(root, offer, extent or offer.frame.extent, new)
    titles = {department.id: department.title.get("zh") or department.id for department in offer.frame.departments}
    for department in dict.fromkeys(layer.department for layer in offer.layers):
        group = _child(root, "Layer")
        _child(group, "Title", titles.get(department, department) or "其他")
        for layer in offer.layers:
            if layer.department == department:
                _layer(group, offer, layer, new)


def _layer(parent: ET.Element, offer: Offer, layer: Layer, new: bool) -> None:
    element = _child(parent, "Layer")
    element.set("queryable", "1")
    if layer.kind != "vector":
        element.set("opaque", "1")
    _child(element, "Name", layer.name)
    _child(element, "Title", layer.title.get("zh") or layer.title.get("en") or layer.name)
    if text := layer.description.get("zh") or layer.description.get("en"):
        _child(element, "Abstract", text)
    _boxes(element, offer, layer.version.extent or offer.frame.extent, new)
    _time(element, layer, offer.periods[layer.name], new)
    if layer.attribution:
        _child(_child(element, "Attribution"), "Title", layer.attribution)
    if new:
        metadata = _child(element, "MetadataURL")
        metadata.set("type", "ISO19115:2003")
        _child(metadata, "Format", "application/json")
        _link(metadata, f"{offer.base}/collections/{layer.name}")
    for style in offer.styles[layer.name]:
        _style(element, offer, layer, style)


def _style(parent: ET.Element, offer: Offer, layer: Layer, name: str) -> None:
    style = _child(parent, "Style")
    _child(style, "Name", name)
    _child(style, "Title", name)
    legend = _child(style, "LegendURL")
    width, height = legend_size(layer.title.get("zh") or layer.name, legend_of(layer), "zh")
    legend.set("width", str(math.ceil(width + 2 * EDGE)))
    legend.set("height", str(math.ceil(height + 2 * EDGE)))
    _child(legend, "Format", "image/png")
    query = f"service=WMS&version=1.3.0&request=GetLegendGraphic&format=image/png&layer={layer.name}&style={name}"
    _link(legend, f"{offer.address}?{query}")


def _time(element: ET.Element, layer: Layer, period: Span | None, new: bool) -> None:
    """The capture dates of a raster of several, or the period of the features; all are drawn by default, without TIME.

    A feature is of any instant of its own, so the period has no step: PT0S, as the standard writes a continuum.
    """
    raster = layer.version.raster
    dates = sorted({file.captured for file in raster.files if file.captured}) if raster else []
    if len(dates) > 1:
        span, step = f"{dates[0].isoformat()}/{dates[-1].isoformat()}", "/P1D"
    elif period and period[0] and period[1]:
        span, step = (f"{period[0]}/{period[1]}", "/PT0S") if period[0] != period[1] else (period[0], "")
    else:
        return
    dimension = _child(element, "Dimension")
    dimension.attrib.update({"name": "time", "units": "ISO8601"})
    if new:
        dimension.set("default", span)
        dimension.text = f"{span}{step}"
    else:
        extent = _child(element, "Extent", f"{span}{step}")
        extent.attrib.update({"name": "time", "default": span})


def _boxes(element: ET.Element, offer: Offer, extent: Bounds, new: bool) -> None:
    """The extent in degrees, and in every CRS that can express it."""
    if new:
        box = _child(element, "EX_GeographicBoundingBox")
        names = ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude")
        for name, value in zip(names, (extent.west, extent.east, extent.south, extent.north), strict=True):
            _child(box, name, f"{value:.9g}")
    else:
        _sides(_child(element, "LatLonBoundingBox"), extent)
    for system in offer.systems:
        try:
            bounds = find_transform(parse_crs(offer.frame.storage_srid), system.crs).bounds(_clipped(extent, system))
        except NoDatumOperation:
            continue
        if not all(math.isfinite(value) for value in bounds):
            continue
        box = _child(element, "BoundingBox")
        box.set("CRS" if new else "SRS", _code(system, new))
        swapped = new and system.north_east
        _sides(box, Bounds(bounds.south, bounds.west, bounds.north, bounds.east) if swapped else bounds)


def _clipped(extent: Bounds, system: OutputCrs) -> Bounds:
    """The part of an extent that a projection is meant for."""
    if system.crs.is_geographic:
        return extent
    use = system.crs.area_of_use
    if use is None:
        return extent
    west, east = max(extent.west, use.west), min(extent.east, use.east)
    south, north = max(extent.south, use.south), min(extent.north, use.north)
    return Bounds(west, south, east, north) if west < east and south < north else extent


def _sides(box: ET.Element, bounds: Bounds) -> None:
    for name, value in zip(("minx", "miny", "maxx", "maxy"), bounds, strict=True):
        box.set(name, f"{value:.12g}")


def _code(system: OutputCrs, new: bool) -> str:
    if is_crs84(system):
        return "CRS:84" if new else "OGC:CRS84"
    return f"EPSG:{system.srid}"


def _link(parent: ET.Element, address: str) -> None:
    link = _child(parent, "OnlineResource")
    link.set(f"{{{XLINK}}}type", "simple")
    link.set(f"{{{XLINK}}}href", address)


def _child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text
    return element
