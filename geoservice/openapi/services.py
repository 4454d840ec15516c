"""OpenAPI path items of what is not OGC API: WMS, WFS, WMTS by KVP, imports, sheets by code, the operator's figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.api.links import GEOJSON
from geoservice.api.map import wms_capabilities as wms
from geoservice.api.tile import wmts_capabilities as wmts
from geoservice.api.wfs import capabilities as wfs
from geoservice.api.wfs.schema import FORMAT as WFS_SCHEMA
from geoservice.jobs.import_request import FORM_FIELDS
from geoservice.openapi.parts import JSON_CONTENT, Document, change, operation, path_parameter, query_parameter

_TEXT: Document = {"schema": {"type": "string"}}
_BINARY: Document = {"schema": {"type": "string", "format": "binary"}}
_NUMBERING = (
    query_parameter("scale", "scale of the sheet, 1:scale", type="integer", minimum=1),
    query_parameter("numbering", "of GB/T 13989, or a city's square sheets", enum=["national", "square"]),
    query_parameter("srid", "plane of square sheets", type="integer", minimum=1),
    query_parameter("east-offset-km", "east offset of their numbers", type="integer", minimum=0),
    query_parameter("north-offset-km", "north offset of their numbers", type="integer", minimum=0),
    query_parameter("rectangular", "50 by 40 cm instead of 50 by 50", type="boolean"),
)
OPERATIONS = ("GetCapabilities", "GetMap", "GetFeatureInfo", "GetLegendGraphic")
_WHOLE = {"type": "integer", "minimum": 0}
_WMS_FORMS: Document = {
    **dict.fromkeys(("text/xml", "application/vnd.ogc.wms_xml"), _TEXT), **dict.fromkeys(wms.FORMATS, _BINARY),
    **dict.fromkeys(wms.INFO_FORMATS, _TEXT),
}  # fmt: skip
_WMS_REFUSED: Document = {
    "description": "A service exception report.",
    "content": dict.fromkeys(("text/xml", "application/vnd.ogc.se_xml"), _TEXT),
}
_WFS_FORMS: Document = {
    **dict.fromkeys(("text/xml", "application/xml", WFS_SCHEMA, GEOJSON, "text/csv"), _TEXT),
    **dict.fromkeys(("application/x-shapefile", "application/geopackage+sqlite3"), _BINARY),
}  # fmt: skip
_WMTS_FORMS: Document = {
    "application/xml": _TEXT,
    **dict.fromkeys((*wmts.FORMATS, "image/webp"), _BINARY),
    **dict.fromkeys(wmts.INFO_FORMATS, _TEXT),
}


def service_paths(names: Sequence[str]) -> Mapping[str, Document]:
    """Return the path items; ``names`` are the layers the caller sees."""
    layer = path_parameter("collectionId", "the layer's name", **({"enum": list(names)} if names else {}))
    return {
        "/wms": {"get": _wms("getWms", "WMS 1.3.0 and 1.1.1 of all layers", [])},
        "/collections/{collectionId}/wms": {"get": _wms("collection.getWms", "WMS of one layer", [layer])},
        "/wfs": _wfs("Wfs", "WFS 2.0.0 of all layers", []),
        "/collections/{collectionId}/wfs": _wfs("CollectionWfs", "WFS of one layer", [layer]),
        "/wmts": {"get": _wmts()},
        "/sheets/{code}": {"get": _sheet()},
        **_import_paths(),
        "/metrics": {
            "get": operation("getMetrics", "figures for Prometheus", "Import", [], {"text/plain": _TEXT}),
        },
    }


def _wms(identifier: str, summary: str, parameters: Sequence[Document]) -> Document:
    words = {
        "service": "WMS", "version": "1.3.0 or 1.1.1",
        "layers": "layers, the lowest first", "layer": "of GetLegendGraphic",
        "styles": "one for each layer, or empty", "style": "of GetLegendGraphic", "crs": "coordinate system (1.3.0)",
        "srs": "coordinate system (1.1.1)", "bbox": "in the order of the system (1.3.0)", "format": "of the picture",
        "transparent": "TRUE: nothing below", "bgcolor": "colour below, 0xRRGGBB", "time": "an instant, or start/end",
        "exceptions": "XML, INIMAGE or BLANK", "query_layers": "of GetFeatureInfo", "info_format": "of GetFeatureInfo",
        "cql_filter": "CQL2 conditions, one for each layer, divided by semicolons", "language": "of names: zh or en",
        "dpi": "pixels an inch",
    }  # fmt: skip
    numbers = {
        "width": "pixels", "height": "pixels", "i": "column (1.3.0)", "j": "row (1.3.0)", "x": "column (1.1.1)",
        "y": "row (1.1.1)", "feature_count": "features of a layer at most",
    }  # fmt: skip
    asked = [
        query_parameter("request", "the operation", enum=list(OPERATIONS)) | {"required": True},
        *(query_parameter(name, told) for name, told in words.items()),
        *(query_parameter(name, told, **_WHOLE) for name, told in numbers.items()),
    ]  # fmt: skip
    return _by_kvp(identifier, summary, "Maps", [*parameters, *asked], _WMS_FORMS, _WMS_REFUSED)


def _wfs(name: str, summary: str, parameters: Sequence[Document]) -> Document:
    """Return the path of a WFS: KVP by GET, messages in XML by POST; both answer alike."""
    words = {
        "service": "WFS", "version": "2.0.0", "acceptversions": "versions, the best first",
        "sections": "of the capabilities", "typenames": "layers: city:name", "propertyname": "properties wanted",
        "srsname": "coordinate system of the answer", "bbox": "in the order of its system, which may stand behind it",
        "filter": "Filter Encoding 2.0", "cql_filter": "a condition in CQL2", "resourceid": "layer.number, …",
        "sortby": "properties, each with ASC or DESC behind it",
        "outputformat": "GML 3.2, application/json, csv, SHAPE-ZIP or GeoPackage",
        "resulttype": "results or hits", "storedquery_id": "GetFeatureById", "id": "of GetFeatureById",
        "valuereference": "of GetPropertyValue", "namespaces": "xmlns(prefix,uri)",
    }  # fmt: skip
    numbers = {"count": "features at most", "startindex": "features passed over"}
    asked = [
        query_parameter("request", "the operation", enum=list(wfs.OPERATIONS)) | {"required": True},
        *(query_parameter(key, told) for key, told in words.items()),
        *(query_parameter(key, told, **_WHOLE) for key, told in numbers.items()),
    ]
    refused = {"description": "An OWS exception report.", "content": {"text/xml": _TEXT}}
    by_get = _by_kvp(f"get{name}", summary, "Features", [*parameters, *asked], _WFS_FORMS, refused)
    by_post = _by_kvp(f"post{name}", f"{summary}: a message in XML", "Features", parameters, _WFS_FORMS, refused)
    by_post["requestBody"] = {"required": True, "content": dict.fromkeys(("text/xml", "application/xml"), _TEXT)}
    by_post["responses"] |= {
        "408": {"$ref": "#/components/responses/TooSlow"},
        "413": refused,
        "415": {"$ref": "#/components/responses/WrongType"},
    }
    return {"get": by_get, "post": by_post}


def _wmts() -> Document:
    words = {
        "version": "1.0.0", "acceptversions": "versions, the best first", "sections": "of the capabilities",
        "layer": "the layer", "style": "the way it is drawn", "format": "of the tile", "tilematrixset": "the grid",
        "tilematrix": "the level", "infoformat": "of GetFeatureInfo",
    }  # fmt: skip
    numbers = {
        "tilerow": "row, from the north",
        "tilecol": "column, from the west",
        "i": "pixel column",
        "j": "pixel row",
    }
    asked = [
        query_parameter("service", "WMTS", enum=["WMTS"]) | {"required": True},
        query_parameter("request", "the operation", enum=["GetCapabilities", "GetTile", "GetFeatureInfo"])
        | {"required": True},
        *(query_parameter(name, told) for name, told in words.items()),
        *(query_parameter(name, told, **_WHOLE) for name, told in numbers.items()),
    ]
    refused = {"description": "An OWS exception report.", "content": {"application/xml": _TEXT}}
    return _by_kvp("getWmts", "WMTS 1.0 by KVP", "Tiles", asked, _WMTS_FORMS, refused)


def _by_kvp(
    identifier: str, summary: str, tag: str, parameters: Sequence[Document], content: Document, refused: Document
) -> Document:
    """Return an operation of a service that refuses in XML. Names of its parameters may be written in any case."""
    found = operation(identifier, summary, tag, parameters, content)
    found["responses"] |= {"400": refused, "403": refused, "404": refused}
    return found


def _sheet() -> Document:
    code = path_parameter("code", "the sheet's code, old style or new")
    return operation(
        "getSheet", "a map sheet and what is held of it", "Catalogue",
        [code, {"$ref": "#/components/parameters/f"}, *_NUMBERING],
        {"application/geo+json": {"schema": {"type": "object"}}},
    )  # fmt: skip


def _import_paths() -> Mapping[str, Document]:
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    fields: dict[str, Any] = {name: {"type": "string"} for name in FORM_FIELDS}
    fields["option"] = {"type": "array", "items": {"type": "string", "pattern": "^[^=]+="}}
    schema = {"type": "object", "required": ["layer", "file"], "properties": {**fields, "file": files}}
    form = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    inspected = {"required": True, "content": {"multipart/form-data": {"schema": {**schema, "required": ["file"]}}}}
    layer = path_parameter("layer", "the layer's name")
    return {
        "/imports": {"post": _done("postImport", "import files", [], "202", form)},
        "/inspections": {
            "post": _done("postInspection", "what files are, nothing kept", [], "200", inspected),
        },
        "/layers/{layer}": {"delete": _done("deleteLayer", "remove a layer with all its versions", [layer], "204")},
    }  # fmt: skip


def _done(
    identifier: str, summary: str, parameters: Sequence[Document], status: str, body: Document | None = None
) -> Document:
    found: dict[str, Any] = change(identifier, summary, parameters, None, status) | {"tags": ["Import"]}
    if body:
        found["requestBody"] = body
    if status in ("200", "202"):
        found["responses"][status]["content"] = {"application/json": JSON_CONTENT["application/json"]}
    return found
