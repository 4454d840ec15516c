"""Levels built at publish: bounded tiles, no slivers, classes and important points kept."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from geoservice.database import Database
from layers.layer import Column, Layer, Level
from layers.level.levels import build_levels
from layers.level.shapes import read_blocks
from layers.level.spool import spooled
from layers.tables import create_feature_table, index_features, quote
from tests import city


@pytest.fixture(scope="module")
def layers(database: Database) -> Iterator[dict[str, Layer]]:
    """The city's four layers, published once for this module."""
    with database.session() as session:
        made = {
            "parcels": city.publish(
                session, "parcels", 1, city.PARCEL_COLUMNS, *city.parcels(), {"class": "kind"}, "Polygon"
            ),
            "roads": city.publish(
                session, "roads", 2, city.ROAD_COLUMNS, *city.roads(), {"class": "kind"}, "LineString"
            ),
            "points": city.publish(
                session, "points", 3, city.POINT_COLUMNS, *city.points(), {"label": "name", "rank": "weight"}, "Point"
            ),
            "zone": city.publish(session, "zone", 4, city.ZONE_COLUMNS, *city.zone(), {"label": "name"}, "Polygon"),
        }
        session.commit()
        yield made


def _levels(layer: Layer, kind: str) -> list[Level]:
    return [level for level in layer.version.levels if level.kind == kind]


def _shapes(session: Session, level: Level, where: str = "true") -> np.ndarray:
    rows = city.query(session, f"SELECT ST_AsBinary(geom) FROM {quote(level.table)} WHERE {where}")
    return shapely.from_wkb([bytes(row[0]) for row in rows])  # type: ignore[call-overload]


def test_every_zoom_of_a_large_layer_is_served_by_one_level_or_by_its_own_table(layers: dict[str, Layer]) -> None:
    for layer in layers.values():
        spans = [
            set(range(level.min_zoom, level.max_zoom + 1))
            for level in layer.version.levels
            if level.kind in ("features", "tiles", "points")
        ]
        covered = [zoom for span in spans for zoom in span]
        assert len(covered) == len(set(covered))
        assert not covered or sorted(covered) == list(range(max(covered) + 1))


def test_parcels_are_simplified_then_dissolved_then_cells(layers: dict[str, Layer]) -> None:
    (tiles,) = _levels(layers["parcels"], "tiles")
    assert tiles.min_zoom == 0
    assert tiles.columns == ("kind",)
    features = _levels(layers["parcels"], "features")
    assert features
    assert features[-1].columns == ("code", "kind", "area")


def test_simplified_parcels_leave_no_sliver_and_no_overlap(session: Session, layers: dict[str, Layer]) -> None:
    for level in _levels(layers["parcels"], "features"):
        shapes = _shapes(session, level)
        assert len(shapes) == city.SIDE**2
        assert shapely.is_valid(shapes).all()
        union = shapely.coverage_union_all(shapes)
        assert shapely.area(shapes).sum() == pytest.approx(union.area, rel=1e-9)
        assert union.geom_type == "Polygon"
        assert len(union.interiors) == 0


def test_vertices_lie_on_the_lattice_of_the_levels_largest_scale(session: Session, layers: dict[str, Layer]) -> None:
    for level in _levels(layers["parcels"], "features"):
        unit = 40075016.685578488 / 4096 / 2**level.max_zoom
        at = (shapely.get_coordinates(_shapes(session, level)) - (-20037508.342789244, 20037508.342789244)) / unit
        assert np.abs(at - np.round(at)).max() < 1e-3


def test_dissolved_classes_keep_their_share_of_the_ground(session: Session, layers: dict[str, Layer]) -> None:
    shapes, rows = city.parcels()
    kinds = np.array([row[1] for row in rows])
    whole = shapely.area(shapes).sum()
    (level,) = _levels(layers["parcels"], "tiles")
    for zoom in (level.max_zoom, level.max_zoom - 1, level.max_zoom - 2):
        box = city.city_bounds()
        inside = shapely.box(*box)
        found = city.query(
            session,
            f"SELECT tile_zoom, tile_column, tile_row, kind, ST_AsBinary(geom) FROM {quote(level.table)} "
            "WHERE tile_zoom = %(z)s",
            z=zoom,
        )
        area: dict[str, float] = {}
        for z, column, row, kind, body in found:
            side = 40075016.685578488 / 2 ** int(str(z))
            west, north = -20037508.342789244 + int(str(column)) * side, 20037508.342789244 - int(str(row)) * side
            tile = shapely.box(west, north - side, west + side, north).intersection(inside)
            shape = shapely.from_wkb(bytes(body))  # type: ignore[call-overload]
            area[str(kind)] = area.get(str(kind), 0.0) + shapely.intersection(shape, tile).area
        assert sum(area.values()) == pytest.approx(whole, rel=0.03)
        for kind in np.unique(kinds):
            share = shapely.area(shapes[kinds == kind]).sum() / whole
            assert area[str(kind)] / sum(area.values()) == pytest.approx(share, abs=0.06), (zoom, kind)


def test_no_point_shown_vanishes_on_zooming_in_and_the_heaviest_come_first(
    session: Session, layers: dict[str, Layer]
) -> None:
    (level,) = _levels(layers["points"], "points")
    rows = city.query(session, f"SELECT fid, zoom, weight FROM {quote(level.table)}")
    by_zoom = {z: {row[0] for row in rows if int(str(row[1])) <= z} for z in range(level.max_zoom + 1)}
    for zoom in range(level.max_zoom):
        assert by_zoom[zoom] <= by_zoom[zoom + 1]
    heaviest = max(rows, key=lambda row: int(str(row[2])))
    assert heaviest[1] == 0


def test_a_large_area_lies_in_pieces_that_cover_it_exactly(session: Session, layers: dict[str, Layer]) -> None:
    (level,) = _levels(layers["zone"], "pieces")
    leaves = _shapes(session, level, "leaf")
    assert shapely.get_num_coordinates(leaves).max() <= 128
    whole = city.zone()[0][0]
    assert shapely.union_all(leaves).symmetric_difference(whole).area < 1e-6 * whole.area
    assert city.query(session, f"SELECT mercator FROM {quote(layers['zone'].version.table or '')}") == [(None,)]


def test_an_area_is_named_by_one_point_inside_it(session: Session, layers: dict[str, Layer]) -> None:
    (level,) = _levels(layers["zone"], "labels")
    (point,) = _shapes(session, level)
    assert city.zone()[0][0].contains(point)
    assert city.query(session, f"SELECT name, zoom FROM {quote(level.table)}") == [("分洪区", 0)]


def test_a_name_stands_in_the_roomiest_part_of_a_wide_area(session: Session) -> None:
    # Two halls and a passage: the middle row of pixels runs through the passage.
    halls = shapely.union_all(
        [shapely.box(0, 0, 9e3, 9e3), shapely.box(9e3, 4e3, 2e4, 5e3), shapely.box(2e4, 0, 3e4, 9e3)]
    )
    county = shapely.transform(halls, lambda places: np.add(places, (city.WEST, city.SOUTH)))
    layer = city.publish(
        session, "halls", 93, city.ZONE_COLUMNS, np.array([county]), [("县",)], {"label": "name"}, "Polygon"
    )
    (level,) = _levels(layer, "labels")
    (point,) = _shapes(session, level)
    assert county.exterior.distance(point) == pytest.approx(4500, rel=0.01)


def test_a_small_layer_needs_no_level(session: Session) -> None:
    shapes, rows = city.parcels(10)
    layer = city.publish(session, "few", 90, city.PARCEL_COLUMNS, shapes, rows, {"class": "kind"}, "Polygon")
    assert layer.version.levels == ()


def test_an_empty_layer_needs_no_level(session: Session) -> None:
    table = create_feature_table(session, 91, city.PARCEL_COLUMNS, 4490)
    index_features(session, table)
    assert build_levels(session, table, city.PARCEL_COLUMNS, {}) == ()


def test_blocks_share_boundaries_like_one_whole(
    session: Session, layers: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same parcels again, read in many blocks: every shape comes out as from one.
    monkeypatch.setattr("layers.level.shapes.BLOCK_VERTICES", 40_000)
    again = city.publish(session, "again", 92, city.PARCEL_COLUMNS, *city.parcels(), {"class": "kind"}, "Polygon")
    for level, other in zip(_levels(layers["parcels"], "features"), _levels(again, "features"), strict=True):
        differing = city.query(
            session,
            f"SELECT count(*) FROM {quote(level.table)} a JOIN {quote(other.table)} b USING (fid) "
            "WHERE NOT ST_Equals(a.geom, b.geom)",
        )
        assert differing == [(0,)]


def test_a_class_column_may_be_called_z(session: Session) -> None:
    columns = (Column("code", "编码", "text"), Column("z", "z", "text"), Column("area", "面积", "float"))
    layer = city.publish(session, "lettered", 93, columns, *city.parcels(), {"class": "z"}, "Polygon")
    (level,) = _levels(layer, "tiles")
    assert level.columns == ("z",)
    found = city.query(session, f"SELECT DISTINCT z FROM {quote(level.table)} WHERE tile_zoom = {level.max_zoom}")
    assert len(found) == 6


def test_overlapping_areas_are_painted_where_dissolving_them_would_take_too_long(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes, rows = city.parcels()
    # Every area reaches over its neighbours, and more than ten of one class in a tile count as many.
    monkeypatch.setattr("layers.level.dissolving.MANY_AREAS", 10)
    wide = shapely.buffer(shapes, 7.0, quad_segs=1)
    layer = city.publish(session, "wide", 94, city.PARCEL_COLUMNS, wide, rows, {"class": "kind"}, "Polygon")
    (level,) = _levels(layer, "tiles")
    box = shapely.box(*city.city_bounds()).buffer(-100)
    side = 40075016.685578488 / 2**level.max_zoom
    for column, row in city.query(
        session, f"SELECT DISTINCT tile_column, tile_row FROM {quote(level.table)} WHERE tile_zoom = {level.max_zoom}"
    ):
        west, north = -20037508.342789244 + int(str(column)) * side, 20037508.342789244 - int(str(row)) * side
        ground = shapely.box(west, north - side, west + side, north).intersection(box)
        where = f"tile_zoom = {level.max_zoom} AND tile_column = {column} AND tile_row = {row}"
        drawn = shapely.union_all(shapely.make_valid(_shapes(session, level, where)))
        assert shapely.difference(ground, drawn).area < 1e-3 * box.area  # no ground shines through


def test_a_block_holds_a_bounded_part_of_the_layer(
    session: Session, layers: dict[str, Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = layers["parcels"].version.table or ""
    monkeypatch.setattr("layers.level.shapes.BLOCK_VERTICES", 20_000)
    blocks = [len(block.areas.ring) for block in read_blocks(spooled(session, table, None))]
    assert len(blocks) > 20
    assert max(blocks) < 30_000  # its own and the neighbours they share boundaries with


def test_a_feature_as_wide_as_the_layer_brings_only_those_that_touch_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A ring of road around the city: its box holds every parcel, its outline meets those at the edge.
    shapes, rows = city.parcels(60)
    whole = shapely.coverage_union_all(shapes)
    road = shapely.difference(shapely.box(*whole.buffer(300).bounds), whole.simplify(40))
    columns = city.PARCEL_COLUMNS
    city.publish(session, "ringed", 95, columns, np.array([*shapes, road]), [*rows, ("R", "1006", 1.0)], {}, "Polygon")
    monkeypatch.setattr("layers.level.shapes.BLOCK_VERTICES", 3_000)
    table = "features.v95"
    blocks = list(read_blocks(spooled(session, table, None)))
    (wide,) = [block for block in blocks if len(shapes) + 1 in block.fid[block.own]]
    around = set(wide.fid.tolist())
    edge = {number + 1 for number, shape in enumerate(shapes) if shape.intersects(road.boundary)}
    assert edge <= around
    assert len(around) < len(shapes) / 2
