"""What a polygon holds of a raster, against closed forms: planes, checkerboards, ramps."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.crs.area import geodesic_area
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery
from layers.layer import Band
from layers.storage import Storage
from tests.tiles.rasters import describe_file, raster_layer, write_tif
from tiles.raster import zonal
from tiles.raster.zonal import zone_of

WEST, NORTH = 640_000.0, 3_800_000.0


def degrees(box: tuple[float, float, float, float]) -> shapely.Polygon:
    shape = shapely.segmentize(shapely.box(*box), 20.0)
    return find_transform(parse_crs(4547), parse_crs(4490)).geometry(np.array([shape]))[0]


def plane(folder: Path, rise: float = 0.1):
    """Height = (easting - 640 000) * rise, 5 m pixels, with a hole of 500 m."""
    cols = (np.arange(1000) + 0.5) * 5
    heights = np.tile((cols * rise).astype(np.float32), (1000, 1))
    heights[600:700, 600:700] = -9999
    path = write_tif(folder / "p.tif", heights[None], "EPSG:4547", WEST, NORTH, 5.0, nodata=-9999)
    return raster_layer("elevation", [describe_file(path)], [Band("height", "float32")], unit="m")


def test_heights_inside_a_box_have_the_mean_of_its_middle(tmp_path: Path) -> None:
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    zone = zone_of(plane(tmp_path), Storage(tmp_path), asked)
    [band] = zone.bands
    assert band.mean == pytest.approx(150.0, abs=0.02)
    assert band.deviation == pytest.approx(100 / np.sqrt(12), rel=2e-3)
    assert (band.low, band.high) == (pytest.approx(100, abs=0.6), pytest.approx(200, abs=0.6))
    assert zone.inside_m2 == pytest.approx(geodesic_area([asked])[0], rel=2e-3)
    assert band.area_m2 == pytest.approx(zone.inside_m2)
    assert zone.pixel_m == pytest.approx(5.0, rel=0.02)
    assert not zone.coarser


def test_what_has_no_height_is_inside_and_not_counted(tmp_path: Path) -> None:
    asked = degrees((WEST + 2500, NORTH - 4000, WEST + 4000, NORTH - 2500))
    zone = zone_of(plane(tmp_path), Storage(tmp_path), asked)
    hole = zone.inside_m2 - zone.bands[0].area_m2
    assert hole == pytest.approx(500 * 500, rel=0.02)


def test_breaks_share_out_the_area(tmp_path: Path) -> None:
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    zone = zone_of(plane(tmp_path), Storage(tmp_path), asked, breaks=(125.0, 150.0))
    assert sum(zone.classes.values()) == pytest.approx(zone.bands[0].area_m2)
    assert [zone.classes[n] / zone.inside_m2 for n in (0, 1, 2)] == pytest.approx([0.25, 0.25, 0.5], abs=0.005)
    with pytest.raises(BadQuery, match="larger than"):
        zone_of(plane(tmp_path), Storage(tmp_path), asked, breaks=(2.0, 1.0))


def test_slopes_fall_into_the_classes_of_the_national_survey(tmp_path: Path) -> None:
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    zone = zone_of(plane(tmp_path, rise=np.tan(np.radians(10))), Storage(tmp_path), asked, measure="slope")
    assert zone.bands[0].mean == pytest.approx(10.0, abs=0.05)
    assert list(zone.classes) == [2]  # 6 to 15 degrees
    with pytest.raises(BadQuery, match="for elevation"):
        zone_of(classes(tmp_path), Storage(tmp_path), asked, measure="slope")


def classes(folder: Path):
    """A checkerboard of classes 1 and 3 in squares of 100 m."""
    rows, cols = np.mgrid[:500, :500] // 10
    plane = np.where((rows + cols) % 2, 3, 1).astype(np.uint8)
    colours = {1: (255, 0, 0, 255), 3: (0, 0, 255, 255)}
    path = write_tif(folder / "c.tif", plane[None], "EPSG:4547", WEST, NORTH, 10.0, colormap=colours)
    return raster_layer("imagery", [describe_file(path)], [Band("class", "uint8")], colormap=colours)


def test_classes_of_an_image_share_out_the_area(tmp_path: Path) -> None:
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    zone = zone_of(classes(tmp_path), Storage(tmp_path), asked)
    assert sorted(zone.classes) == [1, 3]
    assert zone.classes[1] == pytest.approx(zone.classes[3], rel=0.02)
    assert sum(zone.classes.values()) == pytest.approx(geodesic_area([asked])[0], rel=5e-3)


def test_a_polygon_of_too_many_pixels_is_read_coarser_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zonal, "MOST_PIXELS", 10_000)
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    zone = zone_of(plane(tmp_path), Storage(tmp_path), asked)
    assert zone.coarser
    assert zone.pixel_m == pytest.approx(10.0, rel=0.05)
    assert zone.bands[0].mean == pytest.approx(150.0, abs=0.1)


def test_blocks_meet_without_gap_or_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000)).buffer(0.001)
    whole = zone_of(plane(tmp_path), Storage(tmp_path), asked)
    monkeypatch.setattr(zonal, "BLOCK", 37)
    steps: list[float] = []
    parts = zone_of(plane(tmp_path), Storage(tmp_path), asked, step=steps.append)
    assert parts.bands[0].count == pytest.approx(whole.bands[0].count, rel=1e-5)
    assert parts.bands[0].mean == pytest.approx(whole.bands[0].mean, rel=1e-5)
    assert steps == sorted(steps)
    assert len(steps) > 10


def test_work_stops_at_its_next_step(tmp_path: Path) -> None:
    def stop(share: float) -> None:
        raise InterruptedError

    asked = degrees((WEST + 1000, NORTH - 2000, WEST + 2000, NORTH - 1000))
    with pytest.raises(InterruptedError):
        zone_of(plane(tmp_path), Storage(tmp_path), asked, step=stop)
