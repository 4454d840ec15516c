"""The rows of one prepared statement, as cheaply as PostgreSQL gives them: how tiles and pages of features are read.

A light tile costs the database a few tenths of a millisecond. psycopg and its pool add 0.25 ms of CPU to it, asyncpg,
whose protocol is compiled, a third of that; asyncpg's own pool would add as much again (it resets a connection after
each use), so connections are kept in a plain stack here: nothing that runs on them leaves a trace.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import URL

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
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_LIBPQ_ONLY = (
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "gssencmode",
)


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
        try:
            connection = await self._take()
            try:
                if connection is None or connection.is_closed():
                    connection = await self._connect()
                found: list[Any] = await connection.fetch(text, *[statement.params[name] for name in names])
                return found
            finally:
                self._free.put_nowait(connection)
        except asyncpg.QueryCanceledError as error:
            raise DatabaseUnavailable(say("statement-long")) from error
        except (*_AWAY, OSError, TimeoutError) as error:
            raise DatabaseUnavailable(say("database-busy", why=error)) from error

    async def close(self) -> None:
        """Close all connections; none may be in use."""
        while not self._free.empty():
            connection = self._free.get_nowait()
            if connection is not None and not connection.is_closed():
                with suppress(OSError, TimeoutError, asyncpg.PostgresError):
                    await connection.close(timeout=5)

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


@lru_cache(maxsize=5_000)
def positional(text: str) -> tuple[str, tuple[str, ...]]:
    """Rewrite ``%(name)s`` as PostgreSQL's own ``$1``, and ``%%`` as the sign itself; returns the names in order."""
    names: dict[str, int] = {}
    numbered = _PLACEHOLDER.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", text)
    return numbered.replace("%%", "%"), tuple(names)
