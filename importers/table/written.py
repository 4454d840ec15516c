"""Geometries written into a table's cells: WKT, WKB in hex, GeoJSON; known by the text, whatever the title."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.table.curves import CURVED, SURFACES, read_curves
from importers.vector import wkb
from layers.crs.names import DEGREE_M
from layers.sentences import reason, say

_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON|TIN|TRIANGLE|POLYHEDRALSURFACE)(Z?M?)\b",
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
_DEGREES = 360.0
_ORDINATE = re.compile(r"[+-]?\d+(?:\.\d+)?")
_NAMED = re.compile(r"\s*([A-Za-z]+)")


def form_of(text: str) -> str | None:
    """Return which of the ``FORMS`` a cell's text has; None when it writes no geometry."""
    if _WKT.match(text):
        return "wkt"
    if _HEX_WKB.fullmatch(text):
        return "wkb"
    return "geojson" if _GEOJSON.match(text) else None


def read(texts: list[str], form: str, tolerance_m: float = 0.01) -> wkb.Decoded:
    """Read the cells of a column whose geometries are written in one form: one geometry or None for each text, and why
    a text that holds something gives none. Curves are followed as closely as ``tolerance_m``, also in degrees.
    """
    return {"wkt": _from_wkt, "wkb": _from_wkb, "geojson": _from_geojson}[form](texts, tolerance_m)


def _tolerance(ordinate: float, tolerance_m: float) -> float:
    return tolerance_m / DEGREE_M if abs(ordinate) <= _DEGREES else tolerance_m


def srids(texts: list[str], form: str) -> set[int]:
    """Return the SRIDs that geometries carry; 0 for those without."""
    if form == "wkb":
        found = shapely.from_wkb(list(map(_bare_hex, texts)), on_invalid="ignore")
        return set(shapely.get_srid(found[~shapely.is_missing(found)]).tolist())
    return {int(named[1]) if (named := _SRID.match(text)) else 0 for text in texts}


def _bare_hex(text: str) -> str:
    return _HEX_PREFIX.sub("", text.strip(), count=1) if text.strip()[:2] in ("\\x", "0x") else text.strip()


def _from_wkb(texts: list[str], tolerance_m: float) -> wkb.Decoded:
    raw = [_bytes_of(_bare_hex(text)) for text in texts]
    plain = shapely.from_wkb([body for body in raw if body is not None][:1], on_invalid="ignore")
    first = float(shapely.get_coordinates(plain)[0, 0]) if shapely.get_num_coordinates(plain).any() else 0.0
    decoded = wkb.decode(pa.array(raw, pa.binary()), _tolerance(first, tolerance_m))
    unreadable = {n: say("wkb-unreadable") for n, text in enumerate(texts) if text and raw[n] is None}
    return replace(decoded, reasons={**decoded.reasons, **unreadable})


def _bytes_of(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) or None
    except ValueError:
        return None


def _from_geojson(texts: list[str], tolerance_m: float) -> wkb.Decoded:
    geometries = np.array([shapely.from_geojson(text or None, on_invalid="ignore") for text in texts], dtype=object)
    unreadable = {n: say("geojson-cell", text=text[:60]) for n, text in enumerate(texts) if text and not geometries[n]}
    return wkb.Decoded(geometries, unreadable, {})


def _from_wkt(texts: list[str], tolerance_m: float) -> wkb.Decoded:
    bare = [text.split(";", 1)[1] if text[:5].upper() == "SRID=" else text for text in texts]
    curved = np.array([CURVED.search(text) is not None for text in bare], dtype=bool)
    try:
        geometries = shapely.from_wkt(
            [None if is_curve else text or None for text, is_curve in zip(bare, curved, strict=True)],
            on_invalid="ignore",
        )
    except NotImplementedError:  # a surface among them, which shapely does not read
        geometries = np.array([_one_wkt(text) for text in bare], dtype=object)
    reasons = {
        int(number): say("wkt-problem", wkt_problem=_wkt_problem(bare[number]), text=bare[number][:60])
        for number in np.flatnonzero(shapely.is_missing(geometries) & ~curved)
        if bare[number]
    }
    done = 0
    for number in np.flatnonzero(curved):
        text = bare[number]
        found = _ORDINATE.search(text)
        try:
            geometries[number] = read_curves(text, _tolerance(float(found[0]) if found else 0.0, tolerance_m))
            done += 1
        except wkb.UnreadableGeometry as error:
            reasons[int(number)] = say("wkt-problem", wkt_problem=reason(error), text=text[:60])
    return wkb.Decoded(geometries, reasons, {say("curves-lines"): done} if done else {})


def _wkt_problem(text: str) -> str:
    """Say what is wrong with a text that writes no geometry we can draw."""
    named = _NAMED.match(text)
    kind = SURFACES.get(named[1].upper().removesuffix("Z")) if named else None
    return say("surface", kind=kind) if kind else say("wkt-unreadable")


def _one_wkt(text: str) -> Any:
    try:
        return shapely.from_wkt(None if CURVED.search(text) else text or None, on_invalid="ignore")
    except NotImplementedError:
        return None
