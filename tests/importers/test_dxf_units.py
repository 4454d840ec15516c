"""In which unit a drawing is, and where it lies."""

from pathlib import Path

import ezdxf
import pytest

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from layers.errors import GeoError
from tests.importers.drawings import GK, SHARED, read, write

X, Y = GK
EXPLODE = ReadOptions(blocks="explode")


def square(tmp_path: Path, insunits: int, west: float, south: float, size: float = 10.0) -> Path:
    document = ezdxf.new(units=insunits)
    document.modelspace().add_lwpolyline([(west, south), (west + size, south), (west + size, south + size)], close=True)
    return write(tmp_path / "square.dxf", document)


def test_ordinates_that_read_as_gauss_krueger_outweigh_a_lying_unit(tmp_path: Path) -> None:
    path = square(tmp_path, 4, X, Y)  # a CAD template's millimetres
    (decision,) = [d for d in open_drawing(path, ReadOptions()).layers[0].decisions if d.what == "units"]
    assert (decision.value, decision.by) == ("m", "measured")
    assert read(path)[0]["geometry"].bounds[0] == X


def test_declared_millimetres_are_turned_into_metres(tmp_path: Path) -> None:
    (feature,) = read(square(tmp_path, 4, 5_000, 7_000, 1_000))
    assert feature["geometry"].bounds == pytest.approx((5, 7, 6, 8))


def test_without_a_unit_the_question_is_asked_and_the_answer_used(tmp_path: Path) -> None:
    path = square(tmp_path, 0, 5, 7)
    (question,) = open_drawing(path, ReadOptions()).layers[0].questions
    assert (question.what, question.option) == ("units", "--units")
    assert open_drawing(path, ReadOptions(units="mm")).layers[0].questions == ()
    assert read(path, ReadOptions(units="km"))[0]["geometry"].bounds == (5_000, 7_000, 15_000, 17_000)
    with pytest.raises(GeoError, match="not a unit"):
        open_drawing(path, ReadOptions(units="li"))


@pytest.mark.parametrize("insunits", [0, 4])
def test_what_lies_astray_does_not_decide_the_units(insunits: int, tmp_path: Path) -> None:
    path = square(tmp_path, insunits, 375_000, 3_813_000)
    document = ezdxf.readfile(path)
    space = document.modelspace()
    for place in range(20):
        space.add_point((375_000 + place, 3_813_000))
    space.add_line((0, 0), (10, 10))  # a title at the origin
    space.add_circle((-375_005, 3_813_005), 2, dxfattribs={"extrusion": (0, 0, -1)})  # drawn from below
    for binary in (False, True):
        layer = open_drawing(write(path, document, binary=binary), ReadOptions()).layers[0]
        assert layer.questions == ()
        (decision,) = [d for d in layer.decisions if d.what == "units"]
        assert (decision.value, decision.by) == ("m", "measured")


def test_a_crs_the_ordinates_fit_answers_the_question_of_units(tmp_path: Path) -> None:
    path = square(tmp_path, 0, 500_000, 5_500_000)
    assert open_drawing(path, ReadOptions(crs="EPSG:32632")).layers[0].questions == ()
    degrees = square(tmp_path, 4, 10, 50, 0.01)
    assert open_drawing(degrees, ReadOptions(crs="EPSG:4326")).layers[0].questions == ()
    assert read(degrees, ReadOptions(crs="EPSG:4326"))[0]["geometry"].bounds[0] == 10


def test_geodata_places_the_drawing_and_the_users_crs_goes_before_it() -> None:
    path = real("dxf/houses_of_parliament_georeferenced.dxf")
    layer = open_drawing(path, ReadOptions()).layers[0]
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 27700
    west, south, _, _ = read(path)[0]["geometry"].bounds
    assert 530_000 < west < 530_400  # the Houses of Parliament: TQ 302 795
    assert 179_300 < south < 179_700
    layer = open_drawing(path, ReadOptions(crs="EPSG:4509", units="m")).layers[0]
    assert layer.crs is None


def real(name: str) -> Path:
    path = SHARED / "drawings" / name
    if not path.exists():
        pytest.skip("the shared data is not there")
    return path


def test_a_zone_prefixed_drawing_keeps_its_metres_and_its_arcs() -> None:
    (feature,) = read(real("dxf/closed_polyline_with_bulge.dxf"))
    assert feature["geometry"].geom_type == "Polygon"
    west, south, east, north = feature["geometry"].bounds
    assert (west, south, east, north) == pytest.approx((40585252.17, 3433885.90, 40585367.66, 3434017.69), abs=0.05)


def test_the_old_polylines_of_cass_do_not_hide_the_unit(tmp_path: Path) -> None:
    document = ezdxf.new("R12")
    document.modelspace().add_polyline2d([(X, Y), (X + 10, Y), (X + 10, Y + 5)], close=True)
    source = open_drawing(write(tmp_path / "r12.dxf", document), ReadOptions())
    assert source.layers[0].questions == ()
    assert any(decision.value == "m" for decision in source.layers[0].decisions)
