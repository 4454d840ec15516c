"""What is around: the features nearest to a point, and the land within a distance of a geometry or of a layer."""

import json
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.analysis.account import area_units
from geoservice.analysis.asking import Asking, about
from geoservice.analysis.inside import METHOD
from layers.around import Size, buffer_of_geometry, buffer_of_layer, nearest_features, selection_size
from layers.crs.antimeridian import cut, goes_around
from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.overlay import Point
from layers.query import LayerQuery
from layers.sentences import say

MOST_BUFFERED = 20_000
MOST_VERTICES = 500_000


async def nearest(
    asking: Asking, names: Sequence[str] | None, point: Point, count: int, within_m: float
) -> dict[str, Any]:
    """Return the features nearest to a point, of each vector layer asked, nearest first, as a GeoJSON collection.

    A feature's geometry is its point nearest to the place; ``metres_away`` is geodesic.
    """
    box = Bounds(point.lon, point.lat, point.lon, point.lat)
    layers = asking.layers(names, box) if names else asking.catalogue.visible(asking.view)
    found: list[dict[str, Any]] = []
    for layer in layers:
        if layer.kind != "vector":
            if names:
                raise BadQuery(say("nearest-vector", layer=layer.name, kind=say(f"kind-{layer.kind}")), "layers")
            continue
        rows = await asking.rows(nearest_features(layer, point.lon, point.lat, count, within_m))
        found += [_feature(layer, *row) for row in rows]
    found.sort(key=lambda feature: feature["properties"]["metres_away"])
    return {
        "type": "FeatureCollection", "features": found[:count], "lon": point.lon, "lat": point.lat,
        "within_m": within_m, "method": "geodesic distance",
    }  # fmt: skip


async def buffer_geometry(asking: Asking, geometry: BaseGeometry, distance_m: float, segments: int) -> dict[str, Any]:
    """Return the land within a distance of a geometry in degrees, as a GeoJSON feature with its ellipsoidal area."""
    statement = buffer_of_geometry(geometry, distance_m, asking.srid, segments)
    return _buffered(await asking.rows(statement), {"distance_m": distance_m})


async def buffer_layer(
    asking: Asking, layer: Layer, query: LayerQuery, distance_m: float, segments: int
) -> dict[str, Any]:
    """Return the land within a distance of a layer's features, all in one, as a GeoJSON feature.

    Raises:
        BadQuery: the query selects nothing, or too much.
    """
    [row] = await asking.rows(selection_size(layer, query, MOST_BUFFERED))
    size = Size(int(row[0]), int(row[1]), Bounds(*map(float, row[2:])) if row[0] else None)
    if size.extent is None:
        raise BadQuery(say("around-nothing", layer=layer.name), "filter")
    if size.features > MOST_BUFFERED or size.vertices > MOST_VERTICES:
        raise BadQuery(
            say("around-too-much", layer=layer.name, features=MOST_BUFFERED, vertices=MOST_VERTICES),
            "filter",
        )
    statement = buffer_of_layer(layer, query, size.extent, distance_m, segments)
    facts = {"distance_m": distance_m, "features": size.features, "layer": about(layer)}
    return _buffered(await asking.rows(statement), facts)


def _buffered(rows: list[tuple[Any, ...]], facts: dict[str, Any]) -> dict[str, Any]:
    [(geometry, area, _)] = rows
    grown = shapely.from_geojson(geometry) if geometry else None
    if grown is not None and goes_around(grown):
        grown = cut(grown)
        if grown is None:
            raise BadQuery(say("buffer-pole"), "distance")
        geometry = shapely.to_geojson(shapely.orient_polygons(shapely.set_precision(grown, 1e-9)))
    shape = None if grown is None or grown.is_empty else json.loads(geometry)
    properties = {**facts, **area_units(area or 0.0), "method": METHOD}
    return {"type": "Feature", "geometry": shape, "properties": properties}


def _feature(layer: Layer, fid: int, properties: dict[str, Any] | None, away: float, at: str) -> dict[str, Any]:
    facts = layer.version.facts
    return {
        "type": "Feature", "id": f"{layer.name}.{fid}", "geometry": json.loads(at),
        "properties": {
            **(properties or {}), "layer": layer.name, "fid": fid, "metres_away": round(away, 3),
            "accuracy_m": facts.accuracy_m,
        },
    }  # fmt: skip
