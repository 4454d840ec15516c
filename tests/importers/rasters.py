"""Rasters drawn for the tests: small pictures and height grids with a place, written with rasterio."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine


def scene(width: int, height: int, seed: int = 1) -> npt.NDArray[np.uint8]:
    """A colour picture (3, rows, columns) of smooth waves: any shift by a pixel is seen, JPEG keeps it well."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    bands = [
        128 + 50 * np.sin(x / rng.uniform(15, 40) + rng.uniform(0, 6)) + 40 * np.cos(y / rng.uniform(15, 40))
        for _ in range(3)
    ]
    return np.stack(bands).astype(np.uint8)


def write(path: Path, planes: npt.NDArray[Any], west: float, north: float, pixel: float, **profile: Any) -> Path:
    """Write planes (bands, rows, columns) as an upright GeoTIFF whose north-west corner is (west, north)."""
    settings: dict[str, Any] = {"crs": "EPSG:4547", "transform": Affine(pixel, 0, west, 0, -pixel, north)} | profile
    mask = settings.pop("mask", None)
    with rasterio.open(
        path, "w", driver="GTiff", width=planes.shape[2], height=planes.shape[1], count=len(planes),
        dtype=planes.dtype, **settings,
    ) as sink:  # fmt: skip
        sink.write(planes)
        if mask is not None:
            sink.write_mask(mask)
    return path
