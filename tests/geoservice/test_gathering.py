"""Tiles asked for at the same time share one message to the database, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from geoservice.database import REQUEST_SETTINGS, Database
from geoservice.database.gathering import MOST_BYTES, MOST_TOGETHER, Gathering
from geoservice.database.reader import Reader, together
from geoservice.errors import DatabaseUnavailable
from layers.tables import Statement

DIVIDED = "SELECT convert_to((60 / %(n)s::int)::text || %(word)s, 'UTF8')"
SENDER = "SELECT convert_to(pg_backend_pid()::text || txid_current()::text || left(%(n)s::int::text, 0), 'UTF8')"


def _with_gathering(database: Database, work: Callable[[Gathering], Awaitable[Any]], **settings: str) -> Any:
    async def run() -> Any:
        reader = Reader(database.url, 4, REQUEST_SETTINGS | settings)
        try:
            return await work(Gathering(reader))
        finally:
            await reader.close()

    return asyncio.run(run())


def _divided(*numbers: int) -> list[Statement]:
    return [Statement(DIVIDED, {"n": n, "word": "亩%"}) for n in numbers]


async def _after_one(gathering: Gathering, statements: list[Statement]) -> list[Any]:
    """The first of a text is read alone, for nobody knows yet what it weighs."""
    await gathering.tile(statements[0])
    return await asyncio.gather(*(gathering.tile(one) for one in statements), return_exceptions=True)


def test_each_who_asks_at_the_same_time_gets_the_answer_to_its_own_values(database: Database) -> None:
    statements = _divided(1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
    found = _with_gathering(database, lambda gathering: _after_one(gathering, statements))
    assert found == [f"{60 // n}亩%".encode() for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)]


def test_light_tiles_go_together_and_heavy_ones_each_by_itself(database: Database) -> None:
    light = [Statement(SENDER, {"n": n}) for n in range(MOST_TOGETHER + 2)]
    heavy = [Statement(f"{SENDER} || repeat('x', {MOST_BYTES})::bytea", {"n": n}) for n in range(4)]

    async def both(gathering: Gathering) -> tuple[list[bytes], list[bytes]]:
        return await _after_one(gathering, light), await _after_one(gathering, heavy)

    some, others = _with_gathering(database, both)
    assert [some.count(one) for one in dict.fromkeys(some)] == [MOST_TOGETHER, 2]
    assert len(set(others)) == 4


def test_an_error_of_one_is_that_ones_alone(database: Database) -> None:
    found = _with_gathering(database, lambda gathering: _after_one(gathering, _divided(2, 0, 3)))
    assert found[0] == "30亩%".encode()
    assert isinstance(found[1], asyncpg.DivisionByZeroError)
    assert found[2] == "20亩%".encode()


def test_who_goes_away_takes_no_other_along(database: Database) -> None:
    async def left(gathering: Gathering) -> list[Any]:
        await gathering.tile(_divided(1)[0])
        asked = [asyncio.create_task(gathering.tile(one)) for one in _divided(2, 3, 4)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked[1].cancel()
        return list(await asyncio.gather(*asked, return_exceptions=True))

    first, gone, last = _with_gathering(database, left)
    assert (first, last) == ("30亩%".encode(), "15亩%".encode())
    assert isinstance(gone, asyncio.CancelledError)


def test_the_first_to_ask_may_go_away_before_the_others_are_read(database: Database) -> None:
    async def left(gathering: Gathering) -> list[Any]:
        await gathering.tile(_divided(1)[0])
        asked = [asyncio.create_task(gathering.tile(one)) for one in _divided(2, 3)]
        asyncio.get_running_loop().call_soon(asked[0].cancel)
        return list(await asyncio.gather(*asked, return_exceptions=True))

    gone, other = _with_gathering(database, left)
    assert isinstance(gone, asyncio.CancelledError)
    assert other == "20亩%".encode()


def test_a_database_that_takes_too_long_is_told_to_all_of_them(database: Database) -> None:
    slow = "SELECT convert_to(pg_sleep(%(s)s)::text, 'UTF8')"
    statements = [Statement(slow, {"s": 0.0}), Statement(slow, {"s": 60.0})]
    found = _with_gathering(database, lambda gathering: _after_one(gathering, statements), statement_timeout="1000")
    assert all(isinstance(one, DatabaseUnavailable) for one in found)


def test_values_become_columns_of_a_table() -> None:
    text = together("SELECT %(b)s || '%%' || %(a)s || %(b)s", ("text[]", "float8[]"))
    assert text == (
        """SELECT place, (SELECT given."b" || '%' || given."a" || given."b") """
        """FROM unnest($1::text[], $2::float8[]) WITH ORDINALITY AS given("b", "a", place)"""
    )


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_in_a_tile_is_empty_bytes(database: Database, count: int) -> None:
    none = [Statement("SELECT NULL::bytea WHERE %(n)s::int > 0", {"n": n + 1}) for n in range(count)]
    assert _with_gathering(database, lambda gathering: _after_one(gathering, none)) == [b""] * count
