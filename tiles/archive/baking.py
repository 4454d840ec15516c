"""Draw many tiles ahead of time, on several processes or machines, and stop and go on at any moment.

The tiles go into a working file (SQLite) beside the place of the finished archive, a block at a time with the note that
the block is done, in one transaction: whatever ends the process, the next run goes on with the blocks that are missing.
Only this process writes; the executor's processes draw and send bytes back, so nothing else need be shared.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from pathlib import Path
from types import TracebackType

from layers.sentences import say
from tiles.archive.blocks import Block
from tiles.errors import BakeFailed

Drawn = list[tuple[int, int, bytes]]
"""Row, column and body of the tiles of a block that are not empty."""
Progress = Callable[[float, float | None, str], None]

SCHEMA = """
CREATE TABLE IF NOT EXISTS tile (z INTEGER, row INTEGER, col INTEGER, body BLOB, PRIMARY KEY (z, row, col))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (z INTEGER, row INTEGER, col INTEGER, PRIMARY KEY (z, row, col)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plan (description TEXT NOT NULL);
"""


class BakeWork:
    """The working file of one archive; a context manager."""

    def __init__(self, path: Path, description: str) -> None:
        """Open the file to go on with, or begin a new one when it is of another ``description`` (or of none)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._database = self._open(description)

    def __enter__(self) -> "BakeWork":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def done(self) -> set[tuple[int, int, int]]:
        """Level, first row and first column of the blocks that are in the file."""
        return set(self._database.execute("SELECT z, row, col FROM block"))

    def add(self, block: Block, drawn: Drawn) -> None:
        """Keep the tiles of a block and that it is done, both or neither."""
        with self._database:
            rows = ((block.z, row, col, body) for row, col, body in drawn)
            self._database.executemany("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)", rows)
            self._database.execute("INSERT OR REPLACE INTO block VALUES (?, ?, ?)", block[:3])

    def places(self) -> Iterator[tuple[int, int, int]]:
        """Level, row and column of every tile."""
        return iter(self._database.execute("SELECT z, row, col FROM tile ORDER BY z, row, col"))

    def body(self, z: int, row: int, col: int) -> bytes:
        """The bytes of a tile; raises KeyError."""
        found = self._database.execute("SELECT body FROM tile WHERE z = ? AND row = ? AND col = ?", (z, row, col))
        for (body,) in found:
            return bytes(body)
        raise KeyError((z, row, col))

    def count(self) -> int:
        """Number of tiles."""
        return int(self._database.execute("SELECT count(*) FROM tile").fetchone()[0])

    def remove(self) -> None:
        """Close and delete the file."""
        self._database.close()
        self.path.unlink(missing_ok=True)

    def _open(self, description: str) -> sqlite3.Connection:
        for attempt in range(2):
            database = sqlite3.connect(self.path)
            try:
                database.executescript(SCHEMA)
                found = database.execute("SELECT description FROM plan").fetchone()
                if found is None:
                    with database:
                        database.execute("INSERT INTO plan VALUES (?)", (description,))
                    return database
                if found[0] == description:
                    return database
            except sqlite3.OperationalError:  # a full disk: what is there is no worse for it
                database.close()
                raise
            except sqlite3.DatabaseError:  # no SQLite file, or one that lost power while it was written
                if attempt:
                    raise
            database.close()
            self.path.unlink(missing_ok=True)
            self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)
        raise BakeFailed(say("bake-working-file", path=str(self.path)))


def bake(
    work: BakeWork,
    blocks: Iterable[Block],
    draw: Callable[[Block], Drawn],
    executor: Executor,
    *,
    at_once: int,
    progress: Progress = lambda done, total, message: None,
    total: int | None = None,
) -> None:
    """Draw the blocks that are not done yet; ``draw`` must be picklable, ``at_once`` bounds what is under way.

    ``progress`` is called with tiles done, ``total`` and a message, and may raise to stop. Raises what ``draw`` raises,
    BakeFailed when a drawing process dies. Whatever ends it, what is done stays done.
    """
    done_before = work.done()
    under_way: dict[Future[Drawn], Block] = {}
    tiles = kept = 0

    def settle(most: int) -> None:
        nonlocal tiles, kept
        while len(under_way) > most:
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                block = under_way.pop(future)
                drawn = future.result()
                work.add(block, drawn)
                tiles, kept = tiles + block.size, kept + len(drawn)
                progress(tiles, total, f"level {block.z}, {kept:,} tiles with content")

    try:
        for block in blocks:
            if block[:3] in done_before:
                tiles += block.size
                continue
            settle(at_once - 1)
            under_way[executor.submit(draw, block)] = block
        settle(0)
    except BrokenExecutor as error:
        raise BakeFailed(say("bake-died")) from error
    finally:
        for future in under_way:
            future.cancel()
