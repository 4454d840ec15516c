"""A bucket as storage: imagery and heights imported into it, drawn by processes that share nothing else, rolled back,
removed, and cleaned of what a killed import left."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import obstore
import pytest
import rasterio
from rasterio.transform import from_origin
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.files.exports import ExportRequest, clean_exports, find_export, run_export
from geoservice.import_request import from_form
from geoservice.importing import run_import
from geoservice.service import Service
from importers.litter import clean_litter
from layers.bucket import Bucket, client, open_storage
from layers.errors import StorageError
from layers.sentences import worded
from layers.versions import prune, remove_layer, roll_back
from layers.views import ALL
from tests.tiles.test_stores import bucket  # noqa: F401  the same server

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
    """Two applications with folders of their own."""
    others = [stored.settings.model_copy(update={"data_dir": tmp_path / name}) for name in ("one", "two")]
    with TestClient(create_app(others[0])) as one, TestClient(create_app(others[1])) as two:
        yield [one, two]


def bring(service: Service, path: Path, name: str) -> Any:
    form = {"layer": name, "public": "true", "crs": "EPSG:4509", "heights": "1985"}
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
    drawn = [[client.get(f"/collections/{name}{TILE}") for client in processes] for name in ("dom", "dem")]
    for one, two in drawn:
        assert one.status_code == two.status_code == 200, one.text
        assert one.content == two.content
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
