"""How much of some data lies outside the area that an operation is valid for."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.frame import Bounds

Floats = npt.NDArray[np.float64]


def outside_share(valid: BaseGeometry | None, area: Bounds | None, where: tuple[Floats, Floats] | None = None) -> float:
    """Return the share of the data outside ``valid`` (degrees; None: valid everywhere).

    ``where`` are the data's own longitudes and latitudes; where they are not known, the box ``area`` counts.
    """
    if valid is None:
        return 0.0
    if where is not None:
        good = np.isfinite(where[0]) & np.isfinite(where[1])
        inside = shapely.intersects_xy(valid, where[0][good], where[1][good])
        return float(1 - inside.mean()) if good.any() else 0.0
    if area is None:
        return 0.0
    box = shapely.box(*area)
    return float(1 - shapely.intersection(box, valid).area / box.area) if box.area else 0.0
