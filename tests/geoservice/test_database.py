"""The private cluster and the schema: started once, shared, upgraded, undone, and said clearly when it cannot be."""

import os
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from geoservice.database import Database
from geoservice.embedded import Cluster
from geoservice.errors import DatabaseUnavailable
from layers.models import SCHEMA, Base


def test_the_migrations_make_exactly_the_tables_the_code_maps(database: Database) -> None:
    def ours(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
        return kind != "table" or getattr(item, "schema", None) == SCHEMA

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_schemas": True, "include_object": ours, "version_table_schema": SCHEMA}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    with database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM catalogue.alembic_version")) == 1


def test_an_upgrade_keeps_no_lock_that_would_keep_the_next_process_out(database: Database) -> None:
    database.upgrade()
    other = Database(database.url.render_as_string(hide_password=False))
    with other.session() as session:
        assert session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('geoservice.upgrade'))"))
    other.engine.dispose()


def test_a_cluster_outlives_its_first_user_and_stops_with_its_last(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            os.chmod(parent, parent.stat().st_mode | 0o011)
    first, second = Cluster(tmp_path), Cluster(tmp_path)
    url = first.start()
    assert second.start() == url
    first.stop()
    assert Database(url).engine.connect().scalar(text("SELECT 1")) == 1
    second.stop()
    with pytest.raises(DatabaseUnavailable, match="does not answer"), Database(url).session() as session:
        session.scalar(text("SELECT 1"))


def test_a_server_that_is_not_there_is_one_clear_sentence() -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        with Database("postgresql://nobody@127.0.0.1:1/none").session() as session:
            session.scalar(text("SELECT 1"))
