"""GeoJSON or JSON-FG that a client sends to be stored: read strictly against the schema, brought to the storage CRS."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.crs.mercator import MERCATOR_SRID
from layers.crs.names import parse_crs, same_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs, find_crs
from layers.domains import code_of
from layers.errors import BadFeature, BadQuery, Fault
from layers.filter.clauses import parse_instant
from layers.layer import Column, Layer
from layers.sentences import reason, say
from layers.validity import has_open_ring, invalidity, unmade

MAX_POSITIONS = 200_000


@dataclass(frozen=True)
class NewFeature:
    """A feature to be stored: values by column, geometry in the storage CRS (east, north) and in EPSG:3857.

    ``keeps_geometry`` says that the stored geometry stays as it is, to the last digit.
    """

    values: Mapping[str, Any]
    geometry: BaseGeometry | None
    mercator: BaseGeometry | None
    keeps_geometry: bool = False


@dataclass(frozen=True)
class BodyCrs:
    """What the coordinates of a body are in, authority axis order: of ``geometry``, and of ``place`` (JSON-FG)."""

    geometry: OutputCrs
    place: OutputCrs
    offered: Mapping[str, OutputCrs]

    def of(self, document: Mapping[str, Any], member: str) -> OutputCrs:
        """Return the CRS of a feature's member; a feature may name that of its place itself.

        Raises:
            UnknownCrs: it is not offered.
        """
        if member == "geometry":
            return self.geometry
        said = document.get("coordRefSys")
        return find_crs(self.offered, said, "coordRefSys") if isinstance(said, str) else self.place


def read_feature(document: Any, layer: Layer, crs: BodyCrs) -> NewFeature:
    """Read a GeoJSON or JSON-FG feature; a ``place`` goes before ``geometry``.

    Raises:
        BadFeature: it is no feature, names a property the layer lacks, or a value or the geometry does not fit; every
            fault is told.
    """
    if not isinstance(document, dict) or document.get("type") != "Feature":
        raise BadFeature(say("not-a-feature"))
    properties = document.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadFeature.at("/properties", say("object-or-null"))
    columns = {column.name: column for column in layer.version.columns}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in properties.items():
        pointer = f"/properties/{name[:60].replace('~', '~0').replace('/', '~1')}"
        if name not in columns:
            faults.append((pointer, say("feature-property-none")))
            continue
        try:
            values[name] = _value(columns[name], value, layer.domains.get(name))
        except ValueError as error:
            faults.append((pointer, reason(error)))
    geometry = None
    try:
        member = "geometry" if document.get("place") is None else "place"
        geometry = _geometry(document.get(member), layer, crs.of(document, member))
        mercator = _mercator(geometry, layer)
    except ValueError as error:
        faults.append((f"/{member}", reason(error)))
    if faults:
        raise BadFeature.of(faults)
    return NewFeature(values, geometry, mercator)


def merge(document: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """Return a feature with a merge patch applied (RFC 7386), two levels deep: members, and properties.

    Raises:
        BadFeature: the patch is no object, or its properties are not.
    """
    if not isinstance(patch, dict):
        raise BadFeature(say("patch-object"))
    changed = patch.get("properties") or {}
    if not isinstance(changed, dict):
        raise BadFeature(say("properties-object"))
    return {
        "type": "Feature",
        "geometry": patch.get("geometry", document.get("geometry")),
        "place": patch.get("place"),
        "coordRefSys": patch.get("coordRefSys"),
        "properties": {**(document.get("properties") or {}), **changed},
    }


def _value(column: Column, value: Any, domain: Mapping[str, str] | None) -> Any:
    """Read a value in its column's type and, where the column has a code list, of it.

    Raises:
        ValueError: it does not fit.
    """
    if value is None:
        return None
    try:
        read = _READERS[column.type](value)
    except (ValueError, TypeError, BadQuery) as error:
        raise ValueError(say("value-not-type", value=str(value)[:40], type=column.type)) from error
    if domain and code_of(read) not in domain:
        known = ", ".join(list(domain)[:8]) + (", …" if len(domain) > 8 else "")
        raise ValueError(say("value-not-in-list", value=str(value)[:40], known=known))
    return read


_LONG = re.compile(r"-?[0-9]{16,19}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("no text")
    return value


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, str) and _LONG.fullmatch(value):  # a browser keeps its digits only as text
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValueError("no whole number")
        if not low <= value <= high:
            raise ValueError("too large")
        return int(value)

    return read


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _date(value: Any) -> date:
    read = parse_instant(_text(value), "properties")
    if isinstance(read, datetime):
        raise ValueError("a time, not a date")
    return read


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\\u0000", "")


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _whole(-(2**31), 2**31 - 1),
    "bigint": _whole(-(2**63), 2**63 - 1),
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "timestamp": lambda value: parse_instant(_text(value), "properties"),
    "json": _json_text,
}


_MULTI: Mapping[str, Callable[[Any], BaseGeometry]] = {
    "point": shapely.MultiPoint,
    "linestring": shapely.MultiLineString,
    "polygon": shapely.MultiPolygon,
}


def _geometry(document: Any, layer: Layer, crs: OutputCrs) -> BaseGeometry | None:
    if document is None:
        return None
    try:
        geometry = shape(document)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(say("feature-not-geojson", why=unmade(error))) from error
    if has_open_ring(document):
        raise ValueError(say("feature-not-geojson", why=say("ring-not-closed")))
    wanted = (layer.version.facts.geometry_type or "").lower()
    kind = geometry.geom_type.lower()
    if (
        wanted
        and wanted not in ("geometry", "mixed", "unknown")
        and wanted.removeprefix("multi") != kind.removeprefix("multi")
    ):
        raise ValueError(say("geometry-other-type", type=geometry.geom_type, wanted=wanted))
    if wanted == f"multi{kind}":
        geometry = _MULTI[kind]([geometry])
    _check(geometry)
    return _to_storage(geometry, layer, crs)


def _check(geometry: BaseGeometry) -> None:
    if geometry.is_empty:
        raise ValueError(say("geometry-leave-null"))
    positions = shapely.get_coordinates(geometry, include_z=geometry.has_z)
    if len(positions) > MAX_POSITIONS or not np.isfinite(positions).all():
        raise ValueError(say("geometry-positions-bad", most=MAX_POSITIONS))
    if not geometry.is_valid:
        raise ValueError(invalidity(geometry))


def _to_storage(geometry: BaseGeometry, layer: Layer, crs: OutputCrs) -> BaseGeometry:
    if crs.north_east:
        geometry = shapely.transform(geometry, lambda c: c[:, [1, 0, *range(2, c.shape[1])]], include_z=geometry.has_z)
    storage = parse_crs(layer.version.srid)
    if not same_crs(crs.crs, storage):
        geometry = find_transform(crs.crs, storage).geometry(np.array([geometry]))[0]
    west, south, east, north = shapely.bounds(geometry)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(say("feature-outside"))
    return geometry


def _mercator(geometry: BaseGeometry | None, layer: Layer) -> BaseGeometry | None:
    """Return the flat geometry in EPSG:3857, which tiles read."""
    if geometry is None:
        return None
    flat = shapely.force_2d(geometry)
    moved: BaseGeometry = find_transform(parse_crs(layer.version.srid), parse_crs(MERCATOR_SRID)).geometry(
        np.array([flat])
    )[0]
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise ValueError(say("geometry-pole"))
    return moved
