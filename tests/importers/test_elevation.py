"""Elevation through the whole import: cells, units, height systems, voids, blunders, grids of points."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from sqlalchemy.orm import Session

from importers.batch import ImportOptions, ReadOptions
from importers.errors import NothingToImport, UnreadableSource
from importers.height.against import compared
from importers.height.blunders import spike_m
from importers.importing import import_path
from importers.inspect import inspect, to_text
from importers.raster.signature import is_point_grid, read_head
from layers.catalogue import find_layer
from layers.errors import BadQuery
from layers.frame import Bounds, Frame
from layers.layer import LayerSpec, RasterFacts
from layers.storage import Storage
from layers.views import ALL
from tests.importers.conftest import Importer
from tests.importers.rasters import write

WEST, NORTH = 375_000.0, 3_813_000.0


def hills(width: int = 120, height: int = 100) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return (50 + 8 * np.sin(x / 17) + 6 * np.cos(y / 11)).astype(np.float32)


def dem(folder: Path, heights: np.ndarray, name: str = "dem.tif", pixel: float = 5.0, **profile: object) -> Path:
    settings = {"crs": "EPSG:4509"} | profile
    return write(folder / name, heights[None], WEST, NORTH, pixel, **settings)


def published(session: Session, storage: Storage, name: str = "test") -> tuple[RasterFacts, np.ma.MaskedArray]:
    raster = find_layer(session, name, ALL).version.raster
    assert raster is not None
    with rasterio.open(storage.open_name(raster.files[0].key)) as dataset:
        return raster, dataset.read(1, masked=True)


def test_cells_stay_where_and_what_they_were(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    report = bring_in(dem(tmp_path, heights), kind="elevation", heights="1985")
    raster, ours = published(session, storage)
    assert np.array_equal(ours.data, heights)
    with rasterio.open(storage.open_name(raster.files[0].key)) as dataset:
        assert dataset.transform == Affine(5, 0, WEST, 0, -5, NORTH)
        assert dataset.crs.to_epsg() == 4509
        assert dataset.profile["compress"] == "zstd"
        assert dataset.profile["tiled"]
    assert raster.height_system == "EPSG:5737 Yellow Sea 1985 height"
    assert raster.unit == "m"
    assert report.largest_scale == 10_000
    assert report.verdict == "pass"


@pytest.mark.parametrize(
    ("unit", "factor"), [("ft", 0.3048), ("dm", 0.1), ("cm", 0.01), ("us-ft", 1200 / 3937), ("m", 1.0)]
)
def test_heights_are_published_in_metres(
    unit: str, factor: float, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = np.rint(hills() / factor).astype(np.int32 if factor < 0.1 else np.int16)
    bring_in(dem(tmp_path, heights), kind="elevation", heights="1985", others={"unit": unit})
    _, ours = published(session, storage)
    assert np.allclose(ours.data, heights * factor, atol=1e-3)
    assert ours.dtype == (heights.dtype if unit == "m" else np.float32)


def test_a_scaled_band_is_published_unscaled(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    path = dem(tmp_path, (hills() * 10).astype(np.int16))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-100.0,)
    bring_in(path, kind="elevation", heights="1985")
    _, ours = published(session, storage)
    assert np.allclose(ours.data, (hills() * 10).astype(np.int16) * 0.1 - 100, atol=1e-3)


def test_an_unstated_height_system_is_recorded_as_unknown(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    report = bring_in(dem(tmp_path, hills()), kind="elevation")
    raster, _ = published(session, storage)
    assert raster.height_system is None
    assert report.verdict == "conditional"
    assert any("height system is not stated" in text for text in report.warnings)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("1956", "EPSG:5736 Yellow Sea 1956 height"),
        ("EPSG:5737", "EPSG:5737 Yellow Sea 1985 height"),
        ("ellipsoidal", "ellipsoidal height"),
        ("EGM2008", "EPSG:3855 EGM2008 height"),
        ("EPSG:5703", "EPSG:5703 NAVD88 height"),
    ],
)
def test_a_height_system_is_known_by_its_names(
    said: str, name: str, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    bring_in(dem(tmp_path, hills()), kind="elevation", heights=said)
    assert published(session, storage)[0].height_system == name


def test_what_is_no_height_system_is_refused(bring_in: Importer, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="not a height system"):
        bring_in(dem(tmp_path, hills()), kind="elevation", heights="EPSG:4509")


def test_a_compound_system_names_its_heights(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    bring_in(dem(tmp_path, hills(), crs="EPSG:4509+5737"), kind="elevation")
    assert published(session, storage)[0].height_system == "EPSG:5737 Yellow Sea 1985 height"


def test_height_systems_are_never_mixed(bring_in: Importer, session: Session, storage: Storage, tmp_path: Path) -> None:
    bring_in(dem(tmp_path, hills()), kind="elevation", heights="1985")
    session.commit()
    more = tmp_path / "more"
    more.mkdir()
    with pytest.raises(UnreadableSource, match="height systems are not mixed"):
        bring_in(dem(more, hills(), "b.tif"), kind="elevation", heights="1956", others={"join": "yes"})
    assert len(published(session, storage)[0].files) == 1


def test_undeclared_voids_are_found_and_kept_as_nodata(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills()
    heights[20:30, 40:60] = -9999
    report = bring_in(dem(tmp_path, heights), kind="elevation", heights="1985")
    _, ours = published(session, storage)
    assert np.array_equal(ours.mask, heights == -9999)
    assert any("200 of 12000 cells (1.7%) are voids" in text for text in report.warnings)
    assert any(d.what == "voids" and d.by == "measured" for d in report.decisions)


def test_a_void_whose_last_digits_were_lost_is_a_void(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills() * np.float32(3.28084)
    heights[20:30, 40:60] = np.nextafter(np.float32(-32805.1), np.float32(0))
    report = bring_in(dem(tmp_path, heights, nodata=-32805.1), kind="elevation", heights="1985", others={"unit": "ft"})
    _, ours = published(session, storage)
    assert ours.mask[20:30, 40:60].all()
    assert ours.mask.sum() == 200
    assert report.verdict == "pass"


def test_voids_do_not_lower_the_overviews(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills(1200, 1000)
    heights[:, 500:700] = -32768
    bring_in(dem(tmp_path, heights, nodata=-32768), kind="elevation", heights="1985")
    raster, _ = published(session, storage)
    with rasterio.open(storage.open_name(raster.files[0].key), overview_level=0) as overview:
        coarse = overview.read(1, masked=True)
    assert coarse.min() > 30
    assert coarse.mask.sum() == pytest.approx(100 * 500, rel=0.03)


def test_a_grid_of_voids_only_is_refused(bring_in: Importer, tmp_path: Path) -> None:
    with pytest.raises(NothingToImport, match="every cell is void"):
        bring_in(dem(tmp_path, np.full((50, 50), -9999, np.float32), nodata=-9999), kind="elevation")


def test_blunders_are_counted_and_placed(bring_in: Importer, tmp_path: Path) -> None:
    heights = hills()
    heights[10, 20] += 300
    heights[70, 90] -= 120
    heights[40:50, 60:75] = 0
    heights[90, 5] = 12_000
    report = bring_in(dem(tmp_path, heights), kind="elevation", heights="1985")
    told = " ".join(report.warnings)
    assert "3 cells stand alone" in told
    assert "column 20, row 10" in told
    assert f"{8 * 13} cells lie in flat patches of exactly 0 m" in told
    assert "1 cells are below -500 m or above 9000 m" in told
    assert report.verdict == "conditional"


def test_honest_terrain_has_no_blunders(bring_in: Importer, shared_data: Path) -> None:
    report = bring_in(shared_data / "shangqiu" / "dem_30s.tif", kind="elevation", heights="egm96")
    assert report.warnings == ()
    assert report.verdict == "pass"


def test_the_limit_of_a_spike_grows_with_the_cell() -> None:
    assert spike_m(1) == 20
    assert spike_m(30) == 30
    assert spike_m(90) == 90
    assert spike_m(1000) == pytest.approx(460)


def test_heights_at_weather_stations_agree(
    bring_in: Importer, session: Session, storage: Storage, shared_data: Path
) -> None:
    """The MANIFEST: against the 96 stations the median difference is 1 m, 90 % lie within 4.5 m."""
    bring_in(shared_data / "shangqiu" / "dem_30s.tif", kind="elevation")
    raster, ours = published(session, storage)
    stations = np.genfromtxt(
        shared_data / "shangqiu" / "weather_stations.csv", delimiter=",", names=True, dtype=None, encoding="utf-8"
    )
    box = raster.files[0].bounds
    names = stations.dtype.names
    lon, lat = (next(n for n in names if n.startswith(part)) for part in ("lon", "lat"))
    height = next(n for n in names if n.startswith(("alt", "elev", "height")))
    columns = ((stations[lon] - box.west) / (box.east - box.west) * ours.shape[1]).astype(int)
    rows = ((box.north - stations[lat]) / (box.north - box.south) * ours.shape[0]).astype(int)
    apart = np.abs(ours[rows, columns].astype(float) - stations[height]).compressed()
    assert len(apart) > 80
    assert np.median(apart) <= 1.5
    assert np.percentile(apart, 90) <= 5


def test_a_raster_of_many_sheets_has_an_overview(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    for column in range(3):
        heights = np.full((300, 300), 40 + 10 * column, np.float32)
        write(folder / f"s{column}.tif", heights[None], WEST + 1500 * column, NORTH, 5, crs="EPSG:4509")
    bring_in(folder, kind="elevation", heights="1985")
    raster, _ = published(session, storage)
    assert len(raster.files) == 3
    assert raster.overview is not None
    with rasterio.open(storage.open_name(raster.overview.key)) as overview:
        values = overview.read(1, masked=True)
        assert overview.bounds.left == pytest.approx(raster.overview.bounds.west)
    known = ~np.ma.getmaskarray(values)
    row = int(np.median(np.flatnonzero(known.any(axis=1))))
    middle = values.data[row][known[row]]
    assert [float(middle[round(len(middle) * part)]) for part in (0.15, 0.5, 0.85)] == pytest.approx([40, 50, 60])


def grid_lines(heights: np.ndarray, step: float = 5.0, separator: str = " ") -> list[str]:
    return [
        separator.join((f"{WEST + step * column:.2f}", f"{NORTH - step * row:.2f}", f"{heights[row, column]:.3f}"))
        for row in range(heights.shape[0])
        for column in range(heights.shape[1])
    ]


@pytest.mark.parametrize(
    ("name", "separator", "title"),
    [("p.xyz", " ", ""), ("p.txt", "\t", ""), ("p.csv", ",", "x,y,z"), ("q.xyz", "   ", ""), ("p.asc", ";", "")],
)
def test_a_grid_of_points_in_any_order_becomes_cells(
    name: str, separator: str, title: str, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills(40, 30)
    lines = grid_lines(heights, separator=separator)
    np.random.default_rng(5).shuffle(lines)
    gone = lines.pop()
    path = tmp_path / name
    path.write_text("\n".join(([title] if title else []) + lines) + "\n")
    assert is_point_grid(path, read_head(path, 4096))
    report = bring_in(path, kind="elevation", crs="EPSG:4509", heights="1985")
    raster, ours = published(session, storage)
    assert ours.shape == (30, 40)
    column, row = (float(part) for part in gone.split(separator)[:2]) if separator.strip() else gone.split()[:2]
    column, row = round((float(column) - WEST) / 5), round((NORTH - float(row)) / 5)
    assert ours.mask.sum() == 1
    assert ours.mask[row, column]
    known = ~ours.mask
    assert np.allclose(ours.data[known], heights[known], atol=6e-4)
    assert raster.files[0].bounds == Bounds(WEST - 2.5, NORTH - 147.5, WEST + 197.5, NORTH + 2.5)
    assert raster.files[0].source == name
    assert report.largest_scale == 10_000


def test_scattered_points_are_no_grid(bring_in: Importer, tmp_path: Path) -> None:
    points = np.random.default_rng(2).uniform(0, 1000, (500, 3)) + np.array([WEST, NORTH, 0])
    path = tmp_path / "cloud.xyz"
    np.savetxt(path, points, fmt="%.2f")
    with pytest.raises(UnreadableSource, match=r"cloud\.xyz: .*do not form a grid"):
        bring_in(path, kind="elevation", crs="EPSG:4509")


def test_a_line_that_is_not_three_numbers_is_told(bring_in: Importer, tmp_path: Path) -> None:
    path = tmp_path / "bad.xyz"
    path.write_text("\n".join([*grid_lines(hills(20, 20)), "1,2,x"]) + "\n")
    with pytest.raises(UnreadableSource, match="not three numbers"):
        bring_in(path, kind="elevation", crs="EPSG:4509")


def nsdtf(path: Path, heights: np.ndarray, edition: int, **changed: object) -> Path:
    """Write heights in centimetres as China's exchange format, a void as -99999."""
    header = {
        "Version": "1.0", "Unit": "M", "Alpha": 0.0, "Compress": 0, "X0": WEST, "Y0": NORTH, "DX": 5.0, "DY": 5.0,
        "Row": heights.shape[0], "Col": heights.shape[1], "HZoom": 100,
    } | changed  # fmt: skip
    if edition == 1999:
        lines = ["NSDTF-DEM", *map(str, header.values())]
    else:
        lines = ["DataMark:CNSDTF-DEM", *(f"{name}:{value}" for name, value in header.items()), "MinV:0", "MaxV:9999"]
    whole = np.where(np.isfinite(heights), np.round(heights * 100), -99999).astype(int)
    values = " ".join(map(str, whole.ravel())).split()
    lines += [" ".join(values[start : start + 10]) for start in range(0, len(values), 10)]
    path.write_text("\r\n".join(lines) + "\r\n")
    return path


@pytest.mark.parametrize(("edition", "name"), [(1999, "a.dem"), (2007, "a.dem"), (2007, "a.txt")])
def test_the_national_exchange_format_is_read(
    edition: int, name: str, bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    heights = hills(30, 20)
    heights[3, 4] = np.nan
    report = bring_in(nsdtf(tmp_path / name, heights, edition), kind="", crs="EPSG:4509", heights="1985")
    raster, cells = published(session, storage)
    assert (report.kind, raster.unit) == ("elevation", "m")
    assert np.abs(cells - heights).max() < 0.006
    assert cells.mask.sum() == 1
    assert any("half a cell off" in warning for warning in report.warnings)
    with rasterio.open(storage.open_name(raster.files[0].key)) as dataset:
        assert dataset.xy(0, 0) == (WEST, NORTH)


def test_a_prj_beside_the_exchange_format_is_its_system(bring_in: Importer, tmp_path: Path) -> None:
    path = nsdtf(tmp_path / "a.dem", hills(30, 20), 2007)
    path.with_suffix(".prj").write_text(rasterio.crs.CRS.from_epsg(4509).to_wkt())
    assert "EPSG:4509" in str(bring_in(path, kind="elevation").crs)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"Row": 21}, "600 heights where the header claims 21 x 30"),
        ({"Alpha": 3.5}, "turned or compressed"),
        ({"Unit": "S"}, "degrees, minutes and seconds"),
        ({"DX": "x"}, "lacks something"),
        ({"Col": 0}, "lacks something"),
        ({"MaxV": "1\r\n5 oops"}, "lacks something"),
    ],
)
def test_a_bad_exchange_file_is_refused_in_a_sentence(
    changed: dict[str, object], says: str, bring_in: Importer, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableSource, match=says):
        bring_in(nsdtf(tmp_path / "a.dem", hills(30, 20), 2007, **changed), kind="elevation", crs="EPSG:4509")


@pytest.mark.parametrize(
    ("west", "north", "says"),
    [
        (39_375_000.0, NORTH, "in EPSG:4527, EPSG:2363, EPSG:2415 it would lie"),
        (NORTH, WEST, "with its axes swapped"),
        (115.6, 34.4, "in EPSG:4490, EPSG:4326"),
    ],
)
def test_ordinates_that_are_not_of_the_system_name_those_they_may_be_of(
    west: float, north: float, says: str, bring_in: Importer, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.tif", hills(30, 20)[None], west, north, 1e-5 if west < 200 else 5.0, crs="EPSG:4509")
    with pytest.raises(UnreadableSource, match=says):
        bring_in(path, kind="elevation")


def test_a_scan_named_after_a_sheet_and_without_a_place_is_told_the_sheets_corners(
    frame: Frame, tmp_path: Path
) -> None:
    Image.new("L", (30, 20)).save(tmp_path / "I50G038027.tif")
    told = to_text(inspect(tmp_path / "I50G038027.tif", frame))
    assert "map sheet I50G038027, 115.625000 to 115.687500 E, 34.416667 to 34.458333 N" in told
    assert "layer I50G038027.tif\n" in told
    assert "must be answered with :" not in told


def test_heights_in_feet_are_seen_beside_those_already_published(
    bring_in: Importer, session: Session, storage: Storage, tmp_path: Path
) -> None:
    first = bring_in(dem(tmp_path, hills(), "metres.tif"), name="metres", kind="elevation", heights="1985")
    assert "published heights" not in [check.name for check in first.checks]
    file = dem(tmp_path, hills() / np.float32(0.3048), "feet.tif")
    said = bring_in(file, name="feet", kind="elevation", heights="1985")
    (check,) = [check for check in said.checks if check.name == "published heights"]
    assert (check.outcome, said.verdict) == ("conditional", "conditional")
    assert "metres: at" in check.detail
    assert "they are 3.28 times as high, as if in ft: --option unit=ft" in check.detail
    assert published(session, storage, "feet")[1].max() > 180, "nothing is converted unasked"
    mended = bring_in(file, name="feet", kind="elevation", heights="1985", others={"unit": "ft"})
    details = {check.name: check for check in mended.checks}
    assert "as if the published ones were in ft" in details["published heights"].detail  # its own of before
    assert "metres: at 2" in details["published heights"].detail


def test_a_public_report_names_no_private_layer(
    session: Session, storage: Storage, frame: Frame, tmp_path: Path
) -> None:
    options = ImportOptions(ReadOptions(heights="1985"))
    checks = {}
    for name, public, department in (("ours", False, "land"), ("open", True, "land"), ("theirs", False, "water")):
        spec = LayerSpec(name, "elevation", public=public, department=department)
        report = import_path(session, storage, frame, dem(tmp_path, hills(), f"{name}.tif"), spec, options)
        checks[name] = [check.detail for check in report.checks if check.name == "published heights"]
    assert checks["open"] == []
    assert "open: at" in checks["theirs"][0]
    assert "ours: at" not in checks["theirs"][0]


def test_a_steady_step_to_published_heights_is_told_unless_their_systems_explain_it(
    bring_in: Importer, tmp_path: Path
) -> None:
    bring_in(dem(tmp_path, hills(), "ground.tif"), name="ground", kind="elevation", heights="1985")
    raised = dem(tmp_path, hills() - 11.4, "gnss.tif")
    for said, outcome, told in (({}, "conditional", "one steady step"), ({"heights": "ellipsoidal"}, "pass", "steady")):
        report = bring_in(raised, name=f"gnss{len(said)}", kind="elevation", **said)
        (check,) = [check for check in report.checks if check.name == "published heights"]
        assert check.outcome == outcome
        assert "-11.40 m" in check.detail
        assert told in check.detail


@pytest.mark.parametrize(
    ("new", "unit", "theirs", "steady"),
    [
        (lambda ground: ground / 0.3048, "ft", "", False), (lambda ground: ground * 10 + 0.4, "dm", "", False),
        (lambda ground: ground * 100, "cm", "", False), (lambda ground: ground * 0.3048, "", "ft", False),
        (lambda ground: ground + 0.2, "", "", False), (lambda ground: ground - 12, "", "", True),
        (lambda ground: ground + np.random.default_rng(2).exponential(9, len(ground)), "", "", False),
    ],
)  # fmt: skip
def test_units_steps_woods_and_towns_are_told_apart(new: Any, unit: str, theirs: str, steady: bool) -> None:
    for ground in (hills().ravel().astype(float), 900 + 40 * hills().ravel().astype(float)):
        found = compared(new(ground), ground)
        assert found is not None
        assert (found.unit, found.theirs, found.is_steady) == (unit, theirs, steady)
    assert compared(np.arange(9.0), np.arange(9.0)) is None
