"""Invalid geometries made valid, and what was wrong with them."""

from typing import Any

import numpy as np
import shapely

from layers.crs.area import ellipsoidal_area


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


def area_m2(geometry: Any) -> float:
    """Return a geometry's ellipsoidal area in square metres; a geometry in degrees of the storage CRS."""
    return float(np.abs(ellipsoidal_area(np.array([geometry], dtype=object)))[0])
