"""Geometry columns of GeoParquet 1.1 that are nested lists of coordinates, turned into WKB."""

import numpy as np
import pyarrow as pa
import shapely

DEPTHS = {"point": 0, "linestring": 1, "polygon": 2, "multipoint": 1, "multilinestring": 2, "multipolygon": 3}
"""How many lists stand around the coordinates of each single-type encoding."""


def to_wkb(array: pa.Array, encoding: str) -> pa.Array:
    """Return the WKB of a native GeoArrow array (coordinates as structs or fixed-size lists); nulls stay null."""
    missing = np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    offsets: list[np.ndarray] = []
    level = array
    for _ in range(DEPTHS[encoding]):
        bounds = level.offsets.to_numpy()
        offsets.insert(0, bounds - bounds[0])
        level = level.values.slice(bounds[0], bounds[-1] - bounds[0])
    kind = shapely.GeometryType[encoding.upper()]
    geometries = shapely.from_ragged_array(kind, _coordinates(level), tuple(offsets) or None)
    geometries[missing] = None
    return pa.array(shapely.to_wkb(geometries), pa.binary())


def _coordinates(array: pa.Array) -> np.ndarray:
    """Return (n, 2 or 3) ordinates; a measure is left out."""
    if pa.types.is_struct(array.type):
        names = [name for name in ("x", "y", "z") if array.type.get_field_index(name) >= 0]
        return np.column_stack([array.field(name).to_numpy(zero_copy_only=False) for name in names])
    width = array.type.list_size
    flat = array.flatten().to_numpy(zero_copy_only=False)
    if len(flat) != width * len(array):  # flatten leaves null points out
        valid = np.asarray(array.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
        whole = np.full((len(array), width), np.nan)
        whole[valid] = flat.reshape(-1, width)
        return whole
    return np.asarray(flat.reshape(-1, width))
