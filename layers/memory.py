"""Memory that was freed, given back to the system."""

import ctypes
from functools import cache

LARGE_BYTES = 8 << 20
"""A block from which on it goes back as soon as it is freed; smaller ones are what batches are made of, again and
again."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>


@cache
def keep_little() -> None:
    """Have large blocks given back when they are freed, of this process and for as long as it lives.

    Else glibc takes each large block that is freed for a sign that such ones are made all the time and keeps the next
    ones, with holes between them, and Arrow keeps its own: shapes of two million vertices came to hundreds of
    megabytes that nothing held.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    options = getattr(ctypes.CDLL(None), "mallopt", None)
    if options is not None:
        options(_M_MMAP_THRESHOLD, LARGE_BYTES)
        options(_M_TRIM_THRESHOLD, 8 * LARGE_BYTES)


def give_back() -> None:
    """Give freed memory back: glibc keeps what each thread has freed, in case it asks again."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
