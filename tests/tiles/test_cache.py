"""Finished tiles: bounded, drawn once at a time, shared by processes, compressed when asked."""

import asyncio
import gzip
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard

from tiles.cache import (
    OVERHEAD,
    WORTH_COMPRESSING,
    Finished,
    TileCache,
    encoding_for,
    etag_of,
    finished,
)
from tiles.stores import CarefulStore, FolderStore

PLAIN = b"abc" * 1000


def _tile(key: str, body: bytes = PLAIN) -> Finished:
    return finished(key, body, "application/vnd.mapbox-vector-tile", empty=not body, compress=True)


def test_many_who_ask_at_once_wait_for_one_drawing() -> None:
    drawn = []

    async def draw() -> Finished:
        drawn.append(1)
        await asyncio.sleep(0.01)
        return _tile("k")

    async def ask() -> list[Finished]:
        cache = TileCache(1_000_000)
        return list(await asyncio.gather(*(cache.get_or_draw("k", draw) for _ in range(50))))

    answers = asyncio.run(ask())
    assert len(drawn) == 1
    assert len({id(answer) for answer in answers}) == 1


def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    attempts = []

    async def fail() -> Finished:
        attempts.append(1)
        await asyncio.sleep(0.01)
        raise ValueError("no ground here")

    async def draw() -> Finished:
        return _tile("k")

    async def ask() -> list[object]:
        cache = TileCache(1_000_000)
        first = await asyncio.gather(*(cache.get_or_draw("k", fail) for _ in range(5)), return_exceptions=True)
        return [*first, await cache.get_or_draw("k", draw)]

    *errors, tile = asyncio.run(ask())
    assert all(isinstance(error, ValueError) for error in errors)
    assert len(attempts) == 1
    assert isinstance(tile, Finished)


def test_who_waits_draws_when_the_one_drawing_goes_away() -> None:
    drawn = []

    async def ask() -> Finished:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def draw() -> Finished:
            begun.set()
            await go_on.wait()
            drawn.append(1)
            return _tile("k")

        cache = TileCache(1_000_000)
        first = asyncio.create_task(cache.get_or_draw("k", draw))
        await begun.wait()
        second = asyncio.create_task(cache.get_or_draw("k", draw))
        await asyncio.sleep(0.01)  # in which it comes to wait for the first
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go_on.set()
        return await second

    assert asyncio.run(ask()).body == PLAIN
    assert drawn == [1]


def test_memory_stays_bounded_and_the_longest_unused_goes_first() -> None:
    async def ask() -> TileCache:
        cache = TileCache(10 * (len(PLAIN) + OVERHEAD))
        for number in range(30):

            async def draw(key: str = f"k{number}") -> Finished:
                return _tile(key)

            await cache.get_or_draw(f"k{number}", draw)
            assert cache.get("k0") is not None  # used again and again, so never the longest unused
            assert cache.bytes <= cache.most_bytes
        return cache

    cache = asyncio.run(ask())
    assert len(cache) == 10
    assert cache.get("k29") is not None
    assert cache.get("k5") is None


def test_compressed_bodies_count_as_memory_and_are_made_once() -> None:
    async def ask() -> tuple[TileCache, bytes | None, bytes | None]:
        cache = TileCache(1_000_000)

        async def draw() -> Finished:
            return _tile("k")

        tile = await cache.get_or_draw("k", draw)
        before = cache.bytes
        once = await cache.encoded("k", tile, "zstd")
        kept = cache.get("k")
        assert kept is not None
        assert cache.bytes == before + len(once or b"")
        return cache, once, await cache.encoded("k", kept, "zstd")

    _, once, again = asyncio.run(ask())
    assert once is again
    assert zstandard.ZstdDecompressor().decompress(once or b"") == PLAIN


def test_gzip_is_one_layer_of_gzip_and_a_small_body_stays_plain() -> None:
    async def ask(body: bytes) -> bytes | None:
        cache = TileCache(1_000_000)
        return await cache.encoded("k", _tile("k", body), "gzip")

    assert gzip.decompress(asyncio.run(ask(PLAIN)) or b"") == PLAIN
    assert asyncio.run(ask(b"x" * (WORTH_COMPRESSING - 1))) is None
    assert asyncio.run(ask(os.urandom(5000))) is None  # it would only grow


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=1.0, gzip;q=0.8, zstd;q=0", "gzip"),
        ("gzip; q=0", None),
    ],
)
def test_the_encoding_is_one_the_client_accepts(accepted: str, encoding: str | None) -> None:
    assert encoding_for(accepted) == encoding


def test_the_etag_is_the_keys() -> None:
    assert etag_of("a|1.0|3/2/1") == etag_of("a|1.0|3/2/1") != etag_of("a|1.1|3/2/1")
    assert _tile("k").etag == etag_of("k")


def test_one_drawing_serves_those_who_ask_in_other_threads() -> None:
    drawn, cache, began = [], TileCache(1_000_000), threading.Barrier(8)

    async def draw() -> Finished:
        drawn.append(threading.get_ident())
        await asyncio.sleep(0.2)
        return _tile("k")

    def ask() -> bytes:
        began.wait()
        return asyncio.run(cache.get_or_draw("k", draw)).body

    with ThreadPoolExecutor(8) as threads:
        bodies = list(threads.map(lambda _: ask(), range(8)))
    assert bodies == [PLAIN] * 8
    assert len(drawn) == 1


def test_a_cache_with_a_store_draws_nothing_twice_and_nobody_waits_for_the_store(tmp_path: Path) -> None:
    drawn, release = [], threading.Event()

    class Slow(FolderStore):
        def put(self, key: str, tile: Finished) -> None:
            assert release.wait(120)
            super().put(key, tile)

    async def draw() -> Finished:
        drawn.append(1)
        return _tile("k")

    first = TileCache(1_000_000, CarefulStore(Slow(tmp_path)))
    assert asyncio.run(first.get_or_draw("k", draw)).body == PLAIN  # though the store has not taken it yet
    release.set()
    first.close()
    other_process = TileCache(1_000_000, CarefulStore(FolderStore(tmp_path)))
    found = asyncio.run(other_process.get_or_draw("k", draw))
    assert (found.body, found.timing, drawn) == (PLAIN, "store", [1])
    other_process.close()
