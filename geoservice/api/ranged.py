"""A stored file sent whole or by byte ranges, wherever it is stored (RFC 9110, sections 13 and 14).

A reader of PMTiles or of a COG asks for nothing but ranges. A file in a bucket passes through in parts; more than one
range at once is answered with the whole file there, which the standard allows.
"""

import re
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

from anyio import CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from geoservice.api.etag import etag, matches
from layers.errors import StorageAway
from layers.sentences import say
from layers.storage import Storage
from layers.storage.bucket import PART_BYTES, Bucket
from layers.storage.ranges import Ranges, open_ranges
from layers.workplace import remove_workplace

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))$")
_RANGES = re.compile(r"bytes=\s*(?:\d+-\d*|-\d+)(?:\s*,\s*(?:\d+-\d*|-\d+))*\s*", re.ASCII | re.IGNORECASE)
_PAIRS = re.compile(r"(\d+)-(\d+)", re.ASCII)


async def stored_file(
    request: Request, storage: Storage, key: str, media_type: str, name: str, headers: dict[str, str]
) -> Response:
    """Send what stands at a key as a file called ``name``.

    Raises:
        StorageAway: nothing does, or the bucket cannot be reached.
    """
    if not isinstance(storage, Bucket):
        path = storage.path(key)
        try:
            return local_file(request, path, media_type, name, headers)
        except FileNotFoundError as error:
            raise StorageAway(say("raster-away", file=path.name), str(path)) from error
    ranges = await run_in_threadpool(open_ranges, storage, key)
    shown = FileResponse("", filename=name)  # its header of the name, in both spellings
    mark = etag(f"{key} {ranges.size}".encode()).removeprefix("W/")  # nothing is written twice at a key
    headers = headers | {
        "Accept-Ranges": "bytes", "ETag": mark, "Content-Disposition": shown.headers["content-disposition"]
    }  # fmt: skip
    if status := _unmet(request.headers, mark, None):
        return _bodiless(status, headers)
    first, last = 0, ranges.size - 1
    status = 200
    if found := _RANGE.match(_wanted(request, mark, None).lower()):
        first, last = _bounds(found, ranges.size)
        if first > last:
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{ranges.size}"})
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{ranges.size}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingResponse(_parts(ranges, first, last + 1), status, headers, media_type)


def local_file(request: Request, path: Path, media_type: str | None, name: str, headers: Mapping[str, str]) -> Response:
    """Send a finished file of this machine as a file called ``name``, or say that the client has it already.

    Raises:
        FileNotFoundError: there is none.
    """
    answer = FileResponse(path, 200, headers, media_type, filename=name, stat_result=path.stat())
    tag, written = answer.headers["etag"], answer.headers["last-modified"]
    if status := _unmet(request.headers, tag, written):
        return _bodiless(status, answer.headers)
    _pass_over(request, tag, written)
    return answer


class _MadeFile(FileResponse):
    """A file that is away with its folder when it was sent, was refused, or nobody listens any more."""

    folder: Path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(remove_workplace, self.folder)


def made_file(
    request: Request, path: Path, folder: Path, media_type: str, name: str, headers: Mapping[str, str]
) -> Response:
    """Send a file that was made for this request alone as a file called ``name``, then remove its folder.

    The moment it was written says nothing of what it holds, so there is no ``Last-Modified``.
    """
    answer = _MadeFile(path, 200, headers, media_type, filename=name, stat_result=path.stat())
    answer.folder = folder
    del answer.headers["last-modified"]
    _pass_over(request, answer.headers["etag"], None)
    return answer


def _pass_over(request: Request, tag: str, written: str | None) -> None:
    """Take ranges that are not to be sent out of a request: Starlette would refuse some of them."""
    if not _wanted(request, tag, written):
        request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"range"]


def _bodiless(status: int, headers: Mapping[str, str]) -> Response:
    kept = ("etag", "last-modified", "cache-control", "vary")
    return Response(status_code=status, headers={key: headers[key] for key in headers if key.lower() in kept})


def _unmet(given: Mapping[str, str], tag: str, written: str | None) -> int | None:
    """Return the status that says what the client's conditions come to (13.2.2); None where they are met."""
    if "if-match" in given:
        if not any(one.strip() in ("*", tag) for one in given["if-match"].split(",")):
            return 412
    elif _later(written, given.get("if-unmodified-since")):
        return 412
    if "if-none-match" in given:
        return 304 if matches(given["if-none-match"], tag) else None
    return 304 if _later(written, given.get("if-modified-since")) is False else None


def _later(written: str | None, date: str | None) -> bool | None:
    """Say whether a file was written after a date; None without one of the two, or if it is no date (13.1.3)."""
    try:
        return parsedate_to_datetime(written) > parsedate_to_datetime(date) if written and date else None
    except (ValueError, OverflowError, TypeError):
        return None


def _wanted(request: Request, tag: str, written: str | None) -> str:
    """Return the ranges asked for; empty where they are passed over (14.2), or the client has part of another file."""
    ranges = request.headers.get("range", "")
    if not _RANGES.fullmatch(ranges) or any(int(first) > int(last) for first, last in _PAIRS.findall(ranges)):
        return ""
    given = request.headers.get("if-range")
    return ranges if given is None or (given in (tag, written) and not given.startswith("W/")) else ""


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    """Return the first and last byte of a range; the first beyond the last when there is none of it."""
    first, last, tail = found.groups()
    if tail is not None:
        return max(0, size - int(tail)) if int(tail) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


async def _parts(ranges: Ranges, first: int, end: int) -> AsyncIterator[bytes]:
    for offset in range(first, end, PART_BYTES):
        yield await run_in_threadpool(ranges.read, offset, min(PART_BYTES, end - offset))
