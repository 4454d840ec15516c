"""Columns that hold where features lay in the file: beside the places published they give datum parameters away."""

import numpy as np
import pyarrow as pa
import shapely

from importers.batch import FeatureBatch

NEAR_M, NEAR_DEG = 1.0, 1e-5
SHARE = 0.9
ZONES_M = 1e6
"""Eastings may have the number of their zone before them in one of the two and not in the other."""


def ordinate_columns(batch: FeatureBatch) -> tuple[str, ...]:
    """Return the titles of number columns that repeat the east or north ordinate of the batch's points."""
    points = shapely.get_type_id(batch.geometries) == shapely.GeometryType.POINT
    if not points.any():
        return ()
    found = []
    for title, column in batch.columns.items():
        if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
            continue
        values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)[points]
        for of_points in (shapely.get_x, shapely.get_y):
            ordinates = of_points(batch.geometries[points])
            apart = np.abs(values - ordinates)
            in_degrees = np.abs(ordinates).max() <= 360
            near = NEAR_DEG if in_degrees else NEAR_M
            if not in_degrees:
                apart = np.minimum(apart % ZONES_M, ZONES_M - apart % ZONES_M)
            if np.mean(apart <= near) >= SHARE:
                found.append(title)
                break
    return tuple(found)
