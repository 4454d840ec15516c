"""What the parts of an area come to, and how far off each sum may be.

A layer's accuracy says how far a boundary may lie from where it is drawn. Were all of a boundary off by that much to
the same side, an area would be off by the boundary's length times the accuracy: that is ``area_off_m2``, more than
which it cannot be. Where the polygon asked about cuts a feature, the edge is the question's own and exact.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.crs.antimeridian import goes_around
from layers.crs.area import MU_M2, geodesic_area, geodesic_length
from layers.errors import BadQuery
from layers.frame import Text
from layers.layer import Layer
from layers.sentences import say
from layers.style.legend import legend

Row = tuple[str | None, int, float, float, float, float | None]
"""As ``layers.overlay.statistics_in`` answers it."""


def area_units(square_metres: float) -> dict[str, float]:
    """Return an area in the units people use: square metres, hectares, mu."""
    return {
        "area_m2": round(square_metres, 2),
        "area_ha": round(square_metres / 1e4, 4),
        "area_mu": round(square_metres / MU_M2, 3),
    }


def polygon_account(polygon: BaseGeometry) -> dict[str, float]:
    """Return the size of the polygon asked about, in degrees: area in its units, perimeter in metres.

    Raises:
        BadQuery: an edge goes more than half way around the Earth, so that what is inside cannot be told.
    """
    if goes_around(polygon):
        raise BadQuery(say("polygon-around"), "polygon")
    (area,), (perimeter,) = (of(np.array([shape], dtype=object)) for of, shape in (
        (geodesic_area, polygon), (geodesic_length, polygon.boundary),
    ))  # fmt: skip
    return area_units(float(area)) | {"perimeter_m": round(float(perimeter), 2)}


def layer_account(layer: Layer, rows: Sequence[Row], asked_m2: float) -> dict[str, Any]:
    """Return a layer's ``parts``, one a class, and their ``total``.

    ``covered_m2`` of the total is the ground its areas cover together, ``share`` that part of the ``asked_m2``; both
    are left out where the layer has no areas there, and are None where they are too many to lay together.
    """
    accuracy = layer.version.facts.accuracy_m
    labels = _labels(layer)
    parts = [{"value": row[0], "label": _meaning(row[0], labels)} | _sums(*row[1:5], accuracy) for row in rows]
    count, area = sum(row[1] for row in rows), sum(row[2] for row in rows)
    total: dict[str, Any] = _sums(count, area, sum(row[3] for row in rows), sum(row[4] for row in rows), accuracy)
    if area:
        covered = rows[0][5]
        total["covered_m2"] = None if covered is None else round(covered, 2)
        total["share"] = None if covered is None or not asked_m2 else round(min(1.0, covered / asked_m2), 6)
    return {"parts": parts, "total": total}


def _sums(count: int, area: float, length: float, edge: float, accuracy: float | None) -> dict[str, Any]:
    found: dict[str, Any] = {"count": count}
    if area:
        found |= area_units(area) | {"area_off_m2": None if accuracy is None else round(edge * accuracy, 2)}
    if length:
        found["length_m"] = round(length, 2)
    return found


def _labels(layer: Layer) -> dict[str, Text]:
    return {entry["value"]: entry["label"] for entry in legend(layer) if entry.get("value")}


def _meaning(value: str | None, labels: dict[str, Text]) -> Text | None:
    """Return what a class is called: by its own entry of the legend, or that of the longest code it begins with."""
    known = [code for code in labels if value is not None and value.startswith(code)]
    return labels[max(known, key=len)] if known else None
