"""Light tiles that are asked for together are read together: one message to the database and back for all of them.

A tile of large scale costs the database less than the way there and the start of a statement cost both sides. Who asks
in the same turn of the event loop (a browser asks for a dozen tiles at once) for tiles of one statement shares them;
nobody waits for others to come. The database works them off one after the other, so only so many go together as are
expected to weigh little: heavy tiles are read on as many connections as there are.
"""

import asyncio
from collections.abc import Sequence

import asyncpg

from geoservice.database.reader import Reader
from layers.tables import Statement

MOST_TOGETHER = 8
MOST_BYTES = 40_000
"""What the tiles of one message may be expected to weigh; the database makes some 8 kB of a tile a millisecond."""
MOST_TEXTS = 5_000
NEWEST = 0.1
"""The weight of the newest tile in what the next of its text is expected to weigh."""

_Group = list[tuple[Statement, "asyncio.Future[bytes]"]]


class Gathering:
    """Reads the tiles of one process. Used from one event loop."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._open: dict[str, _Group] = {}
        self._weights: dict[str, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def tile(self, statement: Statement) -> bytes:
        """Return the one value of a statement's one row, as bytes; b"" for none. Raises as ``Reader.rows``.

        Its values are numbers or texts (``Reader.each``).
        """
        text = statement.text
        mine: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        group = self._open.get(text)
        if group is not None:
            group.append((statement, mine))
            if len(group) >= self._most(text):
                del self._open[text]
            return await mine
        group = [(statement, mine)]
        if self._most(text) > 1:
            self._open[text] = group
            try:
                await asyncio.sleep(0)  # who asks in this turn joins
            finally:  # the others are answered also when this request was given up meanwhile
                if self._open.get(text) is group:
                    del self._open[text]
                if len(group) > 1:
                    self._begin(group)
        return await mine if len(group) > 1 else self._weighed(text, await self._reader.value(statement))

    def _begin(self, group: _Group) -> None:
        """Read in a task of nobody's request: one may be given up and the others go on."""
        task = asyncio.create_task(self._read(group))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _most(self, text: str) -> int:
        return min(MOST_TOGETHER, int(MOST_BYTES / (self._weights.get(text, MOST_BYTES) + 1)))

    def _weighed(self, text: str, value: bytes | None) -> bytes:
        body = bytes(value or b"")
        before = self._weights.get(text)
        if before is None and len(self._weights) >= MOST_TEXTS:
            self._weights.clear()
        self._weights[text] = len(body) if before is None else before + NEWEST * (len(body) - before)
        return body

    async def _read(self, group: _Group) -> None:
        text = group[0][0].text
        try:
            found: Sequence[bytes | BaseException | None] = await self._reader.each([one for one, _ in group])
        except asyncpg.PostgresError:  # of one of them: the others are as good as ever
            found = await asyncio.gather(*(self._reader.value(one) for one, _ in group), return_exceptions=True)
        except BaseException as error:
            found = [error] * len(group)
        for (_, answer), value in zip(group, found, strict=True):
            if answer.done():
                continue  # whose request was given up
            if isinstance(value, BaseException):
                answer.set_exception(value)
            else:
                answer.set_result(self._weighed(text, value))
