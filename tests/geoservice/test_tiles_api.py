"""Tiles over HTTP: rights first, cached, conditional, and every bad request answered with its problem."""

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest

from geoservice.auth import create_token
from geoservice.service import Service
from layers.layer import LayerSpec
from layers.tables import Statement, run
from layers.versions import begin_version, publish, touch
from tests import city
from tests.waiting import until

MIDDLE = (city.WEST + city.PARCEL * 10, city.SOUTH + city.PARCEL * 10)


def _publish(service: Service, name: str, *, public: bool = True) -> int:
    with service.database.session() as session:
        spec = LayerSpec(name=name, kind="vector", department="land", public=public, style={"class": "kind"})
        draft = begin_version(session, spec)
        shapes, rows = city.parcels(20)
        made = city.publish(session, name, draft.id, city.PARCEL_COLUMNS, shapes, rows, {"class": "kind"}, "Polygon")
        publish(session, draft, made.version.facts, extent=made.version.extent, feature_count=len(shapes))
        session.commit()
        return draft.id


@pytest.fixture(scope="module")
def api(service: Service) -> Iterator[Any]:
    from starlette.testclient import TestClient

    from geoservice.app import create_app

    _publish(service, "parcels")
    _publish(service, "secret", public=False)
    with service.database.session() as session:
        token = create_token(session, "land reader", ["land"], write=False)
        session.commit()
    with TestClient(create_app(service.settings)) as client:
        client.land = {"Authorization": f"Bearer {token}"}  # type: ignore[attr-defined]
        yield client


@pytest.fixture(autouse=True)
def _nothing_kept(api: Any) -> None:
    """What another test asked for is drawn again."""
    api.app.state.tile_cache._kept.clear()


def _path(zoom: int, name: str = "parcels", grid: str = "WebMercatorQuad") -> str:
    row, column = city.tile_numbers(zoom, *MIDDLE)
    return f"/collections/{name}/tiles/{grid}/{zoom}/{row}/{column}"


def test_a_tile_holds_the_features_and_says_what_it_is(api: Any) -> None:
    answer = api.get(_path(15), headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content)
    assert 100 < len(decoded["parcels"]["features"]) <= 400
    assert "db;dur=" in answer.headers["server-timing"]


def test_ogc_and_xyz_addresses_give_the_same_tile(api: Any) -> None:
    row, column = city.tile_numbers(15, *MIDDLE)
    assert api.get(f"/xyz/parcels/15/{column}/{row}.mvt").content == api.get(_path(15)).content
    assert api.get(_path(15) + "?f=mvt").content == api.get(_path(15)).content


def test_the_second_asking_is_a_hit_and_the_third_too(api: Any) -> None:
    path = _path(16)
    first, second, third = (api.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(3))
    assert "miss" in first.headers["server-timing"]
    assert "hit" in second.headers["server-timing"]
    assert "hit" in third.headers["server-timing"]
    assert first.content == second.content == third.content
    for name in ("etag", "content-type", "content-encoding", "cache-control", "vary"):
        assert first.headers[name] == second.headers[name] == third.headers[name]


def test_the_short_way_answers_like_the_long_one_whatever_is_asked(api: Any) -> None:
    path = _path(14)
    plain = api.get(path, headers={"Accept-Encoding": "identity"}).content
    for _ in range(2):
        assert api.get(path, headers={"Accept-Encoding": "identity"}).content == plain
        zipped = api.get(path, headers={"Accept-Encoding": "gzip"})
        assert (zipped.headers["content-encoding"], zipped.content) == ("gzip", plain)
        zst = api.get(path, headers={"Accept-Encoding": "zstd"})
        assert zst.headers["content-encoding"] == "zstd"
        crossing = api.get(path, headers={"Origin": "http://other.example"})
        assert crossing.headers["access-control-allow-origin"] == "*"
        assert crossing.content == plain
        head = api.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == zipped.headers["etag"]


def test_the_short_way_draws_what_is_not_kept_and_knows_the_grid_s_edges(api: Any) -> None:
    row, column = city.tile_numbers(17, *MIDDLE)
    api.get(_path(17))
    neighbour = f"/collections/parcels/tiles/WebMercatorQuad/17/{row}/{column + 1}"
    answer = api.get(neighbour, headers={"Origin": "http://other.example"})
    assert "miss" in answer.headers["server-timing"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Server-Timing" in answer.headers["access-control-expose-headers"]
    assert api.get(neighbour, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    refused = api.get("/collections/parcels/tiles/WebMercatorQuad/15/99999/0")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")


def test_an_older_version_has_tiles_by_its_number(api: Any, service: Service) -> None:
    number = _publish(service, "dated")
    with service.database.session() as session:
        run(session, Statement(f"DELETE FROM features.v{number} WHERE mod(fid, 2) = 0"))
        session.commit()
    _publish(service, "dated")
    path = _path(16, "dated")
    until(lambda: api.get("/collections/dated/tilejson").json().get("version") == "1.2.0")
    now = api.get(path)
    then = [api.get(path, params={"version": "1"}) for _ in range(2)]
    again = api.get(path, params={"version": "2"})
    counts = [len(mapbox_vector_tile.decode(a.content)["dated"]["features"]) for a in (now, *then, again)]
    assert counts[0] == counts[3] > counts[1] == counts[2] > 0
    missing = api.get(path, params={"version": "9"})
    assert (missing.status_code, "no version 9" in missing.json()["detail"]) == (404, True)


def test_who_has_the_tile_is_told_so(api: Any) -> None:
    tag = api.get(_path(15)).headers["etag"]
    again = api.get(_path(15), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert api.get(_path(15), headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_address_with_the_version_may_be_kept_for_good_and_only_then(api: Any) -> None:
    assert "immutable" in api.get(_path(15) + "?v=1.0").headers["cache-control"]
    assert api.get(_path(15) + "?v=7.0").headers["cache-control"] == "public, max-age=60"
    assert api.get(_path(15)).headers["cache-control"] == "public, max-age=60"


def test_a_private_layer_is_unknown_without_its_token_also_after_it_was_cached(api: Any) -> None:
    path = _path(15, "secret")
    assert api.get(path).status_code == 404
    for _ in range(2):
        answer = api.get(path, headers=api.land)
        assert answer.status_code == 200
        assert answer.headers["cache-control"].startswith("private")
    refused, unknown = api.get(path), api.get(_path(15, "nowhere"))
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["title"] == unknown.json()["title"]
    assert api.get(path, headers={"Authorization": "Bearer gs_wrong"}).status_code == 401


def test_what_was_drawn_for_one_class_of_callers_is_not_kept_for_another(api: Any) -> None:
    path = _path(13)
    anybody, reader = api.get(path), api.get(path, headers=api.land)
    assert anybody.content == reader.content
    assert anybody.headers["etag"] != reader.headers["etag"]
    assert "hit" in api.get(path, headers=api.land).headers["server-timing"]


def test_an_edit_changes_the_etag_and_what_is_served(api: Any, service: Service) -> None:
    number = _publish(service, "edited")
    path = _path(16, "edited")
    until(lambda: api.get(path).status_code == 200)  # the catalogue reaches the process by NOTIFY
    before = api.get(path)
    assert api.get(path).headers["etag"] == before.headers["etag"]
    with service.database.session() as session:
        run(session, Statement(f"DELETE FROM features.v{number} WHERE mod(fid, 2) = 0"))
        touch(session, number)
        session.commit()
    until(lambda: api.get(path).headers["etag"] != before.headers["etag"])
    after = api.get(path)
    counts = [len(mapbox_vector_tile.decode(a.content)["edited"]["features"]) for a in (before, after)]
    assert counts[1] < counts[0]


def test_ground_without_features_is_an_empty_tile_and_costs_no_statement(api: Any) -> None:
    answer = api.get("/xyz/parcels/10/100/100.mvt")
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_tile_outside_the_tilesets_limits_is_not_there(api: Any) -> None:
    for tileset in api.get("/collections/parcels/tiles?f=json").json()["tilesets"]:
        limits, path = tileset["tileMatrixSetLimits"][8], f"/collections/parcels/tiles/{tileset['tileMatrixSetId']}"
        level, row, column = (limits[key] for key in ("tileMatrix", "maxTileRow", "minTileCol"))
        assert api.get(f"{path}/{level}/{row}/{column}").status_code == 200
        assert api.get(f"{path}/{level}/{row + 1}/{column}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/collections/parcels/tiles/WebMercatorQuad/15/99999/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/2/2147483647/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/99/0/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/3/-1/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/3/1.5/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/3/９/0", 404, "outside"),
        ("/collections/parcels/tiles/WebMercatorQuad/3/" + "9" * 3000 + "/0", 404, "outside"),
        ("/collections/parcels/tiles/MarsQuad/3/1/1", 404, "Unknown tile matrix set"),
        ("/collections/nowhere/tiles/WebMercatorQuad/3/1/1", 404, "No such layer"),
        ("/collections/parcels/tiles/WebMercatorQuad/3/1/1?f=exe", 400, ""),
        ("/collections/parcels/tiles/WebMercatorQuad/3/1/1?colour=red", 400, ""),
        ("/collections/parcels/tiles/WebMercatorQuad/3/1/1?filter=area%20%3E", 400, ""),
        ("/collections/parcels/tiles/WebMercatorQuad/3/1/1?filter=nothing%20=%201", 400, ""),
        ("/collections/parcels/map/tiles/WebMercatorQuad/3/1/1", 404, "outside"),
        ("/xyz/parcels/3/1/1.exe", 404, ""),
        ("/xyz/parcels/3/1/8.mvt", 404, "outside"),
    ],
)
def test_a_bad_request_is_answered_with_its_problem(api: Any, path: str, status: int, title: str) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert title.lower() in answer.json()["title"].lower()
    assert answer.json()["detail"]


def test_a_filter_narrows_a_tile_and_has_a_cache_entry_of_its_own(api: Any) -> None:
    whole = mapbox_vector_tile.decode(api.get(_path(15)).content)["parcels"]["features"]
    answer = api.get(_path(15), params={"filter": "kind = '0102'"})
    some = mapbox_vector_tile.decode(answer.content)["parcels"]["features"]
    assert 0 < len(some) < len(whole)
    assert {feature["properties"]["kind"] for feature in some} == {"0102"}
    assert answer.headers["etag"] != api.get(_path(15)).headers["etag"]


@pytest.mark.parametrize("grid", ["WorldCRS84Quad", "CGCS2000Quad", "ScaleGrid4509"])
def test_every_grid_serves_the_layer(api: Any, grid: str) -> None:
    tilesets = api.get("/collections/parcels/tiles?f=json").json()["tilesets"]
    (entry,) = [entry for entry in tilesets if entry["tileMatrixSetId"] == grid]
    limits = entry["tileMatrixSetLimits"][-4]
    row, column = limits["minTileRow"], limits["minTileCol"]
    found = 0
    for r in range(row, min(limits["maxTileRow"], row + 3) + 1):
        for c in range(column, min(limits["maxTileCol"], column + 3) + 1):
            answer = api.get(f"/collections/parcels/tiles/{grid}/{limits['tileMatrix']}/{r}/{c}")
            assert answer.status_code == 200
            if answer.content:
                found += len(mapbox_vector_tile.decode(answer.content)["parcels"]["features"])
    assert found


def test_tilejson_names_tiles_that_exist(api: Any) -> None:
    document = api.get("/collections/parcels/tilejson").json()
    assert document["tilejson"] == "3.0.0"
    row, column = city.tile_numbers(15, *MIDDLE)
    address = document["tiles"][0].replace("{z}", "15").replace("{x}", str(column)).replace("{y}", str(row))
    assert api.get(address).content == api.get(_path(15)).content
    assert "immutable" in api.get(address).headers["cache-control"]
    assert [layer["id"] for layer in document["vector_layers"]] == ["parcels"]


def test_options_tells_what_a_tile_takes(api: Any) -> None:
    answer = api.options(_path(15))
    assert answer.status_code == 200
    assert "GET" in answer.headers["allow"]
