"""The other end of the reading process (``gdal_child``): start it, ask it, take its Arrow stream, never wait for
ever."""

import io
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from importers.errors import UnreadableSource
from layers.sentences import say

Json = dict[str, Any]

MEMORY_LIMIT = 3 << 30
"""Bytes the reading process may hold."""
PATIENCE_S = 60.0
"""Seconds the process may be silent, plus one for each megabyte of the file."""


class ReadingProcess:
    """A process that reads one file with the drivers named, and nothing else.

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
        self._patience = PATIENCE_S + _size(path) / 1e6
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: _Patient | None = None
        self.complaints: tuple[str, ...] = ()

    def ask(self, request: Json) -> Json:
        """Send a request that has one answer, and return it."""
        self._send(request)
        return self._answer()

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
            self.close()
            raise UnreadableSource(say("reader-silent", file=self._path.name, patience=self._patience)) from None
        except (pa.ArrowException, EOFError):
            raise self._crashed() from None
        self._answer()
        return schema

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def _send(self, request: Json) -> None:
        if self._process is None:
            self._launch()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._crashed() from None

    def _launch(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("GDAL_", "PROJ_", "OGR_", "CPL_"))}
        # -P keeps this folder, whose modules have names of the standard library's, off the child's path.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("gdal_child.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=tempfile.gettempdir(),
        )
        assert self._process.stdout is not None
        self._answers = _Patient(self._process.stdout.fileno(), self._patience)
        self._send(self._start)
        self._answer()

    def _answer(self) -> Json:
        assert self._answers is not None
        try:
            line = self._answers.readline()
        except TimeoutError:
            self.close()
            raise UnreadableSource(say("reader-silent", file=self._path.name, patience=self._patience)) from None
        if not line.endswith(b"\n"):
            raise self._crashed()
        body: Json = json.loads(line)
        if body.get("error"):
            raise UnreadableSource(
                say("file-plain", file=self._path.name, plain=_plain(body, self._opened, self._path.name))
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
            self.complaints = _failures(closing["messages"])
            if self.complaints and closing["rows"] != expected and (limit is None or closing["rows"] < limit):
                raise UnreadableSource(
                    say(
                        "file-complaint",
                        file=self._path.name,
                        complaints=_in_our_words(self.complaints[0]) or self.complaints[0],
                    )
                )
        except TimeoutError:
            raise UnreadableSource(say("reader-stopped", file=self._path.name)) from None
        except (pa.ArrowInvalid, OSError, EOFError):
            raise self._crashed() from None
        finally:
            if not finished:  # left in the middle: the rest of the stream is of no use
                self.close()

    def _crashed(self) -> UnreadableSource:
        process = self._process
        code = process.poll() if process else None
        if process is not None and code is None:
            try:
                code = process.wait(2)
            except subprocess.TimeoutExpired:
                code = None
        self.close()
        how = f" ({signal.Signals(-code).name})" if code is not None and code < 0 else ""
        return UnreadableSource(
            say("reader-broke-down", file=self._path.name, how=how, memory_limit=MEMORY_LIMIT >> 30)
        )


class _Patient(io.RawIOBase):
    """The read end of a pipe that raises ``TimeoutError`` instead of waiting for ever; also what Arrow reads from."""

    def __init__(self, descriptor: int, patience: float) -> None:
        self._descriptor, self._patience, self._left = descriptor, patience, b""

    def readable(self) -> bool:
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
        ready, _, _ = select.select([self._descriptor], [], [], self._patience)
        if not ready:
            raise TimeoutError
        return os.read(self._descriptor, min(max(size, 65536), 1 << 20))


def _failures(messages: list[str]) -> tuple[str, ...]:
    """Return GDAL's own errors among the messages of a read that pretended to succeed."""
    errors = (message.partition(":")[2].strip() for message in messages if message.startswith("ERROR "))
    return tuple(dict.fromkeys(errors))


def _plain(body: Json, path: Path, name: str) -> str:
    """Make a sentence of the library's error: its kind and our paths removed."""
    text = str(body["error"]).partition(": ")[2] or str(body["error"])
    if known := _in_our_words(text.split("; It might help")[0]):
        return known
    text = text.split("; It might help")[0].replace(str(path), name).replace(str(path.parent), "").strip()
    return text or say("cannot-be-read")


_OUR_WORDS = (
    (re.compile(r"not recognized as being in a supported file format\.?$"), "not-a-known-format"),
    (re.compile(r"fread\(\d+\) failed on DBF"), "dbf-cut-off"),
    (
        re.compile(r"database disk image is malformed|file is not a database|malformed database schema"),
        "database-damaged",
    ),
    (re.compile(r"sqlite3_\w+\(.*\) failed"), "database-damaged"),
    (re.compile(r"deserialize thrift|Parquet magic bytes|Invalid base64"), "parquet-damaged"),
)


def _in_our_words(text: str) -> str:
    """Return a sentence for what GDAL says tersely; nothing where its words do."""
    return next((say(code) for pattern, code in _OUR_WORDS if pattern.search(text)), "")


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(child.stat().st_size for child in path.rglob("*") if child.is_file())
    return path.stat().st_size if path.exists() else 0
