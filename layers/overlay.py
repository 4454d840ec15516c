"""What stands at a point, and what a polygon cuts: one question put to every layer, each answered in one statement.

Areas and lengths are ellipsoidal (PostGIS ``geography``: geodesic edges on the layer's own ellipsoid), never planar.
"""

import json
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely

from layers.errors import BadQuery
from layers.frame import Bounds
from layers.layer import Layer
from layers.tables import Statement, quote, quote_column

MAX_ANSWERS = 20
MAX_VERTICES = 10_000
MAX_CLASSES = 200
SQUARE_METRES_PER_MU = 10_000 / 15
DEGREE_M = 111_320.0


@dataclass(frozen=True)
class Point:
    """A place asked about: degrees of the storage CRS, and how far around it still counts, metres."""

    lon: float
    lat: float
    tolerance_m: float = 10.0

    def __post_init__(self) -> None:
        """Refuse a place off the Earth or a tolerance that would ask for a whole county."""
        if not (-180 <= self.lon <= 180):
            raise BadQuery(f"lon must be between -180 and 180, not {self.lon}", "lon")
        if not (-90 <= self.lat <= 90):
            raise BadQuery(f"lat must be between -90 and 90, not {self.lat}", "lat")
        if not (0 <= self.tolerance_m <= 1000):
            raise BadQuery(f"tolerance must be between 0 and 1000 metres, not {self.tolerance_m}", "tolerance")

    @property
    def bounds(self) -> Bounds:
        """The box around everything within the tolerance, generous."""
        dy = self.tolerance_m / DEGREE_M * 1.01 + 1e-9
        dx = min(180.0, dy / max(0.01, _cosine(self.lat)))
        return Bounds(self.lon - dx, self.lat - dy, self.lon + dx, self.lat + dy)


def features_at(layer: Layer, point: Point) -> Statement:
    """Return the statement for the features at a point: fid, attributes as JSON, distance in metres, nearest first."""
    version = layer.version
    if version.table is None:
        raise BadQuery(f"layer {layer.name!r} holds no features", "layer")
    columns = "".join(f", {quote_column(column.name)}" for column in version.columns)
    west, south, east, north = point.bounds
    return Statement(
        "WITH here AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s) AS p) "
        f"SELECT t.fid, to_jsonb(t) - 'fid' - 'metres_away', t.metres_away FROM (SELECT fid{columns}, "
        f"ST_Distance(geom::geography, p::geography) AS metres_away FROM {quote(version.table)}, here "
        "WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s) "
        "AND ST_DWithin(geom::geography, p::geography, %(tolerance)s) ORDER BY metres_away, fid LIMIT %(most)s) t",
        {
            "lon": point.lon, "lat": point.lat, "srid": version.srid, "tolerance": point.tolerance_m,
            "west": west, "south": south, "east": east, "north": north, "most": MAX_ANSWERS,
        },
    )  # fmt: skip


def parse_polygon(document: Any) -> shapely.Geometry:
    """Read a GeoJSON Polygon or MultiPolygon in degrees (lon, lat), or a Feature of one.

    Raises:
        BadQuery: it is not one, is not valid, or has too many vertices.
    """
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    try:
        polygon = shapely.from_geojson(json.dumps(document))
    except (shapely.GEOSException, TypeError, ValueError) as error:
        raise BadQuery(f"the polygon is not GeoJSON: {error}", "polygon") from error
    if polygon is None or polygon.geom_type not in ("Polygon", "MultiPolygon") or polygon.is_empty:
        raise BadQuery("give a GeoJSON Polygon or MultiPolygon in degrees, longitude first", "polygon")
    if shapely.get_num_coordinates(polygon) > MAX_VERTICES:
        raise BadQuery(f"the polygon has more than {MAX_VERTICES} vertices; simplify it", "polygon")
    if not polygon.is_valid:
        raise BadQuery(f"the polygon is not valid: {shapely.is_valid_reason(polygon)}", "polygon")
    return polygon


def statistics_in(layer: Layer, polygon: shapely.Geometry, by: str | None = None) -> Statement:
    """Return the statement for what a polygon cuts of a vector layer, per value of column ``by``.

    Rows: value, features touched, area inside in square metres, length inside in metres.

    Raises:
        BadQuery: the layer has no such column, or is not a vector layer.
    """
    version = layer.version
    if version.table is None:
        raise BadQuery(f"layer {layer.name!r} holds no features", "layer")
    if by is not None and by not in {column.name for column in version.columns}:
        raise BadQuery(f"layer {layer.name!r} has no column {by!r}", "by")
    value = f"{quote_column(by)}::text" if by else "NULL::text"
    # A feature wholly inside needs no intersection: most of them, in a large polygon.
    return Statement(
        "WITH asked AS (SELECT ST_GeomFromWKB(%(polygon)s, %(srid)s) AS p), touched AS ("
        f"SELECT {value} AS value, "
        "CASE WHEN ST_Covers(p, geom) THEN geom ELSE ST_Intersection(ST_MakeValid(geom), p) END AS g "
        f"FROM {quote(version.table)}, asked WHERE geom && p AND ST_Intersects(geom, p)) "
        "SELECT value, count(*), coalesce(sum(ST_Area(g::geography)) FILTER (WHERE ST_Dimension(g) = 2), 0), "
        "coalesce(sum(ST_Length(g::geography)) FILTER (WHERE ST_Dimension(g) = 1), 0) "
        "FROM touched GROUP BY value ORDER BY 3 DESC, 4 DESC, 2 DESC LIMIT %(most)s",
        {"polygon": shapely.to_wkb(polygon, output_dimension=2), "srid": version.srid, "most": MAX_CLASSES},
    )


def _cosine(degrees: float) -> float:
    return cos(radians(degrees))
