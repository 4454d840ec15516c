"""What a STAC filter may name and items are sorted by: the properties of items, as the filter sees and orders them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from geoservice.api.directory.stac_documents import item_id, stamp, time_of
from geoservice.api.links import Links
from layers.filter.clauses import ValueType
from layers.filter.cql2_tokens import Tree
from layers.filter.values import values_statement
from layers.layer import Layer, RasterFile
from layers.rasters import outline
from layers.tables import Statement

Sheet = tuple[Layer, RasterFile]
PROPERTIES: Mapping[str, tuple[ValueType, Callable[[Layer, RasterFile], Any]]] = {
    "id": ("text", lambda layer, file: item_id(file)),
    "collection": ("text", lambda layer, file: layer.name),
    "datetime": ("timestamp", lambda layer, file: stamp(time_of(layer, file))),
    "created": ("timestamp", lambda layer, file: stamp(layer.version.published)),
    "gsd": ("number", lambda layer, file: file.resolution_m),
    "title": ("text", lambda layer, file: file.source),
    "eo:cloud_cover": ("number", lambda layer, file: None),  # what clients ask of all imagery, and nobody tells of ours
    "geoservice:captured": ("date", lambda layer, file: file.captured.isoformat() if file.captured else None),
    "geoservice:crs": ("text", lambda layer, file: file.crs),
    "geoservice:accuracy_m": ("number", lambda layer, file: layer.version.facts.accuracy_m),
    "geoservice:largest_scale": ("number", lambda layer, file: layer.version.facts.largest_scale),
    "geoservice:order": ("number", lambda layer, file: file.order),
}
SortKeys = tuple[tuple[str, bool], ...]
"""Properties with whether each goes down."""
NEWEST_FIRST: SortKeys = (("datetime", True), ("id", True))
_WGS_84 = 4326  # outlines are in degrees
_JSON_TYPES = {"text": "string", "number": "number"}


def ordered(sheets: Iterable[Sheet], keys: SortKeys) -> list[Sheet]:
    """Return sheets in an order; those without a value stand at the end that is the highest."""
    found = list(sheets)
    for name, down in reversed(keys):
        value = PROPERTIES[name][1]
        found.sort(key=lambda sheet, value=value: _place(value(*sheet)), reverse=down)  # type: ignore[misc]
    return found


def filter_statement(sheets: Sequence[Sheet], tree: Tree) -> Statement:
    """Return the statement for the places, from 1, of the sheets that a CQL2 tree lets through.

    Raises:
        BadFilter: it names something else than `PROPERTIES`, or ``geometry``.
    """
    values = [({name: value(*sheet) for name, (_, value) in PROPERTIES.items()}, outline(sheet[1])) for sheet in sheets]
    return values_statement(values, {name: kind for name, (kind, _) in PROPERTIES.items()}, tree, _WGS_84)


def queryables(links: Links, path: str) -> dict[str, Any]:
    """Return the JSON Schema of what a filter may name; of a draft that STAC's validators know."""
    properties: dict[str, Any] = {
        name: {"title": name, "type": _JSON_TYPES[kind]}
        if kind in _JSON_TYPES
        else {"title": name, "type": "string", "format": "date" if kind == "date" else "date-time"}
        for name, (kind, _) in PROPERTIES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": links.href(path), "type": "object", "title": "sheets",
        "properties": properties | {"geometry": {"$ref": "https://geojson.org/schema/Polygon.json"}},
        "additionalProperties": False,
    }  # fmt: skip


def _place(value: Any) -> tuple[bool, Any]:
    return value is None, value
