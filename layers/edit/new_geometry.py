"""Geometries that a client sends, read strictly: whole, valid, of the layer's type, and brought to the storage CRS."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.crs.mercator import MERCATOR_SRID
from layers.crs.names import parse_crs, same_crs
from layers.crs.operations import find_transform
from layers.crs.output import OutputCrs
from layers.layer import Layer
from layers.sentences import say
from layers.validity import has_open_ring, invalidity, unmade

MAX_POSITIONS = 200_000

_MULTI: Mapping[str, Callable[[Any], BaseGeometry]] = {
    "point": shapely.MultiPoint,
    "linestring": shapely.MultiLineString,
    "polygon": shapely.MultiPolygon,
}


def read_geometry(document: Any, layer: Layer, crs: OutputCrs) -> BaseGeometry | None:
    """Return a GeoJSON geometry, whose coordinates are in ``crs`` (authority axis order), in the layer's storage CRS.

    Raises:
        ValueError: it is none, is not valid, of another type than the layer's, or lies outside the Earth.
    """
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


def mercator_of(geometry: BaseGeometry | None, layer: Layer) -> BaseGeometry | None:
    """Return a geometry of the storage CRS flat in EPSG:3857, which tiles read. Raises ValueError at the poles."""
    if geometry is None:
        return None
    flat = shapely.force_2d(geometry)
    moved: BaseGeometry = find_transform(parse_crs(layer.version.srid), parse_crs(MERCATOR_SRID)).geometry(
        np.array([flat])
    )[0]
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise ValueError(say("geometry-pole"))
    return moved
