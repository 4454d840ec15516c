"""Tiles of layers that other programs drown in or lose: crowds on one spot, several kinds in one layer, tiny lines."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.filter.clauses import Clause
from layers.frame import SHANGQIU, Bounds
from layers.layer import Column, Layer
from layers.tables import Statement
from tests import city
from tiles.grid import Tile
from tiles.grids import default_grids, web_mercator_quad
from tiles.picture.scene import plan
from tiles.raster.warp import Canvas
from tiles.tilejson import tilejson
from tiles.vector.statement import LABELS, VectorTile, _layer_sources, tile_statement

MERCATOR = web_mercator_quad()
PLACE = (city.WEST + 5_000.0, city.SOUTH + 5_000.0)


def _tile(
    session: Session, layer: Layer, zoom: int, place: tuple[float, float] = PLACE, *, name: str = "",
    where: Clause | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    statement = tile_statement(
        [layer], VectorTile.of(MERCATOR, Tile(MERCATOR.id, zoom, *city.tile_numbers(zoom, *place)), where)
    )
    assert statement is not None
    ((body,),) = _answer(session, statement)
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(bytes(body or b"")).get(
        name or layer.name, {"features": []}
    )["features"]
    return found


def _answer(session: Session, statement: Statement) -> list[tuple[Any, ...]]:
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor(binary=True) as cursor:
        cursor.execute(statement.text, dict(statement.params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _after_an_edit(session: Session, layer: Layer, zoom: int) -> int:
    """How many features a tile holds that is read as those are that an edit touched."""
    asked = VectorTile.of(MERCATOR, Tile(MERCATOR.id, zoom, *city.tile_numbers(zoom, *PLACE)))
    ((_, rows), *_) = _layer_sources(layer, asked, edited=True, lags=True)
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(geom) FROM ({rows.text}) AS t", asked.params(rows.text))
        return int(cursor.fetchone()[0])


def _kinds(features: list[dict[str, Any]]) -> set[str]:
    return {str(feature["geometry"]["type"]).removeprefix("Multi") for feature in features}


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles that hold as little as a test can make."""
    monkeypatch.setattr("layers.level.plan.PLAIN_POINTS", 200)
    monkeypatch.setattr("layers.level.plan.PLAIN_FEATURES", 200)
    monkeypatch.setattr("layers.level.plan.SIMPLE_FEATURES", 200)
    monkeypatch.setattr("layers.level.ranked.POINT_CELLS", 8)


def test_of_many_points_on_one_spot_a_tile_holds_a_bounded_number_the_important_ones_with_all_columns(
    session: Session, small_tiles: None
) -> None:
    at = [PLACE] * 500 + [(PLACE[0] - 3000.0 + meter, PLACE[1]) for meter in range(3)]
    shapes = np.array([shapely.Point(one) for one in at], dtype=object)
    rows = [(f"户{number}", number) for number in range(503)]
    layer = city.publish(session, "flats", 101, city.POINT_COLUMNS, shapes, rows, {"rank": "weight"}, "Point")
    for zoom in range(17, 23):
        shown = _tile(session, layer, zoom)
        assert 60 <= len(shown) <= 70  # 8 x 8 cells hold as many
        assert 499 in {feature["properties"]["weight"] for feature in shown}
        assert all(feature["properties"]["name"] == f"户{feature['properties']['weight']}" for feature in shown)
        assert len(_tile(session, layer, zoom, (PLACE[0] - 3000.0, PLACE[1]))) == 3, "elsewhere all are shown"
        assert _after_an_edit(session, layer, zoom) == len(shown)


def _stacked(*, large: bool = False) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """Six hundred flats on one footprint, thirty sheds about it, each another, and three areas elsewhere."""
    tower = shapely.box(*PLACE, PLACE[0] + 40, PLACE[1] + 40)
    tower = shapely.segmentize(tower, 0.2) if large else tower
    beside = [shapely.box(PLACE[0] + east, PLACE[1] - 2, PLACE[0] + east + 1, PLACE[1] - 1) for east in range(30)]
    apart = [shapely.box(PLACE[0] - 3000 - 20 * east, PLACE[1], PLACE[0] - 2990 - 20 * east, PLACE[1] + 10)
             for east in range(3)]  # fmt: skip
    shapes = np.array([tower] * 600 + beside + apart, dtype=object)
    return shapes, [(f"{n}", "住" if n < 600 else "棚", float(n)) for n in range(len(shapes))]


@pytest.mark.parametrize("large", [False, True])
def test_of_areas_stacked_on_one_footprint_a_tile_holds_few_and_loses_no_footprint(
    session: Session, small_tiles: None, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    monkeypatch.setattr("layers.level.stacks.PLAIN_FEATURES", 200)
    monkeypatch.setattr("layers.level.stacks.TILE_BYTES", 40_000 if not large else 400_000)
    shapes, rows = _stacked(large=large)
    hints = {"class": "kind", "label": "kind"}
    layer = city.publish(session, "flats", 105 + large, city.PARCEL_COLUMNS, shapes, rows, hints, "Polygon")
    assert {"crowds", "labels"} <= {level.kind for level in layer.version.levels}
    for zoom in range(17, 20):
        shown = _tile(session, layer, zoom)
        assert len(shown) <= 400 if not large else 600
        assert {feature["properties"]["kind"] for feature in shown} == {"住", "棚"}
        sheds = [feature for feature in shown if feature["properties"]["kind"] == "棚"]
        assert len(sheds) >= (30 if zoom < 19 else 5), "the next tile may have the others"
        assert any(feature["properties"].get("area") for feature in shown)
        assert len(_tile(session, layer, zoom, (PLACE[0] - 3005.0, PLACE[1]))) == 3, "elsewhere all are shown"
        assert _after_an_edit(session, layer, zoom) == len(shown)
        assert len(_tile(session, layer, zoom, name=layer.name + LABELS)) < 40


def test_a_filtered_tile_of_small_scale_shows_all_the_ground_the_filter_finds_and_single_finds_too(
    session: Session, small_tiles: None
) -> None:
    rng = np.random.default_rng(11)
    at = np.array(PLACE) + np.sort(rng.uniform(-2000, 2000, (3_000, 2)), axis=0)  # as imports write: one side first
    at[:, 1] = PLACE[1] + rng.uniform(-2000, 2000, len(at))
    shapes = np.array([shapely.box(*one, *(one + 3)) for one in at], dtype=object)
    rows = [(f"{n}", "独" if n == 1_500 else "常", float(n)) for n in range(len(at))]
    layer = city.publish(session, "sheds", 110, city.PARCEL_COLUMNS, shapes, rows, {"class": "kind"}, "Polygon")
    rare, common = (Clause("kind = %(wanted)s", {"wanted": kind}) for kind in "独常")
    for zoom in range(10, 17):
        middle = tuple((at[1_500] + 1.5).tolist())
        assert len(_tile(session, layer, zoom, middle, where=rare)) == 1, "it is smaller than a pixel"
    shown = _tile(session, layer, 10, where=common)
    assert 100 < len(shown) <= 132**2
    assert {frozenset(feature["properties"]) for feature in shown} == {frozenset(["kind"])}
    everything = shapely.unary_union([shapely.geometry.shape(one["geometry"]) for one in shown]).bounds
    width = 4096 * 4000 / (40075016.7 / 2**10)
    assert everything[2] - everything[0] > 0.9 * width, "not only what the table begins with"


def test_a_filtered_tile_of_a_crowd_holds_a_bounded_number_and_what_stands_beside_it(
    session: Session, small_tiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiles.vector.narrowed.CROWD_CELLS", 8)
    at = [PLACE] * 500 + [(PLACE[0] - 22.0 * step, PLACE[1]) for step in range(1, 4)]
    shapes = np.array([shapely.Point(one) for one in at], dtype=object)
    rows: list[tuple[object, ...]] = [(f"户{number}", number) for number in range(503)]
    layer = city.publish(session, "tracks", 111, city.POINT_COLUMNS, shapes, rows, {}, "Point")
    even = Clause("weight >= %(least)s", {"least": 0})
    shown = _tile(session, layer, 18, where=even)
    assert {feature["properties"]["weight"] for feature in shown} >= {500, 501, 502}
    assert len(shown) <= 5, "one a cell"
    few = _tile(session, layer, 18, where=Clause("weight >= %(least)s", {"least": 450}))
    assert len(few) == 53, "all where there is room for all"


def test_a_filtered_picture_shows_all_that_an_unfiltered_one_does(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiles.vector.narrowed.MOST_FEATURES", 60)
    at = np.array(PLACE) + np.random.default_rng(12).uniform(0, 3000, (500, 2))
    rows: list[tuple[object, ...]] = [(f"点{n}", n) for n in range(500)]
    layer = city.publish(session, "wells", 112, city.POINT_COLUMNS, np.asarray(shapely.points(at)), rows, {}, "Point")
    box = Bounds(PLACE[0], PLACE[1], PLACE[0] + 3000.0, PLACE[1] + 3000.0)
    canvas = Canvas(MERCATOR.crs, box, 1000, 1000)
    every = Clause("weight >= %(least)s", {"least": 0})
    counts = [
        [len(_answer(session, question.statement)) for question in plan([layer], canvas, where=where).questions]
        for where in ({}, {layer.name: every})
    ]
    assert counts == [[500], [500]]


def test_a_filtered_tile_is_the_same_whether_the_whole_table_is_read_for_it_or_by_the_index(
    session: Session, small_tiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = np.array(PLACE) + np.random.default_rng(13).uniform(-2000, 2000, (1_000, 2))
    shapes = np.array([shapely.box(*one, *(one + 30)) for one in at], dtype=object)
    rows: list[tuple[object, ...]] = [(f"{n}", "独" if n % 3 else "常", float(n)) for n in range(len(at))]
    layer = city.publish(session, "barns", 113, city.PARCEL_COLUMNS, shapes, rows, {"class": "kind"}, "Polygon")
    where = Clause("kind = %(wanted)s", {"wanted": "独"})
    for zoom in (11, 13, 15, 17):
        ways = []
        for share in (0.0, 2.0):
            monkeypatch.setattr("tiles.vector.narrowed.WIDE", share)
            ways.append(sorted(map(str, _tile(session, layer, zoom, where=where))))
        assert ways[0] == ways[1] != []


@pytest.mark.parametrize("most", [4_000, 100])  # read from the features, and from one level of all small scales
def test_a_layer_of_a_few_small_things_is_seen_at_every_scale_and_in_every_grid(
    session: Session, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("layers.level.plan.PLAIN_FEATURES", most)
    at = np.array(PLACE) + np.random.default_rng(14).uniform(-3000, 3000, (200, 2))
    pipes = [shapely.LineString([one, one + 5.0]) for one in at[:80]]
    shapes = np.array([*pipes, *(shapely.box(*one, *(one + 5.0)) for one in at[80:])], dtype=object)
    rows: list[tuple[object, ...]] = [(f"{n}", "户", float(n)) for n in range(200)]
    layer = city.publish(session, f"few{most}", 114 + most, city.PARCEL_COLUMNS, shapes, rows, {}, "Geometry")
    assert bool(layer.version.levels) == (most == 100)
    grids = default_grids(SHANGQIU)
    degrees = find_transform(grids["WebMercatorQuad"].crs, parse_crs("OGC:CRS84")).points([PLACE[0]], [PLACE[1]])
    for name, zooms in (("WebMercatorQuad", range(9)), ("CGCS2000Quad", (2, 6, 8)), ("ScaleGrid4509", (0,))):
        grid = grids[name]
        x, y = find_transform(parse_crs("OGC:CRS84"), grid.crs).points(*degrees)
        for zoom in zooms:
            statement = tile_statement([layer], VectorTile.of(grid, grid.tile_at(float(x[0]), float(y[0]), zoom)))
            assert statement is not None
            ((body,),) = _answer(session, statement)
            found = mapbox_vector_tile.decode(bytes(body))[layer.name]["features"]
            assert len(found) > 190, "but for those that a tile's border leaves to its neighbour"
            sizes = {round(shapely.box(*shapely.geometry.shape(one["geometry"]).bounds).length) for one in found}
            assert min(sizes) >= 8, "half a pixel's dash at the least"
    box = Bounds(PLACE[0] - 4e5, PLACE[1] - 4e5, PLACE[0] + 4e5, PLACE[1] + 4e5)
    (question,) = plan([layer], Canvas(MERCATOR.crs, box, 500, 500)).questions
    drawn = [shapely.from_wkb(bytes(row[0])) for row in _answer(session, question.statement) if row[0] is not None]
    assert len(drawn) == 200  # as they are: a picture beside which there is nothing shows nothing


def test_columns_too_wide_for_a_crowded_tile_are_left_out_of_all_and_no_others(session: Session) -> None:
    at = np.array(PLACE) + np.random.default_rng(10).uniform(0, 200, (300, 2))
    columns = (*city.POINT_COLUMNS, Column("history", "沿革", "text"), Column("story", "说明", "text"))
    rows: list[tuple[object, ...]] = [(f"点{n}", n, f"{n}" * 3_000, f"{n}" * 10) for n in range(300)]
    shapes = np.asarray(shapely.points(at))
    layer = city.publish(session, "texts", 107, columns, shapes, rows, {"label": "name"}, "Point")
    assert layer.version.facts.too_wide == ("history",)
    assert all(set(one["properties"]) == {"name", "weight", "story"} for one in _tile(session, layer, 18))
    fields = tilejson(layer, "http://localhost/{z}/{x}/{y}")["vector_layers"][0]["fields"]
    assert set(fields) == {"name", "weight", "story"}
    drawn = city.publish(session, "drawn", 108, columns, shapes, rows, {"label": "history"}, "Point")
    assert drawn.version.facts.too_wide == (), "what is drawn is in tiles, and the rest weighs little"
    apart = np.asarray(shapely.points(np.array(PLACE) + np.arange(300)[:, None] * (500.0, 0.0)))
    spread = city.publish(session, "spread", 109, columns, apart, rows, {"label": "name"}, "Point")
    assert spread.version.facts.too_wide == (), "where few features are in a tile it holds them whole"


def test_what_is_shown_among_a_crowd_stays_on_zooming_in(session: Session, small_tiles: None) -> None:
    at = np.array(PLACE) + np.random.default_rng(7).uniform(0, 40, (1_500, 2))
    rows = [(f"点{number}", 1) for number in range(len(at))]
    layer = city.publish(session, "scan", 102, city.POINT_COLUMNS, np.asarray(shapely.points(at)), rows, {}, "Point")
    before: set[int] = set()
    for zoom in range(16, 24):
        seen = [_tile(session, layer, zoom, (PLACE[0] + x, PLACE[1] + y)) for x in (1, 39) for y in (1, 39)]
        assert max(map(len, seen)) <= 300
        now = {feature["id"] for tile in seen for feature in tile}
        assert zoom > 18 or before <= now  # from then on the four tiles no longer hold the whole ground
        before = now


def _drawing() -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """Many lines, among them texts and areas, all in a square of 2 km."""
    rng = np.random.default_rng(8)
    at = np.array(PLACE) + rng.uniform(-1000, 1000, (1_200, 2))
    lines = [shapely.LineString([one, np.add(one, (90.0, 60.0))]) for one in at[:800]]
    others = [shapely.Point(one) for one in at[800:1_000]] + [shapely.box(*one, *(one + 50)) for one in at[1_000:]]
    rows: list[tuple[object, ...]] = [("路", "红线")] * 800 + [("字", "注记")] * 200 + [("房", "房屋")] * 200
    return np.array(lines + others, dtype=object), rows


def test_a_drawing_of_several_kinds_shows_all_of_them_at_every_scale(session: Session, small_tiles: None) -> None:
    layer = city.publish(session, "plan", 103, city.ROAD_COLUMNS, *_drawing(), {"class": "kind"}, "Geometry")
    assert {"tiles", "beside"} <= {level.kind for level in layer.version.levels}
    for zoom in range(17):
        assert _kinds(_tile(session, layer, zoom)) >= {"Point", "LineString"}, zoom
        assert zoom < 13 or "Polygon" in _kinds(_tile(session, layer, zoom)), zoom
        assert _after_an_edit(session, layer, zoom) >= len(_tile(session, layer, zoom))


def test_short_lines_are_shown_where_they_are_at_every_scale(session: Session, small_tiles: None) -> None:
    rng = np.random.default_rng(9)
    at = np.array(PLACE) + rng.uniform(-2000, 2000, (1_000, 2))
    shapes = np.array([shapely.LineString([one, np.add(one, (9.0, 2.0))]) for one in at], dtype=object)
    rows = [("管", str(kind)) for kind in rng.choice(["给水", "燃气"], len(at))]
    layer = city.publish(session, "pipes", 104, city.ROAD_COLUMNS, shapes, rows, {"class": "kind"}, "LineString")
    for zoom in range(17):
        assert {feature["properties"]["kind"] for feature in _tile(session, layer, zoom)} == {"给水", "燃气"}, zoom
