"""What lies around a place: the features nearest to it, and the land within a distance of it.

Distances are geodesic metres on the layer's own ellipsoid. A buffer is drawn in a transverse Mercator plane laid
through the middle of what is buffered, so that a metre is a metre: within 100 km of it the plane's scale is off by
0.012 % at most, a centimetre in a hundred metres.
"""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import local_plane
from layers.errors import BadQuery
from layers.filter.clauses import Binder
from layers.filter.conditions import where_clause
from layers.frame import Bounds
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say
from layers.tables import Statement, quote, quote_column

MOST_NEAREST = 100
FARTHEST_M = 100_000.0
LARGEST_BUFFER_M = 50_000.0
WIDEST_M = 200_000.0
"""How far apart the ends of what is buffered may lie."""
METRES_A_DEGREE = 110_500.0
"""A little less than a degree of latitude has anywhere, so that boxes made with it are large enough."""


@dataclass(frozen=True)
class Size:
    """How much a query selects: features, their vertices, the box around them (degrees)."""

    features: int
    vertices: int
    extent: Bounds | None


def nearest_features(layer: Layer, lon: float, lat: float, count: int, within_m: float = FARTHEST_M) -> Statement:
    """Return the statement for the features nearest to a place: fid, attributes, distance (m), nearest point (GeoJSON).

    The spatial index orders by degrees, which are not metres: its first ``count`` features only say how far to look,
    and everything within that reach is then measured. Nearest first; degrees of the layer's CRS.

    Raises:
        BadQuery: the layer holds no features, or a limit is out of range.
    """
    if not 1 <= count <= MOST_NEAREST:
        raise BadQuery(say("count-range", most=MOST_NEAREST, given=count), "count")
    if not 0 < within_m <= FARTHEST_M:
        raise BadQuery(say("within-range", most=FARTHEST_M), "within")
    table = quote(feature_table(layer))
    columns = ", ".join(quote_column(column.name) for column in layer.version.columns)
    away = "ST_Distance(geom::geography, place_asked::geography)"
    return Statement(
        "WITH here AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s) AS place_asked), "
        f"first AS MATERIALIZED (SELECT geom, place_asked FROM {table}, here WHERE geom IS NOT NULL "
        "ORDER BY geom <-> place_asked LIMIT %(count)s), "
        f"reach AS MATERIALIZED (SELECT place_asked, least(coalesce(max({away}), 0) + 0.001, %(within)s) AS far "
        "FROM first GROUP BY place_asked) "
        f"SELECT fid, (SELECT to_jsonb(a.*) FROM (SELECT {columns}) a), {away} AS metres_away, "
        f"ST_AsGeoJSON(ST_ClosestPoint(geom, place_asked), 9, 0) FROM {table}, reach "
        f"WHERE geom && ST_Expand(place_asked, far / ({METRES_A_DEGREE} * greatest(cosd(%(lat)s), 0.01)), "
        f"far / {METRES_A_DEGREE}) "
        "AND ST_DWithin(geom::geography, place_asked::geography, far) ORDER BY metres_away, fid LIMIT %(count)s",
        {"lon": lon, "lat": lat, "srid": layer.version.srid, "count": count, "within": within_m},
    )


def selection_size(layer: Layer, query: LayerQuery, most: int) -> Statement:
    """Return the statement for the `Size` of what a query selects, looking at no more than ``most`` + 1 features.

    One row: features, vertices, west, south, east, north.
    """
    binder = Binder()
    condition = where_clause(layer.version, query, binder).text
    return Statement(
        "SELECT count(*), coalesce(sum(ST_NPoints(geom)), 0), min(ST_XMin(geom)), min(ST_YMin(geom)), "
        f"max(ST_XMax(geom)), max(ST_YMax(geom)) FROM (SELECT geom FROM {quote(feature_table(layer))} "
        f"WHERE {condition} AND geom IS NOT NULL LIMIT {int(most) + 1}) t",
        binder.params,
    )


def buffer_of_geometry(geometry: BaseGeometry, distance_m: float, srid: int, segments: int = 16) -> Statement:
    """Return the statement for the land within a distance of a geometry in degrees. One row, as `buffer_of_layer`.

    Raises:
        BadQuery: the distance is out of range, or the geometry too large.
    """
    binder = Binder()
    source = f"SELECT ST_GeomFromWKB({binder.bind(shapely.to_wkb(geometry, output_dimension=2))}, {int(srid)}) AS geom"
    return _buffer(source, Bounds(*map(float, geometry.bounds)), distance_m, srid, segments, binder)


def buffer_of_layer(
    layer: Layer, query: LayerQuery, extent: Bounds, distance_m: float, segments: int = 16
) -> Statement:
    """Return the statement for the land within a distance of a layer's features, which lie in ``extent`` (degrees).

    One row: the buffer as GeoJSON in degrees, one geometry for all; its area in square metres; its vertices.

    Raises:
        BadQuery: the distance is out of range, or the features lie too far apart.
    """
    binder = Binder()
    condition = where_clause(layer.version, query, binder).text
    source = f"SELECT geom FROM {quote(feature_table(layer))} WHERE {condition} AND geom IS NOT NULL"
    return _buffer(source, extent, distance_m, layer.version.srid, segments, binder)


def feature_table(layer: Layer) -> str:
    """Return the layer's feature table.

    Raises:
        BadQuery: it is not a vector layer.
    """
    if layer.version.table is None:
        raise BadQuery(say("layer-kind-no-features", layer=layer.name, kind=say(f"kind-{layer.kind}")), "layer")
    return layer.version.table


def _buffer(source: str, extent: Bounds, distance_m: float, srid: int, segments: int, binder: Binder) -> Statement:
    if not 0 < abs(distance_m) <= LARGEST_BUFFER_M:
        raise BadQuery(say("distance-range", most=LARGEST_BUFFER_M), "distance")
    if not 1 <= segments <= 64:
        raise BadQuery(say("segments-range"), "segments")
    plane = local_plane(extent, srid)
    if max(plane.width_m, plane.height_m) > WIDEST_M:
        raise BadQuery(say("geometry-wide", most=WIDEST_M / 1000), "geometry")
    local, distance = binder.bind(plane.proj), binder.bind(distance_m)
    return Statement(
        f"WITH source AS ({source}), grown AS (SELECT ST_Union(ST_Buffer(ST_Transform(geom, {local}::text), "
        f"{distance}, 'quad_segs={int(segments)}')) AS g FROM source), "
        f"back AS (SELECT ST_Transform(g, {local}::text, {int(srid)}) AS g FROM grown) "
        "SELECT ST_AsGeoJSON(ST_ForcePolygonCCW(g), 9, 0), ST_Area(g::geography), ST_NPoints(g) FROM back",
        binder.params,
    )
