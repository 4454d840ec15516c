"""Invalid geometries made valid, and what was wrong with them."""

from typing import Any

import numpy as np
import shapely

from layers.crs.area import ellipsoidal_area
from layers.sentences import say

GEOS_FAULTS = frozenset(
    {
        "self-intersection",
        "ring-self-intersection",
        "too-few-points",
        "hole-outside-shell",
        "holes-nested",
        "nested-shells",
        "duplicate-rings",
        "interior-disconnected",
        "invalid-coordinate",
        "ring-not-closed",
    }
)
"""What GEOS finds wrong with a geometry, as codes of sentences."""


def repair(geometry: Any) -> tuple[Any | None, str]:
    """Make an invalid geometry valid without changing its dimension; returns it (None: impossible) and what was wrong.

    Overlapping rings are joined, self-crossings become parts (the "structure" method of GEOS); what collapses to a line
    or a point is left out.
    """
    reason = shapely.is_valid_reason(geometry)
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if shapely.is_empty(mended) or shapely.get_dimensions(mended) < shapely.get_dimensions(geometry):
        return None, reason
    if not shapely.is_valid(mended):
        return None, reason
    return mended, reason


def fault(told: str) -> str:
    """Return what GEOS says is wrong with a geometry (``Self-intersection[12 7]``) as a sentence, without the place."""
    name = told.split("[")[0].strip()
    code = name.lower().replace(" lies ", " ").replace(" are ", " ").replace(" is ", " ").replace(" ", "-")
    code = "too-few-points" if code.startswith("too-few-points") else code
    return say(code) if code in GEOS_FAULTS else name


def area_m2(geometry: Any) -> float:
    """Return a geometry's ellipsoidal area in square metres; a geometry in degrees of the storage CRS."""
    return float(np.abs(ellipsoidal_area(np.array([geometry], dtype=object)))[0])
