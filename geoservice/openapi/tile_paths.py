"""OpenAPI path items of tiles, tilesets, grids and archives of baked tiles."""

from geoservice.openapi.info import INFO_CONTENT
from geoservice.openapi.parts import (
    BINARY,
    FORM,
    JSON_CONTENT,
    Document,
    get,
    path_parameter,
    query_parameter,
)

_VECTOR: Document = {"application/vnd.mapbox-vector-tile": BINARY}
_PICTURES: Document = dict.fromkeys(("image/png", "image/jpeg", "image/webp"), BINARY)
_EMPTY: Document = {"description": "The tile is empty."}
_INFO = query_parameter("f", "form of the answer", enum=["json", "geojson", "gml3", "gml2", "html", "text"])


def tile_paths(layer: Document, grid: Document) -> Document:
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
        f"/collections/{{collectionId}}/tiles/{below}": get(
            "city.collection.vector.getTile", "a vector tile", "Tiles", [layer, *place, *narrowing], _VECTOR
        ),
        f"/collections/{{collectionId}}/map/tiles/{below}": get(
            "city.collection.map.getTile", "a picture tile", "Tiles", [layer, *place, rendering], _PICTURES
        ),
        f"/tiles/{below}": get(
            "city.dataset.vector.getTile",
            "a vector tile of several layers",
            "Tiles",
            [*place, query_parameter("collections", "the layers, divided by commas")],
            _VECTOR,
        ),
        f"/collections/{{collectionId}}/map/tiles/{below}/{{j}}/{{i}}": get(
            "pixel.collection.map.getTile",
            "what lies under a pixel of a picture tile",
            "Tiles",
            [layer, *place, *(path_parameter(name, "the pixel", pattern="^[0-9]+$") for name in ("j", "i")), _INFO],
            INFO_CONTENT,
        ),
        f"/map/tiles/{below}": get(
            "city.dataset.map.getTile",
            "a picture tile of several layers",
            "Tiles",
            [*place, query_parameter("collections", "the layers, divided by commas, the first lowest")],
            _PICTURES,
        ),
        "/wmts/1.0.0/{collectionId}/{style}/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": get(
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
        "/xyz/{collectionId}/{z}/{x}/{y}": get(
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


def tileset_paths(layer: Document, grid: Document) -> Document:
    """Return the descriptions of tilesets, the grids, and the archives."""
    return {
        "/collections/{collectionId}/tiles": get(
            "city.collection.vector.getTileSetsList", "vector tilesets of a layer", "Tiles", [layer, FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/tiles/{tileMatrixSetId}": get(
            "city.collection.vector.getTileSet", "a vector tileset", "Tiles", [layer, grid, FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/map/tiles": get(
            "city.collection.map.getTileSetsList", "picture tilesets of a layer", "Tiles", [layer, FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/map/tiles/{tileMatrixSetId}": get(
            "city.collection.map.getTileSet", "a picture tileset", "Tiles", [layer, grid, FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/tilejson": get(
            "getTileJson", "TileJSON of a layer", "Tiles", [layer], JSON_CONTENT
        ),
        "/tiles": get(
            "city.dataset.vector.getTileSetsList", "tilesets of all vector layers", "Tiles", [FORM], JSON_CONTENT
        ),
        "/collections/{collectionId}/archives": get(
            "getArchives", "the archives of baked tiles of a layer", "Tiles", [layer], JSON_CONTENT
        ),
        "/collections/{collectionId}/archives/{tileMatrixSetId}/{file}": get(
            "getArchive",
            "an archive, whole or by byte range",
            "Tiles",
            [layer, grid, path_parameter("file", "the archive's file name")],
            {"application/vnd.pmtiles": BINARY, "application/geopackage+sqlite3": BINARY},
        ),
        "/map/tiles": get(
            "city.dataset.map.getTileSetsList", "picture tilesets of the map", "Tiles", [FORM], JSON_CONTENT
        ),
        "/map/tiles/{tileMatrixSetId}": get(
            "city.dataset.map.getTileSet", "a picture tileset of the map", "Tiles", [grid, FORM], JSON_CONTENT
        ),
        "/tiles/{tileMatrixSetId}": get(
            "city.dataset.vector.getTileSet", "a tileset of all layers", "Tiles", [grid, FORM], JSON_CONTENT
        ),
        "/tileMatrixSets": get("getTileMatrixSetsList", "the grids", "Tiles", [FORM], JSON_CONTENT),
        "/tileMatrixSets/{tileMatrixSetId}": get("getTileMatrixSet", "one grid", "Tiles", [grid, FORM], JSON_CONTENT),
        "/wmts/1.0.0/WMTSCapabilities.xml": get(
            "getWmtsCapabilities",
            "WMTS 1.0 capabilities",
            "Tiles",
            [],
            {"application/xml": {"schema": {"type": "string"}}},
        ),
    }
