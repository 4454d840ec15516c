"""Which way round areas are written: outer rings anticlockwise, inner ones clockwise, seen from above.

So GeoJSON (RFC 7946, 3.1.6), GML (ISO 19107) and KML want them. They are stored as they came; Shapefiles, of which most
layers are made, have them the other way, and the writer of Shapefiles turns them round by itself.
"""

from layers.layer import Version
from layers.schema import geometry_format


def right_handed(version: Version, shape: str = "geom") -> str:
    """Return the SQL of a geometry of the layer with its rings turned; ``shape`` is the SQL of it.

    Only areas are given to ST_ForcePolygonCCW: it turns lines round, too (PostGIS 3.3).
    """
    kind = geometry_format(version)
    if kind in ("geometry-polygon", "geometry-multipolygon"):
        return f"ST_ForcePolygonCCW({shape})"
    if kind != "geometry-any":
        return shape
    areas = f"GeometryType({shape}) IN ('POLYGON', 'MULTIPOLYGON')"
    return f"CASE WHEN {areas} THEN ST_ForcePolygonCCW({shape}) ELSE {shape} END"
