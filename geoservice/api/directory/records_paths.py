"""What the resource directory offers: representations, parameters and bounds, and its part of the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from geoservice.api.links import GEOJSON, HTML, JSON, SCHEMA_JSON
from geoservice.api.negotiation import Offered
from geoservice.openapi.parts import operation, path_parameter, query_parameter
from geoservice.records.record import LD_JSON, XML
from layers.layer import Layer

FORMATS: Offered = {"json": (JSON, GEOJSON), "html": HTML, "dcat": (LD_JSON,)}
ITEM_FORMATS: Offered = {"json": (GEOJSON, JSON), "html": HTML, "dcat": (LD_JSON,), "iso19139": (XML, "text/xml")}
LIST_FORMATS: Offered = {"json": (GEOJSON, JSON), "html": HTML, "dcat": (LD_JSON,)}
MAX_LIMIT, MAX_OFFSET = 1000, 1_000_000
PARAMETERS = (
    *("f", "lang", "limit", "offset", "bbox", "datetime", "q", "type", "ids", "externalIds", "sortby"),
    *("filter", "filter-lang", "department", "theme", "kind"),
)


def paths(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the OpenAPI path items."""
    catalogue = path_parameter("catalogId", "the catalogue", enum=["layers"])
    one = path_parameter("recordId", "the layer's name")
    form = query_parameter("f", "representation; comes before Accept", enum=list(ITEM_FORMATS))
    language = query_parameter("lang", "language of titles", enum=["zh", "en"])
    texts = {"type": "array", "items": {"type": "string"}}
    asked = [
        query_parameter("limit", "records in the page", type="integer", minimum=1, maximum=MAX_LIMIT, default=10),
        query_parameter("offset", "records to pass over", type="integer", minimum=0, maximum=MAX_OFFSET),
        query_parameter("bbox", "west, south, east, north", type="array", items={"type": "number"}, minItems=4,
                        maxItems=6),
        query_parameter("datetime", "instant or interval of the data"),
        query_parameter("q", "words; commas divide alternatives", maxLength=500),
        query_parameter("type", "kinds of resource: dataset", **texts),
        query_parameter("ids", "records of these ids", **texts),
        query_parameter("externalIds", "records known by these identifiers", **texts),
        query_parameter("sortby", "order: +name or -name", **texts),
        query_parameter("filter", "CQL2 condition"),
        query_parameter("filter-lang", "language of filter", default="cql2-text", enum=["cql2-text", "cql2-json"]),
        *(query_parameter(name, f"records of this {name}") for name in ("department", "theme", "kind")),
    ]  # fmt: skip
    html, ld = {HTML: {"schema": {"type": "string"}}}, {LD_JSON: {"schema": {"type": "object"}}}
    geojson = {GEOJSON: {"schema": {"type": "object"}}}
    plain, about = {JSON: {"schema": {"type": "object"}}}, {SCHEMA_JSON: {"schema": {"type": "object"}}}
    xml = {XML: {"schema": {"type": "string"}}}
    below = "/records/collections/{catalogId}"

    def get(identifier: str, summary: str, parameters: Sequence[Any], content: Any) -> dict[str, Any]:
        return {"get": operation(identifier, summary, "Records", parameters, content)}

    return {
        "/records": get("records.getLandingPage", "the resource directory", [form, language], {**plain, **html}),
        "/records/conformance": get("records.getConformance", "standards kept there", [form], plain),
        "/records/collections": get("records.getCollections", "its catalogues", [form], plain),
        below: get("records.getCollection", "the catalogue", [catalogue, form, language], {**plain, **html, **ld}),
        f"{below}/items": get(
            "records.getRecords", "records", [catalogue, form, language, *asked], {**geojson, **html, **ld}
        ),
        f"{below}/items/{{recordId}}": get(
            "records.getRecord", "one record", [catalogue, one, form, language], {**geojson, **html, **ld, **xml}
        ),
        f"{below}/queryables": get("records.getQueryables", "what a filter may name", [catalogue], {**plain, **about}),
        f"{below}/sortables": get("records.getSortables", "what can be sorted by", [catalogue], {**plain, **about}),
    }
