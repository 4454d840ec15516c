"""Coordinate systems: reading their names, telling their datums apart.

With ``layers.crs.operations`` the only place that asks PROJ.

Inside the program coordinates are always east, north (``always_xy``); the authority's axis order is applied only where
a standard asks for it, at the edge (``axis_is_north_east``).
"""

from dataclasses import dataclass
from functools import lru_cache

import pyproj
from pyproj.enums import WktVersion
from pyproj.exceptions import CRSError

from layers.errors import UnknownCrs
from layers.frame import Bounds
from layers.sentences import say

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"

SEMI_MAJOR_M = 6_378_137.0
"""Semi-major axis of CGCS2000 and WGS 84, metres."""
DEGREE_M = 111_320.0
"""A degree of latitude, or of longitude at the equator, to half a per cent: for tolerances, never for measures."""

# PROJ names of the two datums joined by the whitelisted identity, with their ensemble and realisation spellings.
_WGS84 = ("World Geodetic System 1984", "WGS 84", "WGS_1984")
_CGCS2000 = (
    "China 2000", "China_2000", "D_China_2000", "D_2000", "China Geodetic Coordinate System 2000", "CGCS2000",
    "CGCS_2000", "D_CGCS2000", "D_CGCS_2000", "2000国家大地坐标系", "国家2000大地坐标系", "中国2000国家大地坐标系",
)  # fmt: skip


def parse_crs(text: str | int) -> pyproj.CRS:
    """Read ``EPSG:4509``, ``4509``, an OGC URI or URN, WKT or a PROJ string.

    Raises:
        UnknownCrs: PROJ does not know it, or its body is not the Earth.
    """
    name = str(text).strip()
    if name in (CRS84, CRS84H, "OGC:CRS84", "CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84"):
        return _crs("OGC:CRS84")
    return _crs(f"EPSG:{name}" if name.isdigit() else name)


@lru_cache(maxsize=256)
def _crs(name: str) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError as error:
        raise UnknownCrs(say("crs-unknown", name=name[:80]), "crs") from error
    radius = crs.ellipsoid.semi_major_metre if crs.ellipsoid else None
    if radius is not None and not 6.3e6 < radius < 6.4e6:
        raise UnknownCrs(say("crs-not-earth", crs=crs.name, radius=radius), "crs")
    return crs


def crs_uri(srid: int) -> str:
    """Return the OGC URI of an EPSG code."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


@dataclass(frozen=True)
class Plane:
    """A transverse Mercator plane laid through the middle of a box: its PROJ string, and the box's size in metres."""

    proj: str
    width_m: float
    height_m: float


def local_plane(box: Bounds, srid: int) -> Plane:
    """Return the plane in which to measure around a box in degrees of a geographic CRS, on that CRS's ellipsoid.

    Its scale is exact on the middle meridian and off by (x / R)² / 2 at x metres from it (Snyder 1987, p. 60).
    """
    crs = parse_crs(srid)
    geod, ellipsoid = crs.get_geod(), crs.ellipsoid
    assert geod is not None
    assert ellipsoid is not None
    west, south, east, north = box
    lon, lat = (west + east) / 2, (south + north) / 2
    widest = 0.0 if south < 0 < north else min(abs(south), abs(north))
    _, _, width = geod.inv(west, widest, east, widest)
    _, _, height = geod.inv(lon, south, lon, north)
    proj = (
        f"+proj=tmerc +lat_0={lat:.9f} +lon_0={lon:.9f} +k=1 +x_0=0 +y_0=0 +a={ellipsoid.semi_major_metre!r} "
        f"+rf={ellipsoid.inverse_flattening!r} +units=m +no_defs"
    )
    return Plane(proj, float(width), float(height))


def axis_is_north_east(crs: pyproj.CRS) -> bool:
    """Say whether the authority writes the north ordinate (latitude, northing) first."""
    axes = crs.axis_info
    return bool(axes) and axes[0].direction.lower() in ("north", "south")


def is_cgcs2000(crs: pyproj.CRS) -> bool:
    """Say whether the CRS stands on the CGCS2000 datum, also under the names found in Chinese files.

    A system of a plane of compensation keeps the name and raises the ellipsoid; it is another datum.
    """
    return datum_name(crs) in _CGCS2000 and raised_ellipsoid(crs) is None


def raised_ellipsoid(crs: pyproj.CRS) -> float | None:
    """Return by how many metres a CRS that names CGCS2000 changes its ellipsoid's axis; None when it does not."""
    axis = crs.ellipsoid.semi_major_metre if crs.ellipsoid else SEMI_MAJOR_M
    raised = axis - SEMI_MAJOR_M
    return raised if datum_name(crs) in _CGCS2000 and abs(raised) > 0.1 else None


def is_wgs84(crs: pyproj.CRS) -> bool:
    """Say whether the CRS stands on WGS 84 (the ensemble or the plain datum)."""
    return datum_name(crs).startswith(_WGS84)


@lru_cache(maxsize=512)
def same_datum(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    """Say whether two CRSs share a datum, so that going between them needs a projection only."""
    if is_cgcs2000(a) and is_cgcs2000(b):
        return True
    left, right = horizontal(a).geodetic_crs, horizontal(b).geodetic_crs
    return left is not None and right is not None and left.datum == right.datum


def horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the horizontal part of a compound or bound CRS, or a 3D one made 2D."""
    if crs.is_bound and crs.source_crs is not None:
        return horizontal(crs.source_crs)
    if crs.is_compound:
        return horizontal(crs.sub_crs_list[0])
    return crs.to_2d() if len(crs.axis_info) == 3 else crs


def vertical_part(crs: pyproj.CRS) -> pyproj.CRS | None:
    """Return the system of heights of a compound CRS; None when it has none."""
    return next((part for part in crs.sub_crs_list if part.is_vertical), None)


def vertical_name(crs: pyproj.CRS) -> str | None:
    """Return ``EPSG:5737 Yellow Sea 1985 height`` of a compound or vertical CRS; None where none is said."""
    vertical = vertical_part(crs) or (crs if crs.is_vertical else None)
    if vertical is None:
        return None
    code = vertical.to_authority(min_confidence=70)
    return f"{':'.join(code)} {vertical.name}" if code else vertical.name


def same_crs(a: pyproj.CRS, b: pyproj.CRS) -> bool:
    """Say whether two CRSs give the same numbers for the same place (axis order set aside)."""
    return bool(a.equals(b, ignore_axis_order=True))


def on_cgcs2000(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the CRS with its base replaced by EPSG:4490, whatever the datum is called."""
    base = _crs("EPSG:4490")
    if crs.is_geographic:
        return base
    document = crs.to_json_dict()
    document.pop("id", None)
    document["base_crs"] = base.to_json_dict()
    return pyproj.CRS.from_json_dict(document)


@lru_cache(maxsize=512)
def is_registered_datum(crs: pyproj.CRS) -> bool:
    """Say whether PROJ's database knows the CRS's datum by name."""
    geodetic = horizontal(crs).geodetic_crs
    datum = geodetic.datum if geodetic else None
    try:
        return datum is not None and bool(datum.from_name(datum.name))
    except CRSError:
        return False


@lru_cache(maxsize=512)
def datum_name(crs: pyproj.CRS) -> str:
    """Return the name of the datum a CRS stands on; empty when it has none."""
    geodetic = horizontal(crs).geodetic_crs
    datum = geodetic.datum if geodetic else None
    return datum.name if datum else ""


def to_wkt(crs: pyproj.CRS) -> str:
    """Return ``EPSG:n`` when the CRS is that code exactly, else its WKT2."""
    code = crs.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else crs.to_wkt(WktVersion.WKT2_2019)
