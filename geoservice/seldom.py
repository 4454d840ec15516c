"""Complaints that come with every tile of a layer, told to the log once a minute."""

import threading
import time
from collections.abc import Callable

EVERY_S = 60.0
MOST_KEPT = 1000


class Seldom:
    """Says of each kind of complaint whether it is time to tell it again. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._told: dict[str, tuple[float, int]] = {}

    def untold(self, kind: str) -> int | None:
        """How often this kind came since it was told last; None when it is not to be told yet."""
        now = self._clock()
        with self._lock:
            when, untold = self._told.get(kind, (-EVERY_S, 0))
            if now - when < EVERY_S:
                self._told[kind] = when, untold + 1
                return None
            if len(self._told) >= MOST_KEPT:
                self._told.clear()
            self._told[kind] = now, 0
            return untold
