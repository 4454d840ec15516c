"""Shapes written with heights or without, where a layer has features of both."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from importers.vector.ewkb import geometry_fields
from importers.vector.unify import UnifiedBatch
from layers.copying import Pieces
from layers.sentences import say

Floats = npt.NDArray[np.float64]


def shape_fields(batch: UnifiedBatch, z: bool | None, srid: int, done: Counter[str]) -> Pieces:
    """Return a batch's geometries as fields of a COPY, with the ordinates that the table takes.

    ``z`` None: features without any height are written flat. A height that is missing among others, or in a table where
    all have one, becomes 0; ``done`` counts both.
    """
    if z is False:
        return geometry_fields(batch.shapes, batch.coordinates[:, :2], srid)
    missing = np.isnan(batch.coordinates[:, 2])
    filled = np.nan_to_num(batch.coordinates, nan=0.0) if missing.any() else batch.coordinates
    fields = geometry_fields(batch.shapes, filled, srid)
    if not missing.any():
        return fields
    counts = shapely.get_num_coordinates(batch.shapes)
    lacking = np.bincount(np.repeat(np.arange(len(counts)), counts)[missing], minlength=len(counts))
    flat = (counts > 0) & (lacking == counts) & (z is None)
    for told, rows in ((say("height-none"), flat), (say("height-missing"), (lacking > 0) & ~flat)):
        if count := int(np.count_nonzero(rows)):
            done[told] += count
    if not flat.any():
        return fields
    level = geometry_fields(batch.shapes[flat], batch.coordinates[np.repeat(flat, counts), :2], srid)
    order = np.arange(len(counts))
    order[flat] = len(counts) + np.arange(len(level))
    return pa.concat_arrays([fields, level]).take(pa.array(order))
