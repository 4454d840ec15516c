"""What may be asked of a layer, and in what shape it answers: its fields, queryables and JSON Schema.

On the wire a property has its column's name; the name it came with is its title. ``geometry`` is the geometry and
``id`` the feature's number, unless a column has taken that name; ``geom`` and ``fid`` always mean them.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from layers.domains import typed
from layers.filter.clauses import Field, ValueType
from layers.layer import Column, Layer, Version
from layers.tables import quote_column

_VALUE_TYPES: dict[str, ValueType] = {
    "text": "text",
    "integer": "number",
    "bigint": "number",
    "float": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "json": "array",
}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "bigint": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "json": {},
}
_GEOMETRY_FORMATS = {
    "point": "geometry-point",
    "multipoint": "geometry-multipoint",
    "linestring": "geometry-linestring",
    "multilinestring": "geometry-multilinestring",
    "polygon": "geometry-polygon",
    "multipolygon": "geometry-multipolygon",
    "geometrycollection": "geometry-geometrycollection",
}
_STARTS = ("valid_from", "start", "start_date", "start_time", "begin", "date_start")
_ENDS = ("valid_to", "end", "end_date", "end_time", "finish", "date_end")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST_KEPT = 4096

Answer = TypeVar("Answer")


def per_version(function: Callable[[Version], Answer]) -> Callable[[Version], Answer]:
    """Remember a function's answer for each version, by identity: to hash a version costs more than most answers."""
    kept: dict[int, tuple[Version, Answer]] = {}

    def remembering(version: Version) -> Answer:
        found = kept.get(id(version))
        if found is None or found[0] is not version:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            found = kept[id(version)] = (version, function(version))
        return found[1]

    remembering.__doc__ = function.__doc__
    return remembering


@per_version
def fields(version: Version) -> Mapping[str, Field]:
    """Return the properties of a version that a filter may name."""
    found = {
        column.name: Field(column.name, quote_column(column.name), _VALUE_TYPES[column.type])
        for column in version.columns
    }
    found["fid"] = Field("fid", '"fid"', "number")
    found.setdefault("id", Field("id", '"fid"', "number"))
    found["geom"] = Field("geom", '"geom"', "geometry")
    found.setdefault("geometry", Field("geometry", '"geom"', "geometry"))
    return found


@per_version
def temporal_columns(version: Version) -> tuple[Column, ...]:
    """Return the columns of the feature's time: one instant, a start and an end, or none.

    A pair named like valid_from, valid_to is an interval; else the first date or time column is the instant.
    """
    times = [column for column in version.columns if column.type in ("date", "timestamp")]
    by_name = {column.name.lower(): column for column in times}
    starts = [by_name[name] for name in _STARTS if name in by_name]
    ends = [by_name[name] for name in _ENDS if name in by_name]
    if starts and ends and starts[0].type == ends[0].type:
        return (starts[0], ends[0])
    return tuple(times[:1])


def property_schema(column: Column) -> dict[str, Any]:
    """Return the JSON Schema of one column's values."""
    return {"title": column.title or column.name, **_SCHEMAS[column.type]}


def geometry_format(version: Version) -> str:
    """Return the ``format`` of the geometry in the schema, ``geometry-any`` when types are mixed."""
    kind = (version.facts.geometry_type or "").lower().removesuffix("zm").removesuffix("z").strip()
    return _GEOMETRY_FORMATS.get(kind, "geometry-any")


def returnables(layer: Layer) -> dict[str, dict[str, Any]]:
    """Return the schemas of everything a feature of the layer carries, with the roles of OGC API Features 5."""
    version = layer.version
    times = temporal_columns(version)
    names = ("primary-interval-start", "primary-interval-end") if len(times) == 2 else ("primary-instant",)
    roles = {column.name: role for column, role in zip(times, names, strict=False)}
    described: dict[str, dict[str, Any]] = {}
    for position, column in enumerate(version.columns, start=1):
        described[column.name] = property_schema(column) | {"x-ogc-propertySeq": position}
        if codes := layer.domains.get(column.name):
            described[column.name] |= _code_list(column, codes)
        if column.name in roles:
            described[column.name]["x-ogc-role"] = roles[column.name]
    identifier = {"title": "id", "type": "integer", "x-ogc-role": "id", "readOnly": True}
    geometry = {"x-ogc-role": "primary-geometry", "format": geometry_format(version)}
    return {"id" if "id" not in described else "fid": identifier, **described, geometry_name(version): geometry}


def _code_list(column: Column, codes: Mapping[str, str]) -> dict[str, Any]:
    """Return a code list as JSON Schema: the values, and each with its meaning as title."""
    values = [(typed(column, code), meaning) for code, meaning in codes.items()]
    return {
        "enum": [value for value, _ in values],
        "oneOf": [{"const": value, "title": meaning} for value, meaning in values],
    }


def queryables(layer: Layer) -> dict[str, dict[str, Any]]:
    """Return the schemas of what a filter may name: everything a feature carries.

    Each states a type: a column of JSON may hold anything, but a filter reads it as an array.
    """
    arrays = {column.name for column in layer.version.columns if column.type == "json"}
    return {
        name: {key: value for key, value in schema.items() if key not in ("readOnly", "x-ogc-propertySeq")}
        | ({"type": "array"} if name in arrays else {})
        for name, schema in returnables(layer).items()
    }


def sortables(layer: Layer) -> dict[str, dict[str, Any]]:
    """Return the schemas of what items can be sorted by: every property with an order."""
    ordered = {column.name for column in layer.version.columns if column.type != "json"} | {"id", "fid"}
    return {name: schema for name, schema in queryables(layer).items() if name in ordered}


def document(layer: Layer, identifier: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema document about the layer's features."""
    return {
        "$schema": DIALECT,
        "$id": identifier,
        "title": layer.title.get("en") or layer.name,
        "description": layer.description.get("en", ""),
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }


def geometry_name(version: Version) -> str:
    """Return the name of the geometry among the properties: another where a column has taken it."""
    return "geom" if any(column.name == "geometry" for column in version.columns) else "geometry"
