"""Bytes set aside in a temporary file: without a name, gone with the value that holds it or with the process."""

import os
import tempfile
import weakref
from typing import Any


class Scratch:
    """A file that is written at its end and read anywhere, also by several threads."""

    def __init__(self) -> None:
        file = tempfile.TemporaryFile(buffering=0)
        weakref.finalize(self, file.close)
        self._descriptor = file.fileno()
        self.size = 0

    def append(self, data: Any) -> int:
        """Write bytes, or a contiguous array, at the end; returns where they begin."""
        at, left = self.size, memoryview(data).cast("B") if len(data) else memoryview(b"")
        self.size += len(left)
        while len(left):
            left = left[os.write(self._descriptor, left) :]
        return at

    def read(self, at: int, size: int) -> bytes:
        """Read ``size`` bytes; less where the file ends before."""
        return os.pread(self._descriptor, size, at)
