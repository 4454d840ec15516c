"""Shapes of very many vertices are judged, encoded and written a part at a time, with the same result as at once."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
import shapely

from importers.vector import ahead as underway
from importers.vector import ewkb, moved, rows
from importers.vector.ahead import ahead
from importers.vector.ewkb import geometry_fields
from importers.vector.families import Geometries
from layers.layer import Column

WKTS = [
    "POINT (1 2)", None, "LINESTRING (0 0, 1 1, 2 3, 4 4)", "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 .5, 3 .5, 3 1, 2 .5))",
    "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
]  # fmt: skip
BOW_TIE = "POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0), (8 8, 9 8, 9 9, 8 8))"


def _shapes(wkts: list[str | None]) -> Geometries:
    return np.array([None if wkt is None else shapely.from_wkt(wkt) for wkt in wkts], dtype=object)


@pytest.mark.parametrize("block", [10, 60, 200, 1 << 20])
def test_rows_heavier_than_a_block_come_in_parts_and_are_the_same_bytes(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes, columns = _shapes(WKTS), [Column("a", "a", "text"), Column("n", "n", "integer")]
    values = {"a": pa.array(["x" * 30 * n for n in range(6)], pa.large_string()), "n": pa.array(range(6), pa.int32())}
    geom = geometry_fields(shapes, shapely.get_coordinates(shapes), 4490)
    order = np.array([3, 0, 5, 1, 4, 2])
    whole = b"".join(rows.encode_rows(1, columns, values, geom, geom, order)[0])
    monkeypatch.setattr(rows, "BLOCK", block)
    parts = list(rows.encode_rows(1, columns, values, geom, geom, order)[0])
    assert b"".join(parts) == whole
    assert len(parts) > 6 or block > 200


@pytest.mark.parametrize("heavy", [0, 60, 1 << 20])
def test_heavy_shapes_are_encoded_in_pieces_to_the_same_bytes(heavy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ewkb, "HEAVY_BYTES", heavy)
    shapes = _shapes([*WKTS, "GEOMETRYCOLLECTION (POINT (1 2), MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4)))"])
    fields = geometry_fields(shapes, shapely.get_coordinates(shapes), 4490).to_pylist()
    bodies = shapely.to_wkb(shapely.set_srid(shapes, 4490), include_srid=True).tolist()
    assert fields == [b"\xff" * 4 if body is None else len(body).to_bytes(4, "big") + body for body in bodies]


@pytest.mark.parametrize("at_once", [1, 7, 1000])
@pytest.mark.parametrize("bad", [None, 0, 3, 6])
def test_shapes_are_clean_when_all_are_valid_however_many_are_asked_about_at_once(
    at_once: int, bad: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved, "AT_ONCE", at_once)
    wkts = [*WKTS] if bad is None else [*WKTS[:bad], BOW_TIE, *WKTS[bad:]]
    shapes = _shapes(wkts)
    coordinates = shapely.get_coordinates(shapes, include_z=True) + np.array([100.0, 7.0, 0.0])
    assert moved.is_clean(shapes, coordinates) == (bad is None)


@pytest.mark.parametrize(("other", "clean"), [(30.0, True), (1.0, False), (2.5, True)])
def test_parts_of_a_heavy_shape_are_judged_together_where_their_boxes_meet(
    other: float, clean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved, "AT_ONCE", 4)
    court = shapely.difference(shapely.box(0, 0, 5, 5), shapely.box(2, 2, 4, 4))
    shapes = np.array([shapely.MultiPolygon([court, shapely.box(other, other, other + 1, other + 1)])], dtype=object)
    assert moved.is_clean(shapes, shapely.get_coordinates(shapes, include_z=True)) == clean


def _watched(weights: list[int], made: list[int]) -> Iterator[int]:
    for weight in weights:
        made.append(weight)
        yield weight


def test_nothing_is_prepared_beside_a_heavy_batch() -> None:
    heavy = underway.LIGHT_BYTES + 1
    made: list[int] = []
    for taken, weight in enumerate(ahead(_watched([heavy] * 5, made), int), 1):
        assert weight == heavy
        assert len(made) == taken


def test_light_batches_come_in_order_and_what_goes_wrong_is_raised_after_those_before() -> None:
    def broken() -> Iterator[int]:
        yield from range(20)
        raise OSError("the disk is gone")

    found: list[int] = []
    with pytest.raises(OSError, match="the disk is gone"):
        found.extend(ahead(broken(), int))
    assert found == list(range(20))


def test_whoever_stops_writing_stops_the_preparing() -> None:
    made: list[int] = []
    batches = ahead(_watched([1] * 1000, made), int)
    assert next(batches) == 1
    batches.close()  # type: ignore[attr-defined]
    assert len(made) <= underway.QUEUED + 2
