"""Batches prepared in a thread while those before are encoded and sent: PROJ and the database work side by side.

What is under way is bounded by its bytes: a heavy batch is written before the next is prepared, so that no two large
shapes are in memory at once.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from layers.memory import give_back

Batch = TypeVar("Batch")

QUEUED = 2
"""Batches that wait, at most."""
LIGHT_BYTES = 12_000_000
"""What all that are under way may weigh while another one is prepared."""


def ahead(batches: Iterable[Batch], weight: Callable[[Batch], int]) -> Iterator[Batch]:
    """Yield batches that a thread prepares; one is written when the next is asked for, and is to be forgotten then.

    Raises:
        what preparing raised.
    """
    work = _Work(batches, weight)
    thread = threading.Thread(target=work.prepare, name="import-prepare", daemon=True)
    thread.start()
    try:
        yield from work.prepared()
    finally:
        work.stop()
        thread.join()


class _Work(Generic[Batch]):
    """Batches between the thread that prepares them and the one that writes them."""

    def __init__(self, batches: Iterable[Batch], weight: Callable[[Batch], int]) -> None:
        self._batches, self._weight = batches, weight
        self._waiting: queue.Queue[tuple[Batch, int] | BaseException | None] = queue.Queue()
        self._changed, self._stopped = threading.Condition(), False
        self._held = self._count = 0

    def stop(self) -> None:
        """Prepare no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def prepare(self) -> None:
        """Prepare batch after batch."""
        try:
            for batch in self._batches:
                weight = self._weight(batch)
                self._add(weight, 1)
                if weight > LIGHT_BYTES:
                    give_back()  # what preparing it took beside
                self._waiting.put((batch, weight))
                del batch  # nothing of it is held here while the next is made
                if not self._may_go_on():
                    return
            self._waiting.put(None)
        except BaseException as error:  # handed to the writer
            self._waiting.put(error)

    def prepared(self) -> Iterator[Batch]:
        """Yield what is prepared."""
        while (item := self._waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            batch, weight = item
            del item
            yield batch
            del batch
            if weight > LIGHT_BYTES:
                give_back()
            self._add(-weight, -1)

    def _add(self, weight: int, count: int) -> None:
        with self._changed:
            self._held += weight
            self._count += count
            self._changed.notify_all()

    def _may_go_on(self) -> bool:
        """Wait until what is under way is light; false when no more is wanted."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or (self._held <= LIGHT_BYTES and self._count <= QUEUED))
            return not self._stopped
