"""Remember what was made of an object for as long as the object is in use, by identity.

Catalogue values and CRS objects are immutable and long-lived, but hashing one costs more than a tile: a CRS writes
its WKT, a mosaic's facts visit ten thousand files. The memo holds the objects it was asked about, so an identity never
comes back as another object.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Memo(Generic[Made]):
    """At most ``limit`` values, the oldest forgotten first. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._known: OrderedDict[tuple[int, ...], tuple[tuple[object, ...], Made]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, make: Callable[[], Made], *of: object) -> Made:
        """The value for the objects ``of``, made now when it is not known. Two threads may both make it."""
        key = tuple(map(id, of))
        known = self._known.get(key)
        if known is not None:
            return known[1]
        made = make()
        with self._lock:
            self._known[key] = (of, made)
            while len(self._known) > self.limit:
                self._known.popitem(last=False)
        return made
