"""Vector tiles decoded and compared with the data they were made from, in every grid."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
import shapely.affinity
from sqlalchemy.orm import Session

from geoservice.database import REQUEST_SETTINGS, Database
from geoservice.database.reader import Reader
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.errors import BadQuery, NoDatumOperation
from layers.filter.clauses import Clause
from layers.frame import SHANGQIU, Bounds
from layers.layer import Layer
from layers.tables import Statement
from tests import city
from tiles.errors import TileOutside
from tiles.grid import Grid, Tile
from tiles.grids import default_grids
from tiles.vector.place import Plane
from tiles.vector.statement import VectorTile, check_grid, shape_statements, tile_statement

GRIDS = default_grids(SHANGQIU)
MERCATOR = GRIDS["WebMercatorQuad"]
MIDDLE = (city.WEST + city.PARCEL * city.SIDE / 2, city.SOUTH + city.PARCEL * city.SIDE / 2)

WELLS = shapely.MultiPoint(MIDDLE + np.random.default_rng(50).normal(0, 3_000, (5_000, 2)))
"""One feature of many points, far closer together than tiles of small scale can show."""


@pytest.fixture(scope="module")
def layers(database: Database) -> Iterator[dict[str, Layer]]:
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


@pytest.fixture(scope="module")
def wells(database: Database, layers: dict[str, Layer]) -> Layer:
    with database.session() as session:
        shapes = np.array([WELLS], dtype=object)
        made = city.publish(session, "wells", 5, city.ZONE_COLUMNS, shapes, [("井",)], {}, "MultiPoint")
        session.commit()
    return made


SIEVE = shapely.MultiPolygon([
    shapely.Polygon(
        shapely.box(west, MIDDLE[1] - 3_800, west + 3_700, MIDDLE[1] + 3_500).exterior,
        [shapely.get_coordinates(shapely.box(west + 60 + 120 * column, MIDDLE[1] - 3_600 + 120 * row,
                                             west + 120 + 120 * column, MIDDLE[1] - 3_540 + 120 * row, ccw=False))
         for column in range(30) for row in range(58)],
    ) for west in (MIDDLE[0] - 3_800, MIDDLE[0] + 100)
])  # fmt: skip
"""One feature of two areas with 1 740 holes each."""


@pytest.fixture(scope="module")
def sieve(database: Database, layers: dict[str, Layer]) -> Layer:
    with database.session() as session:
        shapes = np.array([SIEVE], dtype=object)
        made = city.publish(session, "sieve", 6, city.ZONE_COLUMNS, shapes, [("筛",)], {}, "MultiPolygon")
        session.commit()
    return made


def _body(session: Session, layers: list[Layer], grid: Grid, tile: Tile, where: Clause | None = None) -> bytes:
    statement = tile_statement(layers, VectorTile.of(grid, tile, where))
    if statement is None:
        return b""
    connection: Any = session.connection().connection.driver_connection
    with psycopg.ClientCursor(connection) as plain:  # the text itself, as a client would bind it
        plain.execute(statement.text, dict(statement.params))
    with connection.cursor(binary=True) as cursor:
        cursor.execute(statement.text, dict(statement.params))
        return bytes(cursor.fetchone()[0] or b"")


def _decode(body: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return decoded


def _at(zoom: int, x: float, y: float) -> Tile:
    return Tile("WebMercatorQuad", zoom, *city.tile_numbers(zoom, x, y))


def _plane(grid: Grid, tile: Tile, features: list[dict[str, Any]]) -> list[shapely.Geometry]:
    """Decoded shapes in the grid's CRS."""
    box = grid.bounds(tile)
    sx, sy = (box.east - box.west) / 4096, (box.north - box.south) / 4096
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return [shapely.transform(s, lambda at: at * (sx, -sy) + (box.west, box.north)) for s in shapes]


@pytest.mark.parametrize("zoom", [15, 16, 17])
def test_at_large_scales_a_tile_holds_what_sql_counts_with_all_columns(
    session: Session, layers: dict[str, Layer], zoom: int
) -> None:
    tile = _at(zoom, *MIDDLE)
    box = MERCATOR.bounds(tile)
    margin = (box.east - box.west) / 64
    for layer in (layers["parcels"], layers["points"], layers["roads"]):
        (count,) = city.query(
            session,
            f"SELECT count(*) FROM {layer.version.table} WHERE "
            "ST_Intersects(mercator, ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3857))",
            w=box.west - margin,
            s=box.south - margin,
            e=box.east + margin,
            n=box.north + margin,
        )[0]
        found = _decode(_body(session, [layer], MERCATOR, tile))[layer.name]["features"]
        # A shape that only touches the buffer's edge may round away, one just outside may round in.
        assert len(found) == pytest.approx(int(str(count)), abs=3)
        assert {feature["id"] for feature in found} <= set(range(1, 40_000))
        assert set(found[0]["properties"]) == {column.name for column in layer.version.columns}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())
def test_tiles_read_together_are_to_the_byte_those_read_alone(
    database: Database, layers: dict[str, Layer], grid: Grid
) -> None:
    groups: list[list[Statement]] = []
    x, y = find_transform(parse_crs(3857), grid.crs).points([MIDDLE[0]], [MIDDLE[1]])
    zooms = [z for z, matrix in enumerate(grid.matrices) if 20 > matrix.scale / 2_000 > 0.5 or matrix.scale > 5e6]
    for z in zooms:
        first = grid.tile_at(float(x[0]), float(y[0]), z)
        for layer in layers.values():
            group: dict[str, list[Statement]] = {}
            for row, col in ((0, 0), (0, 1), (1, 0)):
                tile = first._replace(row=first.row - row, col=first.col - col)
                if tile.row >= 0 and tile.col >= 0:
                    made = tile_statement([layer], VectorTile.of(grid, tile))
                    group.setdefault(made.text, []).append(made) if made else None
            groups += group.values()
    assert sum(len(group) > 1 for group in groups) > 10

    async def both() -> None:
        reader = Reader(database.url, 1, REQUEST_SETTINGS)
        for group in groups:
            assert await reader.each(group) == [await reader.value(one) for one in group], group[0].text
        await reader.close()

    asyncio.run(both())


@pytest.mark.parametrize("zoom", range(4, 15))
def test_every_tile_is_light_and_its_areas_are_valid(session: Session, layers: dict[str, Layer], zoom: int) -> None:
    for layer in layers.values():
        tile = _at(zoom, *MIDDLE)
        body = _body(session, [layer], MERCATOR, tile)
        assert 0 < len(body) <= 500_000
        for features in _decode(body).values():
            shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features["features"]]
            assert shapely.is_valid(np.array(shapes, dtype=object)).all(), (layer.name, zoom)
            assert features["extent"] == 4096
            assert features["version"] == 2


def test_shells_run_clockwise_on_the_screen_as_the_format_demands(session: Session, layers: dict[str, Layer]) -> None:
    for zoom in (8, 11, 13, 16):
        features = _decode(_body(session, [layers["parcels"]], MERCATOR, _at(zoom, *MIDDLE)))["parcels"]["features"]
        for shape in (shapely.geometry.shape(feature["geometry"]) for feature in features):
            for part in shapely.get_parts(shape):
                # Rows count downward, so clockwise on the screen is counter-clockwise in the plane of the numbers.
                assert shapely.is_ccw(part.exterior)
                assert not any(shapely.is_ccw(hole) for hole in part.interiors)


@pytest.mark.parametrize("zoom", [8, 10, 11, 12, 13, 14, 15])
def test_no_sliver_of_ground_is_lost_between_parcels_in_a_tile(
    session: Session, layers: dict[str, Layer], zoom: int
) -> None:
    tile = _at(zoom, *MIDDLE)
    features = _decode(_body(session, [layers["parcels"]], MERCATOR, tile))["parcels"]["features"]
    shapes = np.array(_plane(MERCATOR, tile, features), dtype=object)
    inside = shapely.box(*MERCATOR.bounds(tile)).intersection(shapely.box(*city.city_bounds()).buffer(-2 * city.PARCEL))
    covered = shapely.union_all(shapes)
    assert covered.intersection(inside).area == pytest.approx(inside.area, rel=1e-6)
    overlap = shapely.area(shapely.intersection(shapes, inside)).sum() - inside.area
    assert overlap == pytest.approx(0, abs=1e-6 * inside.area)


@pytest.mark.parametrize("name", sorted(GRIDS))
def test_a_feature_lies_in_every_grid_where_the_coordinate_systems_say(
    session: Session, layers: dict[str, Layer], name: str
) -> None:
    grid, layer = GRIDS[name], layers["points"]
    fid, lon, lat = city.query(
        session,
        f"SELECT f.fid, ST_X(f.geom), ST_Y(f.geom) FROM {layer.version.table} f "
        f"JOIN {layer.version.levels[0].table} p USING (fid) ORDER BY p.zoom LIMIT 1",
    )[0]
    x, y = find_transform(parse_crs(4490), grid.crs).points([float(str(lon))], [float(str(lat))])
    for z in range(grid.max_zoom + 1):
        tile = grid.tile_at(float(x[0]), float(y[0]), z)
        features = _decode(_body(session, [layer], grid, tile))["points"]["features"]
        (at,) = _plane(grid, tile, [feature for feature in features if feature["id"] == fid])
        span = grid.resolution(z) * grid.tile_size / 4096
        assert shapely.get_coordinates(at)[0] == pytest.approx((x[0], y[0]), abs=0.51 * span)


@pytest.mark.parametrize("name", sorted(set(GRIDS) - {"WebMercatorQuad"}))
def test_dissolved_areas_cover_the_same_ground_in_other_grids(
    session: Session, layers: dict[str, Layer], name: str
) -> None:
    grid = GRIDS[name]
    lon, lat = find_transform(parse_crs(3857), parse_crs(4490)).points([MIDDLE[0]], [MIDDLE[1]])
    to_grid = find_transform(parse_crs(3857), grid.crs)
    x, y = to_grid.points([MIDDLE[0]], [MIDDLE[1]])
    assert lon.size == lat.size == 1
    city_there = shapely.from_wkb(shapely.to_wkb(shapely.box(*city.city_bounds()).buffer(-3 * city.PARCEL)))
    (city_there,) = to_grid.geometry(np.array([shapely.segmentize(city_there, 200)], dtype=object))
    for z in range(min(grid.max_zoom, 13) + 1):
        tile = grid.tile_at(float(x[0]), float(y[0]), z)
        features = _decode(_body(session, [layers["parcels"]], grid, tile))["parcels"]["features"]
        shapes = np.array(_plane(grid, tile, features), dtype=object)
        inside = shapely.box(*grid.bounds(tile)).intersection(city_there)
        pixel = grid.resolution(z) / 2
        inside = inside.buffer(-2 * pixel)
        if inside.is_empty:
            continue
        covered = shapely.union_all(shapely.make_valid(shapes)).intersection(inside).area
        assert covered == pytest.approx(inside.area, rel=0.02), z


def test_a_large_area_from_its_pieces_is_the_area_itself_and_one_feature(
    session: Session, layers: dict[str, Layer]
) -> None:
    whole = city.zone()[0][0]
    for zoom in (12, 13, 14, 16):
        tile = _at(zoom, MIDDLE[0] + 3800, MIDDLE[1] + 700)
        (feature,) = _decode(_body(session, [layers["zone"]], MERCATOR, tile))["zone"]["features"]
        (shape,) = _plane(MERCATOR, tile, [feature])
        assert feature["id"] == 1
        inside = shapely.box(*MERCATOR.bounds(tile))
        unit = (MERCATOR.bounds(tile).east - MERCATOR.bounds(tile).west) / 4096
        wanted = whole.intersection(inside)
        off = shape.intersection(inside).symmetric_difference(wanted).area
        assert off <= 2 * unit * (wanted.length + 10 * unit)


@pytest.mark.parametrize("name", sorted(set(GRIDS) - {"WebMercatorQuad"}))
def test_a_large_area_is_itself_in_every_grid_and_shows_no_cut(
    session: Session, layers: dict[str, Layer], name: str
) -> None:
    grid = GRIDS[name]
    (whole,) = find_transform(parse_crs(3857), grid.crs).geometry(np.array([city.zone()[0][0]], dtype=object))
    rim = shapely.get_coordinates(whole)[:: len(shapely.get_coordinates(whole)) // 5]
    for z in range(grid.max_zoom + 1):
        for x, y in rim.tolist():
            tile = grid.tile_at(x, y, z)
            asked = VectorTile.of(grid, tile)
            if not 11 <= asked.zoom <= 18:
                continue
            found = _decode(_body(session, [layers["zone"]], grid, tile))["zone"]["features"]
            unit = (grid.bounds(tile).east - grid.bounds(tile).west) / 4096
            reach = shapely.box(*grid.bounds(tile)).buffer(60 * unit, join_style="mitre")  # the buffer is drawn too
            wanted = whole.intersection(reach)
            (shape,) = _plane(grid, tile, found)
            off = shape.intersection(reach).symmetric_difference(wanted).area
            assert off <= 2 * unit * (wanted.length + 10 * unit)


@pytest.mark.parametrize("name", sorted(GRIDS))
def test_a_picture_shows_a_large_area_at_every_scale(session: Session, layers: dict[str, Layer], name: str) -> None:
    grid = GRIDS[name]
    (whole,) = find_transform(parse_crs(3857), grid.crs).geometry(np.array([city.zone()[0][0]], dtype=object))
    x, y = shapely.get_coordinates(whole)[0].tolist()
    for z in range(grid.max_zoom + 1):
        tile = grid.tile_at(x, y, z)
        asked, bounds = VectorTile.of(grid, tile), grid.bounds(tile)
        if asked.zoom < 11:
            continue
        unit, box = (bounds.east - bounds.west) / 4096, shapely.box(*bounds)
        plane = Plane(bounds.west, bounds.north, 1 / unit, -1 / unit)
        ((_, _, statement),) = shape_statements(layers["zone"], replace(asked, plane=plane), [], 10)[:1]
        (body,) = [row[0] for row in city.query(session, statement.text, **statement.params) if row[0]]
        shape = shapely.affinity.affine_transform(
            shapely.from_wkb(body), (unit, 0, 0, -unit, bounds.west, bounds.north)
        )
        wanted = whole.intersection(box)
        assert shape.symmetric_difference(wanted).area <= 2 * unit * (wanted.length + 10 * unit), z


@pytest.mark.parametrize("name", sorted(set(GRIDS) - {"WebMercatorQuad"}))
def test_an_area_with_thousands_of_holes_keeps_each_in_every_grid_and_picture(
    session: Session, sieve: Layer, name: str
) -> None:
    grid = GRIDS[name]
    (whole,) = find_transform(parse_crs(3857), grid.crs).geometry(np.array([SIEVE], dtype=object))
    x, y = find_transform(parse_crs(3857), grid.crs).points([MIDDLE[0] - 60], [MIDDLE[1]])
    seen = 0
    for z in range(grid.max_zoom + 1):
        tile = grid.tile_at(float(x[0]), float(y[0]), z)
        asked = VectorTile.of(grid, tile)
        if not 12 <= asked.zoom <= 15:
            continue
        bounds = grid.bounds(tile)
        unit, box = (bounds.east - bounds.west) / 4096, shapely.box(*bounds)
        plane = Plane(bounds.west, bounds.north, 1 / unit, -1 / unit)
        ((_, _, statement),) = shape_statements(sieve, replace(asked, plane=plane), [], 10)
        (feature,) = _decode(_body(session, [sieve], grid, tile))["sieve"]["features"]
        (painted,) = [row[0] for row in city.query(session, statement.text, **statement.params) if row[0]]
        for shape, inside in (
            (shapely.geometry.shape(feature["geometry"]), box.buffer(60 * unit, join_style="mitre")),
            (shapely.from_wkb(bytes(painted)), box),
        ):
            there = shapely.affinity.affine_transform(shape, (unit, 0, 0, -unit, bounds.west, bounds.north))
            wanted = whole.intersection(inside)
            off = shapely.area(
                shapely.symmetric_difference(shapely.intersection(shapely.make_valid(there), inside), wanted)
            )
            assert off <= 2 * unit * (wanted.length + 10 * unit)
            assert len(shapely.get_parts(shape)) == len(shapely.get_parts(wanted)), "no cut is left"
            least, most = (_holes_within(whole, box.buffer(-by * unit)) for by in (4, 0))
            assert least <= _holes_within(there, box.buffer(-2 * unit)) <= most
        seen += 1
    assert seen


def _holes_within(shape: Any, area: Any) -> int:
    parts = shapely.get_parts(shape)
    rings, part = shapely.get_rings(parts, return_index=True)
    holes = rings[np.diff(part, prepend=-1) == 0]
    return int(shapely.contains_properly(area, holes).sum())


def test_classes_in_one_feature_each_are_drawn_as_in_many_features(session: Session) -> None:
    column, row = (at.ravel() for at in np.meshgrid(np.arange(110), np.arange(110)))
    west, south = city.WEST + 80.0 * column, city.SOUTH + 80.0 * row
    squares = shapely.box(west, south, west + 60, south + 60)
    kinds = np.where((column // 9 + row // 7) % 3 == 0, "林", "田")
    names, hints = [(str(kind),) for kind in kinds], dict[str, object]({"class": "name"})
    many = city.publish(session, "many", 7, city.ZONE_COLUMNS, squares, names, hints, "Polygon")
    classes = np.array([shapely.MultiPolygon(list(squares[kinds == kind])) for kind in ("林", "田")], dtype=object)
    few = city.publish(session, "few", 8, city.ZONE_COLUMNS, classes, [("林",), ("田",)], hints, "MultiPolygon")
    every = [[(level.kind, level.min_zoom, level.max_zoom) for level in layer.version.levels] for layer in (many, few)]
    made = [{level for level in levels if level[0] in ("tiles", "features")} for levels in every]
    assert made[0] == made[1]
    assert any(kind == "tiles" for kind, _, _ in made[0])
    for zoom in (9, 10, 11):
        tile = _at(zoom, *MIDDLE)
        drawn = []
        for layer in (many, few):
            body = _body(session, [layer], MERCATOR, tile)
            assert len(body) < 490_000
            features = _decode(body)[layer.name]["features"]
            shapes = shapely.make_valid(np.array(_plane(MERCATOR, tile, features), dtype=object))
            drawn.append({
                name: shapely.union_all(shapes[[f["properties"]["name"] == name for f in features]])
                for name in {feature["properties"]["name"] for feature in features}
            })  # fmt: skip
        assert set(drawn[0]) == set(drawn[1])
        pixel = (MERCATOR.bounds(tile).east - MERCATOR.bounds(tile).west) / 512
        for name, shape in drawn[0].items():
            off = shape.symmetric_difference(drawn[1][name]).area
            assert off <= (0.02 if zoom > 9 else 0.2) * shape.area + pixel**2, "below a pixel the last painted is seen"


@pytest.mark.parametrize("name", sorted(GRIDS))
def test_a_feature_of_many_points_shows_them_all_close_by_and_some_of_each_place_from_afar(
    session: Session, wells: Layer, name: str
) -> None:
    grid = GRIDS[name]
    (whole,) = find_transform(parse_crs(3857), grid.crs).geometry(np.array([WELLS], dtype=object))
    places = shapely.get_coordinates(whole)
    for z in range(grid.max_zoom + 1):
        tile = grid.tile_at(float(places[0, 0]), float(places[0, 1]), z)
        asked = VectorTile.of(grid, tile)
        bounds = grid.bounds(tile)
        (feature,) = _decode(_body(session, [wells], grid, tile))["wells"]["features"]
        (shape,) = _plane(grid, tile, [feature])
        drawn = shapely.get_coordinates(shape)
        unit = (bounds.east - bounds.west) / 4096
        inside = places[
            (places[:, 0] > bounds.west + unit) & (places[:, 0] < bounds.east - unit)
            & (places[:, 1] > bounds.south + unit) & (places[:, 1] < bounds.north - unit)
        ]  # fmt: skip
        assert feature["id"] == 1
        assert _farthest(drawn, places) <= 1.5 * unit, z
        far = 1.5 * unit if asked.zoom >= 18 else 50 * unit  # 2 pixels across the corner of a square
        assert _farthest(inside, drawn) <= far, z
        assert len(drawn) <= 257**2


def _farthest(places: Any, others: Any) -> float:
    """How far the loneliest of some places lies from the nearest of others."""
    tree = shapely.STRtree(shapely.points(others))
    _, distances = tree.query_nearest(shapely.points(places), return_distance=True)
    return float(distances.max(initial=0.0))


def test_a_name_stands_in_one_tile_only(session: Session, layers: dict[str, Layer]) -> None:
    for zoom in (10, 13, 15):
        row, column = city.tile_numbers(zoom, *MIDDLE)
        reach = max(1, 2 ** (zoom - 12))
        named = [
            feature
            for r in range(row - reach, row + reach + 1)
            for c in range(column - reach, column + reach + 1)
            for feature in _decode(_body(session, [layers["zone"]], MERCATOR, Tile("WebMercatorQuad", zoom, r, c))).get(
                "zone_label", {"features": []}
            )["features"]
        ]
        assert [feature["properties"]["name"] for feature in named] == ["分洪区"]


def test_several_layers_share_one_tile(session: Session, layers: dict[str, Layer]) -> None:
    decoded = _decode(_body(session, list(layers.values()), MERCATOR, _at(15, *MIDDLE)))
    assert {"parcels", "roads", "points", "zone"} <= set(decoded)


def test_a_condition_is_answered_from_the_features_at_every_zoom(session: Session, layers: dict[str, Layer]) -> None:
    where = Clause('"kind" = %(p0)s AND "area" > %(p1)s', {"p0": "1101", "p1": 4000.0})
    for zoom in (9, 12, 16):
        tile = _at(zoom, *MIDDLE)
        features = _decode(_body(session, [layers["parcels"]], MERCATOR, tile, where))["parcels"]["features"]
        assert features
        # Small scales carry what is drawn; the rest is asked of the features themselves.
        table, fids = layers["parcels"].version.table, [f["id"] for f in features]
        found = city.query(session, f"SELECT kind, area FROM {table} WHERE fid = ANY(%(fids)s)", fids=fids)
        assert len(found) == len(set(fids)) == len(features)
        assert all(kind == "1101" and float(str(area)) > 4000 for kind, area in found)
    assert len(_decode(_body(session, [layers["zone"]], MERCATOR, _at(14, MIDDLE[0] + 3800, MIDDLE[1]),
                             Clause('"name" = %(p0)s', {"p0": "别的"})))) == 0  # fmt: skip


def test_a_tile_where_nothing_lies_needs_no_statement(layers: dict[str, Layer]) -> None:
    far = VectorTile.of(MERCATOR, _at(12, 0.0, 0.0))
    assert all(tile_statement([layer], far) is None for layer in layers.values())
    assert tile_statement(list(layers.values()), far) is None


def test_the_text_of_the_statement_is_the_same_for_all_tiles_of_a_zoom(layers: dict[str, Layer]) -> None:
    for layer in layers.values():
        for zoom in (9, 13, 16):
            texts = set()
            for step in (0, 700, 1500):
                statement = tile_statement([layer], VectorTile.of(MERCATOR, _at(zoom, MIDDLE[0] + step, MIDDLE[1])))
                texts.add(statement.text if statement else "")
            assert len(texts) == 1


def test_a_tile_outside_its_grid_is_refused() -> None:
    with pytest.raises(TileOutside, match="rows 0 to"):
        VectorTile.of(MERCATOR, Tile("WebMercatorQuad", 3, 8, 0))


def test_a_layer_of_pictures_has_no_vector_tile(layers: dict[str, Layer]) -> None:
    from dataclasses import replace

    layer = layers["zone"]
    picture = replace(layer, version=replace(layer.version, facts=replace(layer.version.facts, table=None)))
    with pytest.raises(BadQuery, match="map/tiles"):
        tile_statement([picture], VectorTile.of(MERCATOR, _at(12, *MIDDLE)))


def test_the_box_of_a_tile_in_degrees_is_found_in_the_plane_of_the_default_grid() -> None:
    tile = VectorTile.of(GRIDS["CGCS2000Quad"], GRIDS["CGCS2000Quad"].tile_at(115.65, 34.41, 11))
    bounds = tile.bounds
    corners = find_transform(parse_crs(4490), parse_crs(3857)).points(
        [bounds.west, bounds.east], [bounds.south, bounds.north]
    )
    assert tile.mercator == pytest.approx(Bounds(corners[0][0], corners[1][0], corners[0][1], corners[1][1]), abs=1e-6)


def test_features_are_brought_to_no_grid_of_another_datum(layers: dict[str, Layer]) -> None:
    version = next(iter(layers.values())).version
    for grid in GRIDS.values():
        check_grid(version, grid)
    for srid in (27700, 2381):  # OSGB36, Xian 1980
        other = replace(GRIDS["ScaleGrid4509"], id="Other", srid=srid, crs=parse_crs(srid))
        with pytest.raises((BadQuery, NoDatumOperation), match=r"datum|operation"):
            check_grid(version, other)
    with pytest.raises(BadQuery, match="no EPSG code"):
        check_grid(version, replace(GRIDS["ScaleGrid4509"], id="Own", srid=0))
