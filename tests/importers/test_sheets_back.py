"""What is exported by sheet comes back by sheet: heights with their system, holes as holes in the holdings."""

from pathlib import Path

import numpy as np
import pyproj
import shapely
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.frame import Bounds
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.rasters import write
from tests.importers.test_elevation import dem, hills, published
from tests.importers.test_nasty_rasters import NORTH, WEST, picture
from tiles.raster.export import write_box


def test_an_exported_sheet_of_heights_says_its_system_and_its_unit(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    bring_in(dem(tmp_path, hills()), kind="elevation", heights="1956")
    box = Bounds(115.64, 34.43, 115.645, 34.435)
    path = tmp_path / "sheet.tif"
    assert write_box(find_layer(session, "test", ALL), storage, box, pyproj.CRS.from_epsg(4490), path)
    report = bring_in(path, name="again", kind="elevation")
    assert published(session, storage, "again")[0].height_system == "EPSG:5736 Yellow Sea 1956 height"
    assert "height unit: m (file" in report.to_text()


def test_the_footprint_of_heights_and_values_leaves_out_what_is_void(
    bring_in: Importer, session: Session, tmp_path: Path
) -> None:
    heights = hills()
    heights[:, 60:] = -9999
    bring_in(dem(tmp_path, heights, nodata=-9999), kind="elevation", heights="1985")
    values = picture()[:1].astype("uint16") + 1
    values[0, 60:] = 0
    bring_in(write(tmp_path / "v.tif", values, WEST, NORTH, 1.0, nodata=0), name="values", kind="imagery")
    for name in ("test", "values"):
        (file,) = find_layer(session, name, ALL).version.raster.files  # type: ignore[union-attr]
        assert file.footprint is not None
        data, whole = shapely.from_wkt(file.footprint), shapely.box(*file.extent)
        assert 0.47 < data.area / whole.area < 0.53


def test_whole_rasters_have_no_footprint_of_their_own(bring_in: Importer, session: Session, tmp_path: Path) -> None:
    bring_in(dem(tmp_path, hills()), kind="elevation", heights="1985")
    (file,) = find_layer(session, "test", ALL).version.raster.files  # type: ignore[union-attr]
    whole = shapely.box(*file.extent)
    assert file.footprint is None or np.isclose(shapely.from_wkt(file.footprint).area, whole.area, rtol=0.05)
