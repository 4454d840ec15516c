"""The names in a folder by how they begin, whatever the case of their letters.

Ten thousand sheets in a folder ask of it many times each what stands beside them, so a folder that rests is listed
once. Times of folders are coarse: one that changed a moment ago may change again without its time telling, and is
listed every time.
"""

import os
import time
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

RESTS_NS = 2_000_000_000
Names = tuple[tuple[str, str], ...]


def names_beginning(folder: Path, start: str) -> list[str]:
    """Return the names in a folder that begin with ``start``, in letters of any case, sorted."""
    names, first = _listed(folder), start.lower()
    place = bisect_left(names, (first, ""))
    found = []
    while place < len(names) and names[place][0].startswith(first):
        found.append(names[place][1])
        place += 1
    return sorted(found)


def _listed(folder: Path) -> Names:
    changed = folder.stat().st_mtime_ns
    rests = time.time_ns() - changed > RESTS_NS
    return _remembered(os.fspath(folder), changed) if rests else _names(os.fspath(folder))


@lru_cache(maxsize=4)
def _remembered(folder: str, changed: int) -> Names:
    return _names(folder)


def _names(folder: str) -> Names:
    return tuple(sorted((name.lower(), name) for name in os.listdir(folder)))
