"""The OpenAPI paths of maps; the suite looks for ``.collection.getMap`` and the like at the end of operations' ids."""

from collections.abc import Sequence
from typing import Any

from geoservice.openapi.parts import Document, operation, path_parameter, query_parameter
from layers.layer import Layer

_NUMBERS: Document = {"type": "array", "items": {"type": "number"}}
_PLACE = (
    query_parameter("bbox", "the place, in degrees or in bbox-crs", **_NUMBERS, minItems=4, maxItems=6),
    query_parameter("bbox-crs", "coordinate system of bbox"),
    query_parameter("subset", 'the place and the time by axes: Lat(34:35),Lon(115:116), time("2020-01-01":*)'),
    query_parameter("subset-crs", "coordinate system of subset"),
    query_parameter("center", "the middle, with a scale", **_NUMBERS, minItems=2, maxItems=2),
    query_parameter("center-crs", "coordinate system of center"),
    query_parameter("crs", "coordinate system of the map"),
    query_parameter("width", "pixels of width", type="integer", minimum=1),
    query_parameter("height", "pixels of height", type="integer", minimum=1),
    query_parameter("scale-denominator", "the scale, 1 to so many", type="number"),
    query_parameter("mm-per-pixel", "size of a pixel on paper or screen", type="number"),
)
_LOOK = (
    query_parameter("bgcolor", "colour below the map: 0xRRGGBB or its name in CSS"),
    query_parameter("transparent", "whether nothing lies below it", enum=["true", "false"]),
    query_parameter("void-color", "colour of what is outside the coordinate system; that of bgcolor where left out"),
    query_parameter("void-transparent", "whether nothing lies there; as transparent", enum=["true", "false"]),
    query_parameter("datetime", "an instant or interval"),
    query_parameter("lang", "language of names", enum=["zh", "en"]),
    query_parameter("f", "format; pdf is a page to print", enum=["png", "jpeg", "webp", "tif", "pdf"]),
    query_parameter("paper", "of a page", enum=["a4", "a3", "a2", "a1", "a0"]),
    query_parameter("orientation", "of a page", enum=["landscape", "portrait"]),
    query_parameter("title", "of a page"),
)
_CONTENT: Document = {
    form: {"schema": {"type": "string", "format": "binary"}}
    for form in ("image/png", "image/jpeg", "image/webp", "image/tiff; application=geotiff", "application/pdf")
}


def maps_paths(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the path items for the layers the caller sees."""
    names = [layer.name for layer in layers]
    layer = path_parameter("collectionId", "the layer's name", **({"enum": names} if names else {}))
    style = path_parameter("styleId", "the style")
    several = query_parameter("collections", "the layers, divided by commas, the first lowest")
    asked = [*_PLACE, *_LOOK]

    def get(identifier: str, summary: str, *parameters: Document) -> Document:
        return {"get": operation(identifier, summary, "Maps", [*parameters, *asked], _CONTENT)}

    return {
        "/collections/{collectionId}/map": get("city.collection.getMap", "a layer as a picture", layer),
        "/collections/{collectionId}/styles/{styleId}/map": get(
            "city.collection.style.getMap", "a layer in a style as a picture", layer, style
        ),
        "/map": get("city.dataset.getMap", "layers as a picture", several),
        "/styles/{styleId}/map": get("city.dataset.style.getMap", "the whole map, or a layer, as a picture", style),
    }
