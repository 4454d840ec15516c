"""The private cluster and the schema: started once, shared, upgraded, undone, and said clearly when it cannot be."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from geoservice.app import create_app
from geoservice.database import Database
from geoservice.database.cluster import Cluster
from geoservice.errors import DatabaseUnavailable
from geoservice.settings import Settings
from layers.catalogue import Catalogue, load_catalogue
from layers.models import SCHEMA, Base
from layers.tables import Statement
from layers.versions import tell
from tests.waiting import PATIENCE_S, until


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


def test_a_database_that_a_newer_program_upgraded_is_told_and_left_as_it_is(database: Database) -> None:
    with database.engine.connect() as connection:
        known = connection.scalar(text("SELECT version_num FROM catalogue.alembic_version"))
        connection.execute(text("UPDATE catalogue.alembic_version SET version_num = '9998'"))
        connection.commit()
    try:
        with pytest.raises(DatabaseUnavailable, match="schema 9998 by a newer program"):
            database.upgrade()
    finally:
        with database.engine.connect() as connection:
            connection.execute(text("UPDATE catalogue.alembic_version SET version_num = :known"), {"known": known})
            connection.commit()


@pytest.fixture
def other_database(cluster_url: str) -> Iterator[Callable[[str], URL]]:
    """Makes a database of the test's own, with the options of CREATE DATABASE; its address."""
    maintenance = Database(cluster_url, 1)
    name = f"other_{os.getpid()}"
    with maintenance.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def make(options: str) -> URL:
            connection.execute(text(f"CREATE DATABASE {name} {options}"))
            return maintenance.url.set(database=name)

        yield make
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    maintenance.engine.dispose()


def test_a_user_who_may_not_set_the_database_up_is_told_what_is_needed(other_database: Callable[[str], URL]) -> None:
    """Without the right to make a schema; then without PostGIS, which an administrator must bring in."""
    url = other_database("")
    plain = Database(url.update_query_dict({"options": "-c role=pg_monitor"}).render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnavailable, match=f"needs CREATE on database {url.database}"):
        plain.upgrade()
    owner = Database(url.render_as_string(hide_password=False))
    with owner.engine.connect() as connection:
        connection.execute(text(f"GRANT CREATE ON DATABASE {url.database} TO pg_monitor"))
        connection.commit()
    with pytest.raises(DatabaseUnavailable, match="permission denied to create extension"):
        plain.upgrade()
    for one in (plain, owner):
        one.engine.dispose()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_chinese_is_refused(other_database: Callable[[str], URL], encoding: str) -> None:
    url = other_database(f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(DatabaseUnavailable, match=f"keeps texts in {encoding}"):
        Database(url.render_as_string(hide_password=False)).upgrade()


def test_an_upgrade_keeps_no_lock_that_would_keep_the_next_process_out(database: Database) -> None:
    database.upgrade()
    other = Database(database.url.render_as_string(hide_password=False))
    with other.session() as session:
        assert session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('geoservice.upgrade'))"))
    other.engine.dispose()


def test_a_cluster_outlives_its_first_user_comes_back_when_killed_and_stops_with_its_last(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Cluster(open_folder), Cluster(open_folder)
    url = first.start()
    assert second.start() == url
    first.stop()
    assert not second.revive()
    assert Database(url).engine.connect().scalar(text("SELECT 1")) == 1
    log = second.folder / "postgresql.log"
    before = log.read_text()
    monkeypatch.setattr("geoservice.database.cluster.MOST_LOG_BYTES", len(before) - 1)
    os.kill(int((second.pgdata / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert until(lambda: _revived(second))
    assert (second.folder / "postgresql.log.1").read_text().startswith(before), "a long log is begun anew"
    assert before not in log.read_text()
    assert Database(url).engine.connect().scalar(text("SELECT 1")) == 1
    second.stop()
    with pytest.raises(DatabaseUnavailable, match="does not answer"), Database(url).session() as session:
        session.scalar(text("SELECT 1"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster runs as another user")
def test_a_cluster_that_lies_elsewhere_is_reached_by_its_user_whatever_the_umask_is(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = open_folder / "lib"
    monkeypatch.setattr("geoservice.database.account.ELSEWHERE", elsewhere)
    (open_folder / "closed").mkdir(mode=0o700)
    before = os.umask(0o077)
    try:
        cluster = Cluster(open_folder / "closed")
        cluster._make_folders()
    finally:
        os.umask(before)
    assert cluster.folder.parent == elsewhere
    assert elsewhere.stat().st_mode & 0o005 == 0o005


def _revived(cluster: Cluster) -> bool:
    """Whether it was started again; while processes of the one that was killed still end, it cannot be."""
    try:
        return cluster.revive()
    except DatabaseUnavailable:
        return False


def test_a_server_that_is_not_there_is_one_clear_sentence() -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        with Database("postgresql://nobody@127.0.0.1:1/none").session() as session:
            session.scalar(text("SELECT 1"))


def test_what_fails_after_a_change_is_done_again_and_the_next_change_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stopped listening would serve the catalogue as it was for ever."""
    monkeypatch.setattr("geoservice.database.connections.RECONNECT_S", 0.01)
    told: list[str] = []

    async def changed(edited: str) -> None:
        told.append(edited)
        if len(told) in (1, 2):
            raise ValueError("a row that nobody expected")

    async def follow() -> None:
        task = asyncio.create_task(database.follow(await database.listening(), changed))
        for count, layer in ((3, "first"), (4, "second")):
            await asyncio.to_thread(_tell, database, layer)
            while len(told) < count:
                await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))
    assert told == ["first", "", "", "second"]


def _tell(database: Database, layer: str) -> None:
    with database.session() as session:
        tell(session, layer)
        session.commit()


def test_connections_that_a_server_which_ended_left_behind_fail_no_request_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoservice.database.connections.RECONNECT_S", 0.01)
    one = Statement("SELECT 1")
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def end_others() -> None:
        with database.engine.connect() as connection:
            connection.execute(others)

    async def ask() -> list[Any]:
        other = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        await other.open()
        told = asyncio.Event()

        async def changed(edited: str) -> None:
            told.set()

        following = asyncio.create_task(other.follow(await other.listening(), changed))
        answers = [await other.rows(one), await other.prepared_value(one)]
        await asyncio.to_thread(end_others)
        await asyncio.wait_for(told.wait(), PATIENCE_S)
        answers += [await other.rows(one), await other.prepared_value(one)]
        following.cancel()
        await other.close()
        return answers

    assert asyncio.run(ask()) == [[(1,)], 1, [(1,)], 1]


def test_a_process_that_starts_reads_the_catalogue_once_and_anew_when_it_is_told(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def read(session: Session, known: Catalogue) -> Catalogue:
        reads.append(1)
        return load_catalogue(session, known)

    monkeypatch.setattr("geoservice.following.load_catalogue", read)
    with TestClient(create_app(settings)) as client:
        first = client.app.state.catalogue  # type: ignore[attr-defined]
        _tell(database, "")
        until(lambda: client.app.state.catalogue is not first)  # type: ignore[attr-defined]
    assert len(reads) == 2


def test_a_statement_ends_when_the_connection_that_asked_for_it_is_gone_without_a_word(database: Database) -> None:
    """As when it was told to stop before the server began with it: such a word is lost, and psycopg closes."""
    running = text("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(50)'")

    def count() -> int:
        with database.engine.connect() as connection:
            return connection.scalar(running) or 0

    async def ask_and_go() -> int:
        other = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        await other.open()
        async with other.connection() as connection:
            connection.pgconn.send_query(b"SELECT pg_sleep(50)")
            while not (begun := await asyncio.to_thread(count)):
                await asyncio.sleep(0.05)
            connection.pgconn.finish()
        await other.close()
        return begun

    assert asyncio.run(ask_and_go()) == 1
    until(lambda: count() == 0, "the statement ran on", pause=0.1)
