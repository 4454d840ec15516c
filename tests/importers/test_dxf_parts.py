"""What blocks, hatches and splines draw, held against positions worked out here and not by the reading library."""

import math
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from ezdxf.document import Drawing
from ezdxf.math import closed_uniform_bspline

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing
from tests.importers.drawings import GK, done, only, points_of, read, write

X, Y = GK
EXPLODE = ReadOptions(blocks="explode", crs="EPSG:4509")


def fresh() -> Drawing:
    return ezdxf.new("R2010", units=6)


def by_hand(x: float, y: float, turn: float, sx: float = 1, sy: float = 1) -> npt.NDArray[np.float64]:
    """The matrix of a block reference: scaled, turned, moved."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return np.array([[c * sx, -s * sy, x], [s * sx, c * sy, y], [0, 0, 1]])


def nested() -> Drawing:
    """A block turned within a squeezed one, as an array with attributes."""
    document = fresh()
    tree = document.blocks.new("TREE")
    tree.add_point((1, 2))
    row = document.blocks.new("ROW")
    inner = row.add_blockref("TREE", (5, 0), {"rotation": 30, "xscale": 2, "column_count": 2, "column_spacing": 4})
    inner.add_attrib("NAME", "槐", (6, 1))
    outer = document.modelspace().add_blockref("ROW", (X, Y), {"yscale": 3, "rotation": 20})
    outer.add_attrib("NAME", "行", (X, Y))  # with attributes references are drawn one by one, not by picture
    return document


def test_what_a_block_turns_within_a_squeezed_one_lies_where_both_put_it(tmp_path: Path) -> None:
    rows = read(write(tmp_path / "a.dxf", nested()), EXPLODE)
    outer = by_hand(X, Y, 20, 1, 3)
    shift = by_hand(0, 0, 30) @ [4, 0, 1] - [0, 0, 1]
    expected = [outer @ (by_hand(5, 0, 30, 2) @ [1, 2, 1] + column * shift) for column in (0, 1)]
    found = [row["geometry"] for row in rows if row["entity"] == "POINT"]
    assert [(p.x, p.y) for p in found] == [pytest.approx(tuple(at[:2]), abs=1e-6) for at in expected]
    named = [row for row in rows if row["text"] == "槐"]
    places = [outer @ (np.array([6, 1, 1]) + column * shift) for column in (0, 1)]
    assert [row["geometry"].coords[0][:2] for row in named] == [pytest.approx(tuple(p[:2]), abs=1e-6) for p in places]
    assert {row["block"] for row in named} == {"TREE"}


def test_a_symbol_within_a_squeezed_block_is_a_point_where_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dxf", nested())
    options = ReadOptions(blocks="explode", crs="EPSG:4509", others={"block.TREE": "point"})
    first = next(row for row in read(path, options) if row["entity"] == "INSERT")
    at = by_hand(X, Y, 20, 1, 3) @ [5, 0, 1]
    assert first["geometry"].coords[0][:2] == pytest.approx(tuple(at[:2]), abs=1e-6)
    east, north = by_hand(0, 0, 20, 1, 3)[:2, :2] @ [math.cos(math.radians(30)), math.sin(math.radians(30))]
    assert first["rotation"] == pytest.approx(math.degrees(math.atan2(north, east)))


def test_one_faulty_part_of_a_block_costs_no_other(tmp_path: Path) -> None:
    document = fresh()
    document.add_xref_def("./missing.dwg", "ELSEWHERE")
    block = document.blocks.new("SITE")
    block.add_line((0, 0), (10, 0))
    block.add_circle((3, 3), 0)
    block.new_entity("LIGHT", {"location": (0, 0)})
    block.add_blockref("ELSEWHERE", (0, 0))
    document.modelspace().add_blockref("SITE", (X, Y))
    path = write(tmp_path / "a.dxf", document)
    assert [row["entity"] for row in read(path, EXPLODE)] == ["LINE"]
    did, refused = done(open_drawing(path, EXPLODE))
    assert did["LIGHT in a block, not drawn"] == 1
    assert len(refused) == 2
    assert refused[0].startswith("damaged CIRCLE")
    assert "'ELSEWHERE' is an external drawing" in refused[1]


def test_an_area_with_an_arc_stays_one_area_when_its_block_is_squeezed(tmp_path: Path) -> None:
    document = fresh()
    block = document.blocks.new("POND")
    block.add_lwpolyline([(0, 0, 0), (40, 0, 1)], format="xyb", close=True)
    reference = document.modelspace().add_blockref("POND", (X, Y), {"xscale": 2, "rotation": 30})
    reference.add_attrib("NAME", "塘", (X, Y))
    pond = only(read(write(tmp_path / "a.dxf", document), EXPLODE), entity="LWPOLYLINE")["geometry"]
    assert pond.geom_type == "Polygon"
    assert pond.area == pytest.approx(2 * math.pi * 20**2 / 2, rel=1e-3)


def test_attributes_that_are_not_shown_are_no_annotation_and_constant_ones_are_not_doubled(tmp_path: Path) -> None:
    document = fresh()
    block = document.blocks.new("PARCEL")
    block.add_line((0, 0), (1, 0))
    block.add_attdef("USE", (0, 1), "宅", dxfattribs={"flags": 2})
    reference = document.modelspace().add_blockref("PARCEL", (X, Y))
    reference.add_attrib("USE", "宅", (X, Y + 1), {"flags": 2})
    reference.add_attrib("OWNER", "张三", (X, Y + 2), {"flags": 1})
    path = write(tmp_path / "a.dxf", document)
    assert [row["text"] for row in read(path, EXPLODE)] == ["宅", None]
    assert "张三" in read(path, EXPLODE)[0]["attributes"]
    assert done(open_drawing(path, EXPLODE))[0]["on a hidden layer, left out"] == 1


def test_a_periodic_spline_is_read_only_where_it_is_a_curve(tmp_path: Path) -> None:
    corners = [(X, Y), (X + 10, Y), (X + 10, Y + 10), (X, Y + 10)]
    document = fresh()
    spline = document.modelspace().add_spline()
    spline.apply_construction_tool(closed_uniform_bspline(corners))
    hatch = document.modelspace().add_hatch()
    hatch.paths.add_edge_path().add_spline(
        control_points=[(x, y) for x, y, _ in spline.control_points], degree=3, knot_values=list(spline.knots)
    )
    rows = read(write(tmp_path / "a.dxf", document), EXPLODE)
    # A uniform cubic curve's pieces begin at (a + 4 b + c) / 6 of their corners and stay within the hull.
    ring = np.array([*corners, *corners])
    knots = (ring[:4] + 4 * ring[1:5] + ring[2:6]) / 6
    for row in rows:
        area = row["geometry"]
        assert area.geom_type == "Polygon"
        assert shapely.distance(shapely.points(knots), area.exterior).max() < 1e-6
        assert shapely.MultiPoint(corners).convex_hull.buffer(1e-6).covers(area)
    assert rows[0]["geometry"].area == pytest.approx(rows[1]["geometry"].area, rel=1e-4)


def test_no_chord_of_a_hatch_strays_from_its_arc(tmp_path: Path) -> None:
    document = fresh()
    hatch = document.modelspace().add_hatch()
    edges = hatch.paths.add_edge_path()
    edges.add_arc((X, Y), 500, 0, 180)
    edges.add_line((X - 500, Y), (X + 500, Y))
    area = only(read(write(tmp_path / "a.dxf", document), EXPLODE), entity="HATCH")["geometry"]
    points = points_of(area)[:, :2]
    assert np.hypot(*(points - [X, Y]).T) == pytest.approx(500, abs=1e-6)
    middles = (points[:-1] + points[1:]) / 2
    assert np.hypot(*(middles[np.abs(middles[:, 1] - Y) > 1e-3] - [X, Y]).T).min() > 500 - 0.01 - 1e-9


@pytest.mark.parametrize(("style", "area"), [(0, 20**2 - 14**2 + 8**2), (1, 20**2 - 14**2), (2, 20**2)])
def test_a_hatch_fills_the_islands_that_its_style_says(tmp_path: Path, style: int, area: int) -> None:
    document = fresh()
    hatch = document.modelspace().add_hatch(dxfattribs={"hatch_style": style})
    for half, flags in ((10, 1), (7, 16), (4, 0)):
        corners = [(X + a * half, Y + b * half) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        hatch.paths.add_polyline_path(corners, is_closed=True, flags=flags)
    assert only(read(write(tmp_path / "a.dxf", document), EXPLODE), entity="HATCH")["geometry"].area == area


def test_edges_of_a_hatch_meet_whatever_way_and_with_how_many_digits_they_are_written(tmp_path: Path) -> None:
    document = fresh()
    hatch = document.modelspace().add_hatch()
    edges: Any = hatch.paths.add_edge_path()
    edges.add_line((X, Y), (X + 10, Y))
    edges.add_line((X + 10, Y + 10), (X + 10.0004, Y))  # against the others' way
    edges.add_line((X + 10, Y + 10), (X, Y + 10.0003))
    edges.add_line((X, Y), (X, Y + 10))
    for a, b in (((2, 2), (4, 2)), ((4, 2), (4, 4)), ((4, 4), (2, 2))):  # a second ring among the same edges
        edges.add_line((X + a[0], Y + a[1]), (X + b[0], Y + b[1]))
    area = only(read(write(tmp_path / "a.dxf", document), EXPLODE), entity="HATCH")["geometry"]
    assert area.area == pytest.approx(100 - 2, abs=0.01)
    assert len(area.interiors) == 1
