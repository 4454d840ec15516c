"""An edit renews the tiles that show it, in every grid and every process, and no others."""

import math
import random

import mapbox_vector_tile
import pytest
import shapely

from geoservice.auth import create_token
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.layer import Column
from layers.level import plan as levelplan
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client
from tests.waiting import until
from tiles.grid import Tile
from tiles.grids import default_grids
from tiles.vector.place import VectorTile

GRIDS = ("WebMercatorQuad", "WorldCRS84Quad", "CGCS2000Quad", "ScaleGrid4509")
NAMED = [Column("name", "name", "text")]
LAYERS = ("crowd", "blocks", "few")
WEST, SOUTH, SIDE = 115.0, 34.0, 0.1
ANY_STATE = {"If-Match": "*"}


@pytest.fixture(scope="module")
def apps(database, tmp_path_factory):
    """The service with its cache and, over the same layers, one process that keeps nothing: what a tile truly is."""
    points = [(f"点{i}", f"POINT({WEST + i % 100 / 1e3} {SOUTH + i // 100 / 1e3})") for i in range(9_000)]
    areas = [
        (f"块{i}", _ring(600 if i == 5 else 9, WEST + i % 10 / 100, SOUTH + i // 10 / 100).wkt) for i in range(100)
    ]
    with database.session() as session:
        crowd = make_layer(session, "crowd", points, NAMED, levels=True)
        blocks = make_layer(session, "blocks", areas, NAMED, geometry_type="Polygon", levels=True)
        make_layer(session, "few", areas[:20], NAMED, geometry_type="Polygon")
        token = create_token(session, "editor", ["*"], write=True)
        session.commit()
    assert "points" in {level.kind for level in crowd.version.levels}
    assert "pieces" in {level.kind for level in blocks.version.levels}
    with (
        api_client(database, tmp_path_factory.mktemp("kept")) as kept,
        api_client(database, tmp_path_factory.mktemp("true"), tile_cache_mb=0) as true,
    ):
        kept.headers["Authorization"] = f"Bearer {token}"
        yield kept, true


def _ring(count, x, y, radius=4e-3):
    turns = [2 * math.pi * k / count for k in range(count)]
    return shapely.Polygon([(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns])


def _tiles(frame, west=WEST, south=SOUTH, zooms=range(11, 18)):
    """Tiles about the layers in each grid: coarse ones that hold all, fine ones here and there, some beside them."""
    chance = random.Random(7)
    ground = Bounds(west - 0.02, south - 0.02, west + SIDE + 0.02, south + SIDE + 0.02)
    for grid in (default_grids(frame)[name] for name in GRIDS):
        for z in range(len(grid.matrices)):
            places = [
                (chance.uniform(ground.west, ground.east), chance.uniform(ground.south, ground.north)) for _ in "1234"
            ]
            found = dict.fromkeys(_at(grid, z, *place, zooms) for place in places[: 1 if z % 3 else 4])
            yield from ((grid, tile) for tile in found if tile is not None)


def _at(grid, z, lon, lat, zooms=range(11, 18)):
    x, y = (float(v[0]) for v in find_transform(parse_crs("OGC:CRS84"), grid.crs).points([lon], [lat]))
    matrix = grid.matrices[z]
    span = matrix.cell * grid.tile_size
    col, row = int((x - matrix.left) // span), int((matrix.top - y) // span)
    if grid.matrices[z].from_bottom or not (0 <= col < matrix.width and 0 <= row < matrix.height):
        return None
    tile = Tile(grid.id, z, row, col)
    placed = VectorTile.of(grid, tile)
    return tile if placed.zoom in zooms else None


def _ask(client, layer, tiles):
    answers = {}
    for grid, tile in tiles:
        path = f"/collections/{layer}/tiles/{grid.id}/{grid.zoom_ids[tile.z]}/{tile.row}/{tile.col}"
        answer = client.get(path)
        assert answer.status_code in (200, 404), answer.text  # 404: outside the limits of the tileset
        answers[tile] = answer
    return answers


def _wait(kept, true, layer):
    wanted = kept.app.state.catalogue.layers[layer].version.revision

    def follows(app):
        version = app.app.state.catalogue.layers[layer].version
        return version.revision >= wanted and not version.lags

    until(lambda: follows(kept) and follows(true))


def _random_edit(client, layer, chance, made):
    items = f"/collections/{layer}/items"
    west, south = (114, 33) if layer == "mosaic" else (WEST, SOUTH)
    side = 0.02 if layer == "mosaic" else SIDE
    x, y = chance.uniform(west, west + side), chance.uniform(south, south + side)
    ring = _ring(chance.choice([5, 700]), x, y, chance.uniform(1e-4, 3e-3))
    shape = {"type": "Point", "coordinates": [x, y]} if layer == "crowd" else ring.__geo_interface__
    feature = {"type": "Feature", "geometry": shape, "properties": {"name": f"新{chance.randrange(1000)}"}}
    what = chance.choice(["create", "move", "name", "delete"])
    fid = made.pop() if made and chance.random() < 0.5 else chance.randint(1, 20)
    if what == "create":
        made += client.post(items, json=feature).json()["ids"]
    elif what == "move":
        client.put(f"{items}/{fid}", json=feature, headers=ANY_STATE)
    elif what == "name":
        client.patch(f"{items}/{fid}", json={"properties": {"name": "改"}}, headers=ANY_STATE)
    else:
        client.delete(f"{items}/{fid}", headers=ANY_STATE)


@pytest.mark.parametrize("layer", LAYERS)
def test_what_an_edit_changes_is_renewed_and_nothing_is_drawn_that_it_leaves_alone(apps, layer):
    kept, _ = apps
    tiles = list(_tiles(kept.app.state.frame))
    assert {grid.id for grid, _ in tiles} == set(GRIDS)
    _check_edits(apps, layer, tiles)


def test_dissolved_classes_are_renewed_where_they_were_edited_and_nowhere_else(apps, mosaic):
    tiles = list(_tiles(apps[0].app.state.frame, 114, 33, range(mosaic.max_zoom - 2, mosaic.max_zoom + 1)))
    tiles += _tiles(apps[0].app.state.frame, 114, 33, range(mosaic.max_zoom + 1, 18))
    _check_edits(apps, "mosaic", tiles)


def _check_edits(apps, layer, tiles):
    kept, true = apps
    chance, made = random.Random(layer), []
    before = _ask(kept, layer, tiles)
    spared = renewed = 0
    for _ in range(5):
        _random_edit(kept, layer, chance, made)
        _wait(kept, true, layer)
        now, fresh = _ask(kept, layer, tiles), _ask(true, layer, tiles)
        for tile, answer in now.items():
            assert _alike(answer, fresh[tile]), tile
            if answer.status_code != 200 or before[tile].status_code != 200:
                continue
            same_name = answer.headers["etag"] == before[tile].headers["etag"]
            if same_name:  # it shows the same, and was not drawn again
                assert _alike(answer, before[tile]), tile
                assert "hit" in answer.headers["server-timing"]
                spared += 1
            renewed += not same_name
        before = now
    assert renewed
    assert spared > (renewed if layer in LAYERS else 5)


def _alike(one, other):
    """Whether two tiles show the same; only where their bytes differ are they taken apart."""
    return one.content == other.content or _features(one) == _features(other) or _same_areas(one, other)


def _same_areas(one, other):
    """Whether tiles of dissolved classes show the same, wherever rings begin; a sixteenth of a pixel is nothing."""
    shown = []
    for answer in (one, other):
        read = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        shown.append({
            found["properties"]["name"]: shapely.make_valid(shapely.geometry.shape(found["geometry"]))
            for found in read.get("mosaic", {"features": ()})["features"]
        })  # fmt: skip
    nothing = shapely.Polygon()
    names = shown[0].keys() | shown[1].keys()
    return bool(names) and sum((shown[0].get(n, nothing) ^ shown[1].get(n, nothing)).area for n in names) < 4


def _features(answer):
    if answer.status_code != 200 or not answer.content:
        return {}
    return {
        name: sorted(repr(sorted(part.items(), key=repr)) for part in read["features"])
        for name, read in mapbox_vector_tile.decode(answer.content).items()
        if read["features"]
    }


@pytest.fixture(scope="module")
def mosaic(apps, database):
    """Areas whose small scales show dissolved classes: here a sixteenth of the usual number is enough."""
    rows = [
        ("abcde"[i % 5], shapely.box(x, y, x + 7.2e-4, y + 7.2e-4).wkt)
        for i, (x, y) in ((i, (114 + i % 30 * 7.2e-4, 33 + i // 30 * 7.2e-4)) for i in range(900))
    ]
    with database.session() as session, pytest.MonkeyPatch.context() as patch:
        for name in ("PLAIN_FEATURES", "PLAIN_VERTICES", "SIMPLE_FEATURES", "DISSOLVED_FEATURES"):
            patch.setattr(f"layers.level.plan.{name}", getattr(levelplan, name) // 16)
        style = {"class": "name"}
        layer = make_layer(session, "mosaic", rows, NAMED, geometry_type="Polygon", levels=True, style=style)
        session.commit()
    until(lambda: all("mosaic" in app.app.state.catalogue.layers for app in apps))
    return next(level for level in layer.version.levels if level.kind == "tiles")


@pytest.mark.parametrize("grid", GRIDS)
def test_a_new_and_a_changed_feature_are_drawn_over_dissolved_classes(apps, mosaic, grid):
    kept, _ = apps
    place = default_grids(kept.app.state.frame)[grid]
    x, y = 114.0105, 33.0105
    tile = next(
        tile
        for z in reversed(range(len(place.matrices)))
        if (tile := _at(place, z, x, y, range(mosaic.min_zoom, mosaic.max_zoom + 1)))
    )
    path = f"/collections/mosaic/tiles/{grid}/{place.zoom_ids[tile.z]}/{tile.row}/{tile.col}"

    def classes():
        answer = kept.get(path)
        features = mapbox_vector_tile.decode(answer.content)["mosaic"]["features"]
        return answer.headers["etag"], [found["properties"]["name"] for found in features]

    tag, before = classes()
    assert set(before) >= set("abcde")
    feature = {"type": "Feature", "properties": {"name": "新"}, "geometry": _ring(7, x, y, 6e-3).__geo_interface__}
    fid = kept.post("/collections/mosaic/items", json=feature).json()["ids"][0]
    new_tag, now = classes()
    assert (new_tag != tag, set(now)) == (True, {"新", *before})
    path_of = f"/collections/mosaic/items/{fid}"
    assert kept.patch(path_of, json={"properties": {"name": "改"}}, headers=ANY_STATE).status_code == 204
    assert "改" in classes()[1]
    _wait(*apps, "mosaic")
    if grid == "WebMercatorQuad":
        order = classes()[1]  # a new class lies on top, also where it was dissolved
        assert order.index("改") > max(order.index(one) for one in "abcde")
    assert kept.delete(path_of, headers=ANY_STATE).status_code == 204
    _wait(*apps, "mosaic")
    assert sorted(classes()[1]) == sorted(before)


@pytest.mark.parametrize("grid", ["WebMercatorQuad", "ScaleGrid4509"])
def test_a_picture_is_painted_anew_where_it_shows_an_edit_and_kept_elsewhere(apps, grid):
    kept, true = apps
    place = default_grids(kept.app.state.frame)[grid]
    x, y = WEST + 0.0301, SOUTH + 0.0301
    spots = [(x, y), (x + 0.012, y), (x + 0.06, y + 0.03)]  # edited, beside it, in another block
    tiles = [next(tile for z in reversed(range(len(place.matrices))) if (tile := _at(place, z, *spot, range(16, 17))))
             for spot in spots]  # fmt: skip
    paths = [f"/collections/few/map/tiles/{grid}/{place.zoom_ids[tile.z]}/{tile.row}/{tile.col}" for tile in tiles]
    before = [kept.get(path) for path in paths]
    feature = {"type": "Feature", "geometry": _ring(7, x, y, 2e-4).__geo_interface__, "properties": {"name": "新"}}
    fid = kept.post("/collections/few/items", json=feature).json()["ids"][0]
    _wait(kept, true, "few")
    after = [kept.get(path) for path in paths]
    assert [answer.status_code for answer in (*before, *after)] == [200] * 6
    assert [one.content == true.get(path).content for one, path in zip(after, paths, strict=True)] == [True] * 3
    assert after[0].content != before[0].content
    assert after[2].headers["etag"] == before[2].headers["etag"]
    assert "hit" in after[2].headers["server-timing"]
    kept.delete(f"/collections/few/items/{fid}", headers=ANY_STATE)


def test_a_tile_far_from_an_edit_is_answered_304_still(apps):
    kept, _ = apps
    grid = default_grids(kept.app.state.frame)["CGCS2000Quad"]
    near, far = (_at(grid, 16, x, SOUTH + 0.05) for x in (WEST + 0.01, WEST + 0.08))
    paths = [f"/collections/few/tiles/{grid.id}/{grid.zoom_ids[16]}/{tile.row}/{tile.col}" for tile in (near, far)]
    tags = [kept.get(path).headers["etag"] for path in paths]
    ring = _ring(7, WEST + 0.01, SOUTH + 0.05, 1e-4)
    feature = {"type": "Feature", "geometry": ring.__geo_interface__, "properties": {"name": "新"}}
    assert kept.post("/collections/few/items", json=feature).status_code == 201
    again = [kept.get(path, headers={"If-None-Match": tag}) for path, tag in zip(paths, tags, strict=True)]
    assert [answer.status_code for answer in again] == [200, 304]


def test_a_change_of_a_feature_without_geometry_renews_no_tile(apps):
    kept, _ = apps
    path = f"/xyz/few/12/{int((WEST + 0.05 + 180) / 360 * 4096)}/1640.mvt"
    tag = kept.get(path).headers["etag"]
    feature = {"type": "Feature", "geometry": None, "properties": {"name": "无图形"}}
    assert kept.post("/collections/few/items", json=feature).status_code == 201
    assert kept.get(path).headers["etag"] == tag
