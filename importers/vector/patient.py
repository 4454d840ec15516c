"""A pipe that is read with patience: whoever writes into it may not be silent for ever."""

import io
import os
import select
from typing import Any


class Patient(io.RawIOBase):
    """The read end of a pipe that raises ``TimeoutError`` instead of waiting for ever; also what Arrow reads from."""

    def __init__(self, descriptor: int, patience: float) -> None:
        self._descriptor, self.patience, self._left = descriptor, patience, b""

    def readable(self) -> bool:
        """Say that it is read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer completely unless the pipe ends: Arrow takes a short read for the end."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            data = self._left or self._more(len(view) - filled)
            if not data:
                break
            taken = data[: len(view) - filled]
            view[filled : filled + len(taken)] = taken
            self._left = data[len(taken) :]
            filled += len(taken)
        return filled

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return a line with its end, or what there is before the pipe ends."""
        while b"\n" not in self._left:
            data = self._more(65536)
            if not data:
                break
            self._left += data
        line, end, self._left = self._left.partition(b"\n")
        return line + end

    def close(self) -> None:
        """Leave the pipe open: it belongs to the process."""

    def _more(self, size: int) -> bytes:
        ready, _, _ = select.select([self._descriptor], [], [], self.patience)
        if not ready:
            raise TimeoutError
        return os.read(self._descriptor, min(max(size, 65536), 1 << 20))
