"""The layers of a WMS as its capabilities document describes them, below their departments, which are titles only.

Boxes follow the axis order of their CRS in 1.3.0 and are always east, north in 1.1.1.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoservice.api.directory.layer_document import legend_of
from geoservice.api.map.moments import Moments
from geoservice.records.entry import KINDS
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs, is_crs84
from layers.errors import NoDatumOperation
from layers.frame import Bounds, Frame
from layers.layer import Layer
from tiles.picture.legend import EDGE, legend_size

XLINK = "http://www.w3.org/1999/xlink"
DIGITS = ".12g"
"""Of ordinates in boxes; those in degrees must be the same numbers in every box."""


@dataclass(frozen=True)
class Offer:
    """What the document describes: ``address`` answers, ``systems`` are the coordinate systems, ``styles`` by layer.

    ``moments`` are when each layer is, None for one without time.
    """

    base: str
    address: str
    frame: Frame
    layers: Sequence[Layer]
    systems: Sequence[OutputCrs]
    styles: Mapping[str, Sequence[str]]
    moments: Mapping[str, Moments | None]


def add_layers(capability: ET.Element, offer: Offer, new: bool) -> None:
    """Add the tree of layers to a ``Capability`` element."""
    root = child(capability, "Layer")
    child(root, "Title", offer.frame.title.get("zh") or offer.frame.name)
    for system in offer.systems:
        child(root, "CRS" if new else "SRS", _code(system, new))
    extent: Bounds | None = None
    for layer in offer.layers:
        if layer.version.extent:
            extent = extent.union(layer.version.extent) if extent else layer.version.extent
    _boxes(root, offer, extent or offer.frame.extent, new)
    titles = {department.id: department.title.get("zh") or department.id for department in offer.frame.departments}
    for department in dict.fromkeys(layer.department for layer in offer.layers):
        group = child(root, "Layer")
        child(group, "Title", titles.get(department, department) or "其他")
        for layer in offer.layers:
            if layer.department == department:
                _layer(group, offer, layer, new)


def _layer(parent: ET.Element, offer: Offer, layer: Layer, new: bool) -> None:
    element = child(parent, "Layer")
    element.set("queryable", "1")
    if layer.kind != "vector":
        element.set("opaque", "1")
    child(element, "Name", layer.name)
    child(element, "Title", layer.title.get("zh") or layer.title.get("en") or layer.name)
    if text := layer.description.get("zh") or layer.description.get("en"):
        child(element, "Abstract", text)
    keywords(element, (KINDS[layer.kind].get("zh", layer.kind), layer.kind, layer.theme))
    _boxes(element, offer, layer.version.extent or offer.frame.extent, new)
    _time(element, offer.moments[layer.name], new)
    if layer.attribution:
        child(child(element, "Attribution"), "Title", layer.attribution)
    if new:
        metadata = child(element, "MetadataURL")
        metadata.set("type", "ISO19115:2003")
        child(metadata, "Format", "application/xml")
        link(metadata, f"{offer.base}/records/collections/layers/items/{layer.name}?f=iso19139")
    for style in offer.styles[layer.name]:
        _style(element, offer, layer, style)


def _style(parent: ET.Element, offer: Offer, layer: Layer, name: str) -> None:
    style = child(parent, "Style")
    child(style, "Name", name)
    child(style, "Title", name)
    legend = child(style, "LegendURL")
    width, height = legend_size(layer.title.get("zh") or layer.name, legend_of(layer), "zh")
    legend.set("width", str(math.ceil(width + 2 * EDGE)))
    legend.set("height", str(math.ceil(height + 2 * EDGE)))
    child(legend, "Format", "image/png")
    query = f"service=WMS&version=1.3.0&request=GetLegendGraphic&format=image/png&layer={layer.name}&style={name}"
    link(legend, f"{offer.address}?{query}")


def _time(element: ET.Element, moments: Moments | None, new: bool) -> None:
    """The time dimension: everything is drawn without TIME, and lists and periods may be asked for."""
    if moments is None or moments.extent is None or moments.default is None:
        return
    dimension = child(element, "Dimension")
    dimension.attrib.update({"name": "time", "units": "ISO8601"})
    extent = dimension if new else child(element, "Extent")
    extent.attrib.update({"name": "time", "default": moments.default, "multipleValues": "1"})
    extent.text = moments.extent


def _boxes(element: ET.Element, offer: Offer, extent: Bounds, new: bool) -> None:
    """The extent in degrees, and in every CRS that can express it."""
    if new:
        box = child(element, "EX_GeographicBoundingBox")
        names = ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude")
        for name, value in zip(names, (extent.west, extent.east, extent.south, extent.north), strict=True):
            child(box, name, f"{value:{DIGITS}}")
    else:
        _sides(child(element, "LatLonBoundingBox"), extent)
    for system in offer.systems:
        try:
            bounds = find_transform(parse_crs(offer.frame.storage_srid), system.crs).bounds(_clipped(extent, system))
        except NoDatumOperation:
            continue
        if not all(math.isfinite(value) for value in bounds):
            continue
        box = child(element, "BoundingBox")
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
        box.set(name, f"{value:{DIGITS}}")


def _code(system: OutputCrs, new: bool) -> str:
    if is_crs84(system):
        return "CRS:84" if new else "OGC:CRS84"
    return f"EPSG:{system.srid}"


def keywords(parent: ET.Element, words: Sequence[str]) -> None:
    """Add a list of those words that are not empty, each once."""
    listed = child(parent, "KeywordList")
    for word in dict.fromkeys(word for word in words if word):
        child(listed, "Keyword", word)


def link(parent: ET.Element, address: str) -> None:
    """Add an address; the DTD of 1.1.1 has the namespace declared here and nowhere else."""
    resource = child(parent, "OnlineResource")
    resource.attrib.update({"xmlns:xlink": XLINK, "xlink:type": "simple", "xlink:href": address})


def child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    """Add an element, with its text."""
    element = ET.SubElement(parent, name)
    element.text = text
    return element
