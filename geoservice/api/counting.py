"""Counted in plain numbers, handed over once a second: Prometheus' own counters cost a fifth of a kept tile.

With several API processes each of its numbers is a write into a shared file, and a request changes six.
"""

import asyncio
from bisect import bisect_left
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
EVERY_S = 1.0

REQUESTS = Counter("geoservice_requests_total", "Requests answered", ("family", "status"))
SECONDS = Histogram("geoservice_request_seconds", "Time until the answer was sent", ("family",), buckets=BUCKETS)
BYTES = Counter("geoservice_response_bytes_total", "Body bytes sent", ("family",))
UNDER_WAY = Gauge("geoservice_requests_in_progress", "Requests being answered", multiprocess_mode="livesum")


class Tally:
    """What was counted of a family and status and is not yet handed over."""

    __slots__ = ("buckets", "bytes", "requests", "seconds")

    def __init__(self) -> None:
        self.requests, self.bytes, self.seconds = 0, 0, 0.0
        self.buckets = [0] * (len(BUCKETS) + 1)


class Counting:
    """The numbers of this process. Used from its event loop."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, int], Tally] = {}
        self._under_way = 0
        self._waits = False

    def begin(self) -> None:
        """Count a request that is being answered from now on."""
        self._under_way += 1
        if not self._waits:
            self._wait()

    def end(self, family: str, status: int, took: float, sent: int) -> None:
        """Count its answer: its seconds and the bytes of its body."""
        self._under_way -= 1
        self.count(family, status, took, sent)

    def count(self, family: str, status: int, took: float, sent: int) -> None:
        """Count a request that was answered at once."""
        tally = self._tallies.get((family, status))
        if tally is None:
            tally = self._tallies[family, status] = Tally()
        tally.requests += 1
        tally.bytes += sent
        tally.seconds += took
        tally.buckets[bisect_left(BUCKETS, took)] += 1
        if not self._waits:
            self._wait()

    def hand_over(self) -> None:
        """Give Prometheus what was counted since the last time."""
        self._waits = False
        UNDER_WAY.set(self._under_way)
        tallies, self._tallies = self._tallies, {}
        for (family, status), tally in tallies.items():
            requests, seconds, sent = _counters(family, status)
            requests.inc(tally.requests)
            sent.inc(tally.bytes)
            seconds._sum.inc(tally.seconds)  # it takes many at once no other way
            for bucket, count in zip(seconds._buckets, tally.buckets, strict=True):
                if count:
                    bucket.inc(count)

    def _wait(self) -> None:
        self._waits = True
        asyncio.get_running_loop().call_later(EVERY_S, self.hand_over)


@cache
def _counters(family: str, status: int) -> tuple[Counter, Histogram, Counter]:
    return REQUESTS.labels(family, str(status)), SECONDS.labels(family), BYTES.labels(family)


COUNTING = Counting()
