"""What a GeoParquet file says about its geometry column: name, encoding, coordinate system."""

import json
from dataclasses import dataclass
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from importers.errors import UnreadableSource
from importers.vector.geoarrow import DEPTHS
from layers.sentences import say


@dataclass(frozen=True)
class GeoColumn:
    """The primary geometry column of a GeoParquet file; ``covering`` are columns that repeat its boxes."""

    column: str
    crs: pyproj.CRS | None
    geometry_type: str
    encoding: str = "wkb"
    covering: frozenset[str] = frozenset()


def describe(name: str, described: dict[str, Any]) -> GeoColumn:
    """Read the ``geo`` metadata; a file without a ``crs`` member is longitude and latitude on WGS 84 by the standard.

    Raises:
        UnreadableSource: there is no geometry column, or it is in no known encoding.
    """
    if not described["geo"]:
        raise UnreadableSource(say("parquet-no-geo", name=name))
    try:
        geo = json.loads(described["geo"])
        columns = {title: dict(facts) for title, facts in dict(geo["columns"]).items() if title in described["titles"]}
        primary = geo["primary_column"] if geo["primary_column"] in columns else next(iter(columns))
        column = columns[primary]
    except StopIteration:
        raise UnreadableSource(say("parquet-no-column", name=name, named=", ".join(map(str, geo["columns"])))) from None
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableSource(say("parquet-bad-geo", name=name, error=error)) from None
    encoding = str(column.get("encoding", "")).lower()
    if encoding != "wkb" and encoding not in DEPTHS:
        raise UnreadableSource(say("parquet-encoding", name=name, encoding=encoding))
    kinds = column.get("geometry_types") or column.get("geometry_type") or []
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return GeoColumn(
        primary, _crs(name, column), kinds[0] if len(kinds) == 1 else "Unknown", encoding, _covering(column)
    )


def _covering(column: dict[str, Any]) -> frozenset[str]:
    """Return the columns that only repeat the boxes of the geometries."""
    corners = dict(dict(column.get("covering") or {}).get("bbox") or {}).values()
    return frozenset(str(corner[0]) for corner in corners if isinstance(corner, list) and corner)


def _crs(name: str, column: dict[str, Any]) -> pyproj.CRS | None:
    if "crs" not in column:
        return pyproj.CRS.from_user_input("OGC:CRS84")
    if column["crs"] is None:
        return None
    try:
        return pyproj.CRS.from_user_input(column["crs"])
    except CRSError as error:
        raise UnreadableSource(say("parquet-crs", name=name, error=error)) from None
