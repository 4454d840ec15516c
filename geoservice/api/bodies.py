"""Request bodies: JSON objects of a bounded size, counted as they arrive, whatever Content-Length claims."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request

from geoservice.errors import UploadTooLarge
from layers.errors import BadQuery, GeoError
from layers.sentences import say


async def read_object(
    request: Request,
    most: int,
    *,
    instead: str = "simplify its geometry",
    wrong: Callable[[str], GeoError] = lambda detail: BadQuery(detail, "body"),
) -> dict[str, Any]:
    """Return the JSON object that a request's body is; nesting is bounded by the parser.

    ``instead`` says what to do where it is too large, ``wrong`` makes the error of what is no JSON object.

    Raises:
        UploadTooLarge: it is larger than ``most`` bytes.
        BadQuery, or what ``wrong`` makes: it is no JSON, or no object.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise UploadTooLarge(say("body-larger", most=most, instead=instead))
        parts.append(part)
    try:
        document = orjson.loads(b"".join(parts))
    except orjson.JSONDecodeError as error:
        raise wrong(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise wrong("the body is JSON, but not an object")
    return document
