"""Vector layers as picture tiles: on the right pixels in every grid, without seams, under the layer's rights."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from geoservice.auth import create_token
from geoservice.database import Database
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client
from tests.waiting import until
from tiles.grids import find_grid

WEST, SOUTH, EAST, NORTH = 115.60, 34.40, 115.70, 34.46
COLUMNS = (Column("name", "名称", "text"), Column("kind", "类别", "text"))
BOX = f"POLYGON(({WEST} {SOUTH}, {EAST} {SOUTH}, {EAST} {NORTH}, {WEST} {NORTH}, {WEST} {SOUTH}))"
PINS = [(f"点{i}", "a" if i % 2 else "b", f"POINT({WEST + i * 0.01} {SOUTH + 0.02})") for i in range(11)]


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with database.session() as session:
        water = {"preset": "water"}
        make_layer(session, "lake", [("湖", "x", BOX)], COLUMNS, "Polygon", style=water, public=True)
        make_layer(session, "pins", PINS, COLUMNS, style={"colour": "#ff0000", "label": "name"}, public=True)
        make_layer(session, "secret", [("密", "x", BOX)], COLUMNS, "Polygon", department="land", public=False)
        token = create_token(session, "land reader", ["land"], write=False)
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("pictures")) as client:
        client.land = {"Authorization": f"Bearer {token}"}  # type: ignore[attr-defined]
        yield client


def image(answer: Any, mode: str = "RGBA") -> Any:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert(mode)).astype(int)


def tile_at(api: TestClient, grid: str, lon: float, lat: float, z: int) -> tuple[str, tuple[int, int]]:
    """The address of the tile that holds a place, and the place's row and column of pixels in it."""
    found = find_grid(api.app.state.grids, grid)  # type: ignore[attr-defined]
    (x,), (y,) = find_transform(parse_crs("OGC:CRS84"), found.crs).points([lon], [lat])
    tile = found.tile_at(float(x), float(y), z)
    bounds, cell = found.bounds(tile), found.resolution(z)
    pixel = int((bounds.north - y) / cell), int((x - bounds.west) / cell)
    return f"{grid}/{found.zoom_ids[z]}/{tile.row}/{tile.col}", pixel


@pytest.mark.parametrize(
    ("grid", "z"), [("WebMercatorQuad", 13), ("WorldCRS84Quad", 12), ("CGCS2000Quad", 12), ("ScaleGrid4509", 5)]
)
def test_an_area_has_its_edges_on_its_pixels_in_every_grid(api: TestClient, grid: str, z: int) -> None:
    blue = (0xB9, 0xDC, 0xEE)
    for lon, lat, dr, dc in ((WEST, 34.43, 0, 1), (EAST, 34.43, 0, -1), (115.63, NORTH, 1, 0), (115.63, SOUTH, -1, 0)):
        address, (row, col) = tile_at(api, grid, lon, lat, z)
        drawn = image(api.get(f"/collections/lake/map/tiles/{address}"))
        inside = drawn[np.clip(row + 3 * dr, 0, 255), np.clip(col + 3 * dc, 0, 255)]
        outside = drawn[np.clip(row - 3 * dr, 0, 255), np.clip(col - 3 * dc, 0, 255)]
        if 3 <= row < 253 and 3 <= col < 253:  # else the point inside lies in the neighbour
            assert np.abs(inside[:3] - blue).max() <= 3, (grid, lon, lat)
            assert outside[3] == 0


def test_neighbouring_tiles_meet_without_a_seam_also_where_two_blocks_meet(api: TestClient) -> None:
    found = find_grid(api.app.state.grids, "WebMercatorQuad")  # type: ignore[attr-defined]
    first = found.tile_at(
        *(float(v[0]) for v in find_transform(parse_crs(4326), found.crs).points([115.61], [34.45])), 14
    )
    rows = [
        np.hstack([
            image(api.get(f"/collections/lake/map/tiles/WebMercatorQuad/14/{row}/{col}"))
            for col in range(first.col, first.col + 4)
        ])
        for row in range(first.row, first.row + 2)
    ]  # fmt: skip
    whole = np.vstack(rows)
    assert {col % 4 for col in range(first.col, first.col + 4)} == {0, 1, 2, 3}
    middle = whole[30:-30, 30:-30]
    names = np.abs(middle - (0xB9, 0xDC, 0xEE, 242)).max(axis=2) > 3
    assert names.mean() < 0.01  # nothing but the water and its one name


def test_a_circle_on_the_border_of_two_blocks_is_whole(api: TestClient) -> None:
    found = find_grid(api.app.state.grids, "WebMercatorQuad")  # type: ignore[attr-defined]
    middle = int(find_transform(parse_crs(4326), found.crs).points([115.65], [34.42])[0][0])
    tile = found.tile_at(middle, 4085000.0, 15)
    border = tile.col - tile.col % 4
    edge = found.bounds(tile._replace(col=border)).west
    (lon,), _ = find_transform(found.crs, parse_crs(4326)).points([edge], [4085000.0])
    with api.app.state.database.session() as session:  # type: ignore[attr-defined]
        # The limits of a tileset are its layer's: further points on both sides let it have the tiles there.
        rows = [
            ("", "x", f"POINT({float(lon) + away!r} {lat})") for away, lat in ((0, 34.42), (-0.01, 34.4), (0.01, 34.4))
        ]
        make_layer(session, "onborder", rows, COLUMNS, style={"colour": "#ff0000"}, public=True)
        session.commit()
    until(lambda: api.get("/collections/onborder").status_code == 200)
    place, (line, _) = tile_at(api, "WebMercatorQuad", float(lon) + 1e-5, 34.42, 15)
    z, number, col = place.split("/")[1:]
    halves = [
        image(api.get(f"/collections/onborder/map/tiles/WebMercatorQuad/{z}/{number}/{one}"))
        for one in (int(col) - 1, int(col))
    ]
    left, right = (int((half[line, ::step, 3] > 100).sum()) for half, step in zip(halves, (1, 1), strict=True))
    assert left >= 3
    assert abs(left - right) <= 1


def test_names_are_written_and_language_and_filter_change_the_picture(api: TestClient) -> None:
    address, _ = tile_at(api, "WebMercatorQuad", 115.65, 34.42, 12)
    path = f"/collections/pins/map/tiles/{address}"
    whole, some = image(api.get(path)), image(api.get(path, params={"filter": "kind='a'"}))
    assert (some[..., 3] > 0).sum() < 0.7 * (whole[..., 3] > 0).sum()
    assert api.get(path, params={"lang": "fr"}).json()["parameter"] == "lang"
    assert api.get(path, params={"filter": "nothing=1"}).status_code == 400
    assert api.get(path, params={"f": "tif"}).status_code == 400


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_formats_are_what_they_say(api: TestClient, form: str, kind: str) -> None:
    address, _ = tile_at(api, "CGCS2000Quad", 115.65, 34.43, 11)
    answer = api.get(f"/collections/lake/map/tiles/{address}", params={"f": form})
    assert Image.open(io.BytesIO(answer.content)).format == kind
    assert answer.headers["content-type"] == f"image/{form}"
    known = {"If-None-Match": answer.headers["etag"]}
    again = api.get(f"/collections/lake/map/tiles/{address}", params={"f": form}, headers=known)
    assert again.status_code == 304


def test_a_private_layer_is_not_there_for_others_in_any_form(api: TestClient) -> None:
    address, (row, col) = tile_at(api, "WebMercatorQuad", 115.65, 34.43, 12)
    paths = (
        f"/collections/secret/map/tiles/{address}", f"/collections/secret/map/tiles/{address}/{row}/{col}",
        f"/map/tiles/{address}?collections=secret", "/collections/secret/map/tiles",
    )  # fmt: skip
    land = api.land  # type: ignore[attr-defined]
    for path in paths:
        assert api.get(path, headers=land).status_code == 200, path
        assert api.get(path).status_code == 404, path
    assert b"secret" not in api.get("/wmts?service=WMTS&request=GetCapabilities").content
    assert b"secret" in api.get("/wmts?service=WMTS&request=GetCapabilities", headers=land).content


def test_several_layers_lie_over_each_other_as_they_are_named(api: TestClient) -> None:
    address, (row, col) = tile_at(api, "WebMercatorQuad", WEST + 0.05, SOUTH + 0.02, 13)
    above = image(api.get(f"/map/tiles/{address}", params={"collections": "lake,pins"}))
    below = image(api.get(f"/map/tiles/{address}", params={"collections": "pins,lake"}))
    assert above[row, col, 0] > 240
    assert above[row, col, 1] < 60
    assert below[row, col, 2] > 200  # the water covers the pin


def test_tilesets_tilejson_and_capabilities_offer_the_pictures(api: TestClient) -> None:
    (tileset, *_) = api.get("/collections/lake/map/tiles").json()["tilesets"]
    assert tileset["dataType"] == "map"
    links = api.get("/collections/lake").json()["links"]
    rels = {link["rel"] for link in links}
    assert {f"{scheme}://www.opengis.net/def/rel/ogc/1.0/tilesets-map" for scheme in ("http", "https")} <= rels
    document = api.get("/collections/lake/tilejson", params={"format": "png"}).json()
    assert document["tiles"][0].partition("?")[0].endswith("{y}.png")
    assert "vector_layers" not in document
    for form in ("png", "mvt"):  # in pictures names are painted; the address of a vector tile takes no language
        (address,) = api.get("/collections/lake/tilejson", params={"format": form, "lang": "en"}).json()["tiles"]
        for name in "zxy":
            address = address.replace(f"{{{name}}}", "0")
        assert api.get(address).status_code == 200, address
        assert ("lang=en" in address) == (form == "png")
    assert api.get("/collections/lake/tilejson", params={"lang": "de"}).json()["parameter"] == "lang"
    assert b"<ows:Identifier>lake</ows:Identifier>" in api.get("/wmts/1.0.0/WMTSCapabilities.xml").content
    assert api.get("/map/tiles").json()["tilesets"][0]["dataType"] == "map"


def test_what_lies_under_a_pixel_is_told_by_kvp_and_by_rest(api: TestClient) -> None:
    address, (row, col) = tile_at(api, "CGCS2000Quad", WEST + 0.05, SOUTH + 0.02, 13)
    grid, z, tile_row, tile_col = address.split("/")
    rest = api.get(f"/collections/pins/map/tiles/{address}/{row}/{col}").json()
    assert [feature["properties"]["name"] for feature in rest["features"]] == ["点5"]
    query = {
        "service": "WMTS", "request": "GetFeatureInfo", "version": "1.0.0", "layer": "pins", "style": "default",
        "format": "image/png", "tilematrixset": grid, "tilematrix": z, "tilerow": tile_row, "tilecol": tile_col,
        "i": col, "j": row, "infoformat": "text/html",
    }  # fmt: skip
    assert "点5" in api.get("/wmts", params=query).text
    assert "名称 = 点5" in api.get("/wmts", params=query | {"infoformat": "text/plain"}).text
    refused = api.get("/wmts", params=query | {"i": "256"})
    assert refused.status_code == 400
    assert 'exceptionCode="PointIJOutOfRange" locator="I"' in refused.text
    assert api.get(f"/collections/pins/map/tiles/{address}/0/0").json()["features"] == []
