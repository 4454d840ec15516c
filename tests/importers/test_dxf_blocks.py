"""Blocks of drawings: exploded or kept as points, many copies at once, and those that would never end."""

import json
import math
from pathlib import Path
from typing import Any

import ezdxf
import pyogrio
import pytest
import shapely

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from tests.importers.drawings import GK, done, forest, fresh, only, read, write

X, Y = GK
EXPLODE = ReadOptions(blocks="explode")


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
