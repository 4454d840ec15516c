"""Drawings read as surveyors mean them. ezdxf writes the drawings, GDAL and geometry are the oracles."""

import json
import math
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pyogrio
import pytest
import shapely
from ezdxf.document import Drawing

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from importers.drawing.dxf_file import open_dxf
from importers.drawing.dxf_tags import tag_blocks
from importers.drawing.signature import probe_dxf
from importers.errors import NothingToImport, UnreadableSource
from layers.errors import GeoError
from tests.importers.conftest import Importer
from tests.importers.drawings import GK, SHARED, done, everything, only, points_of, read, survey, write, write_gbk

X, Y = GK
EXPLODE = ReadOptions(blocks="explode")


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    return write(tmp_path / "all.dxf", everything())


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_gbk(tmp_path / "plan.dxf", survey())


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


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_a_block_is_exploded_with_the_references_layer_and_colour(drawing: Path) -> None:
    parts = [f for f in read(drawing) if f["block"] == "FLAG"]
    assert sorted(f["entity"] for f in parts) == ["ATTRIB", "CIRCLE", "LWPOLYLINE"] or len(parts) == 3
    mast = only(parts, entity="LWPOLYLINE")
    assert mast["drawing_layer"] == "OTHER"
    assert mast["geometry"].bounds[0] < X + 40 + 8
    assert [json.loads(f["attributes"]) for f in parts] == [{"NAME": "旗"}] * 3
    circle = next(f for f in parts if f["entity"] in ("CIRCLE", "ELLIPSE"))
    assert circle["colour"] == "#0000ff"


@pytest.mark.parametrize("options", [ReadOptions(blocks="point"), ReadOptions(others={"block.FLAG": "point"})])
def test_a_block_is_kept_as_a_point_with_attributes_where_wanted(drawing: Path, options: ReadOptions) -> None:
    flag = only(read(drawing, options), block="FLAG")
    assert flag["entity"] == "INSERT"
    assert (flag["geometry"].x, flag["geometry"].y, flag["rotation"]) == pytest.approx((X + 40, Y, 30))
    assert json.loads(flag["attributes"]) == {"NAME": "旗"}


def test_the_choice_for_one_block_goes_before_the_choice_for_all(plan: Path) -> None:
    options = ReadOptions(blocks="point", others={"block.GC200": "explode"})
    assert only(read(plan, options), block="GC200")["entity"] == "CIRCLE"


def test_a_block_that_contains_itself_is_refused_and_the_rest_kept(tmp_path: Path) -> None:
    document = ezdxf.new(units=6)
    block = document.blocks.new("LOOP")
    block.add_line((0, 0), (1, 1))
    block.add_blockref("LOOP", (1, 1))
    document.modelspace().add_blockref("LOOP", (X, Y))
    document.modelspace().add_point((X, Y))
    path = write(tmp_path / "loop.dxf", document)
    assert [f["entity"] for f in read(path)] == ["POINT"]
    _, refused = done(open_drawing(path, ReadOptions()))
    assert len(refused) == 1
    assert "contains itself" in refused[0] or "LOOP" in refused[0]


def test_a_bomb_of_copies_is_refused(tmp_path: Path) -> None:
    document = ezdxf.new(units=6)
    document.blocks.new("DOT").add_line((0, 0), (1, 1))
    document.modelspace().add_blockref(
        "DOT", (X, Y), dxfattribs={"row_count": 30_000, "column_count": 30_000, "row_spacing": 1, "column_spacing": 1}
    )
    path = write(tmp_path / "bomb.dxf", document)
    assert read(path) == []
    assert done(open_drawing(path, ReadOptions()))[1] == ["block 'DOT' is repeated 900000000 times"]


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


# --- units and place --------------------------------------------------------------------------------------------------


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


# --- bad files --------------------------------------------------------------------------------------------------------


def test_a_drawing_without_drawable_entities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToImport, match="no drawable entities"):
        open_drawing(write(tmp_path / "empty.dxf", ezdxf.new()), ReadOptions())


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"hello", b"0\nSECTION\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_what_is_no_dxf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.dxf"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource):
        read(path)


def test_one_damaged_entity_does_not_cost_the_others(tmp_path: Path) -> None:
    path = write(tmp_path / "d.dxf", everything())
    content = path.read_bytes()
    broken = content.replace(b"AcDbEllipse", b"AcDbNothing", 1)
    path.write_bytes(broken)
    features, (_, refused) = read(path), done(open_drawing(path, ReadOptions()))
    assert len(refused) <= 1
    assert {f["entity"] for f in features} >= {"CIRCLE", "SPLINE", "HATCH", "LINE"}


def test_doubled_handles_cost_no_entity() -> None:
    path = SHARED / "nasty" / "vector" / "duplicate_handles.dxf"
    if not path.exists():
        pytest.skip("the shared data is not there")
    made = [f["entity"] for f in read(path, ReadOptions(units="m"))]
    assert (made.count("LINE"), made.count("TEXT"), made.count("ELLIPSE")) == (111, 19, 8)
    assert made.count("DIMENSION") == 14  # seven, each a line and a text


def test_mutilated_drawings_fail_with_a_sentence_or_not_at_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(97)
    wholes = [write(tmp_path / "w.dxf", document).read_bytes() for document in (everything(survey()), forest(6))]
    values = b"1e308 -1e308 nan inf 0 -1 999999999 1e15 abc 4294967296 0.0000001".split()
    path = tmp_path / "m.dxf"
    for round_ in range(30):
        lines = wholes[round_ % 2].split(b"\n")
        entities = next(i for i, line in enumerate(lines) if line.strip() == b"ENTITIES")
        for at in rng.integers(entities if round_ % 3 else 0, len(lines), 4).tolist():
            lines[at] = rng.choice(values) if round_ % 5 else bytes(rng.integers(128, 256, 5).tolist())
        if round_ % 7 == 0:
            del lines[int(rng.integers(0, len(lines)))]
        path.write_bytes(b"\n".join(lines if round_ % 4 else lines[: len(lines) * 2 // 3]))
        said = failure(path)
        assert said is None or "m.dxf" in said


def failure(path: Path) -> str | None:
    try:
        read(path)
    except GeoError as error:
        return str(error)
    return None


def test_dxf_is_known_by_its_beginning() -> None:
    assert probe_dxf(Path("a.dxf"), b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n")
    assert probe_dxf(Path("upload"), b"999\nmade by hand\n0\nSECTION\n2\nENTITIES\n")
    assert probe_dxf(Path("upload"), b"AutoCAD Binary DXF\r\n\x1a\0")
    assert not probe_dxf(Path("a.txt"), b"0,1,2\n")
    assert not probe_dxf(Path("a.dxf"), b"PK\x03\x04\0\0")


# --- many copies of a block ------------------------------------------------------------------------------------------


def forest(count: int) -> Any:
    """A drawing with copies of a block, turned, scaled, mirrored and squeezed, in several layers and colours."""
    rng = np.random.default_rng(count)
    document = ezdxf.new("R2010", units=6)
    document.layers.add("林", color=3)
    inner = document.blocks.new("LEAF")
    inner.add_circle((1, 0), 0.5, dxfattribs={"color": 0})
    tree = document.blocks.new("TREE", base_point=(1, 2))
    tree.add_lwpolyline([(0, 0), (2, 0), (1, 5)], close=True)  # (bulges squeezed fall apart in ezdxf's own way)
    tree.add_blockref("LEAF", (1, 4), dxfattribs={"rotation": 45, "layer": "林"})
    tree.add_line((0, 0, 1), (0, 3, 2), dxfattribs={"color": 1})
    sign = document.blocks.new("SIGN")
    sign.add_lwpolyline([(0, 0, 0, 0, 0.3), (2, 0, 0, 0, 0), (1, 5, 0, 0, 0)], close=True)
    sign.add_text("牌", height=0.5, rotation=10).set_placement((0.2, 0.3))
    for i in range(count):
        scale = rng.uniform(0.3, 4) * rng.choice([1, 1, -1])
        shape = {"xscale": scale, "yscale": scale * (1 if i % 3 else 1.5), "zscale": 1, "rotation": rng.uniform(0, 360)}
        where = (X + rng.uniform(0, 500), Y + rng.uniform(0, 500), i % 4)
        facts = {"layer": "林" if i % 2 else "0", "color": int(rng.choice([256, 5]))}
        document.modelspace().add_blockref("SIGN" if i % 5 == 0 else "TREE", where, dxfattribs=shape | facts)
    return document


def test_blocks_set_down_by_picture_lie_where_gdal_puts_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dxf", forest(40))
    ours: dict[str, list[Any]] = {}
    for feature in read(path):
        ours.setdefault(feature["handle"], []).append(feature["geometry"])
    _, _, wkb, (handles,) = pyogrio.raw.read(path, columns=["EntityHandle"])
    theirs: dict[str, list[Any]] = {}
    for handle, geometry in zip(handles, shapely.from_wkb(wkb), strict=True):
        theirs.setdefault(handle, []).append(geometry)
    assert len(ours) == 40
    assert ours.keys() == theirs.keys()
    for handle, parts in ours.items():
        expected = shapely.union_all([shapely.force_2d(g) for g in theirs[handle]])
        assert shapely.total_bounds(parts) == pytest.approx(expected.bounds, abs=0.05), handle


def test_blocks_set_down_by_picture_are_those_ezdxf_explodes(tmp_path: Path) -> None:
    # Not those squeezed (every third): ezdxf cannot shear what is turned inside a squeezed block, GDAL can.
    document = forest(40)
    squeezed = {e.dxf.handle for e in document.modelspace() if abs(e.dxf.xscale) != abs(e.dxf.yscale)}
    by_picture, by_ezdxf = (
        [f for f in read(write(tmp_path / name, document, binary=binary)) if f["handle"] not in squeezed]
        for name, binary in (("a.dxf", False), ("b.dxf", True))
    )
    assert len(by_picture) == len(by_ezdxf) > 60

    def key(feature: dict[str, Any]) -> tuple[Any, ...]:
        return feature["handle"], feature["entity"], round(feature["geometry"].length, 1)

    for left, right in zip(sorted(by_picture, key=key), sorted(by_ezdxf, key=key), strict=True):
        # Curves may be cut at other places; both lie within the tolerance of the curve.
        assert left["geometry"].hausdorff_distance(right["geometry"]) < 0.05, (left, right)
        for name in ("drawing_layer", "colour", "linetype", "handle", "block", "text", "feature_code"):
            assert left[name] == right[name], (name, left, right)
        if left["text"]:
            assert left["text_height"] == pytest.approx(right["text_height"], abs=1e-6)
            assert math.cos(math.radians(left["rotation"] - right["rotation"])) == pytest.approx(1, abs=1e-9)


def test_a_picture_counts_what_is_hidden_in_every_copy(tmp_path: Path) -> None:
    document = forest(10)
    document.layers.get("林").freeze()
    path = write(tmp_path / "a.dxf", document)
    binary = write(tmp_path / "b.dxf", document, binary=True)
    assert done(open_drawing(path, ReadOptions()))[0] == done(open_drawing(binary, ReadOptions()))[0]


# --- what only shows with ordinates of the real size, or in broken files ---------------------------------------------


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


def test_the_old_polylines_of_cass_do_not_hide_the_unit(tmp_path: Path) -> None:
    document = ezdxf.new("R12")
    document.modelspace().add_polyline2d([(X, Y), (X + 10, Y), (X + 10, Y + 5)], close=True)
    source = open_drawing(write(tmp_path / "r12.dxf", document), ReadOptions())
    assert source.layers[0].questions == ()
    assert any(decision.value == "m" for decision in source.layers[0].decisions)


def test_blocks_within_blocks_that_would_never_end_are_refused_at_once(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    document.blocks.new("A0").add_line((0, 0), (1, 1))
    for level in range(1, 12):
        block = document.blocks.new(f"A{level}")
        for column in range(10):
            block.add_blockref(f"A{level - 1}", (column, 0))
    document.modelspace().add_blockref("A11", (X, Y))
    document.modelspace().add_line((X, Y), (X + 1, Y))
    source = open_drawing(write(tmp_path / "a.dxf", document), EXPLODE)
    batches = list(source.layers[0].batches())
    assert sum(len(batch) for batch in batches) == 1
    assert [one.reason for batch in batches for one in batch.refused] == [
        "block 'A11' and the blocks in it make 1e+11 features, more than 2000000"
    ]


def test_a_drawing_cut_off_on_the_way_is_told(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    for column in range(200):
        document.modelspace().add_line((X + column, Y), (X + column, Y + 1))
    whole = write(tmp_path / "whole.dxf", document).read_bytes()
    objects = whole.rindex(b"OBJECTS")
    (tmp_path / "cut.dxf").write_bytes(whole[: objects + (len(whole) - objects) // 2])
    (tmp_path / "early.dxf").write_bytes(whole[: whole.index(b"BLOCKS") + 400])
    batches = list(open_drawing(tmp_path / "cut.dxf", ReadOptions()).layers[0].batches())
    assert any("cut off" in text for batch in batches for text in batch.done)
    assert sum(len(batch) for batch in batches) == 200
    with pytest.raises(UnreadableSource, match="cut off on the way"):
        open_drawing(tmp_path / "early.dxf", ReadOptions())


def fresh(version: str = "R2000") -> Drawing:
    """An empty drawing in metres with the block of a flag."""
    document = ezdxf.new(version, units=6)
    document.blocks.new("FLAG").add_line((0, 0), (1, 1))
    return document


def test_an_array_of_blocks_kept_as_points_is_a_point_for_each_copy(tmp_path: Path) -> None:
    document = fresh()
    document.modelspace().add_blockref("FLAG", (X, Y), {"column_count": 3, "row_count": 2, "column_spacing": 10,
                                                        "row_spacing": 20})  # fmt: skip
    rows_read = [
        row for row in read(write(tmp_path / "a.dxf", document), ReadOptions(blocks="point")) if row["block"] == "FLAG"
    ]
    assert sorted((p.x - X, p.y - Y) for p in (row["geometry"] for row in rows_read)) == [
        (x, y) for x in (0, 10, 20) for y in (0, 20)
    ]


def test_lines_without_an_end_are_refused_one_by_one(bring_in: Importer, tmp_path: Path) -> None:
    document = fresh()
    for number in range(9):
        document.modelspace().add_line((X + number, Y), (X + 1, Y + 1))
    path = write(tmp_path / "a.dxf", document)
    line = "  0\nLINE\n  5\nFF{n}\n  8\n0\n 10\n375000.0\n 20\n3813000.0\n 11\n{end}\n 21\n3813000.0\n"
    broken = "".join(line.format(n=n, end=end) for n, end in enumerate(("nan", "375923,09")))
    path.write_text(path.read_text().replace("ENTITIES\n", "ENTITIES\n" + broken))
    counts = bring_in(path, crs="EPSG:4509").counts
    assert (counts.read, counts.kept, counts.refused) == (11, 9, 2)


def test_a_damaged_object_of_another_program_is_refused_where_it_belongs_to_no_space(tmp_path: Path) -> None:
    document = fresh()
    document.modelspace().add_line((X, Y), (X + 1, Y + 1))
    path = write(tmp_path / "a.dxf", document)
    wall = "  0\nTCH_WALL\n  5\nFF1\n330\nDEAD\n100\nAcDbEntity\n  8\n0\n100\nTDbWall\n 10\n375000.0\n"
    path.write_text(path.read_text().replace("ENTITIES\n", "ENTITIES\n" + wall))
    assert [row["entity"] for row in read(path)] == ["LINE"]
    assert done(open_drawing(path, ReadOptions()))[1] == ["damaged: the audit removed it"]


def test_a_byte_order_mark_and_blanks_of_mtext_are_read(tmp_path: Path) -> None:
    document = fresh("R2018")
    document.modelspace().add_lwpolyline([(X, Y), (X + 1, Y)])
    document.modelspace().add_mtext("a\\~b \\S+0.1^-0.2; \\S1/2;", dxfattribs={"insert": (X, Y)})
    path = write(tmp_path / "a.dxf", document)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert {row["entity"]: row["text"] for row in read(path)} == {"LWPOLYLINE": None, "MTEXT": "a\u00a0b +0.1^-0.2 1/2"}


def test_what_has_parts_claims_no_number_of_features(tmp_path: Path) -> None:
    document = fresh()
    document.modelspace().add_line((X, Y), (X + 1, Y))
    assert open_drawing(write(tmp_path / "a.dxf", document), ReadOptions()).layers[0].claimed == 1
    document.modelspace().add_blockref("FLAG", (X, Y))
    assert open_drawing(write(tmp_path / "a.dxf", document), ReadOptions()).layers[0].claimed is None
