"""Tiles over HTTP: what is in them equals what SQL says, in every grid; kept ones are told by their ETag."""

import json
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import mercantile
import numpy as np
import pytest
import rasterio
import shapely
from owslib.wmts import WebMapTileService
from PIL import Image
from rasterio.transform import from_bounds

from geoservice.import_request import ImportRequest
from geoservice.importing import run_import
from importers.batch import silent
from tiles.grids import default_grids

WEST, SOUTH, EAST, NORTH = 115.60, 34.40, 115.68, 34.48
SIDE = 0.004
MIDDLE = (115.64, 34.44)


def squares() -> dict[str, Any]:
    """400 squares of 0.004 degrees, every second one of class A, and a circle of 3000 vertices."""
    features = []
    for row in range(20):
        for column in range(20):
            box = shapely.box(
                *(v for v in (WEST + column * SIDE, SOUTH + row * SIDE)),
                WEST + (column + 1) * SIDE,
                SOUTH + (row + 1) * SIDE,
            )
            features.append(
                (box, {"class": "AB"[(row + column) % 2], "name": f"块{row}-{column}", "n": row * 20 + column})
            )
    features.append((shapely.Point(115.9, 34.44).buffer(0.1, quad_segs=750), {"class": "C", "name": "圆", "n": 400}))
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(geometry))}
            for geometry, properties in features
        ],
    }


def raster(path: Path, values: np.ndarray, crs: str = "EPSG:4490", nodata: float | None = None) -> Path:
    bands, rows, columns = values.shape
    transform = from_bounds(WEST, SOUTH, EAST, NORTH, columns, rows)
    with rasterio.open(
        path, "w", driver="GTiff", count=bands, width=columns, height=rows, dtype=values.dtype, crs=crs,
        transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values)
    return path


@pytest.fixture(scope="module")
def city(service: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service with squares, an orthophoto of four colours and a slope of ground."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "squares.geojson").write_text(json.dumps(squares()), encoding="utf-8")
    colours = np.zeros((3, 400, 400), np.uint8)
    colours[0, :200], colours[1, 200:], colours[2, :, 200:] = 200, 180, 220
    heights = np.repeat(np.linspace(100, 30, 160, dtype=np.float32)[None, :, None], 160, axis=2)
    for request in (
        ImportRequest(
            (folder / "squares.geojson",), "squares", title={"zh": "方块"}, style={"class": "class", "label": "name"}
        ),
        ImportRequest((raster(folder / "photo.tif", colours),), "photo", "imagery"),
        ImportRequest((raster(folder / "ground.tif", heights),), "ground", "elevation"),
        ImportRequest((folder / "squares.geojson",), "secret", public=False, department="land"),
    ):
        run_import(service, request, silent)
    from starlette.testclient import TestClient

    from geoservice.app import create_app

    with TestClient(create_app(service.settings)) as client:
        yield client


def at(z: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> str:
    tile = mercantile.tile(lon, lat, z)
    return f"{z}/{tile.y}/{tile.x}"


def decoded(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers: dict[str, Any] = mapbox_vector_tile.decode(answer.content)
    return layers


@pytest.mark.parametrize("z", [12, 13, 14, 16, 18])
def test_a_detailed_tile_holds_exactly_the_features_that_reach_into_it(city: Any, z: int) -> None:
    tile = mercantile.tile(*MIDDLE, z)
    margin = (tile_box := shapely.box(*mercantile.bounds(tile))).bounds
    reach = (margin[2] - margin[0]) * 64 / 4096
    near = tile_box.buffer(reach, join_style="mitre", cap_style="square")
    features = decoded(city.get(f"/collections/squares/tiles/WebMercatorQuad/{at(z)}"))["squares"]["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in squares()["features"]]
    expected = {n for n, shape in enumerate(shapes) if shapely.intersection(shape, near).area > 0}
    assert {feature["properties"]["n"] for feature in features} >= {
        n for n in expected if shapely.intersection(shapes[n], tile_box).area > tile_box.area * 1e-4
    }
    assert {feature["properties"]["n"] for feature in features} <= expected
    assert all(
        feature["properties"]["name"] == f"块{n // 20}-{n % 20}"
        for feature in features
        for n in [feature["properties"]["n"]]
        if n < 400
    )


def test_a_feature_of_many_vertices_is_whole_though_it_is_kept_in_pieces(city: Any) -> None:
    tile = mercantile.tile(115.9, 34.44, 11)
    (circle,) = decoded(city.get(f"/collections/squares/tiles/WebMercatorQuad/{at(11, 115.9, 34.44)}"))["squares"][
        "features"
    ][-1:]
    assert circle["properties"]["n"] == 400
    drawn = shapely.geometry.shape(circle["geometry"])
    box = mercantile.xy_bounds(tile)
    whole = shapely.Point(115.9, 34.44).buffer(0.1, quad_segs=750)
    x, y = zip(*(mercantile.xy(*point) for point in shapely.get_coordinates(whole)), strict=True)
    units = 4096 / (box.right - box.left)
    expected = shapely.Polygon(
        [((px - box.left) * units, (py - box.bottom) * units) for px, py in zip(x, y, strict=True)]
    )
    expected = shapely.intersection(expected, shapely.box(-64, -64, 4160, 4160))
    assert shapely.symmetric_difference(drawn.buffer(0), expected).area < expected.area * 0.002


@pytest.mark.parametrize("grid", ["CGCS2000Quad", "WorldCRS84Quad", "ScaleGrid4509"])
def test_the_same_features_lie_in_the_same_places_in_every_grid(city: Any, grid: str) -> None:
    known = default_grids(city.app.state.frame)[grid]
    from layers.crs import find_transform, parse_crs

    transform = find_transform(parse_crs("OGC:CRS84"), known.crs)
    (x,), (y,) = transform.points([MIDDLE[0]], [MIDDLE[1]])
    z = known.zoom_for(20.0 if known.crs.is_projected else 20 / 111_320)
    tile = known.tile_at(float(x), float(y), z)
    path = f"{known.zoom_ids[z]}/{tile.row}/{tile.col}"
    features = decoded(city.get(f"/collections/squares/tiles/{grid}/{path}"))["squares"]["features"]
    west, south, east, north = known.bounds(tile)
    for feature in features:
        n = feature["properties"]["n"]
        if n == 400:
            continue
        corner = transform.points([WEST + (n % 20) * SIDE], [SOUTH + (n // 20) * SIDE])
        unit_x = (float(corner[0][0]) - west) / (east - west) * 4096
        unit_y = (float(corner[1][0]) - south) / (north - south) * 4096
        if 0 < unit_x < 4000 and 0 < unit_y < 4000:
            found = shapely.get_coordinates(shapely.geometry.shape(feature["geometry"]))
            assert np.abs(found - (unit_x, unit_y)).sum(axis=1).min() <= 3


def test_a_small_scale_keeps_the_classes_and_stays_light(city: Any) -> None:
    answer = city.get(f"/collections/squares/tiles/WebMercatorQuad/{at(6)}")
    assert len(answer.content) < 500_000
    assert decoded(answer)["squares"]["features"]


def test_a_tile_outside_the_layer_is_empty_and_outside_the_grid_is_not_found(city: Any) -> None:
    assert city.get("/collections/squares/tiles/WebMercatorQuad/14/100/100").content == b""
    for path in ("14/16384/0", "14/0/16384", "99/0/0", "14/-1/0", "14/x/0", "14/0/2147483647"):
        answer = city.get(f"/collections/squares/tiles/WebMercatorQuad/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
    assert city.get("/collections/squares/tiles/NoSuchGrid/1/0/0").status_code == 404
    assert city.get(f"/collections/nothing/tiles/WebMercatorQuad/{at(14)}").status_code == 404


def test_an_etag_spares_the_second_look_and_changes_with_the_version(city: Any) -> None:
    path = f"/collections/squares/tiles/WebMercatorQuad/{at(14)}"
    first = city.get(path)
    again = city.get(path)
    assert "hit" in again.headers["server-timing"]
    assert again.content == first.content
    same = city.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert city.head(path).headers["etag"] == first.headers["etag"]
    assert city.get(path, params={"filter": "n < 5"}).headers["etag"] != first.headers["etag"]


def test_a_filter_narrows_a_tile_and_a_hostile_one_is_refused(city: Any) -> None:
    path = f"/collections/squares/tiles/WebMercatorQuad/{at(12)}"
    features = decoded(city.get(path, params={"filter": "class = 'A'"}))["squares"]["features"]
    assert features
    assert {feature["properties"]["class"] for feature in features} == {"A"}
    for text in ("class = 'A'; DROP TABLE x", "pg_sleep(10) = 1", "nothing = 1"):
        answer = city.get(path, params={"filter": text})
        assert answer.status_code == 400, text
    assert city.get(path, params={"colour": "red"}).status_code == 400


def test_a_private_layers_tiles_are_not_there_for_others_even_when_kept(city: Any, service: Any) -> None:
    from geoservice.auth import create_token

    with service.database.session() as session:
        token = create_token(session, "land", ["land"], write=False)
        session.commit()
    path = f"/collections/secret/tiles/WebMercatorQuad/{at(14)}"
    headers = {"Authorization": f"Bearer {token}"}
    assert city.get(path).status_code == 404
    mine = city.get(path, headers=headers)
    assert decoded(mine)["secret"]["features"]
    assert mine.headers["cache-control"].startswith("private")
    assert city.get(path).status_code == 404
    assert city.get(path, headers={"If-None-Match": mine.headers["etag"]}).status_code == 404


def test_several_layers_come_in_one_tile(city: Any) -> None:
    layers = decoded(city.get(f"/tiles/WebMercatorQuad/{at(14)}", params={"collections": "squares"}))
    assert "squares" in layers
    assert "secret" not in decoded(city.get(f"/tiles/WebMercatorQuad/{at(14)}"))


def test_plain_xyz_is_the_same_tile(city: Any) -> None:
    tile = mercantile.tile(*MIDDLE, 14)
    assert (
        city.get(f"/xyz/squares/14/{tile.x}/{tile.y}.mvt").content
        == city.get(f"/collections/squares/tiles/WebMercatorQuad/{at(14)}").content
    )
    assert city.get(f"/xyz/squares/14/{tile.x}/{tile.y}.docx").status_code == 404


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_a_picture_tile_shows_the_photo_where_it_lies(city: Any, form: str, kind: str, tmp_path: Path) -> None:
    answer = city.get(f"/collections/photo/map/tiles/WebMercatorQuad/{at(15, 115.61, 34.47)}", params={"f": form})
    assert answer.headers["content-type"] == f"image/{form}"
    (tmp_path / "tile").write_bytes(answer.content)
    picture = Image.open(tmp_path / "tile")
    assert (picture.format, picture.size) == (kind, (256, 256))
    red, green, blue = picture.convert("RGB").getpixel((128, 128))[:3]
    assert (red, green, blue) == pytest.approx((200, 0, 0), abs=12)


def test_a_slope_is_shaded_and_a_wrong_rendering_is_named(city: Any) -> None:
    path = f"/collections/ground/map/tiles/WebMercatorQuad/{at(14)}"
    assert (
        city.get(path, params={"rendering": "hillshade"}).content
        != city.get(path, params={"rendering": "slope"}).content
    )
    answer = city.get(path, params={"rendering": "sparkle"})
    assert answer.status_code == 400
    assert "rendering" in answer.text
    assert decoded(city.get(f"/collections/ground/tiles/WebMercatorQuad/{at(14)}"))["ground"]["features"]


def test_a_coverage_window_holds_the_values_of_the_file(city: Any, tmp_path: Path) -> None:
    answer = city.get("/collections/ground/coverage", params={"bbox": "115.62,34.42,115.66,34.46"})
    assert answer.status_code == 200, answer.text
    (tmp_path / "window.tif").write_bytes(answer.content)
    with rasterio.open(tmp_path / "window.tif") as window:
        heights = window.read(1)
        assert window.crs.to_epsg() == 4490
        centre = heights[window.index(115.64, 34.44)]
    assert centre == pytest.approx(65, abs=0.5)
    assert city.get("/collections/ground/coverage", params={"bbox": "1,2,3"}).status_code == 400
    assert city.get(
        "/collections/ground/coverage", params={"bbox": "115,34,116,35", "width": "999999"}
    ).status_code in (400, 413)
    assert city.get("/collections/squares/coverage", params={"bbox": "115,34,116,35"}).status_code == 400


def test_a_profile_climbs_from_south_to_north(city: Any) -> None:
    answer = city.get("/collections/ground/profile", params={"line": "115.64,34.41 115.64,34.47"}).json()
    heights = [sample["height"] for sample in answer["samples"]]
    assert heights == sorted(heights)
    assert answer["climb"] == pytest.approx(heights[-1] - heights[0], abs=0.002)
    assert city.get("/collections/ground/profile", params={"line": "115.64"}).status_code == 400


def test_a_tileset_lists_limits_that_hold_and_links_a_client_can_fill(city: Any) -> None:
    listed = city.get("/collections/squares/tiles").json()["tilesets"]
    assert {entry["tileMatrixSetId"] for entry in listed} == set(default_grids(city.app.state.frame))
    entry = next(one for one in listed if one["tileMatrixSetId"] == "WebMercatorQuad")
    item = next(link for link in entry["links"] if link["rel"] == "item")
    limits = next(one for one in entry["tileMatrixSetLimits"] if one["tileMatrix"] == "13")
    inside = item["href"].format(tileMatrix=13, tileRow=limits["minTileRow"], tileCol=limits["minTileCol"])
    assert city.get(inside).status_code == 200
    assert any(link["rel"].endswith("/tiling-scheme") for link in entry["links"])
    assert city.get("/tiles").json()["tilesets"]
    assert city.get("/tileMatrixSets/CGCS2000Quad").json()["tileMatrices"][0]["id"] == "1"
    described = city.get("/collections/squares/tilejson").json()
    tile = mercantile.tile(*MIDDLE, 14)
    assert city.get(described["tiles"][0].format(z=14, x=tile.x, y=tile.y)).status_code == 200
    assert described["vector_layers"][0]["id"] == "squares"


def test_wmts_is_read_and_asked_by_owslib(city: Any) -> None:
    document = city.get("/wmts", params={"SERVICE": "WMTS", "REQUEST": "GetCapabilities"}).content
    wmts = WebMapTileService("http://testserver/wmts", xml=document)
    assert {"photo", "ground"} <= set(wmts.contents)
    assert "squares" not in wmts.contents
    assert wmts.tilematrixsets["CGCS2000Quad"].crs == "urn:ogc:def:crs:EPSG::4490"
    assert wmts.tilematrixsets["CGCS2000Quad"].tilematrix["1"].topleftcorner == (90.0, -180.0)
    z, row, col = at(14).split("/")
    asked = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "ground", "STYLE": "hillshade",
        "FORMAT": "image/png", "TILEMATRIXSET": "WebMercatorQuad", "TILEMATRIX": z, "TILEROW": row, "TILECOL": col,
    }  # fmt: skip
    assert city.get("/wmts", params=asked).headers["content-type"] == "image/png"
    for change, code in (
        ({"LAYER": "no"}, "InvalidParameterValue"),
        ({"TILEROW": "99999999"}, "TileOutOfRange"),
        ({"TILECOL": "x"}, "InvalidParameterValue"),
        ({"STYLE": "sparkle"}, "InvalidParameterValue"),
        ({"FORMAT": "image/gif"}, "InvalidParameterValue"),
    ):
        answer = city.get("/wmts", params=asked | change)
        assert answer.status_code == 400
        assert code in answer.text
    missing = {name: value for name, value in asked.items() if name != "TILEROW"}
    assert "MissingParameterValue" in city.get("/wmts", params=missing).text


def test_an_edit_shows_in_the_next_tile(city: Any, service: Any) -> None:
    import time

    from sqlalchemy import text

    from layers.catalogue import find_layer, touch
    from layers.views import ALL

    path = f"/collections/squares/tiles/WebMercatorQuad/{at(14)}"
    before = city.get(path)
    with service.database.session() as session:
        layer = find_layer(session, "squares", ALL)
        session.execute(text(f"UPDATE {layer.version.table} SET name = '新名' WHERE n < 400"))
        touch(session, layer.version.id)
        session.commit()
    deadline = time.monotonic() + 5
    while city.get(path).headers["etag"] == before.headers["etag"] and time.monotonic() < deadline:
        time.sleep(0.02)
    names = {feature["properties"]["name"] for feature in decoded(city.get(path))["squares"]["features"]}
    assert names == {"新名"}
