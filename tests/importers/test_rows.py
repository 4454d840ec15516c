"""What is encoded for COPY is what PostgreSQL reads: every type, every geometry, NULLs anywhere."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.batch import ColumnType
from importers.vector.arrow import ARROW_TYPES
from importers.vector.ewkb import geometry_fields
from importers.vector.repeats import Repeats
from importers.vector.rows import copy_order, encode_rows, spatial_order
from layers.copying import HEADER, NULL, TRAILER
from layers.layer import Column
from layers.tables import copy_into, create_feature_table

VALUES: dict[ColumnType, list[Any]] = {
    "text": ["商丘", "", None, "a\tb\\N\n", "商丘"],
    "json": ['{"a": [1, "地"]}', None, "[]", '"x"', "null"],
    "integer": [1, None, -(2**31), 2**31 - 1, 0],
    "bigint": [None, 2**63 - 1, -(2**63), 9007199254740993, 0],
    "float": [1.5, float("inf"), None, -0.1, 1e300],
    "boolean": [True, False, None, True, False],
    "date": [date(2024, 2, 29), date(1949, 10, 1), None, date(1, 1, 1), date(9999, 12, 31)],
    "timestamp": [datetime(2024, 5, 1, 8, 30, 0, 123456, UTC), None, *[datetime(1970, 1, 1, tzinfo=UTC)] * 3],
}
SHAPES = [
    "POINT (1 2)", None, "LINESTRING (0 0, 1 1, 2 3)", "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 .5, 2 .5, 2 1, 1 .5))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5.5 5.2, 5.6 5.2, 5.6 5.3, 5.5 5.2)))",
]  # fmt: skip


def _geometries(wkts: list[str | None]) -> Any:
    return np.array([None if w is None else shapely.from_wkt(w) for w in wkts], dtype=object)


def test_postgis_reads_back_every_value_exactly(session: Session) -> None:
    columns = [Column(f"名 {kind}", f"title {kind}", kind) for kind in VALUES]
    table = create_feature_table(session, 1, columns, 4490)
    geometries = _geometries(SHAPES)
    fields = geometry_fields(geometries, shapely.get_coordinates(geometries), 4490)
    mercator = geometry_fields(geometries, shapely.get_coordinates(geometries) * 10, 3857)
    arrays = {f"title {kind}": pa.array(values, ARROW_TYPES[kind]) for kind, values in VALUES.items()}
    ordered, order = copy_order(columns), spatial_order(shapely.bounds(geometries))
    with copy_into(session, table, ordered) as copy:
        copy.write(HEADER)
        for first in (1, 6):  # two batches
            for block in encode_rows(first, ordered, arrays, fields, mercator, order)[0]:
                copy.write(block)
        copy.write(TRAILER)
    for kind, expected in VALUES.items():
        rows = session.execute(
            text(f'SELECT "名 {kind}"{"::text" if kind == "json" else ""} FROM {table} ORDER BY fid')
        )
        assert [row[0] for row in rows] == expected * 2, kind
    rows = session.execute(
        text(f"SELECT ST_AsText(geom), ST_SRID(geom), ST_AsText(mercator) FROM {table} ORDER BY fid")
    )
    for (shown, srid, ten), wkt in zip(rows, SHAPES * 2, strict=True):
        if wkt is None:
            assert shown is None
            continue
        assert srid == 4490
        assert shapely.equals(shapely.from_wkt(shown), shapely.from_wkt(wkt))
        assert shapely.get_coordinates(shapely.from_wkt(ten)) == pytest.approx(
            shapely.get_coordinates(shapely.from_wkt(wkt)) * 10
        )


_NUMBER = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
_POINTS = st.tuples(_NUMBER, _NUMBER)
_LINES = st.lists(_POINTS, min_size=2, max_size=6).map(shapely.LineString)
_POLYGONS = st.tuples(_NUMBER, _NUMBER, st.integers(0, 3)).map(
    lambda t: shapely.box(t[0], t[1], t[0] + 100, t[1] + 100).difference(
        shapely.union_all(
            [shapely.box(t[0] + 10 + 20 * i, t[1] + 10, t[0] + 20 + 20 * i, t[1] + 20) for i in range(t[2])]
        )
    )
)
_SINGLE = st.one_of(_POINTS.map(shapely.Point), _LINES, _POLYGONS)
_ANY = st.one_of(
    st.none(), _SINGLE, st.lists(_POINTS, min_size=1, max_size=4).map(shapely.MultiPoint),
    st.lists(_LINES, min_size=1, max_size=4).map(shapely.MultiLineString),
    st.lists(_POLYGONS, min_size=1, max_size=4).map(shapely.MultiPolygon),
    st.lists(_SINGLE, min_size=1, max_size=4).map(shapely.GeometryCollection),
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.lists(_ANY, max_size=12), st.lists(_POLYGONS, max_size=12)), st.booleans())
def test_the_bytes_of_a_geometry_are_those_geos_writes(shapes: list[Any], z: bool) -> None:
    geometries = np.array([*shapes, None], dtype=object)[:-1]
    if z:
        geometries = shapely.force_3d(geometries, 7.5)
    coordinates = shapely.get_coordinates(geometries, include_z=z)
    expected = shapely.to_wkb(shapely.set_srid(geometries, 4490), include_srid=True)
    for field, body in zip(geometry_fields(geometries, coordinates, 4490).to_pylist(), expected, strict=True):
        assert field == (NULL if body is None else len(body).to_bytes(4, "big") + body)


def test_equal_rows_have_equal_hashes_whatever_their_number() -> None:
    columns = [Column("a", "a", "text")]
    geometries = _geometries(["POINT (1 2)"] * 3 + ["POINT (1 3)"])
    fields = geometry_fields(geometries, shapely.get_coordinates(geometries), 4490)
    values = {"a": pa.array(["x", "x", "y", "x"], pa.large_string())}
    _, hashes, _ = encode_rows(1, columns, values, fields, fields, np.array([2, 0, 3, 1]))
    assert hashes[0] == hashes[1]
    assert len(set(hashes.tolist())) == 3


def test_neighbours_are_written_together_and_what_has_no_place_comes_last() -> None:
    rng = np.random.default_rng(4)
    at = np.repeat(rng.uniform(0, 100, (40, 2)).round(3), 5, axis=0)[rng.permutation(200)]
    boxes = np.column_stack([at, at + 0.001])
    boxes[[3, 90]] = np.nan
    order = spatial_order(boxes)
    assert sorted(order) == list(range(200))
    assert set(order[-2:]) == {3, 90}
    steps = np.hypot(*np.diff(at[order[:-2]], axis=0).T)
    assert np.count_nonzero(steps) < 45  # the five of each place stand side by side
    assert spatial_order(np.full((3, 4), np.nan)).tolist() == [0, 1, 2]
    assert spatial_order(np.zeros((0, 4))).tolist() == []


def test_repeats_are_counted_part_by_part_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.vector.repeats.AT_ONCE", 100)
    rng = np.random.default_rng(7)
    repeats, every = Repeats(), rng.integers(-400, 400, 1_000)
    assert repeats.count() == 0
    for part in np.array_split(every, 7):
        repeats.add(part)
    assert repeats.count() == 1_000 - len(np.unique(every))
