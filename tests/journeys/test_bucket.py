"""A bucket as storage: rasters and archives of tiles in it, read by processes that share nothing else but the database;
rolled back, removed, and cleaned of what a killed import left."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import mercantile
import numpy as np
import obstore
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.auth import create_token
from geoservice.files.exports import ExportRequest, clean_exports, find_export, run_export
from geoservice.jobs.bake_blocks import BakeRequest
from geoservice.jobs.baking import bake_layer
from geoservice.jobs.import_request import from_form
from geoservice.jobs.importing import run_import
from geoservice.service import Service
from importers.litter import clean_litter
from layers.errors import StorageError
from layers.older_versions import prune, remove_layer, roll_back
from layers.sentences import worded
from layers.storage.bucket import Bucket, client, open_storage
from layers.views import ALL
from tests.pictures import same_picture
from tests.tiles.test_stores import bucket  # noqa: F401  the same server
from tests.waiting import until

TILE = "/map/tiles/WebMercatorQuad/12/1630/3363?f=png"


def picture(path: Path, colour: int) -> Path:
    pixels = np.full((3, 400, 400), colour, dtype=np.uint8)
    pixels[0, ::7] = 255 - colour
    profile = {"driver": "GTiff", "width": 400, "height": 400, "count": 3, "dtype": "uint8", "crs": "EPSG:4509",
               "transform": from_origin(372_000, 3_816_000, 10, 10)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(pixels)
    return path


def heights(path: Path) -> Path:
    profile = {"driver": "GTiff", "width": 200, "height": 200, "count": 1, "dtype": "float32", "crs": "EPSG:4509",
               "transform": from_origin(372_000, 3_816_000, 20, 20), "nodata": -9999}  # fmt: skip
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(np.add.outer(np.arange(200.0), np.arange(200.0)).astype(np.float32)[None] / 10 + 40)
    return path


@pytest.fixture
def stored(service: Any, tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Service:  # noqa: F811
    monkeypatch.setenv("AWS_VIRTUAL_HOSTING", "FALSE")
    address = f"s3://tiles/city/{os.getpid()}/{tmp_path.name}"
    settings = service.settings.model_copy(update={"storage_dir": address, "data_dir": tmp_path})
    return replace(service, settings=settings, storage=open_storage(address, settings.storage_root))


@pytest.fixture
def processes(stored: Service, tmp_path: Path) -> Iterator[list[TestClient]]:
    """Two applications with folders of their own, that keep no tiles in memory and look for archives every time."""
    bare = stored.settings.model_copy(update={"tile_cache_mb": 0})
    others = [bare.model_copy(update={"data_dir": tmp_path / name}) for name in ("one", "two")]
    with TestClient(create_app(others[0])) as one, TestClient(create_app(others[1])) as two:
        for process in (one, two):
            process.app.state.shelf.look_again_s = 0.0  # type: ignore[attr-defined]
        yield [one, two]


def bring(service: Service, path: Path, name: str) -> Any:
    form = {"layer": name, "public": "true"}
    if path.suffix == ".tif":
        form |= {"crs": "EPSG:4509", "heights": "1985"}
    return run_import(service, from_form(form, [path], "tester"), lambda *_: None)


def test_an_export_is_fetched_by_a_process_of_another_machine(stored: Service, tmp_path: Path) -> None:
    place = {"type": "Point", "coordinates": [115.65, 34.44]}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "Feature", "properties": {"n": 1}, "geometry": place}))
    run_import(stored, from_form({"layer": "spots", "public": "true"}, [tmp_path / "a.geojson"], "tester"), quiet)
    job = uuid.uuid4()
    made = run_export(stored, ExportRequest("spots", 1, "csv", {}, ALL.key), job, quiet)
    there = open_storage(str(stored.settings.storage_dir), tmp_path / "there")
    path = find_export(there, job, made["file"], 24)
    assert path is not None
    assert path.is_relative_to(tmp_path / "there")
    assert path.read_bytes() == stored.storage.path(f"exports/{job}/{made['file']}").read_bytes()
    assert find_export(there, job, "other.csv", 24) is None
    clean_exports(stored.storage, 0, 100)
    assert (
        find_export(open_storage(str(stored.settings.storage_dir), tmp_path / "third"), job, made["file"], 24) is None
    )


def quiet(done: float, total: float | None, message: str) -> None:
    """Report progress to nobody."""


def keys(service: Service) -> list[str]:
    storage = service.storage
    assert isinstance(storage, Bucket)
    found = [row["path"] for rows in obstore.list(client(storage.bucket), prefix=storage.prefix) for row in rows]
    return sorted(key.removeprefix(f"{storage.prefix}/") for key in found)


def test_rasters_in_a_bucket_are_drawn_by_processes_that_share_nothing_else(
    stored: Service, processes: list[TestClient], tmp_path: Path
) -> None:
    bring(stored, picture(tmp_path / "a.tif", 60), "dom")
    bring(stored, heights(tmp_path / "dem.tif"), "dem")
    kinds = {key.split("/")[0] for key in keys(stored)}
    assert kinds == {"rasters", "sources"}
    assert not [path for path in stored.storage.root.rglob("*.tif") if "rasters" in path.parts]
    for name in ("dom", "dem"):
        until(lambda name=name: all(one.get(f"/collections/{name}").status_code == 200 for one in processes))  # type: ignore[misc]
    drawn = [[client.get(f"/collections/{name}{TILE}") for client in processes] for name in ("dom", "dem")]
    for one, two in drawn:
        assert one.status_code == two.status_code == 200, one.text
        assert same_picture(one.content, two.content)
        assert len(one.content) > 300


def test_a_version_in_a_bucket_is_rolled_back_pruned_and_removed(
    stored: Service, processes: list[TestClient], tmp_path: Path
) -> None:
    first = bring(stored, picture(tmp_path / "a.tif", 60), "back")
    before = keys(stored)
    bring(stored, picture(tmp_path / "a.tif", 200), "back")
    assert len(keys(stored)) == 2 * len(before)
    with stored.database.session() as session:
        roll_back(session, "back", first.version)
        session.commit()
        gone = prune(session, "back", 0)
        session.commit()
    for version in gone:
        stored.storage.remove(f"rasters/{version}")
        stored.storage.remove(f"sources/{version}")
    assert keys(stored) == before
    layers = processes[0].app.state  # type: ignore[attr-defined]
    until(lambda: (back := layers.catalogue.layers.get("back")) and back.version.number == first.version)
    assert processes[0].get(f"/collections/back{TILE}").status_code == 200
    with stored.database.session() as session:
        for version in remove_layer(session, "back"):
            stored.storage.remove(f"rasters/{version}")
            stored.storage.remove(f"sources/{version}")
        session.commit()
    assert keys(stored) == []


def test_what_a_killed_import_left_in_a_bucket_is_removed(stored: Service, tmp_path: Path) -> None:
    bring(stored, picture(tmp_path / "a.tif", 60), "kept")
    before = keys(stored)
    stored.storage.keep(picture(tmp_path / "b.tif", 9), "rasters/99999999/0001.tif")
    with stored.database.session() as session:
        removed = clean_litter(session, stored.storage)
    assert "rasters/99999999" in removed
    assert keys(stored) == before


def test_files_sent_to_one_machine_are_found_by_the_worker_of_another(stored: Service, tmp_path: Path) -> None:
    folder = stored.storage.path("uploads/job")
    folder.mkdir(parents=True)
    picture(folder / "sent.tif", 1)
    stored.storage.share("uploads/job")
    other = open_storage(stored.storage.address, tmp_path / "elsewhere")
    assert (other.local("uploads/job") / "sent.tif").read_bytes() == (folder / "sent.tif").read_bytes()
    other.remove("uploads/job")
    assert keys(stored) == []


def test_a_silent_bucket_is_told_without_its_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "who")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    with pytest.raises(StorageError) as refused:
        open_storage("s3://nowhere-at-all/city", tmp_path)
    assert "very-secret" not in str(refused.value)
    assert worded(refused.value.args[0], "zh").startswith("存储桶不能读写")
    with pytest.raises(StorageError, match="names no bucket"):
        open_storage("s3:///city", tmp_path)


def areas(path: Path, shift: float = 0.0) -> Path:
    """Twenty times twenty squares over the pictures' ground, as GeoJSON."""
    squares = []
    for i in range(400):
        west, south = 115.6 + shift + i % 20 / 1000, 34.44 + i // 20 / 1000
        square = shapely.geometry.mapping(shapely.box(west, south, west + 0.0008, south + 0.0008))
        squares.append({"type": "Feature", "properties": {"name": f"块{i}"}, "geometry": square})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": squares}))
    return path


def tile_of(grid: str, zoom: int, longitude: float, latitude: float) -> str:
    """The address part of a tile over a place, in WebMercatorQuad or CGCS2000Quad, whose level 1 is two tiles wide."""
    if grid == "WebMercatorQuad":
        tile = mercantile.tile(longitude, latitude, zoom)
        return f"{zoom}/{tile.y}/{tile.x}"
    side = 180 / 2 ** (zoom - 1)
    return f"{zoom}/{int((90 - latitude) // side)}/{int((longitude + 180) // side)}"


@pytest.mark.parametrize("grid", ["WebMercatorQuad", "CGCS2000Quad"])
def test_an_archive_baked_into_a_bucket_answers_every_process_and_is_downloaded_from_each(
    stored: Service, processes: list[TestClient], tmp_path: Path, grid: str
) -> None:
    name = f"lots{grid[:3].lower()}"
    bring(stored, areas(tmp_path / "a.geojson"), name)
    address = f"/collections/{name}/tiles/{grid}/{tile_of(grid, 15, 115.61, 34.45)}"
    until(lambda: all(process.get(address).status_code == 200 for process in processes))
    drawn = processes[0].get(address)
    assert "baked" not in drawn.headers["server-timing"]
    baked = bake_layer(stored, BakeRequest(name, grid=grid, first=13, last=15), quiet, processes=1)
    assert baked.key in keys(stored)
    assert not stored.storage.path(baked.key).exists()
    for process in processes:
        answer = process.get(address)
        assert "baked" in answer.headers["server-timing"]
        assert mapbox_vector_tile.decode(answer.content) == mapbox_vector_tile.decode(drawn.content)
        (listed,) = process.get(f"/collections/{name}/archives").json()["archives"]
        assert (listed["bytes"], listed["current"]) == (baked.size, True)
        download = listed["links"][0]["href"]
        whole = process.get(download)
        assert (whole.status_code, len(whole.content)) == (200, baked.size)
        part = process.get(download, headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, whole.content[100:300])
        assert part.headers["content-range"] == f"bytes 100-299/{baked.size}"
        tail = process.get(download, headers={"Range": "bytes=-7"})
        assert (tail.status_code, tail.content) == (206, whole.content[-7:])
        assert process.get(download, headers={"Range": f"bytes={baked.size}-"}).status_code == 416
        stale = process.get(download, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
        assert (stale.status_code, len(stale.content)) == (200, baked.size)
        assert process.head(download).headers["content-length"] == str(baked.size)
        assert _statuses(process, download) == [status for _, status in CONDITIONS]


CONDITIONS = [
    ({"If-None-Match": "TAG", "Range": "bytes=0-9"}, 304), ({"If-None-Match": "W/TAG"}, 304),
    ({"If-Match": "TAG", "Range": "bytes=0-9"}, 206), ({"If-Match": '"other"'}, 412), ({"If-Match": "W/TAG"}, 412),
    ({"If-Range": "TAG", "Range": "Bytes=0-9"}, 206), ({"If-Range": "W/TAG", "Range": "bytes=0-9"}, 200),
    ({"If-Range": "Fri, 01 Jan 2100 00:00:00 GMT", "Range": "bytes=0-9"}, 200),
    ({"Range": "bytes=9-0"}, 200), ({"Range": "lines=0-9"}, 200), ({"Range": "bytes=-0"}, 416),
]  # fmt: skip
"""Conditions of a client and what they come to (RFC 9110, 13.2.2, 14.2), of an object that has no date."""


def _statuses(process: TestClient, href: str) -> list[int]:
    tag = process.head(href, headers={"Range": "bytes=0-9"}).headers["etag"]
    assert tag.startswith('"')
    sent = ({name: value.replace("TAG", tag) for name, value in asked.items()} for asked, _ in CONDITIONS)
    return [process.get(href, headers=headers).status_code for headers in sent]


def test_an_edit_and_an_import_through_one_process_reach_the_archive_of_the_other(
    stored: Service, processes: list[TestClient], tmp_path: Path
) -> None:
    bring(stored, areas(tmp_path / "a.geojson"), "plots")
    bake_layer(stored, BakeRequest("plots", first=13, last=15), quiet, processes=1)
    one, two = processes
    with stored.database.session() as session:
        token = create_token(session, "editor", ["*"], write=True)
        session.commit()
    near, far = (
        f"/collections/plots/tiles/WebMercatorQuad/{tile_of('WebMercatorQuad', 15, *place)}"
        for place in ((115.6004, 34.4404), (115.619, 34.459))
    )
    until(lambda: two.get(near).status_code == 200)
    assert all("baked" in two.get(address).headers["server-timing"] for address in (near, far))
    first = one.get("/collections/plots/items?bbox=115.6,34.44,115.6008,34.4408&limit=1").json()["features"][0]
    gone = one.delete(
        f"/collections/plots/items/{first['id']}", headers={"Authorization": f"Bearer {token}", "If-Match": "*"}
    )
    assert gone.status_code in (200, 204), gone.text
    until(lambda: "baked" not in two.get(near).headers["server-timing"])
    assert "baked" in two.get(far).headers["server-timing"]
    again = bake_layer(stored, BakeRequest("plots", first=13, last=15), quiet, processes=1)
    assert [key for key in keys(stored) if key.startswith("baked/")] == [again.key]
    until(lambda: "baked" in two.get(near).headers["server-timing"])
    assert names_in(two.get(near).content) == names_in(one.get(near).content)
    assert first["properties"]["name"] not in names_in(two.get(near).content)
    bring(stored, areas(tmp_path / "b.geojson", 0.0001), "plots")
    until(lambda: "baked" not in two.get(far).headers["server-timing"])


def test_tiles_are_drawn_while_the_bucket_with_the_archives_is_silent(
    stored: Service, processes: list[TestClient], tmp_path: Path
) -> None:
    bring(stored, areas(tmp_path / "a.geojson"), "silent")
    bake_layer(stored, BakeRequest("silent", first=13, last=15), quiet, processes=1)
    address = f"/collections/silent/tiles/WebMercatorQuad/{tile_of('WebMercatorQuad', 15, 115.61, 34.45)}"
    one = processes[0]
    until(lambda: one.get(address).status_code == 200)
    there, one.app.state.shelf.storage = one.app.state.shelf.storage, Bucket(tmp_path / "no", "no-such-bucket", "city")  # type: ignore[attr-defined]
    one.app.state.shelf._known.clear()  # type: ignore[attr-defined]
    drawn = one.get(address)
    assert (drawn.status_code, "baked" in drawn.headers["server-timing"]) == (200, False)
    one.app.state.shelf.storage = there  # type: ignore[attr-defined]
    assert "baked" in one.get(address).headers["server-timing"]


def names_in(tile: bytes) -> set[str]:
    return {feature["properties"]["name"] for feature in mapbox_vector_tile.decode(tile)["plots"]["features"]}


def test_a_finished_tile_of_one_process_is_taken_by_the_other_until_an_edit(stored: Service, tmp_path: Path) -> None:
    bring(stored, areas(tmp_path / "a.geojson"), "shared")
    with stored.database.session() as session:
        token = create_token(session, "sharer", ["*"], write=True)
        session.commit()
    settings = [
        stored.settings.model_copy(update={"data_dir": tmp_path / name, "tile_store": "true"})
        for name in ("one", "two")
    ]
    address = f"/collections/shared/tiles/WebMercatorQuad/{tile_of('WebMercatorQuad', 15, 115.6004, 34.4404)}"
    with TestClient(create_app(settings[0])) as one, TestClient(create_app(settings[1])) as two:
        until(lambda: one.get(address).status_code == two.get("/collections/shared").status_code == 200)
        drawn = one.get(address)
        until(lambda: any(key.startswith("tiles/") for key in keys(stored)))
        taken = two.get(address)
        assert taken.content == drawn.content
        assert "store" in taken.headers["server-timing"]
        first = one.get("/collections/shared/items?bbox=115.6,34.44,115.6008,34.4408&limit=1").json()["features"][0]
        header = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        assert one.delete(f"/collections/shared/items/{first['id']}", headers=header).status_code in (200, 204)
        until(lambda: two.get(address).content != drawn.content)
        assert two.get(address).content == one.get(address).content
