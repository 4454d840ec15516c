"""Work on values while the next are fetched, statements run while the caller goes on.

Shapely, NumPy and the database's driver let go of the interpreter, so threads use all cores.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS = min(4, os.cpu_count() or 1)
AHEAD = WORKERS + 1
"""Values that are fetched or made and not yet taken; they bound the memory."""


def overlapped(
    work: Callable[[Given], Made],
    values: Iterable[Given],
    weight: Callable[[Given], float] = lambda value: 0.0,
) -> Iterator[Made]:
    """Yield ``work`` of each value, in order; values are taken in the caller's thread, worked on in others.

    After a value of weight 1, or several that together weigh as much, no other is taken before they are done.
    """
    waiting: deque[tuple[Future[Made], float]] = deque()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="ahead") as pool:
        try:
            for value in values:
                waiting.append((pool.submit(work, value), weight(value)))
                del value
                while len(waiting) >= AHEAD or (waiting and sum(heavy for _, heavy in waiting) >= 1.0):
                    yield waiting.popleft()[0].result()
            while waiting:
                yield waiting.popleft()[0].result()
        finally:
            for future, _ in waiting:
                future.cancel()


class Behind:
    """One thread that does what it is told in order, while the caller goes on.

    What uses a session goes through it, or waits until it is idle.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._told: deque[Future[object]] = deque()

    def do(self, work: Callable[..., object], *given: object) -> None:
        """Do ``work(*given)`` when all before is done.

        Raises:
            what was done before raised.
        """
        while self._told and self._told[0].done():
            self._told.popleft().result()
        self._told.append(self._pool.submit(work, *given))

    def wait(self) -> None:
        """Wait until all is done.

        Raises:
            what was done raised.
        """
        while self._told:
            self._told.popleft().result()

    def __enter__(self) -> "Behind":
        """Use."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Forget what is not begun, wait for what is."""
        self._pool.shutdown(wait=True, cancel_futures=True)
