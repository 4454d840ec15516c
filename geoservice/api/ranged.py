"""A stored file sent whole or by one byte range, wherever it is stored (RFC 9110, section 14).

A reader of PMTiles asks for nothing but ranges. A file in a bucket passes through in parts; more than one range at once
is answered with the whole file, which the standard allows.
"""

import re
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from geoservice.api.etag import etag
from layers.bucket import PART_BYTES, Bucket
from layers.ranges import Ranges, open_ranges
from layers.storage import Storage

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))$")


async def stored_file(
    request: Request, storage: Storage, key: str, media_type: str, name: str, headers: dict[str, str]
) -> Response:
    """Send what stands at a key as a file called ``name``.

    Raises:
        FileNotFoundError: nothing does.
        StorageError: the bucket cannot be reached.
    """
    if not isinstance(storage, Bucket):
        return FileResponse(storage.path(key), headers=headers, media_type=media_type, filename=name)
    ranges = await run_in_threadpool(open_ranges, storage, key)
    shown = FileResponse("", filename=name)  # its header of the name, in both spellings
    mark = etag(f"{key} {ranges.size}".encode())
    headers = headers | {
        "Accept-Ranges": "bytes", "ETag": mark, "Content-Disposition": shown.headers["content-disposition"]
    }  # fmt: skip
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


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    """Return the first and last byte of a range; the first beyond the last when there is none of it."""
    first, last, tail = found.groups()
    if tail is not None:
        return max(0, size - int(tail)) if int(tail) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


async def _parts(ranges: Ranges, first: int, end: int) -> AsyncIterator[bytes]:
    for offset in range(first, end, PART_BYTES):
        yield await run_in_threadpool(ranges.read, offset, min(PART_BYTES, end - offset))
