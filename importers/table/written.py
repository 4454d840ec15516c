"""Geometries written into a table's cells: WKT, WKB in hex, GeoJSON; known by the text, whatever the title."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.vector import wkb
from layers.sentences import say

_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON)\b",
    re.IGNORECASE,
)
_HEX_WKB = re.compile(r"\s*(\\x|0x)?0[01]([0-9A-Fa-f]{2}){8,}\s*")
_GEOJSON = re.compile(
    r'\s*\{.*"type"\s*:\s*"((Multi)?(Point|LineString|Polygon)|GeometryCollection|Feature)"', re.DOTALL
)
_SRID = re.compile(r"\s*SRID=(\d+);", re.IGNORECASE)
_HEX_PREFIX = re.compile(r"\\x|0x")
FORMS = {"wkt": "wkt-in-column", "wkb": "wkb-in-column", "geojson": "geojson-in-column"}
"""How a cell may write a geometry, and the sentence that says so of a column."""
TOLERANCE = 0.01
"""Curves of WKB are followed so closely, in units of the coordinates."""

Geometries = tuple[Any, dict[int, str]]
"""One geometry or None for each text, and why a text that holds something gives none, by its place."""


def form_of(text: str) -> str | None:
    """Return which of the ``FORMS`` a cell's text has; None when it writes no geometry."""
    if _WKT.match(text):
        return "wkt"
    if _HEX_WKB.fullmatch(text):
        return "wkb"
    return "geojson" if _GEOJSON.match(text) else None


def read(texts: list[str], form: str) -> Geometries:
    """Read the cells of a column whose geometries are written in one form."""
    return {"wkt": _from_wkt, "wkb": _from_wkb, "geojson": _from_geojson}[form](texts)


def srids(texts: list[str], form: str) -> set[int]:
    """Return the SRIDs that geometries carry; 0 for those without."""
    if form == "wkb":
        found = shapely.from_wkb(list(map(_bare_hex, texts)), on_invalid="ignore")
        return set(shapely.get_srid(found[~shapely.is_missing(found)]).tolist())
    return {int(named[1]) if (named := _SRID.match(text)) else 0 for text in texts}


def _bare_hex(text: str) -> str:
    return _HEX_PREFIX.sub("", text.strip(), count=1) if text.strip()[:2] in ("\\x", "0x") else text.strip()


def _from_wkb(texts: list[str]) -> Geometries:
    raw = [_bytes_of(_bare_hex(text)) for text in texts]
    decoded = wkb.decode(pa.array(raw, pa.binary()), TOLERANCE)
    unreadable = {n: say("wkb-unreadable") for n, text in enumerate(texts) if text and raw[n] is None}
    return decoded.geometries, {**decoded.reasons, **unreadable}


def _bytes_of(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) or None
    except ValueError:
        return None


def _from_geojson(texts: list[str]) -> Geometries:
    geometries = np.array([shapely.from_geojson(text or None, on_invalid="ignore") for text in texts], dtype=object)
    unreadable = {n: say("geojson-cell", text=text[:60]) for n, text in enumerate(texts) if text and not geometries[n]}
    return geometries, unreadable


def _from_wkt(texts: list[str]) -> Geometries:
    bare = [text.split(";", 1)[1] if text[:5].upper() == "SRID=" else text for text in texts]
    try:
        geometries = shapely.from_wkt([text or None for text in bare], on_invalid="ignore")
    except NotImplementedError:  # a curve among them, which GEOS does not read
        geometries = np.array([_one_wkt(text) for text in bare], dtype=object)
    return geometries, {
        number: say("wkt-problem", wkt_problem=_wkt_problem(text), text=text[:60])
        for number, text in enumerate(bare)
        if text and geometries[number] is None
    }


def _wkt_problem(text: str) -> str:
    curved = re.match(r"\s*\w*(CURVE|CIRCULAR|SURFACE)", text, re.IGNORECASE)
    return say("wkt-curves") if curved else say("wkt-unreadable")


def _one_wkt(text: str) -> Any:
    try:
        return shapely.from_wkt(text or None, on_invalid="ignore")
    except NotImplementedError:
        return None
