"""The parameters of items and pages, as the OpenAPI document writes them once for all paths."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.api.feature.representation import PROFILES
from geoservice.item_query import DEFAULT_LIMIT, FILTER_LANGUAGES, MAX_LIMIT, MAX_OFFSET
from geoservice.openapi.parts import Document, query_parameter
from layers.crs.output import offered_crs
from layers.frame import Frame
from layers.sentences import LANGUAGES

# The suites read these three in place. `bbox` is written both ways, since they disagree on which one is right.
LIMIT: Document = {
    "name": "limit", "in": "query", "required": False, "style": "form", "explode": False,
    "description": "features in the page; more than the maximum is the maximum",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
}  # fmt: skip
BBOX: Document = {
    "name": "bbox", "in": "query", "required": False, "style": "form", "explode": False,
    "description": "features that meet this box: west, south, east, north in CRS84, or as bbox-crs says",
    "schema": {
        "type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
}  # fmt: skip
DATETIME: Document = {
    "name": "datetime", "in": "query", "required": False, "style": "form", "explode": False,
    "description": "features of this instant or interval: 2020-02-29, 2020-02-29T08:00:00Z, ../2020-02-29",
    "schema": {"type": "string"},
}  # fmt: skip


def shared_parameters(frame: Frame, formats: Sequence[str]) -> Document:
    """Return the parameters that paths refer to, by name; ``formats`` are the ``f`` values of items."""
    crs = list(offered_crs(frame, frame.storage_srid))
    uri: Mapping[str, Any] = {"format": "uri", "default": crs[0], "enum": crs}
    named = [
        query_parameter("f", "representation; comes before Accept", enum=list(formats)),
        query_parameter("lang", "language of pages, titles and refusals; comes before Accept-Language",
                        enum=list(LANGUAGES)),
        query_parameter("crs", "coordinate system of the answer, in its authority's axis order", **uri),
        query_parameter("bbox-crs", "coordinate system of bbox, in its authority's axis order", **uri),
        query_parameter("filter", "CQL2 condition the features meet"),
        query_parameter(
            "filter-lang", "language of filter", default=FILTER_LANGUAGES[0], enum=list(FILTER_LANGUAGES)
        ),
        query_parameter("filter-crs", "coordinate system of the geometries in filter", **uri),
        query_parameter("properties", "properties the features carry", type="array", items={"type": "string"}),
        query_parameter("sortby", "order: +name or -name, several with commas", type="array", items={"type": "string"}),
        query_parameter("q", "words that are part of a name, its pinyin or its first letters", maxLength=500),
        query_parameter("after", "page mark of a next link"),
        query_parameter("before", "page mark of a prev link"),
        query_parameter("offset", "features to pass over; next links are faster", type="integer", minimum=0,
                        maximum=MAX_OFFSET),
        query_parameter("skipGeometry", "leave the geometry out", type="boolean", default=False),
        query_parameter("zoom-level", "simplify geometry to what this zoom can show", type="integer", minimum=0,
                        maximum=30),
        query_parameter("profile", "variants of the representation, divided by commas: " + ", ".join(PROFILES)),
        query_parameter("version", "number of an older version of the layer", type="integer", minimum=1),
        query_parameter("as-of", "the layer as it was at this instant, or at the end of this day"),
        query_parameter("encoding", "text encoding of a Shapefile", default="UTF-8", enum=["UTF-8", "GBK"]),
    ]  # fmt: skip
    return {parameter["name"]: parameter for parameter in named}
