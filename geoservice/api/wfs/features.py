"""The features of a query as rows, their number first: it stands at the beginning of a WFS answer.

A small page is read whole; of a large one the rows are counted first, in the same snapshot of the database, and then
streamed in flat memory.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from geoservice.api.wfs.asked import WHOLE, Asked
from geoservice.api.wfs.marks import marks_of
from geoservice.api.wfs.snapshots import snapshots_of
from layers.features import count_statement, page_count_statement, page_statement
from layers.query import LayerQuery
from layers.tables import Statement

WHOLE_PAGE = 250
"""Pages up to this are read whole."""
Rows = list[Any]


@dataclass(frozen=True)
class Numbers:
    """How many features an answer has, and how many there are, None where that is not known; whether more follow."""

    returned: int
    matched: int | None
    more: bool


@dataclass(frozen=True)
class Found:
    """The features of a query: their numbers, and their rows in chunks."""

    asked: Asked
    numbers: Numbers
    chunks: AsyncIterator[Rows]


async def find(state: Any, asked: Asked) -> Found:
    """Begin to read the features of a query."""
    parts = _read(state, asked)
    numbers = await anext(parts)
    return Found(asked, numbers, parts)


async def find_each(state: Any, asked: Sequence[Asked]) -> AsyncIterator[Found]:
    """Yield what is found by each of several queries, read one after the other."""
    for one in asked:
        yield await find(state, one)


async def count(state: Any, asked: Asked) -> int:
    """Count all features of a query, whatever its page."""
    query, version = asked.query, asked.layer.version
    if not query.selects and version.feature_count is not None:
        return version.feature_count
    counted: int = await state.database.prepared_value(count_statement(asked.layer, query, WHOLE))
    return counted


async def _read(state: Any, asked: Asked) -> AsyncIterator[Any]:
    """Yield the numbers, then the rows in chunks."""
    marks, limit = marks_of(state), asked.query.limit
    query = marks.query(asked)
    statement = page_statement(asked.layer, query, asked.crs)
    if limit <= WHOLE_PAGE:
        rows = await state.database.prepared_rows(statement)
        if 0 < limit < len(rows):
            marks.keep(asked, rows[limit - 1])
        yield _numbers(asked, min(len(rows), limit), len(rows) > limit)
        yield rows[:limit]
        return
    chunks = snapshots_of(state).read(_counting(asked, query), statement)
    ((counted,),) = await anext(chunks)
    left = min(counted, limit)
    yield _numbers(asked, left, counted > limit)
    async for rows in chunks:
        if 0 < left <= len(rows) and counted > limit:
            marks.keep(asked, rows[left - 1])
        yield rows[:left]
        left -= min(len(rows), left)


def _counting(asked: Asked, query: LayerQuery) -> Statement:
    """Return the statement that counts the rows of a page; those of a whole answer by the shortest way."""
    if query.limit == WHOLE and not query.offset:
        return count_statement(asked.layer, query, WHOLE)
    return page_count_statement(asked.layer, query)


def _numbers(asked: Asked, returned: int, more: bool) -> Numbers:
    query, version = asked.query, asked.layer.version
    if not query.selects and version.feature_count is not None:
        return Numbers(returned, version.feature_count, more)
    known = not more and (returned or not query.offset)
    return Numbers(returned, query.offset + returned if known else None, more)
