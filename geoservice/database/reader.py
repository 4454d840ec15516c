"""The rows of one prepared statement, as cheaply as PostgreSQL gives them: how tiles and pages of features are read.

A light tile costs the database a few tenths of a millisecond. psycopg and its pool add 0.25 ms of CPU to it, asyncpg,
whose protocol is compiled, a third of that; asyncpg's own pool would add as much again (it resets a connection after
each use), so connections are kept in a plain stack here: nothing that runs on them leaves a trace.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import asyncpg
import psycopg
from sqlalchemy import URL

from geoservice.database.removed import version_removed
from geoservice.errors import DatabaseUnavailable
from layers.sentences import say
from layers.tables import Statement

KEPT_STATEMENTS = 500
"""Prepared statements a connection keeps: one for each layer, zoom and grid in use."""
WAIT_S = 10.0
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.OperatorInterventionError,
)
_ARRAYS = {float: "float8[]", int: "bigint[]", str: "text[]"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_SHARED = {
    *("host", "port", "dbname", "user", "password", "passfile", "service", "options", "application_name"),
    *("client_encoding", "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs", "krbsrvname", "gsslib"),
}
_LIBPQ_ONLY = tuple(sorted({option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} - _SHARED))
"""What an address may say to libpq: asyncpg takes what it does not know for a setting of the server, which refuses."""


class Reader:
    """At most ``size`` connections, made when they are needed. Used from one event loop."""

    def __init__(self, url: URL, size: int, settings: Mapping[str, str]) -> None:
        plain = url.set(drivername="postgresql").difference_update_query(_LIBPQ_ONLY)
        self._dsn = plain.render_as_string(hide_password=False)
        self._settings = dict(settings)
        self._free: asyncio.LifoQueue[asyncpg.Connection | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._free.put_nowait(None)

    async def value(self, statement: Statement) -> Any:
        """Return the first value of the first row; None without rows. Otherwise as ``rows``."""
        rows = await self.rows(statement)
        return rows[0][0] if rows else None

    async def rows(self, statement: Statement) -> list[Any]:
        """Return all rows, whose values are found by their number; JSON comes as its text.

        The server finds the types of the values from the text, so they must be plain there: ``x = %(a)s::float8``.

        Raises:
            DatabaseUnavailable: it does not answer, or took longer than allowed.
            asyncpg.DataError: the statement cannot be evaluated for these values.
        """
        text, names = positional(statement.text)
        params = statement.params
        return await self._run(lambda connection: connection.fetch(text, *[params[name] for name in names]))

    async def each(self, statements: Sequence[Statement]) -> list[Any]:
        """Return the one value of the one row of each statement, all of one text: the database runs them as one.

        Their values are numbers or texts. They fail together. Raises as ``rows``.
        """
        first = statements[0].params
        names = positional(statements[0].text)[1]
        text = together(statements[0].text, tuple(_ARRAYS[type(first[name])] for name in names))
        columns = [[one.params[name] for one in statements] for name in names]
        found: list[Any] = [None] * len(statements)
        for place, value in await self._run(lambda connection: connection.fetch(text, *columns)):
            found[place - 1] = value
        return found

    def forget(self) -> None:
        """Let go of the connections that nobody uses; others are made when they are needed."""
        for connection in [self._free.get_nowait() for _ in range(self._free.qsize())]:
            if connection is not None:
                connection.terminate()
            self._free.put_nowait(None)

    async def close(self) -> None:
        """Close all connections; none may be in use."""
        while not self._free.empty():
            connection = self._free.get_nowait()
            if connection is not None and not connection.is_closed():
                with suppress(OSError, TimeoutError, asyncpg.PostgresError):
                    await connection.close(timeout=5)

    async def _run(self, ask: Callable[[asyncpg.Connection], Awaitable[list[Any]]]) -> list[Any]:
        try:
            connection = await self._take()
            try:
                if connection is None or connection.is_closed():
                    connection = await self._connect()
                return await ask(connection)
            finally:
                self._free.put_nowait(connection)
        except asyncpg.PostgresError as error:
            if took_too_long(error):
                raise DatabaseUnavailable(say("statement-long")) from error
            if removed := version_removed(error):
                raise removed from error
            if isinstance(error, _AWAY):
                raise DatabaseUnavailable(say("database-busy", why=error)) from error
            raise
        except (*_AWAY, OSError, TimeoutError) as error:
            raise DatabaseUnavailable(say("database-busy", why=error)) from error

    async def _take(self) -> asyncpg.Connection | None:
        if not self._free.empty():
            return self._free.get_nowait()
        async with asyncio.timeout(WAIT_S):
            return await self._free.get()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._dsn,
            timeout=WAIT_S,
            server_settings=self._settings,
            statement_cache_size=KEPT_STATEMENTS,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
        )


def took_too_long(error: Exception) -> bool:
    """Whether the database stopped a statement at its time limit: PostGIS tells so as an error of its own when GEOS was
    at work."""
    canceled = asyncpg.QueryCanceledError, psycopg.errors.QueryCanceled
    return isinstance(error, canceled) or "InterruptedException" in str(error)


@lru_cache(maxsize=5_000)
def positional(text: str) -> tuple[str, tuple[str, ...]]:
    """Rewrite ``%(name)s`` as PostgreSQL's own ``$1``, and ``%%`` as the sign itself; returns the names in order."""
    names: dict[str, int] = {}
    numbered = _PLACEHOLDER.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", text)
    return numbered.replace("%%", "%"), tuple(names)


@lru_cache(maxsize=5_000)
def together(text: str, types: tuple[str, ...]) -> str:
    """Rewrite a statement of one value so that it takes many of each of its values, as arrays of these types.

    It yields a number, from 1, and the value for each. To start a statement costs as much as a light tile's rows.
    """
    names = positional(text)[1]
    arrays = ", ".join(f"${number}::{kind}" for number, kind in enumerate(types, 1))
    columns = ", ".join(f'"{name}"' for name in names)
    inner = _PLACEHOLDER.sub(lambda found: f'given."{found[1]}"', text).replace("%%", "%")
    return f"SELECT place, ({inner}) FROM unnest({arrays}) WITH ORDINALITY AS given({columns}, place)"
