"""Connections to the database: one SQLAlchemy engine for the catalogue and imports, one psycopg pool for requests.

Requests read through the async pool with plain text statements (``layers.tables.Statement``): SQLAlchemy's share of a
light tile would be larger than the tile's own. Both use psycopg 3; what is asked again and again (tiles, features,
small pages, searches) is read by ``geoservice.database.reader``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from geoservice.database.gathering import Gathering
from geoservice.database.reader import Reader, took_too_long
from geoservice.database.removed import tell_of_removed, version_removed
from geoservice.database.schema import upgrade
from geoservice.errors import DatabaseUnavailable
from layers.sentences import say
from layers.tables import Statement
from layers.versions import CHANNEL

STATEMENT_TIMEOUT_MS = 60_000
POOL_WAIT_S = 10.0
RECONNECT_S = 1.0
# A prepared statement keeps its plan: planning one anew for each box or tile costs up to half of it. The statements are
# written so that the plan which does not know the values is the right one.
REQUEST_SETTINGS = {
    "jit": "off",
    "timezone": "UTC",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    # A statement whose asker went away ends: one that is told to stop before the server began it never hears of it.
    "client_connection_check_interval": "1000",
}

log = logging.getLogger(__name__)


class Database:
    """One database: sessions for work, ``rows`` and ``stream`` for requests."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self.url: URL = make_url(url).set(drivername="postgresql+psycopg")
        self.engine = create_engine(self.url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
        tell_of_removed(self.engine)
        self._pool_size = pool_size
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None
        self._reader: Reader | None = None
        self._gathering: Gathering | None = None

    @property
    def conninfo(self) -> str:
        """libpq connection string: to libpq a plus is a plus, where SQLAlchemy writes a space so."""
        address, mark, query = (
            self.url.set(drivername="postgresql").render_as_string(hide_password=False).partition("?")
        )
        return address + mark + query.replace("+", "%20")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session; nothing is committed unless the caller commits.

        Raises:
            DatabaseUnavailable: the server cannot be reached.
        """
        try:
            with Session(self.engine) as session:
                yield session
        except OperationalError as error:
            raise DatabaseUnavailable(say("database-silent-why", url=self._safe, why=error.orig)) from error

    def upgrade(self) -> None:
        """Bring the schema to this version of the program (Alembic), one process at a time.

        Raises:
            DatabaseUnavailable: the server cannot be reached, lacks PostGIS, lets its user do too little, keeps
                texts in another encoding than UTF-8, or was upgraded by a newer program.
        """
        upgrade(self.engine, self.conninfo)

    async def open(self) -> None:
        """Open the pool that requests read through."""
        self._pool = AsyncConnectionPool(
            self.conninfo,
            min_size=1,
            max_size=self._pool_size,
            timeout=POOL_WAIT_S,
            open=False,
            kwargs={
                "autocommit": True,
                "options": " ".join(f"-c {name}={value}" for name, value in REQUEST_SETTINGS.items()),
            },
        )
        try:
            await self._pool.open(wait=True, timeout=POOL_WAIT_S)
        except PoolTimeout as error:
            raise DatabaseUnavailable(say("database-silent", url=self._safe)) from error
        self._reader = Reader(self.url, self._pool_size, REQUEST_SETTINGS)
        self._gathering = Gathering(self._reader)

    async def close(self) -> None:
        """Close the pool and the engine."""
        if self._pool is not None:
            await self._pool.close()
        if self._reader is not None:
            await self._reader.close()
        self.engine.dispose()

    async def rows(self, statement: Statement, *, binary: bool = False) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        async with self._connection() as connection, connection.cursor(binary=binary) as cursor:
            await cursor.execute(statement.text, statement.params)
            return await cursor.fetchall() if cursor.description else []

    async def prepared_value(self, statement: Statement) -> Any:
        """Run a statement that comes again and again (see ``geoservice.database.reader``) and return its value."""
        return await self._open_reader.value(statement)

    async def tile(self, statement: Statement) -> bytes:
        """Run such a statement of one row for its bytes, together with others that are asked for at the same time."""
        if self._gathering is None:
            raise DatabaseUnavailable(say("database-closed"))
        return await self._gathering.tile(statement)

    async def prepared_rows(self, statement: Statement) -> list[Any]:
        """Run such a statement and return its rows; JSON comes as its text."""
        return await self._open_reader.rows(statement)

    async def stream(
        self, statement: Statement, chunk: int = 200, *, binary: bool = False
    ) -> AsyncIterator[list[tuple[Any, ...]]]:
        """Run a statement and yield its rows in chunks, through a cursor in the server: never all held here."""
        async with self._connection() as connection, connection.transaction():
            async with connection.cursor(name="page") as cursor:
                cursor.itersize = chunk
                await cursor.execute(statement.text, statement.params, binary=binary)
                while rows := await cursor.fetchmany(chunk):
                    yield rows

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Lend a connection of the pool (autocommit), for several statements in ``connection.transaction()``."""
        async with self._connection() as connection:
            yield connection

    async def listening(self) -> psycopg.AsyncConnection[Any]:
        """Return a connection that is told of every change of the catalogue from now on (see ``follow``).

        Raises:
            DatabaseUnavailable: the server cannot be reached.
        """
        try:
            connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
            await connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise DatabaseUnavailable(say("database-silent-why", url=self._safe, why=error)) from error
        return connection

    async def follow(self, connection: psycopg.AsyncConnection[Any], changed: Callable[[str], Awaitable[None]]) -> None:
        """Call ``changed`` whenever the catalogue changes; reconnect for ever (run it as a task).

        It is told the layer whose features alone were edited, or nothing when anything else may have changed. What goes
        wrong in it is logged, and all is read again: a process that no longer follows would serve the past for ever.
        """
        while True:
            try:
                async with connection:
                    async for told in connection.notifies():
                        await changed(told.payload)
            except (psycopg.Error, DatabaseUnavailable):
                pass  # the server restarts; requests meanwhile get 503 from the pool
            except Exception:
                log.exception("the catalogue could not be read after a change; it is read again")
            connection = await self._listening_again(changed)

    async def _listening_again(self, changed: Callable[[str], Awaitable[None]]) -> psycopg.AsyncConnection[Any]:
        while True:
            await asyncio.sleep(RECONNECT_S)
            try:
                connection = await self.listening()
            except DatabaseUnavailable:
                continue
            try:
                await self._forget_connections()
                await changed("")  # of what came meanwhile nobody told us
                return connection
            except Exception:
                log.exception("the catalogue could not be read; it is read again")
                await connection.close()

    async def _forget_connections(self) -> None:
        """Let go of what a server that has ended left behind: each connection would fail one request more."""
        if self._reader is not None:
            self._reader.forget()
        if self._pool is not None:
            await self._pool.check()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        if self._pool is None:
            raise DatabaseUnavailable(say("pool-closed"))
        try:
            async with self._pool.connection() as connection:
                yield connection
        except psycopg.Error as error:
            if took_too_long(error):
                raise DatabaseUnavailable(say("statement-long")) from error
            if removed := version_removed(error):
                raise removed from error
            if isinstance(error, psycopg.OperationalError):  # that the pool had none free is one, too
                raise DatabaseUnavailable(say("database-busy", why=error)) from error
            raise

    @property
    def _open_reader(self) -> Reader:
        if self._reader is None:
            raise DatabaseUnavailable(say("database-closed"))
        return self._reader

    @property
    def _safe(self) -> str:
        return self.url.render_as_string(hide_password=True)
