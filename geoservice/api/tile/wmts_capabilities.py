"""The WMTS 1.0.0 capabilities document (OGC 07-057r7): layers, their renderings as styles, every grid.

Both bindings stand in one document, because QGIS takes KVP and GDAL the ResourceURL. ``SupportedCRS`` is written as a
URN: ArcGIS 10 does not read the http form. TopLeftCorner follows the CRS's own axis order. No grid is said to be a
well-known scale set: those of annex E end at level 18, and OGC's suite takes a grid with more levels, or with the same
scales written with one digit more, for a false claim.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geoservice.api.map.info_gml import GML_2, GML_3
from layers.layer import Layer
from layers.xml_text import xml_document
from tiles.grid import Grid, Matrix

WMTS = "http://www.opengis.net/wmts/1.0"
OWS = "http://www.opengis.net/ows/1.1"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{WMTS} http://schemas.opengis.net/wmts/1.0/wmts.xsd"
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}
FORMATS = tuple(SUFFIXES)
"""What is offered. WebP is drawn too for who asks for it; OGC's suite draws every offered format and cannot read it."""
INFO_KEYS = {
    "application/json": "json", "application/geo+json": "geojson", GML_3: "gml3", GML_2: "gml2",
    "text/html": "html", "text/plain": "text",
}  # fmt: skip
"""Media types of GetFeatureInfo with their ``f``; OGC's suite takes the one in the middle and reads it as XML."""
INFO_FORMATS = tuple(INFO_KEYS)

for prefix, uri in (("", WMTS), ("ows", OWS), ("xlink", XLINK), ("xsi", XSI)):
    ET.register_namespace(prefix, uri)


@dataclass(frozen=True)
class Offer:
    """What the document describes. ``base`` is the service's address; by layer name the ``renderings``, default first,
    and the grids a layer is drawn in (``links``).
    """

    base: str
    title: str
    layers: Sequence[Layer]
    grids: Mapping[str, Grid]
    renderings: Mapping[str, Sequence[str]]
    links: Mapping[str, Sequence[str]]


def capabilities(offer: Offer, sections: frozenset[str] = frozenset()) -> bytes:
    """Return the document, whole or only the named sections (``Contents``, ``ServiceIdentification``, …)."""
    root = ET.Element(f"{{{WMTS}}}Capabilities", {"version": "1.0.0", f"{{{XSI}}}schemaLocation": SCHEMA})
    whole = not sections or "All" in sections

    def wanted(name: str) -> bool:
        return whole or name in sections

    if wanted("ServiceIdentification"):
        identification = _ows(root, "ServiceIdentification")
        _ows(identification, "Title", offer.title)
        _ows(identification, "ServiceType", "OGC WMTS")
        _ows(identification, "ServiceTypeVersion", "1.0.0")
    if wanted("ServiceProvider"):
        provider = _ows(root, "ServiceProvider")
        _ows(provider, "ProviderName", offer.title)
        _ows(provider, "ServiceContact")
    if wanted("OperationsMetadata"):
        _operations(root, offer.base)
    if wanted("Contents"):
        contents = _wmts(root, "Contents")
        for layer in offer.layers:
            _layer(contents, offer, layer)
        for grid in offer.grids.values():
            _grid(contents, grid)
    if whole:
        link = _wmts(root, "ServiceMetadataURL")
        link.set(f"{{{XLINK}}}href", f"{offer.base}/wmts/1.0.0/WMTSCapabilities.xml")
    return xml_document(root)


def exception_report(codes: Sequence[str], locator: str, text: str, language: str) -> bytes:
    """Return an OWS 1.1 exception report: one exception for each code."""
    root = ET.Element(
        f"{{{OWS}}}ExceptionReport", {"version": "1.1.0", "{http://www.w3.org/XML/1998/namespace}lang": language}
    )
    for code in codes:
        exception = _ows(root, "Exception")
        exception.set("exceptionCode", code)
        if locator:
            exception.set("locator", locator)
        _ows(exception, "ExceptionText", text)
    return xml_document(root)


def _operations(root: ET.Element, base: str) -> None:
    metadata = _ows(root, "OperationsMetadata")
    for name in ("GetCapabilities", "GetTile", "GetFeatureInfo"):
        operation = _ows(metadata, "Operation")
        operation.set("name", name)
        get = _ows(_ows(_ows(operation, "DCP"), "HTTP"), "Get")
        get.set(f"{{{XLINK}}}href", f"{base}/wmts?")
        constraint = _ows(get, "Constraint")
        constraint.set("name", "GetEncoding")
        _ows(_ows(constraint, "AllowedValues"), "Value", "KVP")
        if name == "GetCapabilities":
            parameter = _ows(operation, "Parameter")
            parameter.set("name", "AcceptFormats")
            _ows(_ows(parameter, "AllowedValues"), "Value", "application/xml")


def _layer(contents: ET.Element, offer: Offer, layer: Layer) -> None:
    element = _wmts(contents, "Layer")
    _ows(element, "Title", layer.title.get("zh") or layer.title.get("en") or layer.name)
    if text := layer.description.get("zh") or layer.description.get("en"):
        _ows(element, "Abstract", text)
    if layer.version.extent:
        west, south, east, north = layer.version.extent
        box = _ows(element, "WGS84BoundingBox")
        _ows(box, "LowerCorner", f"{west:.9f} {south:.9f}")
        _ows(box, "UpperCorner", f"{east:.9f} {north:.9f}")
    _ows(element, "Identifier", layer.name)
    for index, name in enumerate(offer.renderings[layer.name]):
        style = _wmts(element, "Style")
        if index == 0:
            style.set("isDefault", "true")
        _ows(style, "Identifier", name)
        legend = _wmts(style, "LegendURL")
        legend.set("format", "image/png")
        rendering = f"&rendering={name}" if layer.kind == "elevation" else ""
        legend.set(f"{{{XLINK}}}href", f"{offer.base}/collections/{layer.name}/legend?f=png{rendering}")
    for form in FORMATS:
        _wmts(element, "Format", form)
    for form in INFO_FORMATS:
        _wmts(element, "InfoFormat", form)
    for grid in offer.links[layer.name]:
        _wmts(_wmts(element, "TileMatrixSetLink"), "TileMatrixSet", grid)
    for form in FORMATS:
        resource = _wmts(element, "ResourceURL")
        resource.set("format", form)
        resource.set("resourceType", "tile")
        place = f"{{Style}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.{SUFFIXES[form]}"
        resource.set("template", f"{offer.base}/wmts/1.0.0/{layer.name}/{place}")
    for form in INFO_FORMATS:
        resource = _wmts(element, "ResourceURL")
        resource.set("format", form)
        resource.set("resourceType", "FeatureInfo")
        place = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}/{J}/{I}"
        query = f"f={INFO_KEYS[form]}&rendering={{Style}}"
        resource.set("template", f"{offer.base}/collections/{layer.name}/map/tiles/{place}?{query}")


def _grid(contents: ET.Element, grid: Grid) -> None:
    element = _wmts(contents, "TileMatrixSet")
    _ows(element, "Title", grid.title["zh"])
    _ows(element, "Identifier", grid.id)
    _ows(element, "SupportedCRS", _urn(grid))
    for matrix in grid.matrices:
        _matrix(element, grid, matrix)


def _matrix(parent: ET.Element, grid: Grid, matrix: Matrix) -> None:
    element = _wmts(parent, "TileMatrix")
    _ows(element, "Identifier", matrix.id)
    corner = (matrix.top, matrix.left) if grid.north_first else (matrix.left, matrix.top)
    values: Iterable[tuple[str, object]] = (
        ("ScaleDenominator", repr(matrix.scale)),
        ("TopLeftCorner", f"{corner[0]!r} {corner[1]!r}"),
        ("TileWidth", grid.tile_size),
        ("TileHeight", grid.tile_size),
        ("MatrixWidth", matrix.width),
        ("MatrixHeight", matrix.height),
    )
    for name, value in values:
        _wmts(element, name, str(value))


def _urn(grid: Grid) -> str:
    return "urn:ogc:def:crs:OGC:1.3:CRS84" if "CRS84" in grid.crs_uri else f"urn:ogc:def:crs:EPSG::{grid.srid}"


def _ows(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    return _child(parent, OWS, name, text)


def _wmts(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    return _child(parent, WMTS, name, text)


def _child(parent: ET.Element, space: str, name: str, text: str | None) -> ET.Element:
    element = ET.SubElement(parent, f"{{{space}}}{name}")
    element.text = text
    return element
