"""What stands at a point, and what a polygon cuts: one question put to every layer, each answered in one statement.

Areas and lengths are ellipsoidal (PostGIS ``geography``: geodesic edges on the layer's own ellipsoid), never planar.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs.names import DEGREE_M
from layers.errors import BadQuery
from layers.filter.clauses import Binder
from layers.filter.conditions import where_clause
from layers.frame import Bounds
from layers.layer import Layer
from layers.query import LayerQuery, Period
from layers.rings import right_handed
from layers.sentences import say
from layers.tables import Statement, quote, quote_column
from layers.validity import invalidity, unmade

MAX_ANSWERS = 20
CLIPPED = 500
"""Vertices above which a feature is clipped to what lies about a point before its distance is worked out."""
MAX_VERTICES = 10_000
MAX_CLASSES = 200
MAX_JOINED, MAX_JOINED_VERTICES = 2_000, 100_000


@dataclass(frozen=True)
class Point:
    """A place asked about: degrees of the storage CRS, and how far around it still counts, metres."""

    lon: float
    lat: float
    tolerance_m: float = 10.0

    def __post_init__(self) -> None:
        """Refuse a place off the Earth or a tolerance that would ask for a whole county."""
        if not (-180 <= self.lon <= 180):
            raise BadQuery(say("lon-range", given=self.lon), "lon")
        if not (-90 <= self.lat <= 90):
            raise BadQuery(say("lat-range", given=self.lat), "lat")
        if not (0 <= self.tolerance_m <= 1000):
            raise BadQuery(say("tolerance-range", given=self.tolerance_m), "tolerance")

    @property
    def bounds(self) -> Bounds:
        """The box around everything within the tolerance, generous."""
        dy = self.tolerance_m / DEGREE_M * 1.01 + 1e-9
        dx = min(180.0, dy / max(0.01, _cosine(self.lat)))
        return Bounds(self.lon - dx, self.lat - dy, self.lon + dx, self.lat + dy)


def features_at(layer: Layer, point: Point, periods: Sequence[Period] = ()) -> Statement:
    """Return the statement for the features at a point: fid, attributes as JSON, distance in metres, nearest first.

    ``periods`` are those of which a feature meets any, or has no time, as everywhere else.
    """
    version = layer.version
    if version.table is None:
        raise BadQuery(say("layer-without-features", layer=layer.name), "layer")
    columns = "".join(f", {quote_column(column.name)}" for column in version.columns)
    west, south, east, north = point.bounds
    binder = Binder()
    then = where_clause(version, LayerQuery(periods=tuple(periods)), binder).text if periods else "true"
    # Of a feature of many vertices only what lies about the point is measured. Its edges are straight there as they are
    # drawn, and no geodesics: a centimetre where they are a kilometre long.
    around = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)"
    near = f"CASE WHEN ST_NPoints(geom) > {CLIPPED} THEN ST_ClipByBox2D(geom, {around}) ELSE geom END"
    return Statement(
        "WITH here AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s)::geography AS place_asked) "
        f"SELECT t.fid, to_jsonb(t.*) - 'fid' - 'metres_away', t.metres_away FROM (SELECT * FROM (SELECT fid{columns}, "
        f"ST_Distance(({near})::geography, place_asked) AS metres_away FROM {quote(version.table)}, here "
        f"WHERE geom && {around} AND ({then}) OFFSET 0) measured WHERE metres_away <= %(tolerance)s + 1e-6 "
        "ORDER BY metres_away, fid LIMIT %(most)s) t",
        {
            "lon": point.lon, "lat": point.lat, "srid": version.srid, "tolerance": point.tolerance_m,
            **binder.params,
            "west": west, "south": south, "east": east, "north": north, "most": MAX_ANSWERS,
        },
    )  # fmt: skip


def read_geojson(document: Any, name: str, *, flat: bool = True) -> BaseGeometry:
    """Read a GeoJSON geometry in degrees (lon, lat), a Feature of one, or a FeatureCollection as one geometry.

    ``flat`` leaves heights out.

    Raises:
        BadQuery: it is none, is empty, or leaves the Earth; ``name`` is the parameter at fault.
    """
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        members = [f.get("geometry") for f in features if isinstance(f, dict)] if isinstance(features, list) else []
        document = {"type": "GeometryCollection", "geometries": [member for member in members if member]}
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    try:
        geometry: BaseGeometry = shapely.from_geojson(json.dumps(document))
    except (shapely.GEOSException, TypeError, ValueError) as error:
        raise BadQuery(say("not-geojson", name=name, why=unmade(error)), name) from error
    if geometry is None or geometry.is_empty:
        raise BadQuery(say("geojson-wanted", name=name), name)
    west, south, east, north = shapely.bounds(geometry)
    if not (-180 <= west and east <= 180 and -90 <= south and north <= 90):
        raise BadQuery(say("geojson-off-earth", name=name), name)
    return shapely.force_2d(geometry) if flat else geometry


def parse_polygon(document: Any, name: str = "polygon") -> BaseGeometry:
    """Read a GeoJSON Polygon or MultiPolygon in degrees (lon, lat), or a Feature of one; ``name`` is the parameter.

    Raises:
        BadQuery: it is not one, is not valid, or has too many vertices.
    """
    polygon = read_geojson(document, name)
    if polygon.geom_type not in ("Polygon", "MultiPolygon"):
        raise BadQuery(say("polygon-wanted"), name)
    if shapely.get_num_coordinates(polygon) > MAX_VERTICES:
        raise BadQuery(say("polygon-vertices", most=MAX_VERTICES), name)
    if not polygon.is_valid:
        raise BadQuery(say("polygon-invalid", why=invalidity(polygon)), name)
    return polygon


def statistics_in(layer: Layer, polygon: BaseGeometry, by: str | None = None) -> Statement:
    """Return the statement for what a polygon cuts of a vector layer, per value of column ``by``.

    Rows: value, features touched, area inside in square metres, length inside in metres, length in metres of the areas'
    own boundaries inside (the polygon's is not theirs), and, the same in each row, the ground in square metres that all
    areas cover together: what lies in two of them counts once. None where they are too many to tell.

    Raises:
        BadQuery: the layer has no such column, or is not a vector layer.
    """
    version = layer.version
    if version.table is None:
        raise BadQuery(say("layer-without-features", layer=layer.name), "layer")
    if by is not None and by not in {column.name for column in version.columns}:
        raise BadQuery(say("layer-no-column", layer=layer.name, column=by), "by")
    value = f"{quote_column(by)}::text" if by else "NULL::text"
    # A feature wholly inside needs no intersection: most of them, in a large polygon.
    return Statement(
        "WITH asked AS (SELECT ST_GeomFromWKB(%(polygon)s, %(srid)s) AS place_asked), touched AS MATERIALIZED ("
        f"SELECT {value} AS value, geom, place_asked, ST_Covers(place_asked, geom) AS whole "
        f"FROM {quote(version.table)}, asked WHERE geom && place_asked AND ST_Intersects(geom, place_asked)), "
        "cut AS MATERIALIZED (SELECT value, "
        "CASE WHEN whole THEN geom ELSE ST_Intersection(ST_MakeValid(geom), place_asked) END AS g, "
        "CASE WHEN ST_Dimension(geom) < 2 THEN 0 WHEN whole THEN ST_Perimeter(geom::geography) "
        "ELSE ST_Length(ST_Intersection(ST_Boundary(ST_MakeValid(geom)), place_asked)::geography) END AS edge "
        "FROM touched), areas AS (SELECT g FROM cut WHERE ST_Dimension(g) = 2 LIMIT %(joined)s + 1) "
        "SELECT value, count(*), coalesce(sum(ST_Area(g::geography)) FILTER (WHERE ST_Dimension(g) = 2), 0), "
        "coalesce(sum(ST_Length(g::geography)) FILTER (WHERE ST_Dimension(g) = 1), 0), "
        "coalesce(sum(edge) FILTER (WHERE ST_Dimension(g) = 2), 0), "
        "(SELECT CASE WHEN count(*) <= %(joined)s AND coalesce(sum(ST_NPoints(g)), 0) <= %(vertices)s "
        "THEN coalesce(ST_Area(ST_UnaryUnion(ST_Collect(g))::geography), 0) END FROM areas) "
        "FROM cut GROUP BY value ORDER BY 3 DESC, 4 DESC, 2 DESC LIMIT %(most)s",
        {
            "polygon": shapely.to_wkb(polygon, output_dimension=2), "srid": version.srid, "most": MAX_CLASSES,
            "joined": MAX_JOINED, "vertices": MAX_JOINED_VERTICES,
        },
    )  # fmt: skip


def features_in(
    layer: Layer, polygon: BaseGeometry, limit: int, query: LayerQuery | None = None, *, clip: bool = True
) -> Statement:
    """Return the statement for the features a polygon (degrees) cuts, each with the part of it that lies inside.

    Rows: fid, attributes as JSON, the part (or the whole, unless ``clip``) as GeoJSON in degrees, its area (m²) and
    length (m) inside, whether the feature lies wholly inside. By fid, one more than ``limit`` when more follow. A part
    has the feature's own dimension: what only touches the polygon is left out.

    Raises:
        BadQuery: the layer holds no features.
    """
    version = layer.version
    if version.table is None:
        raise BadQuery(say("layer-without-features", layer=layer.name), "layer")
    binder = Binder()
    condition = where_clause(version, query or LayerQuery(), binder).text
    columns = ", ".join(quote_column(column.name) for column in version.columns)
    shape = f"ST_GeomFromWKB({binder.bind(shapely.to_wkb(polygon, output_dimension=2))}, {int(version.srid)})"
    inside = "ST_CollectionExtract(ST_Intersection(ST_MakeValid(geom), place_asked), ST_Dimension(geom) + 1)"
    return Statement(
        f"WITH asked AS MATERIALIZED (SELECT {shape} AS place_asked), touched AS (SELECT fid, geom, "
        f"(SELECT to_jsonb(a.*) FROM (SELECT {columns}) a) AS attributes, ST_Covers(place_asked, geom) AS whole, "
        f"CASE WHEN ST_Covers(place_asked, geom) THEN geom ELSE {inside} END AS part "
        f"FROM {quote(version.table)}, asked WHERE geom && place_asked AND ST_Intersects(geom, place_asked) "
        f"AND {condition}) "
        f"SELECT fid, attributes, ST_AsGeoJSON({right_handed(version, 'part' if clip else 'geom')}, 9, 0), "
        "CASE WHEN ST_Dimension(part) = 2 THEN ST_Area(part::geography) ELSE 0 END, "
        "CASE WHEN ST_Dimension(part) = 1 THEN ST_Length(part::geography) ELSE 0 END, whole "
        f"FROM touched WHERE NOT ST_IsEmpty(part) ORDER BY fid LIMIT {int(limit) + 1}",
        binder.params,
    )


def _cosine(degrees: float) -> float:
    return cos(radians(degrees))
