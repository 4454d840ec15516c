"""OpenAPI path items of the resources beside features and maps: tiles, grids, styles, catalogue, analysis, import.

One templated path each; only item paths are literal (see `geoservice.openapi.document`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.files.writers import FILE_FORMATS
from geoservice.openapi.info import INFO_CONTENT
from geoservice.openapi.parts import JSON_CONTENT, Document, operation, path_parameter, query_parameter

_JSON: Document = {"application/json": {"schema": {"type": "object"}}}
_BINARY: Document = {"schema": {"type": "string", "format": "binary"}}
_VECTOR: Document = {"application/vnd.mapbox-vector-tile": _BINARY}
_PICTURES: Document = dict.fromkeys(("image/png", "image/jpeg", "image/webp"), _BINARY)
_STYLE: Document = {"application/vnd.mapbox.style+json": {"schema": {"type": "object"}}}
_EMPTY: Document = {"description": "The tile is empty."}
_SHEET_FILES: Document = {
    "image/tiff; application=geotiff": _BINARY,
    **{form.media_type: _BINARY for form in FILE_FORMATS.values()},
}
_SHEET_FORM = query_parameter("f", "format of features", enum=list(FILE_FORMATS))
_INFO = query_parameter("f", "form of the answer", enum=["json", "geojson", "gml3", "gml2", "html", "text"])
_FORM = {"$ref": "#/components/parameters/f"}


def other_paths(names: Sequence[str], grids: Sequence[str]) -> Mapping[str, Document]:
    """Return the path items; ``names`` are the layers the caller sees, ``grids`` the tile matrix sets."""
    layer = path_parameter("collectionId", "the layer's name", **({"enum": list(names)} if names else {}))
    grid = path_parameter("tileMatrixSetId", "the grid", **({"enum": list(grids)} if grids else {}))
    return {
        **_tile_paths(layer, grid),
        **_tileset_paths(layer, grid),
        **_style_paths(layer),
        **_value_paths(layer),
        **_catalogue_paths(),
        **_work_paths(),
    }


def _get(identifier: str, summary: str, tag: str, parameters: Sequence[Document] = (), content: Any = None) -> Document:
    return {"get": operation(identifier, summary, tag, parameters, content or _JSON)}


def _tile_paths(layer: Document, grid: Document) -> Document:
    """Return the tiles themselves; the suites look for ``.getTile`` in the operations' ids."""
    place = [
        grid,
        path_parameter("tileMatrix", "the level"),
        path_parameter("tileRow", "row, from the north", pattern="^[0-9]+$"),
        path_parameter("tileCol", "column, from the west", pattern="^[0-9]+$"),
    ]
    narrowing = [
        {"$ref": "#/components/parameters/filter"},
        {"$ref": "#/components/parameters/filter-lang"},
        query_parameter("datetime", "features of this instant or interval"),
    ]
    rendering = query_parameter("rendering", "the way the layer is drawn")
    below = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    found = {
        f"/collections/{{collectionId}}/tiles/{below}": _get(
            "collection.vector.getTile", "a vector tile", "Tiles", [layer, *place, *narrowing], _VECTOR
        ),
        f"/collections/{{collectionId}}/map/tiles/{below}": _get(
            "collection.map.getTile", "a picture tile", "Tiles", [layer, *place, rendering], _PICTURES
        ),
        f"/tiles/{below}": _get(
            "dataset.vector.getTile",
            "a vector tile of several layers",
            "Tiles",
            [*place, query_parameter("collections", "the layers, divided by commas")],
            _VECTOR,
        ),
        f"/collections/{{collectionId}}/map/tiles/{below}/{{j}}/{{i}}": _get(
            "getTilePixel",
            "what lies under a pixel of a picture tile",
            "Tiles",
            [layer, *place, *(path_parameter(name, "the pixel", pattern="^[0-9]+$") for name in ("j", "i")), _INFO],
            INFO_CONTENT,
        ),
        f"/map/tiles/{below}": _get(
            "dataset.map.getTile",
            "a picture tile of several layers",
            "Tiles",
            [*place, query_parameter("collections", "the layers, divided by commas, the first lowest")],
            _PICTURES,
        ),
        "/wmts/1.0.0/{collectionId}/{style}/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": _get(
            "wmts.getTile",
            "a picture tile as WMTS names it; the column ends in .png, .jpg or .webp",
            "Tiles",
            [
                layer,
                path_parameter("style", "the way the layer is drawn"),
                *place[:-1],
                path_parameter("tileCol", "column and suffix", pattern=r"^[0-9]+\.(png|jpg|jpeg|webp)$"),
            ],
            _PICTURES,
        ),
        "/xyz/{collectionId}/{z}/{x}/{y}": _get(
            "xyz.getTile",
            "a tile by plain z, x, y in Web Mercator; y ends in .mvt, .png, .jpg or .webp",
            "Tiles",
            [layer, *(path_parameter(name, name) for name in ("z", "x", "y"))],
            {**_VECTOR, **_PICTURES},
        ),
    }
    for item in found.values():
        item["get"]["responses"]["204"] = _EMPTY
    return found


def _tileset_paths(layer: Document, grid: Document) -> Document:
    return {
        "/collections/{collectionId}/tiles": _get(
            "collection.vector.getTileSetsList", "vector tilesets of a layer", "Tiles", [layer, _FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/tiles/{tileMatrixSetId}": _get(
            "collection.vector.getTileSet", "a vector tileset", "Tiles", [layer, grid, _FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/map/tiles": _get(
            "collection.map.getTileSetsList", "picture tilesets of a layer", "Tiles", [layer, _FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/map/tiles/{tileMatrixSetId}": _get(
            "collection.map.getTileSet", "a picture tileset", "Tiles", [layer, grid, _FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/tilejson": _get(
            "getTileJson", "TileJSON of a layer", "Tiles", [layer], JSON_CONTENT
        ),
        "/tiles": _get(
            "dataset.vector.getTileSetsList", "tilesets of all vector layers", "Tiles", [_FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/archives": _get(
            "getArchives", "the archives of baked tiles of a layer", "Tiles", [layer], JSON_CONTENT
        ),
        "/collections/{collectionId}/archives/{tileMatrixSetId}/{file}": _get(
            "getArchive",
            "an archive, whole or by byte range",
            "Tiles",
            [layer, grid, path_parameter("file", "the archive's file name")],
            {"application/vnd.pmtiles": _BINARY, "application/geopackage+sqlite3": _BINARY},
        ),
        "/map/tiles": _get(
            "dataset.map.getTileSetsList", "picture tilesets of the map", "Tiles", [_FORM], JSON_CONTENT
        ),
        "/map/tiles/{tileMatrixSetId}": _get(
            "dataset.map.getTileSet", "a picture tileset of the map", "Tiles", [grid, _FORM], JSON_CONTENT
        ),
        "/tiles/{tileMatrixSetId}": _get(
            "dataset.vector.getTileSet", "a tileset of all layers", "Tiles", [grid, _FORM], JSON_CONTENT
        ),
        "/tileMatrixSets": _get("getTileMatrixSetsList", "the grids", "Tiles", [_FORM], JSON_CONTENT),
        "/tileMatrixSets/{tileMatrixSetId}": _get("getTileMatrixSet", "one grid", "Tiles", [grid, _FORM], JSON_CONTENT),
        "/wmts/1.0.0/WMTSCapabilities.xml": _get(
            "getWmtsCapabilities",
            "WMTS 1.0 capabilities",
            "Tiles",
            [],
            {"application/xml": {"schema": {"type": "string"}}},
        ),
    }


def _style_paths(layer: Document) -> Document:
    language = query_parameter("lang", "language of labels", enum=["zh", "en"])
    style = path_parameter("styleId", "the style")
    form = query_parameter("f", "language of the stylesheet", enum=["mapbox", "sld10", "sld11"])
    sheets = {
        **_STYLE,
        **{
            f"application/vnd.ogc.sld+xml;version={version}": {"schema": {"type": "string"}}
            for version in ("1.0", "1.1")
        },
    }
    below = "/collections/{collectionId}/styles"
    return {
        below: _get("collection.getStyles", "styles of a layer", "Maps", [layer, _FORM], JSON_CONTENT),
        f"{below}/{{styleId}}": _get(
            "collection.getStyle", "a style of a layer", "Maps", [layer, style, form, language], sheets
        ),
        f"{below}/{{styleId}}/metadata": _get(
            "collection.getStyleMetadata", "what is known of a style", "Maps", [layer, style, _FORM], JSON_CONTENT
        ),
        "/styles": _get("getStyles", "styles of the service", "Maps", [_FORM], JSON_CONTENT),
        "/styles/{styleId}": _get("getServiceStyle", "one of them", "Maps", [style, form, language], sheets),
        "/collections/{collectionId}/style": _get(
            "getStyle", "MapLibre style of a layer", "Catalogue", [layer, language], _STYLE
        ),
        "/collections/{collectionId}/legend": _get("getLegend", "legend of a layer", "Catalogue", [layer]),
        "/style.json": _get("getMapStyle", "MapLibre style of several layers", "Catalogue", [language], _STYLE),
    }


def _value_paths(layer: Document) -> Document:
    box = query_parameter("bbox", "west, south, east, north", type="array", items={"type": "number"})
    box["required"] = True
    place = [query_parameter(name, f"{name}, degrees", type="number") | {"required": True} for name in ("lon", "lat")]
    return {
        "/collections/{collectionId}/coverage": _get(
            "getCoverage", "values of a raster over a box", "Catalogue", [layer, box],
            {"image/tiff; application=geotiff": _BINARY},
        ),
        "/collections/{collectionId}/profile": _get(
            "getProfile", "heights along a line", "Catalogue", [layer, query_parameter("line", "x,y;x,y;…")]
        ),
        "/collections/{collectionId}/sheets/{code}": _get(
            "getSheetFile", "a layer's part in a sheet: cut features, or pixels as GeoTIFF", "Catalogue",
            [layer, path_parameter("code", "the sheet's code"), _SHEET_FORM], _SHEET_FILES,
        ),
        "/what-is-here": {
            **_get("getWhatIsHere", "every layer's answer at a point", "Catalogue", place), "post": _polygon_asked(),
        },
    }  # fmt: skip


def _polygon_asked() -> Document:
    found = operation("postWhatIsHere", "every layer's answer inside a polygon", "Catalogue", [], _JSON)
    members = {
        "polygon": {"type": "object"}, "layers": {"type": "array", "items": {"type": "string"}},
        "by": {"type": "object", "additionalProperties": {"type": "string"}},
    }  # fmt: skip
    schema = {"type": "object", "required": ["polygon"], "properties": members}
    found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    refused = {"408": "TooSlow", "413": "TooLarge", "415": "WrongType", "422": "Unprocessable"}
    found["responses"] |= {code: {"$ref": f"#/components/responses/{name}"} for code, name in refused.items()}
    return found


def _catalogue_paths() -> Document:
    return {
        "/catalogue": _get("getCatalogue", "everything the viewer needs", "Catalogue", []),
        "/sheets": _get(
            "getSheets", "map sheets and what is held of them", "Catalogue", [],
            {
                "application/geo+json": {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            },
        ),
    }  # fmt: skip


def _work_paths() -> Document:
    report = path_parameter("reportId", "the report's number")
    language = query_parameter("lang", "language of its sentences", enum=["zh", "en"])
    return {
        "/reports/{reportId}": _get("getReport", "an import's report", "Import", [report, language]),
    }
