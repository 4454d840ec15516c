"""OpenAPI path items of the resources beside features, maps and tiles: styles, catalogue, analysis.

One templated path each; only item paths are literal (see `geoservice.openapi.document`).
"""

from collections.abc import Mapping, Sequence

from geoservice.files.formats import FILE_FORMATS
from geoservice.openapi.parts import (
    BINARY,
    FORM,
    JSON_CONTENT,
    JSON_OBJECT,
    Document,
    get,
    operation,
    path_parameter,
    query_parameter,
)
from geoservice.openapi.tile_paths import tile_paths, tileset_paths
from layers.sheet.holdings import STATES

_STYLE: Document = {"application/vnd.mapbox.style+json": {"schema": {"type": "object"}}}
_SHEET_FILES: Document = {
    "image/tiff; application=geotiff": BINARY,
    **{form.media_type: BINARY for form in FILE_FORMATS.values()},
}
_SHEET_FORM = query_parameter("f", "format of features", enum=list(FILE_FORMATS))


def other_paths(names: Sequence[str], grids: Sequence[str]) -> Mapping[str, Document]:
    """Return the path items; ``names`` are the layers the caller sees, ``grids`` the tile matrix sets."""
    layer = path_parameter("collectionId", "the layer's name", **({"enum": list(names)} if names else {}))
    grid = path_parameter("tileMatrixSetId", "the grid", **({"enum": list(grids)} if grids else {}))
    return {
        **tile_paths(layer, grid),
        **tileset_paths(layer, grid),
        **_style_paths(layer),
        **_value_paths(layer),
        **_catalogue_paths(),
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
        below: get("collection.getStyles", "styles of a layer", "Maps", [layer, FORM], JSON_CONTENT),
        f"{below}/{{styleId}}": get(
            "collection.getStyle", "a style of a layer", "Maps", [layer, style, form, language], sheets
        ),
        f"{below}/{{styleId}}/metadata": get(
            "collection.getStyleMetadata", "what is known of a style", "Maps", [layer, style, FORM], JSON_CONTENT
        ),
        "/styles": get("getStyles", "styles of the service", "Maps", [FORM], JSON_CONTENT),
        "/styles/{styleId}": get("getServiceStyle", "one of them", "Maps", [style, form, language], sheets),
        "/collections/{collectionId}/style": get(
            "getStyle", "MapLibre style of a layer", "Catalogue", [layer, language], _STYLE
        ),
        "/collections/{collectionId}/legend": get("getLegend", "legend of a layer", "Catalogue", [layer]),
        "/style.json": get("getMapStyle", "MapLibre style of several layers", "Catalogue", [language], _STYLE),
    }


def _value_paths(layer: Document) -> Document:
    box = query_parameter("bbox", "west, south, east, north", type="array", items={"type": "number"})
    box["required"] = True
    place = [query_parameter(name, f"{name}, degrees", type="number") | {"required": True} for name in ("lon", "lat")]
    place.append(query_parameter("datetime", "an instant or an interval: what is of another time is left out"))
    return {
        "/collections/{collectionId}/coverage": get(
            "getCoverage", "values of a raster over a box", "Catalogue", [layer, box],
            {"image/tiff; application=geotiff": BINARY},
        ),
        "/collections/{collectionId}/profile": get(
            "getProfile", "heights along a line", "Catalogue", [layer, query_parameter("line", "x,y;x,y;…")]
        ),
        "/collections/{collectionId}/sheets/{code}": get(
            "getSheetFile", "a layer's part in a sheet: cut features, or pixels as GeoTIFF", "Catalogue",
            [layer, path_parameter("code", "the sheet's code"), _SHEET_FORM], _SHEET_FILES,
        ),
        "/what-is-here": {
            **get("getWhatIsHere", "every layer's answer at a point", "Catalogue", place), "post": _polygon_asked(),
        },
    }  # fmt: skip


def _polygon_asked() -> Document:
    found = operation("postWhatIsHere", "every layer's answer inside a polygon", "Catalogue", [], JSON_OBJECT)
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
        "/catalogue": get("getCatalogue", "everything the viewer needs", "Catalogue", []),
        "/sheets": get(
            "getSheets", "map sheets and what is held of them", "Catalogue", _sheet_questions(),
            {
                "application/geo+json": {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            },
        ),
    }  # fmt: skip


def _sheet_questions() -> list[Document]:
    kilometres = {"type": "integer", "minimum": 0}
    return [
        query_parameter("scale", "denominator of the sheets' scale", type="integer", minimum=1),
        query_parameter("bbox", "west, south, east, north, degrees; default: the frame's extent"),
        *(query_parameter(name, "a place instead of a box, degrees", type="number") for name in ("lon", "lat")),
        query_parameter("state", "only such sheets", enum=list(STATES)),
        query_parameter("layers", "only what these hold, divided by commas"),
        query_parameter("numbering", "whose sheets", enum=["national", "square"]),
        query_parameter("srid", "the projected CRS that square sheets are numbered in", type="integer"),
        *(
            query_parameter(f"{name}-offset-km", "leading kilometres left out of square numbers", **kilometres)
            for name in ("north", "east")
        ),
        query_parameter("rectangular", "square sheets of 50 x 40 cm", type="boolean"),
        query_parameter("offset", "sheets passed over on a page", type="integer", minimum=0),
        query_parameter("f", "form of the answer", enum=["json", "csv", "html"]),
    ]
