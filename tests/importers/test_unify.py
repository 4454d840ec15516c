"""Features on the frame: every one accounted for, repairs of known area, collections split, heights kept."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.batch import FeatureBatch, ReadOptions, Refusal
from importers.crs.placement import Placement
from importers.crs.transform import storage_transform
from importers.vector.old_places import ordinate_columns
from importers.vector.repair import repair
from importers.vector.unify import Unifier
from layers.crs.mercator import to_mercator
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import SHANGQIU, Bounds

WKTS = [
    "POINT (115.6 34.4)", "POINT Z (115.6 34.4 51.5)", "LINESTRING (115.6 34.4, 115.7 34.5)", "POINT (NaN NaN)",
    "POLYGON ((115.6 34.4, 115.7 34.4, 115.7 34.5, 115.6 34.4))", "LINESTRING (115.6 34.4, NaN 34.5)",
    "POLYGON ((115.6 34.4, 115.7 34.5, 115.7 34.4, 115.6 34.5, 115.6 34.4))",  # a bow tie
    "POLYGON ((115.6 34.4, 115.7 34.4, 115.6 34.4, 115.6 34.4))",  # no area
    "LINESTRING (115.6 34.4, 115.6 34.4)", "POLYGON EMPTY", "MULTIPOINT (115.6 34.4, 115.7 34.4)",
    "GEOMETRYCOLLECTION (POINT (115.6 34.4), LINESTRING (115.6 34.4, 115.7 34.4))",
    "GEOMETRYCOLLECTION (POLYGON ((115.6 34.4, 115.7 34.4, 115.7 34.5, 115.6 34.4)))", "GEOMETRYCOLLECTION EMPTY",
    "POINT (115.6 134.4)", "POINT (1e300 34)",
]  # fmt: skip


def _batch(wkts: list[str | None], refused: tuple[Refusal, ...] = ()) -> FeatureBatch:
    with np.errstate(invalid="ignore"):  # GEOS raises the processor's flag when it reads NaN
        geometries = np.array([None if w is None else shapely.from_wkt(w) for w in wkts], dtype=object)
    ids = np.arange(len(wkts))
    return FeatureBatch(geometries, {"n": pa.array(ids.tolist(), pa.int64())}, ids, refused)


def _unifier(crs: int = 4490, family: str | None = None, extent: Bounds = SHANGQIU.extent) -> Unifier:
    return Unifier(find_transform(parse_crs(crs), parse_crs(4490)), extent, family)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*WKTS, None]), max_size=30), st.sampled_from([None, "point", "line", "polygon"]))
def test_whatever_comes_in_the_counts_add_up_and_the_rows_are_valid(wkts: list[str | None], family: str | None) -> None:
    unifier = _unifier(family=family)
    written = unifier.unify(_batch(wkts, (Refusal("x", "unreadable"),)))
    tally = unifier.tally
    assert tally.read == len(wkts) + 1
    assert tally.adds_up()
    assert tally.rows == len(written.geometries) == len(written.columns["n"]) == len(written.source_ids)
    assert tally.refused == sum(tally.reasons.values()) == len(tally.refusals)
    assert shapely.is_valid(written.geometries[~shapely.is_missing(written.geometries)]).all()
    assert "GeometryCollection" not in tally.kinds


def test_each_fate_has_its_example() -> None:
    unifier = _unifier()
    unifier.unify(_batch(list(WKTS)))
    tally = unifier.tally
    assert (tally.read, tally.repaired, tally.split, tally.parts, tally.without_geometry) == (16, 1, 1, 2, 2)
    assert tally.reasons == {
        "a coordinate is not a number": 2,
        "a coordinate is no place on the Earth in China Geodetic Coordinate System 2000": 2,
        "invalid and beyond repair: Too few points in geometry component": 2,
    }


def test_a_bow_tie_becomes_two_triangles_and_the_area_is_reported() -> None:
    unifier = _unifier()
    written = unifier.unify(_batch([WKTS[6]]))
    assert written.geometries[0].geom_type == "MultiPolygon"
    ((source, reason, change),) = unifier.tally.repairs
    assert source == "0"
    assert "Self-intersection" in reason
    assert change > 1e6


def test_overlapping_parts_are_joined_not_cut_out() -> None:
    mended, _ = repair(shapely.from_wkt("MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((1 1, 3 1, 3 3, 1 3, 1 1)))"))
    assert mended is not None
    assert mended.area == pytest.approx(7)


def test_a_collection_keeps_its_attributes_in_every_part() -> None:
    written = _unifier().unify(_batch([WKTS[0], WKTS[11]]))
    assert written.columns["n"].to_pylist() == [0, 1, 1]


def test_heights_are_kept_and_projected_points_land_where_proj_says() -> None:
    written = _unifier(4509).unify(_batch(["POINT Z (375923.0943 3813295.8155 51.5)"]))
    lon, lat, height = written.geometries[0].coords[0]
    assert (lon, lat) == pytest.approx((115.65, 34.44), abs=1e-8)
    assert height == 51.5


def test_what_lies_outside_the_frame_is_counted_not_refused() -> None:
    unifier = _unifier()
    unifier.unify(_batch(["POINT (115.6 34.4)", "POINT (-113 37)"]))
    assert (unifier.tally.outside, unifier.tally.refused) == (1, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1))
def test_the_mercator_formula_is_proj_s(places: list[tuple[float, float]]) -> None:
    points = np.array(places)
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(points[:, 0], points[:, 1])
    assert np.allclose(to_mercator(points), np.column_stack([x, y]), atol=1e-6)


def test_the_poles_are_drawn_at_the_edge() -> None:
    ends: npt.NDArray[Any] = to_mercator(np.array([[0.0, 90.0], [0.0, -90.0]]))
    assert ends[:, 1] == pytest.approx([20037508.34, -20037508.34], abs=0.01)


def test_swapped_axes_of_the_frames_own_system_are_swapped_and_not_copied() -> None:
    batch = _batch(["POINT (34.44 115.65)", "LINESTRING (34.4 115.6, 34.5 115.7)"])
    degrees_first = storage_transform(
        Placement(parse_crs(4490), swapped=True), (np.array([115.65]), np.array([34.44])), SHANGQIU, ReadOptions()
    )
    rows = Unifier(degrees_first, SHANGQIU.extent).unify(batch).geometries
    assert [row.wkt for row in rows] == ["POINT (115.65 34.44)", "LINESTRING (115.6 34.4, 115.7 34.5)"]


def test_empty_coordinates_of_zero_are_counted() -> None:
    unifier = _unifier()
    unifier.unify(_batch(["POINT (0 0)", "POINT (115.6 34.4)", "LINESTRING (0 0, 115.6 34.4)"]))
    assert unifier.tally.at_zero == 2


def test_clean_and_mended_batches_come_to_the_same_rows() -> None:
    plain = ["POLYGON ((115.6 34.4, 115.7 34.4, 115.7 34.5, 115.6 34.4))", None,
             "POLYGON ((115.6 34.4, 115.9 34.4, 115.9 34.5, 115.61 34.41, 115.61 34.7, 115.6 34.7, 115.6 34.4))",
             "POLYGON ((115 34, 116 34, 116 35, 115 34), (115.5 34.2, 115.6 34.2, 115.6 34.3, 115.5 34.2))",
             "LINESTRING (115.6 34.4, 115.7 34.5)", "MULTIPOINT (115.6 34.4, 115.7 34.4)"]  # fmt: skip
    bow_tie = "POLYGON ((115.6 34.4, 115.7 34.5, 115.7 34.4, 115.6 34.5, 115.6 34.4))"
    clean = _unifier(4326).unify(_batch(plain))
    mended = _unifier(4326).unify(_batch([*plain, bow_tie]))
    assert mended.geometries[: len(plain)].tolist() == clean.geometries.tolist()
    assert np.array_equal(mended.boxes[: len(plain)], clean.boxes, equal_nan=True)
    assert np.array_equal(clean.boxes, shapely.bounds(clean.geometries), equal_nan=True)


def test_columns_that_repeat_where_points_lay_are_found_with_and_without_the_number_of_the_zone() -> None:
    east, north = np.arange(5) * 13.7 + 375_000.4, np.arange(5) * 9.1 + 3_813_000.2
    columns = {
        "X": north.round(), "Y": east + 39e6, "高程": np.full(5, 52.0), "number": np.arange(5), "name": list("abcde"),
    }  # fmt: skip
    shapes = np.array([*shapely.points(east, north)], dtype=object)
    batch = FeatureBatch(shapes, {name: pa.array(values) for name, values in columns.items()}, np.arange(5))
    assert ordinate_columns(batch) == ("X", "Y")
    assert ordinate_columns(replace(batch, geometries=shapely.buffer(shapes, 1))) == ()
