"""The coordinate systems features are offered in, and the SQL that brings the stored geometry to each.

Stored coordinates are east, north; a reply has the axis order of the CRS's authority (EPSG:4490 is latitude, longitude,
EPSG:4509 northing, easting), except CRS84, which is longitude, latitude by definition.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyproj

from layers.crs.mercator import MERCATOR_SRID
from layers.crs.names import CRS84, axis_is_north_east, crs_uri, parse_crs
from layers.crs.operations import find_transform
from layers.errors import NoDatumOperation, UnknownCrs
from layers.frame import Frame
from layers.sentences import say

WGS84_SRID = 4326
DEGREE_DECIMALS = 9
METRE_DECIMALS = 4
_SPELLED = (
    "{}", "epsg:{}", "urn:ogc:def:crs:epsg::{}", "http://www.opengis.net/def/crs/epsg/0/{}",
    "https://www.opengis.net/def/crs/epsg/0/{}", "http://www.opengis.net/gml/srs/epsg.xml#{}",
)  # fmt: skip
_CRS84 = (
    "crs84", "ogc:crs84", "crs:84", "urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:ogc::crs84",
    CRS84.lower(), CRS84.lower().replace("http:", "https:"),
)  # fmt: skip
_MERCATOR = (900913, 102100, 102113, 3785)


@dataclass(frozen=True)
class OutputCrs:
    """One offered CRS. ``template`` is SQL with ``{}`` for the stored geometry; ``decimals`` keep 0.1 mm."""

    uri: str
    crs: pyproj.CRS
    srid: int
    template: str
    decimals: int
    north_east: bool

    def geometry_sql(self, column: str, tolerance: float | None = None) -> str:
        """Return the SQL of the geometry in this CRS and its axis order, simplified by ``tolerance`` storage units."""
        stored = f"ST_SimplifyPreserveTopology({column}, {tolerance!r})" if tolerance else column
        moved = self.template.format(stored)
        return f"ST_FlipCoordinates({moved})" if self.north_east else moved


def is_crs84(crs: OutputCrs) -> bool:
    """Whether coordinates in it are longitude, latitude of WGS 84, as GeoJSON has them."""
    return crs.uri == CRS84


@lru_cache(maxsize=64)
def offered_crs(frame: Frame, storage_srid: int) -> Mapping[str, OutputCrs]:
    """Return what a layer stored in ``storage_srid`` is offered in, by URI; CRS84 first, as the standard wants.

    A CRS that PROJ cannot reach without guessing a datum is left out.
    """
    srids = dict.fromkeys(
        (storage_srid, WGS84_SRID, MERCATOR_SRID, frame.storage_srid, frame.metric_srid, *frame.exchange_srids)
    )
    found = {CRS84: OutputCrs(CRS84, parse_crs(CRS84), WGS84_SRID, "{}", DEGREE_DECIMALS, False)}
    for srid in srids:
        crs = parse_crs(srid)
        try:
            template = _template(storage_srid, srid)
        except NoDatumOperation:
            continue
        decimals = DEGREE_DECIMALS if crs.is_geographic else METRE_DECIMALS
        found[crs_uri(srid)] = OutputCrs(crs_uri(srid), crs, srid, template, decimals, axis_is_north_east(crs))
    return found


def find_crs(offered: Mapping[str, OutputCrs], text: str, parameter: str = "crs") -> OutputCrs:
    """Return the offered CRS a client names: by URI, ``EPSG:4490``, ``[EPSG:4490]``, a URN or its code, in letters of
    either case. Web Mercator has the numbers too that older programs gave it.

    Raises:
        UnknownCrs: it is not offered.
    """
    if text in offered:
        return offered[text]
    name = text.strip().strip("[]").rstrip("/").lower()
    code = re.split("[/:#]", name)[-1]
    if name in _CRS84:
        return offered[CRS84]
    if code.isascii() and code.isdigit() and len(code) < 9 and any(form.format(code) == name for form in _SPELLED):
        uri = crs_uri(MERCATOR_SRID if int(code) in _MERCATOR else int(code))
        if uri in offered:
            return offered[uri]
    raise UnknownCrs(say("crs-not-offered", given=text[:80], offered=", ".join(offered)), parameter)


def _template(storage_srid: int, srid: int) -> str:
    """Return SQL of the operation `layers.crs.operations` would take: the WGS 84 / CGCS2000 identity, else a
    projection."""
    transform = find_transform(parse_crs(storage_srid), parse_crs(srid))
    if transform.kind == "same" or (transform.kind == "identity" and parse_crs(srid).is_geographic):
        return "{}"
    if transform.kind == "identity":
        base = parse_crs(srid).geodetic_crs
        base_srid = (base.to_epsg() if base else None) or WGS84_SRID
        return f"ST_Transform(ST_SetSRID({{}}, {base_srid}), {srid})"
    return f"ST_Transform({{}}, {srid})"
