"""The painting processes of this process: started when first needed, restarted when one dies, killed when too slow."""

import os
import pickle
import queue
import select
import subprocess
import sys
import time
from typing import IO

from layers.sentences import say
from tiles.errors import PictureFailed, PictureTooLarge
from tiles.picture.job import Job

START_S = 60.0
CHUNK = 1 << 20


class Painters:
    """At most ``count`` processes, one job each. Called from threads; ``paint`` waits for a free one."""

    def __init__(self, count: int, seconds: float) -> None:
        self.seconds = seconds
        self._free: queue.LifoQueue[_Painter | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def paint(self, job: Job) -> bytes:
        """Return what a job draws.

        Raises:
            PictureTooLarge: it takes longer than ``seconds``.
            PictureFailed: the renderer refused it or died of it.
        """
        painter = self._free.get()
        try:
            if painter is not None and not painter.lives:
                painter.close()
                painter = None
            painter = painter or _Painter()
            return painter.paint(job, self.seconds)
        except (PictureTooLarge, _Gone) as error:
            if painter is not None:
                painter.close()
                painter = None
            if isinstance(error, _Gone):
                raise PictureFailed(say("picture-stopped")) from error
            raise
        finally:
            self._free.put(painter)

    def close(self) -> None:
        """End the processes that are free."""
        while not self._free.empty():
            painter = self._free.get_nowait()
            if painter is not None:
                painter.close()


class _Gone(Exception):
    """The process has ended."""


class _Painter:
    def __init__(self) -> None:
        command = [sys.executable, "-m", "tiles.picture.painter"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, pipesize=CHUNK
        )
        try:
            self._answer(time.monotonic() + START_S)
        except BaseException:
            self.close()
            raise

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def paint(self, job: Job, seconds: float) -> bytes:
        body = pickle.dumps(job, protocol=5)
        try:
            assert self.process.stdin is not None
            rest = memoryview(len(body).to_bytes(8, "little") + body)
            while rest:
                rest = rest[os.write(self.process.stdin.fileno(), rest) :]
        except OSError as error:
            raise _Gone from error
        outcome, answer = self._answer(time.monotonic() + seconds)
        if outcome != "done":
            raise PictureFailed(say("picture-failed", why=answer.decode()[:300]))
        return answer

    def close(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()

    def _answer(self, until: float) -> tuple[str, bytes]:
        assert self.process.stdout is not None
        size = int.from_bytes(_read(self.process.stdout, 8, until), "little")
        outcome, body = pickle.loads(_read(self.process.stdout, size, until))
        return outcome, body


def _read(pipe: IO[bytes], size: int, until: float) -> bytes:
    parts, left = [], size
    while left:
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            raise PictureTooLarge(say("picture-long"))
        part = os.read(pipe.fileno(), min(left, CHUNK))
        if not part:
            raise _Gone
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
