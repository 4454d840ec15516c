"""Waiting for a fact and never for a time: a machine under load is slow, and that is no failure."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_S = 120.0
"""Far beyond what anything here takes: only what never comes about ends the waiting."""


def until(found: Callable[[], Found], what: str = "it did not come about", pause: float = 0.02) -> Found:
    """Ask again and again until the answer is true, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < deadline, f"{what} within {PATIENCE_S:.0f} s"
        time.sleep(pause)
    return answer
