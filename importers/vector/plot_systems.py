"""The coordinate system that a file of plots of land describes: datum, width and number of its Gauss-Krüger zone.

Where the description leaves the zone out, the number before the eastings tells it: 3-degree zones are counted 25 to 45
in China, 6-degree zones 13 to 23.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyproj

from importers.batch import Decision
from importers.crs.placement import ZONES_3, ZONES_6
from importers.crs.zones import zone_number
from layers.crs.names import parse_crs
from layers.errors import UnknownCrs
from layers.sentences import say

_DATUMS = (("2000", "CGCS2000"), ("CGCS", "CGCS2000"), ("80", "Xi'an 1980"), ("54", "Beijing 1954"))
_SERIES = {"3": (25, ZONES_3), "6": (13, ZONES_6)}
_WIDTHS = {"3": "3", "三": "3", "6": "6", "六": "6"}
_NUMBER = re.compile(r"第?\s*(\d{2})\s*[度带号]*")
_EACH = 21
"""No series has more zones."""


def described_crs(
    described: Mapping[str, str], corners: Sequence[tuple[float, float]]
) -> tuple[pyproj.CRS | None, tuple[Decision, ...]]:
    """Return the system that is described, and what the eastings decided of it.

    ``corners`` are east and north. None where the datum or, also by the eastings, the zone stays open.
    """
    system = described.get("坐标系", "").upper()
    datum = next((name for mark, name in _DATUMS if mark in system), None)
    width = _WIDTHS.get(described.get("几度分带", "").strip()[:1])
    named = _NUMBER.fullmatch(described.get("带号", "").strip())
    decisions: tuple[Decision, ...] = ()
    if (zone := int(named[1]) if named else None) is None and not described.get("带号", "").strip():
        if (zone := _before_eastings(corners)) is not None:
            decisions = (Decision(say("zone-prefix"), str(zone), "measured", (say("plots-zone", zone=zone),)),)
    if datum is None or zone is None:
        return None, ()
    first, series = _SERIES[width or ("3" if zone >= 25 else "6")]
    if not 0 <= zone - first < _EACH:
        return None, ()
    try:
        return parse_crs(series[datum] + zone - first), decisions
    except UnknownCrs:
        return None, ()


def _before_eastings(corners: Sequence[tuple[float, float]]) -> int | None:
    if not corners:
        return None
    east, north = np.array(corners).T
    return zone_number(east) or zone_number(north)  # where the east stands first
