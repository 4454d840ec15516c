"""The other end of the reading process (``gdal_child``): start it, ask it, take its Arrow stream, never wait for
ever."""

import json
import signal
import subprocess
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from importers.batch import Json
from importers.errors import UnreadableSource
from importers.vector.gdal_words import failures, in_our_words, plain
from importers.vector.launch import Process, launched
from importers.vector.patient import Patient
from layers.sentences import say

MEMORY_LIMIT = 3 << 30
"""Bytes the reading process may hold."""
PATIENCE_S = 60.0
"""Seconds the process may be silent, plus one for each megabyte of the file."""


@dataclass(frozen=True, eq=False)
class _Child:
    """A process under way: what it was started with, and the end of its pipe that answers come from."""

    process: Process
    start: Json
    answers: Patient

    def tell(self, request: Json) -> None:
        """Send a request."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """End it."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self.process.wait()


class ReadingProcess:
    """A process that reads one file with the drivers named, and nothing else.

    While several files are open those of one format are read by one process, one after the other: starting it takes
    longer than reading many a small file. One that failed in any way is ended.

    Raises ``UnreadableSource`` with the file's name from every call: on an error of the library, a crash, too much
    memory, or silence for longer than the file's size explains.
    """

    def __init__(
        self,
        path: Path,
        drivers: tuple[str, ...],
        config: Mapping[str, str] | None = None,
        shown: Path | None = None,
    ) -> None:
        self._path = shown or path
        self._opened = path
        self.drivers = drivers
        self._start = {"do": "start", "drivers": drivers, "memory": MEMORY_LIMIT, "config": dict(config or {})}
        self.size = _size(path)
        self._patience = PATIENCE_S + self.size / 1e6
        self._child: _Child | None = None
        self.complaints: tuple[str, ...] = ()
        _open.add(self)

    def ask(self, request: Json) -> Json:
        """Send a request that has one answer, and return it."""
        self._send(request)
        answer = self._answer()
        self._rest()
        return answer

    def read(self, request: Json) -> tuple[Json, Iterator[pa.RecordBatch]]:
        """Send a ``read`` request; returns its first answer and the batches. The last answer is checked at the end."""
        self._send(request)
        return self._answer(), self._batches(request.get("expected"), request.get("limit"))

    def schema(self, request: Json) -> pa.Schema:
        """Send a ``read`` request for no rows; returns the columns' names and Arrow types."""
        self._send(request | {"rows": 1, "limit": 0})
        self._answer()
        try:
            with pa.ipc.open_stream(self._answers) as reader:
                schema = reader.schema
                reader.read_all()
        except TimeoutError:
            self._end()
            raise UnreadableSource(say("reader-silent", file=self._path.name, patience=self._patience)) from None
        except (pa.ArrowException, EOFError):
            raise self._crashed() from None
        self._answer()
        self._rest()
        return schema

    def close(self) -> None:
        """End the process, unless it rests and another file may want it."""
        self._end()
        _open.discard(self)
        if not _open:
            while _resting:
                _resting.pop().end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _rest(self) -> None:
        """Leave the process, which has answered all, to whoever reads with the same drivers next."""
        child, self._child = self._child, None
        if child is not None:
            _resting.append(child)
        while len(_resting) > MOST_RESTING:
            _resting.popleft().end()

    def _send(self, request: Json) -> None:
        try:
            if self._child is None:
                self._child = self._rested() or self._launched()
            self._child.tell(request)
        except BrokenPipeError:
            raise self._crashed() from None

    def _rested(self) -> "_Child | None":
        """A process started for the same drivers that has nothing to do."""
        for child in tuple(_resting):
            if child.start == self._start and child.process.poll() is None:
                try:
                    _resting.remove(child)
                except ValueError:
                    continue  # another thread took it
                child.answers.patience = self._patience
                return child
        return None

    def _launched(self) -> "_Child":
        process = launched()
        assert process.stdout is not None
        self._child = _Child(process, self._start, Patient(process.stdout.fileno(), self._patience))
        self._child.tell(self._start)
        self._answer()
        return self._child

    @property
    def _answers(self) -> Patient:
        assert self._child is not None
        return self._child.answers

    def _answer(self) -> Json:
        try:
            line = self._answers.readline()
        except TimeoutError:
            self._end()
            raise UnreadableSource(say("reader-silent", file=self._path.name, patience=self._patience)) from None
        if not line.endswith(b"\n"):
            raise self._crashed()
        body: Json = json.loads(line)
        if body.get("error"):
            self._end()
            raise UnreadableSource(
                say("file-plain", file=self._path.name, plain=plain(body, self._opened, self._path.name))
            )
        return body

    def _batches(self, expected: int | None, limit: int | None) -> Iterator[pa.RecordBatch]:
        """Yield the stream. GDAL's failures are fatal unless every feature the file claims came all the same, or as
        many as were asked for."""
        finished, self.complaints = False, ()
        try:
            with pa.ipc.open_stream(self._answers) as reader:
                yield from reader
            closing = self._answer()
            finished = True
            self.complaints = failures(closing["messages"])
            if self.complaints and closing["rows"] != expected and (limit is None or closing["rows"] < limit):
                raise UnreadableSource(
                    say(
                        "file-complaint",
                        file=self._path.name,
                        complaints=in_our_words(self.complaints[0]) or self.complaints[0],
                    )
                )
            if expected and expected > 0 and not closing["rows"] and limit != 0:
                raise UnreadableSource(say("none-of-those-claimed", file=self._path.name, expected=expected))
        except TimeoutError:
            raise UnreadableSource(say("reader-stopped", file=self._path.name)) from None
        except (pa.ArrowInvalid, OSError, EOFError):
            raise self._crashed() from None
        finally:
            if finished:
                self._rest()
            else:  # left in the middle: the rest of the stream is of no use
                self._end()

    def _crashed(self) -> UnreadableSource:
        process = self._child.process if self._child else None
        code = process.poll() if process else None
        if process is not None and code is None:
            try:
                code = process.wait(2)
            except subprocess.TimeoutExpired:
                code = None
        self._end()
        how = f" ({signal.Signals(-code).name})" if code is not None and code < 0 else ""
        return UnreadableSource(
            say("reader-broke-down", file=self._path.name, how=how, memory_limit=MEMORY_LIMIT >> 30)
        )


_open: "weakref.WeakSet[ReadingProcess]" = weakref.WeakSet()
_resting: deque[_Child] = deque()
MOST_RESTING = 2
"""Processes that wait for the next file, as long as any is open."""


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(child.stat().st_size for child in path.rglob("*") if child.is_file())
    return path.stat().st_size if path.exists() else 0
