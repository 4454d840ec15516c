"""Plots of land as land bureaus write them in text: rings of corners, north first, in a zone that is described."""

from pathlib import Path

import pytest
import shapely

from importers.batch import ReadOptions
from importers.errors import NothingToImport
from importers.vector.plots import open_plots
from tests.importers.conftest import Importer
from tests.importers.test_texts_of_files import layers_of, said_of

DESCRIBED = (
    "[属性描述]\n格式版本号=1.01版本\n坐标系={datum}\n几度分带={width}\n投影类型=高斯克吕格\n计量单位=米\n带号={zone}\n"
)
N, E = 3813295.8, 39375923.1


def corners(ring: int, north: float, east: float, size: float) -> str:
    square = ((0, 0), (0, size), (size, size), (size, 0), (0, 0))
    rows = (f"J{number},{ring},{north + y:.3f},{east + x:.3f}" for number, (y, x) in enumerate(square, 1))
    return "\n".join(rows) + "\n"


PLOTS = (
    "[地块坐标]\n"
    "5,0.1600,1,地块一,面,I50G038027,公路用地,1003,@\n"
    + corners(1, N, E, 40)
    + corners(2, N + 10, E + 10, 10)
    + "10,0.2,2,地块二，北,面,,,,@\n"
    + corners(1, N + 100, E, 10)
    + corners(2, N + 200, E, 10)
    + "2,,3,管线,线,,,,@\nJ1,1,3813295.8,39375923.1\nJ2,1,3813305.8,39375933.1\n"
)


def plots(tmp_path: Path, text: str, datum: str = "2000国家大地坐标系", width: str = "3", zone: str = "39") -> Path:
    path = tmp_path / "报件.txt"
    path.write_bytes((DESCRIBED.format(datum=datum, width=width, zone=zone) + text).encode("gbk"))
    return path


def test_rings_become_polygons_with_holes_and_parts_in_the_described_zone(tmp_path: Path) -> None:
    ((layer, batch),) = layers_of(plots(tmp_path, PLOTS))
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4527
    holed, parted, line = batch.geometries
    assert (holed.area, len(holed.interiors)) == (pytest.approx(1500), 1)
    assert (parted.geom_type, parted.area) == ("MultiPolygon", pytest.approx(200))
    assert line.geom_type == "LineString"
    assert holed.bounds[:2] == (E, N)
    assert batch.columns["地类编码"].to_pylist() == ["1003", None, None]
    assert batch.columns["地块面积"].to_pylist() == [0.16, 0.2, None]


@pytest.mark.parametrize(
    ("datum", "width", "zone", "code"),
    [
        ("80国家大地坐标系", "3", "39", 2363),
        ("1954北京坐标系", "6", "20", 21420),
        ("2000国家大地坐标系", "6", "20", 4498),
        ("地方坐标系", "3", "39", None),
        ("2000国家大地坐标系", "3", "117", None),
    ],
)
def test_the_system_is_that_of_datum_width_and_number(
    datum: str, width: str, zone: str, code: int | None, tmp_path: Path
) -> None:
    (layer,) = open_plots(plots(tmp_path, PLOTS, datum, width, zone), ReadOptions()).layers
    assert (layer.crs.to_epsg() if layer.crs else None) == code


def test_plots_land_where_they_are(bring_in: Importer, tmp_path: Path) -> None:
    report = bring_in(plots(tmp_path, PLOTS))
    assert report.extent is not None
    assert shapely.box(*report.extent).distance(shapely.Point(115.65, 34.44)) < 1e-4
    assert (report.counts.read, report.counts.rows) == (3, 3)


def test_a_plot_with_a_broken_corner_is_refused_by_its_line(tmp_path: Path) -> None:
    text = PLOTS + "3,0.1,4,坏,面,,,,@\nJ1,1,3813295.8,x\nJ2,1,1,2\nJ3,1,2,3\n"
    ((_, batch),) = layers_of(plots(tmp_path, text))
    (refused,) = batch.refused
    assert "is no corner" in refused.reason
    assert refused.attributes["地块名称"] == "坏"
    assert len(batch) == 3


def test_a_description_without_plots_is_refused(tmp_path: Path) -> None:
    assert "holds none" in said_of(plots(tmp_path, "[地块坐标]\n"))
    with pytest.raises(NothingToImport):
        open_plots(plots(tmp_path, ""), ReadOptions())


@pytest.mark.parametrize(
    ("datum", "width", "zone"),
    [("CGCS2000", "三度", "39"), ("2000国家大地坐标系", "3", "39带"), ("国家2000", "", ""), ("CGCS2000", "3", "")],
)
def test_a_zone_left_out_is_the_number_before_the_eastings(datum: str, width: str, zone: str, tmp_path: Path) -> None:
    (layer,) = open_plots(plots(tmp_path, PLOTS, datum, width, zone), ReadOptions()).layers
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4527
    assert ("every easting begins with 39" in str(layer.decisions)) == (not zone)


@pytest.mark.parametrize(
    "signs", [(",", "\t"), (",", "，"), ("@\n", "＠\n"), (",@", "@"), ("@\n", "@,\n"), ("\n", "\r\n")]
)
def test_plots_are_read_with_the_signs_that_people_write(signs: tuple[str, str], tmp_path: Path) -> None:
    ((_, plain),) = layers_of(plots(tmp_path, PLOTS))
    path = plots(tmp_path, PLOTS.replace(*signs))
    for encoding in ("gbk", "utf-8-sig", "utf-16"):
        path.write_bytes(
            (DESCRIBED.format(datum="CGCS2000", width="3", zone="39") + PLOTS.replace(*signs)).encode(encoding)
        )
        ((_, batch),) = layers_of(path)
        assert shapely.equals(batch.geometries, plain.geometries).all()
        assert batch.columns["地类编码"].to_pylist() == plain.columns["地类编码"].to_pylist()


def test_a_ring_ends_where_it_is_back_at_its_first_corner(tmp_path: Path) -> None:
    text = "[地块坐标]\n9,0.15,1,地块,面,,,,@\n" + corners(1, N, E, 40) + corners(1, N + 10, E + 10, 10)
    ((_, batch),) = layers_of(plots(tmp_path, text))
    assert (batch.geometries[0].area, len(batch.geometries[0].interiors)) == (pytest.approx(1500), 1)
