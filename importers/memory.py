"""Memory that was freed, given back to the system."""

import ctypes


def give_back() -> None:
    """Give freed memory back: glibc keeps what each thread has freed, in case it asks again."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
