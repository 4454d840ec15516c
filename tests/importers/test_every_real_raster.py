"""Every raster of the folder beside the clone has one expected outcome, as its MANIFEST says: the promise in one table.

An outcome is what is published (kind of file, size of the mosaic, words that the report must hold) or the words of the
refusal. What arrives is compared with the source at twenty places, through rasterio's own PROJ.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform as warp_points
from sqlalchemy.orm import Session

from importers.raster.signature import is_raster, read_head
from layers.catalogue import find_layer
from layers.errors import GeoError
from layers.layer import Layer
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer


@dataclass(frozen=True)
class Case:
    """One file, what is said about it, and what must come of it."""

    file: str
    outcome: str  # photo, values, classes, heights or refused
    says: tuple[str, ...]
    said: dict[str, Any] = field(default_factory=dict)


def photo(file: str, *says: str, **said: Any) -> Case:
    return Case(file, "photo", says, said)


def values(file: str, *says: str, **said: Any) -> Case:
    return Case(file, "values", says, said)


def classes(file: str, *says: str, **said: Any) -> Case:
    return Case(file, "classes", says, said)


def heights(file: str, *says: str, **said: Any) -> Case:
    return Case(file, "heights", says, said)


def refused(file: str, *says: str, **said: Any) -> Case:
    return Case(file, "refused", says, said)


UNKNOWN_HEIGHTS = "height system is not stated and is recorded as unknown"
NASTY = (
    values("geomatrix.tif", "moved to an upright grid", "rows and columns are turned"),
    refused("byte_gcp_pixelispoint.tif", "no coordinate system", "--crs"),
    values("cog_gcps.tif", "210 control points", "residual 0.5"),
    refused("byte_rpc.tif", "rational polynomial coefficients", "orthophoto"),
    values("inverted_lat.tif", "the right way up", "every pixel is nodata"),
    refused("rotated.tif", "no coordinate system", "--crs"),
    photo("rotated.tif", crs="EPSG:32650"),
    values("nan32_nodata.tif"),
    values("float_raster_with_nodata.tif", "no datum is named", "within 2 m"),
    values("all-nodata.tif", "the image is empty, every pixel is nodata"),
    classes("oddsize_1bit2b.tif", "one bit per pixel"),
    photo("small_world_pct.tif", "colours in use"),
    photo("rgba.tif"),
    photo("cog_rgb_mask.tif", "NAD83"),
    refused("cint16.tif", "complex numbers"),
    values("int24.tif"),
    values("cog_scale.tif", "no datum is named"),
    photo("WGS_1984_Web_Mercator.tif", "EPSG:3857", "old name"),
    values("epsg26711_3855_geotiff1_1.tif", "EPSG:26711"),
    refused("imagine_localcs_citation.tif", "only a local system", "--crs"),
    refused("cog_hirise_mars.tif", "not a coordinate system of the Earth"),
    values("cog_dateline.tif", "crosses 180 degrees"),
    photo("world_0_360.tiff", "crosses 180 degrees", "2 pieces"),
    refused("no_geo.jpg", "where the camera was", "orthophoto"),
    refused("test.png", "no coordinate system", "--crs"),
    classes("test.png", "moved to an upright grid", crs="EPSG:32650"),
    refused(
        "byte_inconsistent_georef.tif", "told differently by GeoTIFF keys, .tab, world file", ".aux.xml was believed"
    ),
    values("byte_inconsistent_georef.tif", "told differently", crs="EPSG:32650"),
    values("byte.jp2"),
    values("spill.img"),
    heights("case_sensitive.ASC", UNKNOWN_HEIGHTS),
    refused("nodata_nan.asc", "no coordinate system", "--crs"),
    heights("nodata_nan.asc", "voids", crs="EPSG:32650"),
    heights("n43_bad_crc.dt0", "checksums do not match", "mean sea level"),
    refused("w118n033_trunc.dt1", "the file is damaged"),
    heights("N10W110.hgt.zip", "EGM96"),
    values("raster_and_vector.gpkg", kind="imagery"),
    refused("two_vars_scale_offset.nc", "holds 2 rasters", "--source-layer z or q"),
    refused("two_vars_scale_offset.nc", "nowhere on the ground", layer=("z",)),
    refused("byte_truncated.tif", "the file is damaged"),
    refused("corrupt.tif", "the file is damaged"),
    refused("byte_zstd_corrupted.tif", "the file is damaged"),
    refused("unsupported_codec_unknown.tif", "missing codec"),
    refused("huge4GB.tif", "claims 65535 x 65535 pixels", "only 401 bytes"),
    refused("toomanyblocks.tif", "Too many blocks"),
    refused("fakebig.gif", "fakebig.gif"),
    refused("idontexist.vrt", "not followed"),
)
ZION = (
    *(values(f"landsat_b{band}.tif", "1:500 000") for band in (2, 3, 4, 5)),
    heights("srtm.tif", UNKNOWN_HEIGHTS, "1:250 000"),
    heights("srtm.tif", "EPSG:5773", heights="egm96"),
    classes("nlcd.tif", "NAD83", "moved to an upright grid"),
    classes("nlcd2011.tif", "no datum is named", "no EPSG code is exactly this"),
    classes("nlcd2011.tif", "EPSG:26912", crs="EPSG:26912"),
)
SHANGQIU = (
    photo("bluemarble_4min.tif"),
    photo("shadedrelief_2min.tif"),
    heights("dem_30s.tif", UNKNOWN_HEIGHTS, "identity, nominal 1 m"),
    heights("dem_30s.tif", "EPSG:5737", heights="1985"),
    heights("topo_2min.tif", UNKNOWN_HEIGHTS),
)
TABLE = (
    *(("nasty/raster", case) for case in NASTY),
    *(("zion_place", case) for case in ZION),
    *(("shangqiu", case) for case in SHANGQIU),
    ("nasty/archive", values("onefileinsubdir.zip")),
    ("nasty/vector", refused("bad.kmz", "content")),
)


@pytest.mark.parametrize(("folder", "case"), TABLE, ids=lambda part: part.file if isinstance(part, Case) else part)
def test_a_real_raster_comes_to_what_its_manifest_says(
    folder: str, case: Case, shared_data: Path, bring_in: Importer, session: Session, storage: Storage
) -> None:
    path = shared_data / folder / case.file
    kind = case.said.get("kind", "elevation" if case.outcome == "heights" else "imagery")
    said = {key: value for key, value in case.said.items() if key != "kind"}
    if case.outcome == "refused":
        with pytest.raises(GeoError) as caught:
            bring_in(path, kind=kind, **said)
        assert all(text in str(caught.value) for text in case.says), str(caught.value)
        assert str(path.parent) not in str(caught.value)
        assert not list(storage.root.rglob("*.tif")), "a refused import leaves nothing behind"
        return
    report = bring_in(path, kind=kind, **said)
    text = f"{report.to_text()} {report.operation_note} {report.scale_why}"
    assert all(part in text for part in case.says), text
    assert report.counts.add_up
    layer = find_layer(session, "test", ALL)
    judge(case, layer, storage)
    if path.suffix != ".zip" and not {"crs", "layer"} & set(case.said):
        compare(path, layer, storage)


def judge(case: Case, layer: Layer, storage: Storage) -> None:
    """What is published is of the kind the table says, and valid."""
    raster = layer.version.raster
    assert raster is not None
    assert raster.files
    for file in raster.files:
        assert file.aligned == (case.outcome == "photo")
        with rasterio.open(storage.open_name(file.key)) as dataset:
            assert (dataset.width, dataset.height) == (file.width, file.height)
            assert np.allclose(dataset.bounds, file.bounds)
            dataset.read()
    if case.outcome == "classes" and case.file.startswith(("nlcd", "test")):
        assert raster.colormap
    if case.outcome == "values":
        assert raster.stretch is not None
        assert all(low < high for low, high in raster.stretch)
    if case.outcome == "heights":
        assert layer.kind == "elevation"
        assert raster.unit == "m"
    assert layer.version.extent is not None
    assert layer.version.extent.west < layer.version.extent.east


def compare(path: Path, layer: Layer, storage: Storage) -> None:
    """At twenty places of the source the published layer shows what the source shows there."""
    raster = layer.version.raster
    assert raster is not None
    with rasterio.open(path) as source:
        if source.transform.is_identity or source.crs is None or min(source.shape) < 8:
            return
        pixels, mask = source.read().astype(np.float64), source.dataset_mask() > 0
        palette = source.colormap(1) if raster.files[0].aligned and source.colorinterp[0].name == "palette" else None
        rng = np.random.default_rng(1)
        rows, columns = rng.integers(3, source.height - 3, 20), rng.integers(3, source.width - 3, 20)
        x, y = source.transform @ (columns + 0.5, rows + 0.5)
        crs = source.crs
    found = 0
    for file in raster.files:
        with rasterio.open(storage.open_name(file.key)) as published:
            east, north = (np.array(part) for part in warp_points(crs, published.crs, x, y))
            there, seen = published.read().astype(np.float64), published.dataset_mask() > 0
            for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
                c, r = ~published.transform @ (east[i], north[i])
                if not (0 <= c < published.width and 0 <= r < published.height and seen[int(r), int(c)]):
                    continue
                around = pixels[:, row - 2 : row + 3, column - 2 : column + 3]
                known = mask[row - 2 : row + 3, column - 2 : column + 3]
                if palette is not None:
                    around = np.moveaxis(np.array([[palette[int(v)][:3] for v in line] for line in around[0]]), 2, 0)
                if not known.all() and not file.aligned:
                    around = around[:, known]
                slack = 60 if file.aligned else 1e-3 * np.abs(around).max() + 1e-6
                value = there[: around.shape[0], int(r), int(c)]
                flat = around.reshape(around.shape[0], -1)[: len(value)]
                assert (value >= flat.min(axis=1) - slack).all(), (file.key, row, column, value, flat)
                assert (value <= flat.max(axis=1) + slack).all(), (file.key, row, column, value, flat)
                found += 1
    assert found or not mask[rows, columns].any(), "nothing of the source was found again"


def test_the_table_names_every_raster_there_is(shared_data: Path) -> None:
    named = {(folder, case.file) for folder, case in TABLE}
    there = {
        (folder, path.name)
        for folder in ("nasty/raster", "zion_place", "shangqiu")
        for path in (shared_data / folder).iterdir()
        if path.is_file() and path.suffix != ".gpkg" and is_raster(path, read_head(path))
    }
    assert there - named == set()
