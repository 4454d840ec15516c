"""Work on values while the next are fetched: shapely and NumPy let go of the interpreter, so threads use all cores."""

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


def overlapped(work: Callable[[Given], Made], values: Iterable[Given]) -> Iterator[Made]:
    """Yield ``work`` of each value, in order; values are taken in the caller's thread, worked on in others."""
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="levels") as pool:
        try:
            for value in values:
                waiting.append(pool.submit(work, value))
                if len(waiting) >= AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
