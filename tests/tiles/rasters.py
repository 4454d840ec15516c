"""Raster layers for tests: real GeoTIFFs with closed-form contents, and the catalogue values that describe them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.enums import Resampling
from rasterio.shutil import copy as gdal_copy

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.layer import Band, Layer, LayerKind, RasterFacts, RasterFile, Version, VersionFacts

Array = npt.NDArray[Any]


def write_tif(
    path: Path,
    planes: Array,
    crs: str,
    west: float,
    north: float,
    pixel: float,
    *,
    nodata: float | None = None,
    mask: Array | None = None,
    overviews: Sequence[int] = (),
    colormap: dict[int, tuple[int, int, int, int]] | None = None,
    pixel_y: float | None = None,
    **options: Any,
) -> Path:
    """Write planes (bands, h, w) as a tiled GeoTIFF whose north-west corner is given in its CRS."""
    count, height, width = planes.shape
    transform = rasterio.Affine(pixel, 0, west, 0, -(pixel_y or pixel), north)
    profile = {
        "driver": "GTiff", "count": count, "height": height, "width": width, "dtype": planes.dtype.name, "crs": crs,
        "transform": transform, "nodata": nodata, "tiled": True, "blockxsize": 256, "blockysize": 256,
    }  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(path, "w", **profile, **options) as out:
            out.write(planes)
            if colormap:
                out.write_colormap(1, colormap)
            if mask is not None:
                out.write_mask(mask)
        if overviews:
            with rasterio.open(path, "r+") as out:
                out.build_overviews(list(overviews), Resampling.nearest if colormap else Resampling.average)
    return path


def write_aligned(path: Path, source: Path, codec: str = "JPEG", levels: int = 4) -> Path:
    """Turn a GeoTIFF in EPSG:3857 into a COG whose blocks are the tiles of WebMercatorQuad on several levels."""
    gdal_copy(
        source, path, driver="COG", TILING_SCHEME="GoogleMapsCompatible", ALIGNED_LEVELS=str(levels), COMPRESS=codec,
        BLOCKSIZE="256", QUALITY="90", SPARSE_OK="YES",
    )  # fmt: skip
    return path


def describe_file(
    path: Path, key: str | None = None, *, order: int = 0, captured: date | None = None, aligned: bool = False
) -> RasterFile:
    """The catalogue's value for a file, its extent in EPSG:4490 degrees."""
    with rasterio.open(path) as opened:
        bounds = Bounds(*opened.bounds)
        crs = f"EPSG:{opened.crs.to_epsg()}" if opened.crs.to_epsg() else opened.crs.to_wkt()
        extent = find_transform(parse_crs(crs), parse_crs(4490)).bounds(bounds)
        metres = 1.0 if pyproj.CRS.from_user_input(crs).is_projected else 111_319.49
        return RasterFile(
            key=key or path.name, crs=crs, bounds=bounds, extent=extent, width=opened.width, height=opened.height,
            resolution_m=opened.transform.a * metres, source=path.name, order=order, captured=captured, aligned=aligned,
        )  # fmt: skip


def raster_layer(
    kind: LayerKind, files: Sequence[RasterFile], bands: Sequence[Band] = (Band("1", "uint8"),), **facts: Any
) -> Layer:
    """A published layer of those files."""
    raster = RasterFacts(bands=tuple(bands), resolution_m=files[0].resolution_m, files=tuple(files), **facts)
    version = Version(
        id=1, number=1, revision=0, published=datetime(2026, 1, 1, tzinfo=UTC), extent=files[0].extent,
        feature_count=None, report_id=None, facts=VersionFacts(srid=4490, raster=raster),
    )  # fmt: skip
    return Layer(
        id=1, name="dom" if kind == "imagery" else "dem", kind=kind, title={"zh": "测试", "en": "Test"}, description={},
        department="base", theme="", public=True, licence="", attribution="", style={}, version=version, versions=(1,),
    )  # fmt: skip


def texture(width: int, height: int, seed: int = 0) -> Array:
    """Smooth RGB planes (3, h, w) that differ everywhere."""
    import cv2

    coarse = np.random.default_rng(seed).random((height // 16 + 2, width // 16 + 2, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth * 220 + 15, 0, 255).astype(np.uint8).transpose(2, 0, 1)
