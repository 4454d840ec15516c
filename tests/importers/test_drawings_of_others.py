"""Drawings and field points as other programs leave them: without an end, in Big5, in survey feet, in quotes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest

from importers.batch import ReadOptions
from importers.drawing.cass_points import open_points, probe_points
from importers.drawing.dxf import open_drawing
from tests.importers.conftest import Importer
from tests.importers.drawings import GK, only, read, write

X, Y = GK


def polylines(*layers: str) -> str:
    """A drawing of R12 without a header, as MapGIS writes it: one closed triangle a layer."""
    corners = ((X, Y), (X + 10, Y), (X + 10, Y + 10))
    text = "  0\r\nSECTION\r\n  2\r\nENTITIES\r\n"
    for layer in layers:
        text += f"  0\r\nPOLYLINE\r\n  8\r\n{layer}\r\n 66\r\n     1\r\n 70\r\n     1\r\n"
        text += "".join(f"  0\r\nVERTEX\r\n  8\r\n{layer}\r\n 10\r\n{x}\r\n 20\r\n{y}\r\n" for x, y in corners)
        text += "  0\r\nSEQEND\r\n"
    return text


END = "  0\r\nENDSEC\r\n  0\r\nEOF\r\n"


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(body: bytes) -> Path:
        path = tmp_path / "plan.dxf"
        path.write_bytes(body)
        return path

    return write


def counts(path: Path) -> tuple[int, int, bool]:
    """How many entities are read and refused, and whether it is told that the file was cut off."""
    (layer,) = open_drawing(path, ReadOptions(crs="EPSG:4509")).layers
    batches = list(layer.batches())
    told = any("without its EOF mark" in what for batch in batches for what in batch.done)
    return sum(map(len, batches)), sum(len(batch.refused) for batch in batches), told


def test_entities_without_an_end_are_all_read_and_it_is_told(drawn: Callable[[bytes], Path]) -> None:
    whole = polylines("1", "房屋面").encode("gbk")
    assert counts(drawn(whole + END.encode())) == (2, 0, False)
    assert counts(drawn(whole)) == (2, 0, True)


def test_wherever_a_drawing_is_cut_off_what_came_is_read_or_refused(drawn: Callable[[bytes], Path]) -> None:
    whole = polylines("1", "2").encode()
    second = whole.rfind(b"POLYLINE")
    for cut in range(second + 60, len(whole), 7):
        read, refused, told = counts(drawn(whole[:cut]))
        assert read + refused >= 2
        assert read >= 1
        assert told


def test_big5_under_a_code_page_of_gbk_is_read_as_big5(drawn: Callable[[bytes], Path]) -> None:
    path = drawn((polylines("地籍圖", "建築物") + END).encode("big5"))
    (layer,) = open_drawing(path, ReadOptions(crs="EPSG:4509")).layers
    (batch,) = layer.batches()
    assert batch.columns["drawing_layer"].to_pylist() == ["地籍圖", "建築物"]


def test_us_survey_feet_are_a_unit(drawn: Callable[[bytes], Path]) -> None:
    header = "  0\r\nSECTION\r\n  2\r\nHEADER\r\n  9\r\n$INSUNITS\r\n 70\r\n    21\r\n  0\r\nENDSEC\r\n"
    path = drawn((header + polylines("1").replace(str(X), str(X * 3937 / 1200)) + END).encode())
    (layer,) = open_drawing(path, ReadOptions()).layers
    assert [decision.value for decision in layer.decisions if decision.what == "units"] == ["us-ft"]


def points(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "field.dat"
    path.write_text(text, encoding="gb18030")
    assert probe_points(path, path.read_bytes())
    return path


@pytest.mark.parametrize(
    "line", ['"7","路,灯",375923.1,3813295.8,50.1', "７，路,灯，３７５９２３．１，３８１３２９５．８，５０．１"]
)
def test_quotes_and_signs_of_full_width_are_taken_off(line: str, tmp_path: Path) -> None:
    (batch,) = open_points(points(tmp_path, f"{line}\n"), ReadOptions()).layers[0].batches()
    assert (batch.columns["number"].to_pylist(), batch.columns["feature_code"].to_pylist()) == (["7"], ["路,灯"])
    assert (batch.geometries[0].x, batch.geometries[0].z) == (375923.1, 50.1)


def test_a_point_astray_and_a_height_that_is_none_are_told(bring_in: Importer, tmp_path: Path) -> None:
    lines = "1,,375923.1,3813295.8,50.1\n2,,3813305.8,375933.1,50.2\n3,,375943.1,3813315.8,-9999\n"
    report = bring_in(points(tmp_path, lines), crs="EPSG:4509")
    assert report.verdict == "conditional"
    assert any("1 lie far away" in check.detail for check in report.checks)
    assert any("-9999.00" in warning for warning in report.warnings)


@pytest.mark.parametrize("turned", [{"extrusion": (0, 0, -1)}, {"xscale": -1, "yscale": 2}, {"rotation": 90}])
def test_a_dimension_within_a_block_lies_where_the_block_is_set_down(turned: dict[str, Any], tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6, setup=True)
    block = document.blocks.new("B")
    block.add_line((1, 1), (2, 1))
    block.add_linear_dim(base=(0, 5), p1=(1, 1), p2=(2, 1)).render()
    document.modelspace().add_blockref("B", (10, 0), dxfattribs=turned)
    features = read(write(tmp_path / "a.dxf", document), ReadOptions(blocks="explode"))
    line = only(features, entity="LINE")["geometry"]
    words, picture = sorted((f for f in features if f["entity"] == "DIMENSION"), key=lambda f: f["text"] is None)
    assert words["text"] == "100"
    assert picture["geometry"].distance(line) < 0.3
    assert words["geometry"].distance(picture["geometry"]) < 0.5
    assert len(picture["geometry"].geoms) > 3  # lines and ticks, not only what is measured
