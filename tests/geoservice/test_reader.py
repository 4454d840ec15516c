"""Tiles' own way to the database: the server's types, its errors as ours, connections that come back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from geoservice.database import REQUEST_SETTINGS, Database
from geoservice.database.reader import Reader, positional
from geoservice.errors import DatabaseUnavailable
from layers.tables import Statement

SLOW = Statement("SELECT pg_sleep(%(seconds)s::float8)::text", {"seconds": 60.0})


def _with_reader(database: Database, size: int, work: Callable[[Reader], Awaitable[Any]], **settings: str) -> Any:
    async def run() -> Any:
        reader = Reader(database.url, size, REQUEST_SETTINGS | settings)
        try:
            return await work(reader)
        finally:
            await reader.close()

    return asyncio.run(run())


def test_a_name_used_twice_is_one_value_on_the_wire() -> None:
    assert positional("SELECT %(b)s::int, %(a)s::int + %(b)s::int") == ("SELECT $1::int, $2::int + $1::int", ("b", "a"))


def test_an_address_may_say_what_only_libpq_knows(database: Database) -> None:
    """``channel_binding`` for one, which providers of databases write: all would start, and every tile would fail."""
    said = {
        "channel_binding": "prefer", "keepalives": "1", "sslsni": "1", "load_balance_hosts": "disable",
        "sslmode": "prefer", "options": "-c search_path=elsewhere -c geqo=off", "target_session_attrs": "any",
    }  # fmt: skip
    other = Database(database.url.update_query_dict(said).render_as_string(hide_password=False))
    statement = Statement("SELECT current_setting('search_path') || current_setting('geqo')", {})
    assert _with_reader(other, 1, lambda reader: reader.value(statement)) == "elsewhereoff"
    with psycopg.connect(other.conninfo) as connection:
        assert connection.execute(statement.text).fetchone() == ("elsewhereoff",)
    with other.session() as session:
        assert session.scalar(text(statement.text)) == "elsewhereoff"
    other.engine.dispose()


def test_values_are_bound_and_a_blob_comes_as_its_bytes(database: Database) -> None:
    statement = Statement(
        "SELECT convert_to(%(word)s || %(n)s::float8 || array_length(%(keys)s::bigint[], 1), 'UTF8')",
        {"word": "地块'; --", "n": 2, "keys": [1, 2, 3], "unused": object()},
    )
    assert _with_reader(database, 2, lambda reader: reader.value(statement)) == "地块'; --23".encode()


def test_more_who_ask_than_connections_wait_for_one(database: Database) -> None:
    async def many(reader: Reader) -> list[int]:
        statements = [Statement("SELECT %(n)s::int FROM pg_sleep(0.01)", {"n": n}) for n in range(20)]
        return list(await asyncio.gather(*(reader.value(one) for one in statements)))

    assert _with_reader(database, 3, many) == list(range(20))


def test_a_statement_that_takes_too_long_says_so_and_the_next_is_answered(database: Database) -> None:
    async def twice(reader: Reader) -> Any:
        with pytest.raises(DatabaseUnavailable, match="longer than allowed"):
            await reader.value(SLOW)
        return await reader.value(Statement("SELECT 1"))

    assert _with_reader(database, 1, twice, statement_timeout="1000") == 1


def test_a_geometry_that_takes_too_long_says_so_too(database: Database) -> None:
    """PostGIS tells of it with an error of its own when GEOS was at work."""
    disks = "SELECT ST_Buffer(ST_Point(i % 300, i / 300), 30, 8) AS disk FROM generate_series(1, 90000) AS i"
    union = Statement(f"SELECT ST_NPoints(ST_Union(disk, 0.001)) FROM ({disks}) AS disks")

    async def asked(reader: Reader) -> Any:
        with pytest.raises(DatabaseUnavailable, match="longer than allowed"):
            await reader.value(union)
        return await reader.value(Statement("SELECT 1"))

    assert _with_reader(database, 1, asked, statement_timeout="6000") == 1


def test_a_connection_the_server_ended_is_made_anew(database: Database) -> None:
    own = Statement("SELECT pg_backend_pid()")

    async def killed(reader: Reader) -> tuple[int, int]:
        first = await reader.value(own)
        with database.engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
        for _ in range(100):
            try:
                return first, await reader.value(own)
            except DatabaseUnavailable:  # the end is noticed when the connection is used, at the latest
                continue
        raise AssertionError("no new connection was made")

    first, second = _with_reader(database, 1, killed)
    assert first != second


def test_a_server_that_is_not_there_is_one_clear_sentence() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=3")
    with pytest.raises(DatabaseUnavailable, match="away"):
        _with_reader(nowhere, 1, lambda reader: reader.value(Statement("SELECT 1")))
