"""How many of some values were there before, by their 64-bit hashes, in memory that does not grow with their number."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from layers.level.scratch import Scratch

Hashes = npt.NDArray[np.int64]

AT_ONCE = 1_000_000
"""Hashes sorted at once."""
BLOCK = 1 << 20


class Repeats:
    """Hashes of values, set aside in a file; those of one part of their range are looked at together."""

    def __init__(self) -> None:
        self._scratch = Scratch()

    def add(self, hashes: Hashes) -> None:
        """Add values by their hashes."""
        self._scratch.append(np.ascontiguousarray(hashes))

    def count(self) -> int:
        """Count the values that were there before."""
        parts = -(-self._scratch.size // (8 * AT_ONCE))
        return sum(self._count(part, parts) for part in range(parts))

    def _count(self, part: int, parts: int) -> int:
        chosen = [block if parts == 1 else block[block % parts == part] for block in self._blocks()]
        found = np.sort(np.concatenate(chosen))  # np.unique takes forty times as long
        return int(np.count_nonzero(found[1:] == found[:-1]))

    def _blocks(self) -> Iterator[Hashes]:
        for at in range(0, self._scratch.size, BLOCK):
            yield np.frombuffer(self._scratch.read(at, BLOCK), np.int64)
