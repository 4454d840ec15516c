"""A storage belongs to one catalogue: nobody starts on it with another database, or before its disk is there."""

import shutil

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.litter import clean_litter
from layers.errors import StorageError
from layers.storage import Storage
from layers.storage.belonging import settle

RASTER = """
INSERT INTO catalogue.raster_file (layer_id, came, since, key, facts, extent)
SELECT id, :version, :version, :key, '{}', ST_MakeEnvelope(0, 0, 1, 1, -1) FROM catalogue.layer WHERE name = 'heights'
"""
LAYER = """
INSERT INTO catalogue.layer (name, kind, title, description, department, theme, public, licence, attribution, style)
VALUES ('heights', 'elevation', '{}', '{}', 'base', '', true, '', '', '{}')
"""
VERSION = """
INSERT INTO catalogue.version (layer_id, number, published)
SELECT id, 1, now() FROM catalogue.layer WHERE name = 'heights' RETURNING id
"""
SOURCE = """
INSERT INTO catalogue.source (version_id, name, key, size, sha256) VALUES (:version, 'plan.dxf', :key, 1, '')
"""


def _hold(storage: Storage, key: str) -> None:
    storage.path(key).parent.mkdir(parents=True)
    storage.path(key).write_bytes(b"heights")


def _publish(session: Session, storage: Storage) -> str:
    """A catalogue with one raster file, as far as a start asks for it."""
    session.execute(text(LAYER))
    version = session.execute(text(VERSION)).scalar_one()
    key = f"rasters/{version}/0001.tif"
    session.execute(text(RASTER), {"version": version, "key": key})
    _hold(storage, key)
    return key


def _another(session: Session) -> None:
    session.execute(text("UPDATE catalogue.identity SET id = gen_random_uuid()"))


def test_a_storage_is_marked_once_and_belongs_to_its_catalogue_from_then_on(session: Session, storage: Storage) -> None:
    settle(session, storage)
    [mark] = storage.below("catalogue")
    settle(session, storage)
    assert storage.below("catalogue") == [mark]
    _another(session)
    with pytest.raises(StorageError, match="another catalogue"):
        settle(session, storage)


def test_an_empty_database_does_not_take_the_storage_of_an_older_release_for_its_own(
    session: Session, storage: Storage
) -> None:
    _hold(storage, "rasters/7/0001.tif")
    with pytest.raises(StorageError, match="another catalogue"):
        settle(session, storage)
    assert storage.size("rasters/7/0001.tif")


def test_the_storage_of_an_older_release_is_marked_by_its_own_catalogue(session: Session, storage: Storage) -> None:
    key = _publish(session, storage)
    settle(session, storage)
    clean_litter(session, storage)
    assert storage.size(key)
    assert len(storage.folders("catalogue")) == 1


def test_a_storage_whose_disk_is_not_mounted_is_told_and_not_marked(session: Session, storage: Storage) -> None:
    _publish(session, storage)
    shutil.rmtree(storage.root)
    with pytest.raises(StorageError, match="mount its disk"):
        settle(session, storage)
    assert storage.folders("catalogue") == []


def test_sources_alone_tell_that_a_disk_is_not_mounted(session: Session, storage: Storage) -> None:
    session.execute(text(LAYER))
    version = session.execute(text(VERSION)).scalar_one()
    session.execute(text(SOURCE), {"version": version, "key": f"sources/{version}/plan.dxf"})
    with pytest.raises(StorageError, match="mount its disk"):
        settle(session, storage)


def test_files_that_are_lost_for_good_are_done_without_by_the_file_that_is_named(
    session: Session, storage: Storage
) -> None:
    _publish(session, storage)
    shutil.rmtree(storage.root)
    with pytest.raises(StorageError) as told:
        settle(session, storage)
    named = next(word for word in str(told.value).split() if word.startswith("catalogue/"))
    _hold(storage, named)
    settle(session, storage)
