"""Request bodies: JSON objects of a bounded size, counted as they arrive, whatever Content-Length claims."""

from typing import Any

import orjson
from starlette.requests import Request

from geoservice.errors import UploadTooLarge
from layers.errors import BadQuery


async def read_object(request: Request, most: int) -> dict[str, Any]:
    """Return the JSON object that a request's body is; nesting is bounded by the parser.

    Raises:
        UploadTooLarge: it is larger than ``most`` bytes.
        BadQuery: it is no JSON, or no object.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise UploadTooLarge(f"the body is larger than {most} bytes; simplify its geometry")
        parts.append(part)
    try:
        document = orjson.loads(b"".join(parts))
    except orjson.JSONDecodeError as error:
        raise BadQuery(f"the body is not JSON: {error}", "body") from error
    if not isinstance(document, dict):
        raise BadQuery("the body is a JSON object", "body")
    return document
