"""Drawings read as surveyors mean them. ezdxf writes the drawings, GDAL and geometry are the oracles."""

import json
import math
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from importers.drawing.dxf_file import open_dxf
from importers.drawing.dxf_tags import tag_blocks
from importers.errors import UnreadableSource
from tests.importers.drawings import GK, done, everything, fresh, only, points_of, read, survey, write, write_gbk

X, Y = GK
EXPLODE = ReadOptions(blocks="explode")


# --- what CASS means -------------------------------------------------------------------------------------------------


def test_a_coded_house_is_a_polygon_with_its_national_code(plan: Path) -> None:
    house = only(read(plan), feature_code="141101")
    assert (house["gb_code"], house["name_zh"], house["theme"]) == ("310301", "一般房屋", "settlement")
    assert house["geometry"].geom_type == "Polygon"
    assert house["geometry"].area == pytest.approx(96)
    assert json.loads(house["xdata"]) == {"SOUTH": ["141101", 3]}
    assert (house["drawing_layer"], house["colour"], house["entity"]) == ("JMD", "#ff00ff", "LWPOLYLINE")
    assert house["elevation"] is None
    assert not house["geometry"].has_z


def test_a_closed_contour_stays_a_line_at_its_height(plan: Path) -> None:
    contour = only(read(plan), feature_code="201102")
    assert contour["geometry"].geom_type == "LineString"
    assert contour["geometry"].is_closed
    assert (contour["elevation"], contour["gb_code"]) == (52.5, "710102")
    assert set(points_of(contour["geometry"])[:, 2]) == {52.5}


def test_a_spot_height_is_a_point_with_its_height_not_a_circle(plan: Path) -> None:
    spot = only(read(plan), feature_code="202101")
    assert spot["geometry"].equals_exact(shapely.Point(X + 5, Y + 5, 51.37), 1e-6)
    assert (spot["block"], spot["elevation"], spot["gb_code"]) == ("GC200", 51.37, "720100")


def test_the_code_is_read_from_any_application(plan: Path) -> None:
    assert only(read(plan), feature_code="164300")["gb_code"] == "440300"


def test_text_is_a_point_with_words_height_and_angle(plan: Path) -> None:
    text = only(read(plan), entity="TEXT")
    assert (text["text"], text["text_height"], text["rotation"]) == ("商丘市梁园区", 2.5, 30)
    assert (text["geometry"].x, text["geometry"].y) == pytest.approx((X + 1, Y + 1))


def test_what_no_rule_matches_is_kept_and_counted(plan: Path) -> None:
    stray = only(read(plan), drawing_layer="杂项")
    assert stray["theme"] is None
    counted, refused = done(open_drawing(plan, ReadOptions()))
    assert counted["no rule for drawing layer 杂项"] == 1
    assert refused == []


def test_a_users_table_is_asked_before_ours_and_sorts_the_drawing_into_layers(plan: Path, tmp_path: Path) -> None:
    table = tmp_path / "codes.csv"
    table.write_bytes(
        "by,match,gb_code,name_zh,name_en,geometry,target\nlayer,杂项,999999,杂,odd,P,odds\n".encode("gbk")
    )
    source = open_drawing(plan, ReadOptions(mapping=table))
    layers = {layer.target: layer for layer in source.layers}
    assert set(layers) == {"settlement", "landform", "transport", "annotation", "odds"}
    assert {name: layer.claimed for name, layer in layers.items()} == {
        "settlement": 1,
        "landform": 2,
        "transport": 1,
        "annotation": 1,
        "odds": 1,
    }
    (batch,) = layers["odds"].batches()
    assert batch.columns["gb_code"].to_pylist() == ["999999"]
    assert [b.columns["text"].to_pylist() for b in layers["annotation"].batches()] == [["商丘市梁园区"]]
    source.close()


def test_split_layers_hold_exactly_what_one_layer_holds(plan: Path) -> None:
    def keys(features: list[dict[str, Any]]) -> set[tuple[str, str]]:
        return {(f["handle"], f["geometry"].wkt) for f in features}

    assert keys(read(plan)) == keys(read(plan, ReadOptions(others={"split": "layers"})))


# --- both ways of reading agree ---------------------------------------------------------------------------------------


def test_reading_by_columns_gives_what_ezdxf_gives(tmp_path: Path) -> None:
    # Binary DXF goes through ezdxf whole, ASCII through the columns where it can: same drawing, same features.
    document = everything(survey())
    by_columns = read(write(tmp_path / "a.dxf", document), EXPLODE)
    by_ezdxf = read(write(tmp_path / "b.dxf", document, binary=True), EXPLODE)

    def key(feature: dict[str, Any]) -> tuple[Any, ...]:
        return feature["handle"], feature["geometry"].geom_type, str(feature["text"]), feature["geometry"].length

    assert len(by_columns) == len(by_ezdxf)
    for left, right in zip(sorted(by_columns, key=key), sorted(by_ezdxf, key=key), strict=True):
        assert left["geometry"].equals_exact(right["geometry"], 1e-6), (left, right)
        assert left["geometry"].has_z == right["geometry"].has_z
        for name in set(left) - {"geometry"}:
            assert left[name] == pytest.approx(right[name], abs=1e-9), (name, left, right)


def test_every_entity_type_becomes_a_feature(drawing: Path) -> None:
    features = read(drawing)
    made = {f["entity"] for f in features}
    assert made >= {
        *("POINT", "LINE", "LWPOLYLINE", "POLYLINE", "CIRCLE", "ARC", "ELLIPSE", "SPLINE"),
        *("TEXT", "MTEXT", "3DFACE", "SOLID", "HATCH", "ATTRIB", "DIMENSION"),
    }
    assert done(open_drawing(drawing, ReadOptions()))[1] == []


@pytest.mark.parametrize("size", [64, 1_000, 10_000])
def test_where_the_file_is_cut_for_reading_does_not_matter(drawing: Path, size: int) -> None:
    file = open_dxf(drawing)
    whole = [b.raw(i, {}) for b in tag_blocks(file.pieces("ENTITIES"), "utf-8") for i in range(len(b))]
    cut = [b.raw(i, {}) for b in tag_blocks(file.pieces("ENTITIES", size), "utf-8") for i in range(len(b))]
    assert [strip(raw) for raw in cut] == [strip(raw) for raw in whole]
    assert len(whole) == len(ezdxf.readfile(drawing).modelspace())


def strip(raw: bytes) -> list[bytes]:
    return [line for line in raw.splitlines() if not line.startswith(b"7000")]


# --- geometry ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 0.001])
def test_no_chord_strays_further_from_its_arc_than_the_tolerance(tmp_path: Path, tolerance: float) -> None:
    document = ezdxf.new(units=6)
    space = document.modelspace()
    space.add_circle((X, Y), 500)
    space.add_arc((X, Y), 500, 10, 300)
    space.add_lwpolyline([(X - 500, Y, 0, 0, math.tan(math.pi / 4)), (X + 500, Y, 0, 0, 0)])
    for feature in read(write(tmp_path / "arcs.dxf", document), ReadOptions(tolerance_m=tolerance)):
        points = points_of(feature["geometry"])[:, :2] - (X, Y)
        assert np.allclose(np.hypot(*points.T), 500, atol=1e-6)
        middles = (points[1:] + points[:-1]) / 2
        strayed = 500 - np.hypot(*middles.T)
        assert strayed.max() <= tolerance * 1.001
        assert strayed.max() > tolerance / 20  # and not a thousand points where ten do


def test_a_bulge_turns_left_when_positive_and_right_when_negative(tmp_path: Path) -> None:
    document = ezdxf.new(units=6)
    document.modelspace().add_lwpolyline([(X, Y, 0, 0, 1), (X + 10, Y, 0, 0, 0)])
    document.modelspace().add_lwpolyline([(X, Y, 0, 0, -1), (X + 10, Y, 0, 0, 0)])
    left, right = read(write(tmp_path / "b.dxf", document))
    assert left["geometry"].bounds[1] == pytest.approx(Y - 5, abs=0.01)  # anticlockwise from west to east: below
    assert right["geometry"].bounds[3] == pytest.approx(Y + 5, abs=0.01)


def test_two_vertices_with_bulges_make_a_disc(drawing: Path) -> None:
    disc = [f for f in read(drawing, ReadOptions(tolerance_m=0.001)) if f["geometry"].geom_type == "Polygon"]
    assert any(f["geometry"].area == pytest.approx(math.pi * 4, rel=1e-3) for f in disc)


def test_a_hatch_is_a_polygon_with_its_hole(drawing: Path) -> None:
    hatch = only(read(drawing), entity="HATCH")["geometry"]
    assert hatch.area == pytest.approx(300)
    assert len(hatch.interiors) == 1


def test_heights_are_kept_and_a_flat_drawing_has_none(drawing: Path) -> None:
    features = read(drawing)
    line = only(features, entity="LINE")
    assert list(points_of(line["geometry"])[:, 2]) == [1, 2]
    assert line["elevation"] is None
    assert only(features, entity="POINT")["elevation"] == 3
    assert not only(features, entity="HATCH")["geometry"].has_z


def test_a_mirrored_entity_is_put_where_it_is_seen(tmp_path: Path) -> None:
    document = ezdxf.new(units=6)
    document.modelspace().add_lwpolyline([(0, 0), (10, 0), (10, 5)], dxfattribs={"extrusion": (0, 0, -1)})
    (feature,) = read(write(tmp_path / "m.dxf", document), ReadOptions(units="m"))
    assert feature["geometry"].bounds == pytest.approx((-10, 0, 0, 5))


def test_text_that_is_aligned_stands_at_its_alignment_point(drawing: Path) -> None:
    text = only(read(drawing), text="right")
    assert (text["geometry"].x, text["geometry"].y) == pytest.approx((X, Y))
    assert text["rotation"] == 45
    assert only(read(drawing), entity="TEXT", rotation=0)["text"] == "井盖 °"
    assert only(read(drawing), entity="MTEXT")["text"] == "多行\n文字"


def test_an_open_spline_far_from_the_origin_stays_a_line(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    document.modelspace().add_spline([(X, Y), (X + 5, Y + 9), (X + 10, Y), (X + 15, Y + 9)])
    shape = only(read(write(tmp_path / "a.dxf", document)), entity="SPLINE")["geometry"]
    assert shape.geom_type == "LineString"
    assert not shape.is_closed


def test_a_hatch_of_arcs_is_its_area(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    edges = document.modelspace().add_hatch().paths.add_edge_path()
    edges.add_arc((X, Y), 5, 0, 180)
    edges.add_line((X - 5, Y), (X + 5, Y))
    area = only(read(write(tmp_path / "a.dxf", document)), entity="HATCH")["geometry"]
    assert area.area == pytest.approx(math.pi * 25 / 2, rel=0.005)


# --- layers ----------------------------------------------------------------------------------------------------------


def test_hidden_layers_are_left_out_counted_and_can_be_kept(tmp_path: Path) -> None:
    document = survey()
    document.layers.get("JMD").freeze()
    document.layers.get("DLSS").off()
    path = write(tmp_path / "hidden.dxf", document)
    assert {f["drawing_layer"] for f in read(path)} == {"DGX", "GCD", "ZJ", "杂项"}
    source = open_drawing(path, ReadOptions())
    assert done(source)[0]["on a hidden layer, left out"] == 2
    assert "frozen or switched off: JMD, DLSS" in source.layers[0].facts
    assert len(read(path, ReadOptions(others={"hidden": "keep"}))) == 6


def test_paper_space_is_not_the_map(tmp_path: Path) -> None:
    document = survey()
    document.layout("Layout1").add_line((0, 0), (100, 100))
    assert len(read(write(tmp_path / "p.dxf", document))) == 6


def test_what_has_parts_claims_no_number_of_features(tmp_path: Path) -> None:
    document = fresh()
    document.modelspace().add_line((X, Y), (X + 1, Y))
    assert open_drawing(write(tmp_path / "a.dxf", document), ReadOptions()).layers[0].claimed == 1
    document.modelspace().add_blockref("FLAG", (X, Y))
    assert open_drawing(write(tmp_path / "a.dxf", document), ReadOptions()).layers[0].claimed is None


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["ANSI_936", "ANSI_1252", "ANSI_1251", "dos437", "GB2312"])
def test_gbk_is_read_whatever_the_header_claims(tmp_path: Path, header: str) -> None:
    path = write_gbk(tmp_path / "plan.dxf", survey(), header)
    assert only(read(path), entity="TEXT")["text"] == "商丘市梁园区"
    assert only(read(path), entity="POINT")["drawing_layer"] == "杂项"
    decision = open_drawing(path, ReadOptions()).decisions[0]
    assert decision.value == "gb18030"
    assert decision.by == ("file" if header in ("ANSI_936", "GB2312") else "measured")


def test_accented_latin_is_not_taken_for_chinese(tmp_path: Path) -> None:
    document = ezdxf.new("R2000", units=6)
    text = "Rue de l'Église, été à Orléans, façade dégagée, où l'élève naît"
    document.modelspace().add_text(text).set_placement((X, Y))
    path = write(tmp_path / "f.dxf", document)
    assert read(path)[0]["text"] == text
    assert open_drawing(path, ReadOptions()).decisions[0].value == "cp1252"


def test_r2007_and_later_is_utf8_whatever_the_header_claims(tmp_path: Path) -> None:
    path = write(tmp_path / "new.dxf", survey("R2010"))
    assert b"ANSI_1252" in path.read_bytes()
    assert only(read(path), entity="TEXT")["text"] == "商丘市梁园区"


def test_the_users_encoding_goes_before_everything(tmp_path: Path) -> None:
    document = ezdxf.new("R2000", units=6)
    document.modelspace().add_text("Ж").set_placement((X, Y))
    path = tmp_path / "c.dxf"
    document.encoding = "cp1251"
    document.saveas(path, encoding="cp1251")
    assert read(path, ReadOptions(encoding="cp1251"))[0]["text"] == "Ж"
    with pytest.raises(UnreadableSource, match="not an encoding"):
        read(path, ReadOptions(encoding="klingon"))
