"""A feature as GML 3.2, written by the database (OGC 07-036): what stands behind the ``gml:id`` that its layer begins.

A row gives ``12"><city:用途>…</city:用途>…<city:geometry>…</city:geometry>``: who knows the layer's name puts
`opening` before, `closing` behind, and both between two features. A value that is null is no element. Geometry has the
form that the layer's type names: of a layer of multipolygons a single polygon is one of one part.
"""

from layers.crs.names import CRS84
from layers.crs.output import OutputCrs
from layers.layer import Column, Layer, Version
from layers.query import LayerQuery
from layers.rings import right_handed
from layers.schema import geometry_format, geometry_name
from layers.tables import quote_column
from layers.xml_names import PREFIX, xml_name

CRS84_URN = "urn:ogc:def:crs:OGC:1.3:CRS84"
_MANY = {
    "geometry-multipoint": ("MultiPoint", "pointMember"),
    "geometry-multilinestring": ("MultiCurve", "curveMember"),
    "geometry-multipolygon": ("MultiSurface", "surfaceMember"),
    "geometry-geometrycollection": ("MultiGeometry", "geometryMember"),
}
_UNHOLDABLE = [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]  # https://www.w3.org/TR/xml/#charsets
_OPTIONS = 4
"""Of ST_AsGML: a line is a LineString. The name of the system is written here: of CRS84 it knows none."""


def opening(layer: Layer) -> bytes:
    """Return what stands before a feature's row."""
    name = xml_name(layer.name)
    return f'<{PREFIX}:{name} gml:id="{name}.'.encode()


def closing(layer: Layer) -> bytes:
    """Return what stands behind it."""
    return f"</{PREFIX}:{xml_name(layer.name)}>".encode()


def crs_urn(crs: OutputCrs) -> str:
    """Return the name of a system that says its authority's axis order to every client."""
    return CRS84_URN if crs.uri == CRS84 else f"urn:ogc:def:crs:EPSG::{crs.srid}"


def geometry_element(version: Version) -> str:
    """Return the name of the geometry's element: by this one GDAL knows its type, where it has no schema at hand."""
    named = "geometryProperty"
    return geometry_name(version) if any(column.name == named for column in version.columns) else named


def gml_sql(version: Version, query: LayerQuery, crs: OutputCrs) -> str:
    """Return the SQL that writes one feature from a row of the page."""
    columns = (
        version.columns if query.properties is None else [c for c in version.columns if c.name in query.properties]
    )
    pieces = ["fid::text", _text('">'), *(_column_sql(column) for column in columns)]
    if query.geometry:
        pieces.append(_element(geometry_element(version), _geometry_sql(version, query, crs)))
    return "||".join(pieces)


def _column_sql(column: Column) -> str:
    name = quote_column(column.name)
    if column.type in ("integer", "bigint", "boolean"):
        value = f"{name}::text"
    elif column.type == "float":  # as XML Schema writes what is not finite
        value = f"replace({name}::text, 'Infinity', 'INF')"
    elif column.type in ("date", "timestamp"):
        value = f"(to_json({name}) #>> '{{}}')"
    else:
        plain = f"replace(replace(replace({name}::text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
        value = f"translate({plain}, {_unholdable()})"
    return _element(column.name, value)


def _element(name: str, value: str) -> str:
    tag = f"{PREFIX}:{xml_name(name)}"
    return f"coalesce({_text(f'<{tag}>')}||{value}||{_text(f'</{tag}>')}, '')"


def _geometry_sql(version: Version, query: LayerQuery, crs: OutputCrs) -> str:
    """Return the SQL of a geometry element; null of no geometry, and of one without positions.

    Each part has a ``gml:id`` of its own, which ST_AsGML would give to all of them alike.
    """
    shape, kind = f"ST_SetSRID({crs.geometry_sql(right_handed(version), query.tolerance)}, 0)", geometry_format(version)
    if kind in _MANY:
        written = _parts_sql(version, *_MANY[kind], crs)
    elif kind == "geometry-any":
        cases = " ".join(
            f"WHEN '{many.removeprefix('geometry-').upper()}' THEN {_parts_sql(version, *names, crs)}"
            for many, names in _MANY.items()
        )
        written = f"CASE GeometryType(s.shape) {cases} ELSE {_single_sql(version, crs)} END"
    else:
        written = _single_sql(version, crs)
    return f"(SELECT {written} FROM (SELECT {shape} AS shape OFFSET 0) s)"


def _single_sql(version: Version, crs: OutputCrs) -> str:
    named = _text(f'\\& srsName="{crs_urn(crs)}"')
    written = f"ST_AsGML(3, s.shape, {crs.decimals}, {_OPTIONS}, 'gml', {_number_sql(version)})"
    return f"regexp_replace({written}, '^<gml:[A-Za-z]+', {named})"


def _parts_sql(version: Version, whole: str, member: str, crs: OutputCrs) -> str:
    number = _number_sql(version)
    part = f"ST_AsGML(3, d.geom, {crs.decimals}, {_OPTIONS}, 'gml', {number}||'.'||array_to_string(d.path, '.'))"
    parts = f"string_agg('<gml:{member}>'||{part}||'</gml:{member}>', '' ORDER BY d.path)"
    head = _text(f'<gml:{whole} srsName="{crs_urn(crs)}" gml:id="')
    return f"{head}||{number}||'\">'||(SELECT {parts} FROM ST_Dump(s.shape) d)||'</gml:{whole}>'"


def _number_sql(version: Version) -> str:
    """Return a geometry's identifier: no other of any layer has it."""
    return f"'g{int(version.id)}.'||fid"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _unholdable() -> str:
    """Return the characters that XML cannot hold as SQL, and as many spaces."""
    escaped = "".join(f"\\{code:04X}" for code in _UNHOLDABLE)
    return f"U&'{escaped}', '{' ' * len(_UNHOLDABLE)}'"
