"""A stored file sent whole or by byte ranges, wherever it is stored (RFC 9110, sections 13 and 14).

A reader of PMTiles or of a COG asks for nothing but ranges. A file in a bucket passes through in parts; more than one
range at once is answered with the whole file there, which the standard allows.
"""

import re
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from geoservice.api.etag import etag, matches
from layers.bucket import PART_BYTES, Bucket
from layers.errors import StorageAway
from layers.ranges import Ranges, open_ranges
from layers.sentences import say
from layers.storage import Storage

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
    mark = etag(f"{key} {ranges.size}".encode())
    headers = headers | {
        "Accept-Ranges": "bytes", "ETag": mark, "Content-Disposition": shown.headers["content-disposition"]
    }  # fmt: skip
    if matches(request.headers.get("if-none-match"), mark):
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", mark) != mark:
        asked = ""
    first, last = 0, ranges.size - 1
    status = 200
    if found := _RANGE.match(asked):
        first, last = _bounds(found, ranges.size)
        if first > last:
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{ranges.size}"})
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{ranges.size}"
    headers["Content-Length"] = str(last - first + 1)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_parts(ranges, first, last + 1), status, headers, media_type)


def local_file(request: Request, path: Path, media_type: str | None, name: str, headers: Mapping[str, str]) -> Response:
    """Send a finished file of this machine as a file called ``name``, or say that the client has it already.

    Raises:
        FileNotFoundError: there is none.
    """
    answer = FileResponse(path, 200, headers, media_type, filename=name, stat_result=path.stat())
    if status := _unmet(request.headers, answer.headers["etag"], answer.headers["last-modified"]):
        kept = ("etag", "last-modified", "cache-control", "vary")
        return Response(status_code=status, headers={key: answer.headers[key] for key in kept if key in answer.headers})
    if not _understood(request.headers.get("range", "")):  # then it is passed over (14.2), not refused
        request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"range"]
    return answer


def _unmet(given: Mapping[str, str], tag: str, written: str) -> int | None:
    """Return the status that says what the client's conditions come to (13.2.2); None where they are met."""
    if "if-match" in given:
        if not any(one.strip() in ("*", tag) for one in given["if-match"].split(",")):
            return 412
    elif (since := _seconds(given.get("if-unmodified-since"))) is not None and (_seconds(written) or 0) > since:
        return 412
    if "if-none-match" in given:
        return 304 if matches(given["if-none-match"], tag) else None
    since = _seconds(given.get("if-modified-since"))
    return 304 if since is not None and (_seconds(written) or 0) <= since else None


def _seconds(date: str | None) -> float | None:
    """Read a date of HTTP; one that is none is as if it were not sent (13.1.3)."""
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None


def _understood(ranges: str) -> bool:
    return bool(_RANGES.fullmatch(ranges)) and all(int(first) <= int(last) for first, last in _PAIRS.findall(ranges))


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    """Return the first and last byte of a range; the first beyond the last when there is none of it."""
    first, last, tail = found.groups()
    if tail is not None:
        return max(0, size - int(tail)) if int(tail) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


async def _parts(ranges: Ranges, first: int, end: int) -> AsyncIterator[bytes]:
    for offset in range(first, end, PART_BYTES):
        yield await run_in_threadpool(ranges.read, offset, min(PART_BYTES, end - offset))
