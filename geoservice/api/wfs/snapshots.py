"""Rows counted and read at one moment, however many they are, in flat memory; and how many may be so at a time.

Who reads an answer slowly keeps a connection. Half of the pool is left to others, and who takes nothing for a minute
loses the answer.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from geoservice.database import Database
from geoservice.errors import Busy
from layers.sentences import say
from layers.tables import Statement

WAIT_S = 10.0
"""How long an answer waits for one of the places."""
IDLE_MS = 60_000
CHUNK = 200


class Snapshots:
    """At most ``most`` answers that are read from one moment of the database. Used from one event loop."""

    def __init__(self, database: Database, most: int) -> None:
        self._database, self._places = database, asyncio.Semaphore(most)

    async def read(self, count: Statement, statement: Statement) -> AsyncIterator[list[tuple[Any, ...]]]:
        """Yield the row of ``count``, then the rows of ``statement`` in chunks: both see the same moment.

        Raises:
            Busy: as many answers as may be are being read already, and none ended while this one waited.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(say("snapshots-wait")) from None
        try:
            async with self._database.connection() as connection, connection.transaction():
                await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                await connection.execute(f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS}")
                async with connection.cursor(binary=True) as counting:
                    await counting.execute(count.text, count.params)
                    yield await counting.fetchall()
                async with connection.cursor(name="page") as cursor:
                    cursor.itersize = CHUNK
                    await cursor.execute(statement.text, statement.params, binary=True)
                    while rows := await cursor.fetchmany(CHUNK):
                        yield rows
        finally:
            self._places.release()


def snapshots_of(state: Any) -> Snapshots:
    """Return those of an application."""
    if not hasattr(state, "snapshots"):
        state.snapshots = Snapshots(state.database, max(1, state.settings.database_pool // 2))
    found: Snapshots = state.snapshots
    return found
