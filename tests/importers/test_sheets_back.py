"""What is exported by sheet comes back by sheet: heights with their system, holes as holes in the holdings."""

from pathlib import Path

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.errors import QuestionOpen, UnsupportedSource
from importers.vector.merged import FILE_COLUMN
from layers.catalogue import find_layer
from layers.frame import Bounds
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.rasters import write
from tests.importers.test_difficult_rasters import NORTH, WEST, picture
from tests.importers.test_elevation import dem, hills, published
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


def sheets(folder: Path, crs: tuple[int, int] = (4490, 4490), second: object = "块", suffix: str = "gpkg") -> Path:
    """Two files of squares on either side of a sheet line; the second has a column more and fractions for numbers."""
    folder.mkdir()
    squares = [shapely.box(115.62 + i * 0.001, 34.44, 115.6208 + i * 0.001, 34.441) for i in range(10)]
    west = {"name": [f"块{i}" for i in range(5)], "storeys": [1, 2, 3, 4, 5]}
    east = {"name": [second] * 5, "storeys": [1.5, 2.5, 3.5, 4.5, 5.5], "note": ["东"] * 5}
    for code, columns, shapes, system in zip(
        ("I50G038026", "I50G038027"), (west, east), (squares[:5], squares[5:]), crs, strict=True
    ):
        frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs=4490).to_crs(system)
        frame.to_file(folder / f"{code}.{suffix}", **({"layer": "lots"} if suffix == "gpkg" else {"encoding": "UTF-8"}))
    return folder


@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_vector_sheets_become_one_layer_when_asked(
    bring_in: Importer, session: Session, tmp_path: Path, suffix: str
) -> None:
    report = bring_in(sheets(tmp_path / "in", suffix=suffix), others={"merge": "yes"})
    assert (report.counts.read, report.counts.kept) == (10, 10)
    assert report.counts.add_up
    table = find_layer(session, "test", ALL).version.facts.table
    rows = session.execute(text(f"SELECT {FILE_COLUMN}, storeys::float8, name, note FROM {table} ORDER BY 1, 2")).all()
    assert [tuple(row) for row in rows[:2]] == [
        (f"I50G038026.{suffix}", 1.0, "块0", None), (f"I50G038026.{suffix}", 2.0, "块1", None)
    ]  # fmt: skip
    assert tuple(rows[9]) == (f"I50G038027.{suffix}", 5.5, "块", "东")


def test_vector_sheets_are_asked_about(bring_in: Importer, tmp_path: Path) -> None:
    with pytest.raises(QuestionOpen, match="merge=yes if they are sheets of one layer"):
        bring_in(sheets(tmp_path / "in"))


def test_vector_sheets_of_two_systems_or_types_are_no_layer(bring_in: Importer, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedSource, match=r"I50G038027\.gpkg and I50G038026\.gpkg are not of one"):
        bring_in(sheets(tmp_path / "systems", crs=(4490, 4527)), others={"merge": "yes"})
    with pytest.raises(UnsupportedSource, match=r"'name' is \w+ in I50G038027\.gpkg and text in I50G038026"):
        bring_in(sheets(tmp_path / "types", second=7), others={"merge": "yes"})


def test_the_user_s_word_on_the_system_joins_sheets_that_declare_two(bring_in: Importer, tmp_path: Path) -> None:
    report = bring_in(sheets(tmp_path / "in", crs=(4509, 4548)), others={"merge": "yes"}, crs="EPSG:4548")
    assert (report.counts.read, report.counts.kept) == (10, 10)
    assert report.extent is not None
    assert report.extent[0] == pytest.approx(115.62, abs=1e-6)
