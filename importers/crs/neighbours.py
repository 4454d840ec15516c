"""Does a layer, placed as a coordinate system has it, line up with the layers that are already published there?

This is the one look that can tell datums apart: Beijing 1954 taken for CGCS2000 lies some 60 m beside every road.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from layers.frame import Bounds, Text
from layers.layer import Layer
from layers.sentences import say
from layers.tables import Statement, quote, run

Points = npt.NDArray[np.float64]

SAMPLED = 40
MOST = 4
LINES_UP_M = 25.0
BESIDE_M = 250.0
PLAIN = frozenset({"Point", "LineString", "Polygon"})


@dataclass(frozen=True)
class Neighbours:
    """The published layers that a new one may be held against."""

    session: Session
    layers: Sequence[Layer]

    def speak(self, lon: Points, lat: Points) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what speaks for and against places (degrees of the storage CRS) being where a layer lies."""
        finite = np.isfinite(lon) & np.isfinite(lat)
        if not finite.any() or not self.layers:
            return (), ()
        lon, lat = lon[finite], lat[finite]
        box = Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
        there = [layer for layer in self.layers if layer.version.extent and layer.version.extent.intersects(box)]
        if not there:
            return (), (say("no-layer-there"),)
        supports, against = [], []
        step = max(1, len(lon) // SAMPLED)
        for layer in sorted(there, key=lambda layer: _area(layer.version.extent))[:MOST]:
            away = self._away(layer, lon[::step][:SAMPLED], lat[::step][:SAMPLED])
            if away is None or away > BESIDE_M:
                continue
            if away <= LINES_UP_M:
                supports.append(say("lines-up", layer=_called(layer), away=away))
            else:
                against.append(say("lies-beside", away=away, layer=_called(layer)))
        return tuple(supports), tuple(against)

    def _away(self, layer: Layer, lon: Points, lat: Points) -> float | None:
        """Return the median distance of places to a layer's lines, points or boundaries, metres."""
        version = layer.version
        if version.table is None or (version.facts.geometry_type or "").removeprefix("Multi") not in PLAIN:
            return None
        place = "ST_SetSRID(ST_Point(lon, lat), %(srid)s)"
        shape = "CASE WHEN ST_Dimension(geom) = 2 THEN ST_Boundary(geom) ELSE geom END"
        text = (
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY away) FROM "
            "unnest(%(lon)s::float8[], %(lat)s::float8[]) AS places (lon, lat), LATERAL ("
            f"SELECT ST_Distance(({shape})::geography, {place}::geography) AS away FROM {quote(version.table)} "
            f"WHERE geom IS NOT NULL ORDER BY geom <-> {place} LIMIT 1) AS nearest"
        )
        rows = run(self.session, Statement(text, {"lon": lon.tolist(), "lat": lat.tolist(), "srid": version.srid}))
        return None if rows[0][0] is None else float(rows[0][0])


def _called(layer: Layer) -> Text | str:
    """Return what people call a layer; its name where it has no title."""
    return layer.title if any(layer.title.values()) else layer.name


def _area(box: Bounds | None) -> float:
    return 0.0 if box is None else (box.east - box.west) * (box.north - box.south)
