"""A backup taken of one database and storage, and brought back into others: everything is as it was."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from sqlalchemy import text

from geoservice.auth import create_token
from geoservice.database import Database
from geoservice.database.backup import DUMP, FACTS, FILES, back_up, restore
from geoservice.errors import DatabaseUnavailable
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.settings import Settings
from importers.batch import silent
from layers.catalogue import list_layers
from layers.errors import StorageError
from layers.storage import Storage
from layers.storage.belonging import settle
from layers.views import ALL


@pytest.fixture(scope="module")
def backed(service: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a layer and a token."""
    path = tmp_path_factory.mktemp("wells") / "wells.geojson"
    gpd.GeoDataFrame({"name": ["井"]}, geometry=gpd.points_from_xy([115.6], [34.4]), crs=4490).to_file(path)
    run_import(service, ImportRequest((path,), "wells"), silent)
    with service.database.session() as session:
        create_token(session, "backup", ["*"], write=True)
        settle(session, service.storage)
        session.commit()
    (service.storage.root / "tiles").mkdir()
    (service.storage.root / "tiles" / "kept.mvt").write_bytes(b"made again at need")
    folder = tmp_path_factory.mktemp("backup") / "today"
    back_up(service.settings, folder)
    return folder


@pytest.fixture
def empty(cluster_url: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database that holds nothing, and of a storage that is not there yet."""
    maintenance = Database(cluster_url, 1)
    name = "restored"
    with maintenance.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = maintenance.url.set(database=name).render_as_string(hide_password=False)
        yield Settings(_env_file=None, database_url=url, data_dir=tmp_path, storage_dir=tmp_path / "storage")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.engine.dispose()


def test_what_was_backed_up_is_brought_back_with_its_files_features_and_tokens(
    service: Any, backed: Path, empty: Settings
) -> None:
    restore(empty, backed)
    database = Database(empty.database_url or "", 1)
    with database.session() as session:
        [layer] = list_layers(session, ALL)
        assert layer.name == "wells"
        table = layer.version.facts.table
        assert session.scalar(text(f"SELECT name FROM {table}")) == "井"
        assert session.scalar(text("SELECT count(*) FROM catalogue.token")) == 1
    database.engine.dispose()
    kept = {path.relative_to(empty.storage_root) for path in empty.storage_root.rglob("*") if path.is_file()}
    had = {path.relative_to(service.storage.root) for path in service.storage.root.rglob("*") if path.is_file()}
    [mark] = [path for path in had if path.parts[0] == "catalogue"]
    assert kept == had - {Path("tiles/kept.mvt"), mark}
    assert kept


def test_what_is_restored_is_a_catalogue_of_its_own(service: Any, backed: Path, empty: Settings) -> None:
    """Two databases that took one storage for theirs would each remove what the other publishes."""
    restore(empty, backed)
    database = Database(empty.database_url or "", 1)
    with database.session() as session, service.database.session() as first:
        with pytest.raises(StorageError, match="another catalogue"):
            settle(session, service.storage)
        settle(session, Storage(empty.storage_root))
        with pytest.raises(StorageError, match="another catalogue"):
            settle(first, Storage(empty.storage_root))
    database.engine.dispose()


def test_a_storage_in_use_is_taken_over_only_when_that_is_said(
    service: Any, backed: Path, empty: Settings, tmp_path: Path
) -> None:
    shutil.copytree(service.storage.root, tmp_path / "storage")
    with pytest.raises(StorageError, match="--take-over"):
        restore(empty, backed)
    restore(empty, backed, take_over=True)
    database, storage = Database(empty.database_url or "", 1), Storage(empty.storage_root)
    with database.session() as session, service.database.session() as first:
        settle(session, storage)
        with pytest.raises(StorageError, match="another catalogue"):
            settle(first, storage)
    database.engine.dispose()


def test_the_storage_of_another_catalogue_is_never_taken_over(backed: Path, empty: Settings, tmp_path: Path) -> None:
    (tmp_path / "storage" / "catalogue" / "another").mkdir(parents=True)
    with pytest.raises(StorageError, match="another catalogue"):
        restore(empty, backed, take_over=True)


def test_a_database_in_use_is_not_written_over(service: Any, backed: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="holds nothing"):
        restore(service.settings, backed)


def test_a_later_backup_copies_what_is_new_and_forgets_what_is_gone(service: Any, backed: Path) -> None:
    sources = backed / FILES / "sources"
    [old] = [path for path in sources.rglob("*") if path.is_file()]
    before = old.stat().st_ino
    (sources / "left over").write_text("of a layer that was removed")
    back_up(service.settings, backed)
    assert old.stat().st_ino == before
    assert not (sources / "left over").exists()
    assert (backed / DUMP).stat().st_mode & 0o077 == 0


def test_what_is_no_backup_is_told_and_a_backup_into_the_storage_refused(
    service: Any, empty: Settings, tmp_path: Path
) -> None:
    (tmp_path / FACTS).write_text(json.dumps({"taken": "never"}))
    with pytest.raises(StorageError, match="no whole backup"):
        restore(empty, tmp_path)
    with pytest.raises(StorageError, match="elsewhere"):
        back_up(service.settings, service.storage.root / "backup")
