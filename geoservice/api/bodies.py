"""Request bodies: JSON objects of a bounded size, counted as they arrive, whatever Content-Length claims."""

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from starlette.requests import Request

from geoservice.api.links import JSON
from geoservice.errors import UploadTooLarge, WrongBodyType
from layers.errors import BadQuery, GeoError
from layers.sentences import say

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
"""RFC 6902: steps to take, where a merge patch is what shall stand there."""


def check_type(request: Request, offered: Sequence[str]) -> None:
    """Refuse a body that says it is of another type: it would be told what its first sign is not.

    No type at all is taken for the first: what is sent by hand often has none. Any JSON is taken where JSON is.

    Raises:
        WrongBodyType: with the headers that tell what is taken (RFC 9110 15.5.16, RFC 5789).
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    json = given == JSON or (given.startswith("application/") and given.endswith("+json") and given != JSON_PATCH)
    types = ", ".join(offered)
    if given and given not in offered and not (json and JSON in offered):
        headers = {"Accept": types} | ({f"Accept-{request.method.title()}": types} if request.method != "PUT" else {})
        raise WrongBodyType(say("body-type", given=given[:80], offered=types), headers)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise WrongBodyType(say("body-encoded", given=encoding[:40]), {"Accept-Encoding": "identity"})


async def read_body(request: Request, most: int, *, instead: str = "simplify its geometry") -> bytes:
    """Return a body of at most ``most`` bytes.

    Raises:
        UploadTooLarge: it is larger.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise UploadTooLarge(say("body-larger", most=most, instead=instead))
        parts.append(part)
    return b"".join(parts)


async def read_object(
    request: Request,
    most: int,
    *,
    offered: Sequence[str] = (JSON,),
    instead: str = "simplify its geometry",
    wrong: Callable[[str], GeoError] = lambda detail: BadQuery(detail, "body"),
) -> dict[str, Any]:
    """Return the JSON object that a request's body is; nesting is bounded by the parser.

    ``offered`` are the media types told to who sends another, ``instead`` says what to do where it is too large,
    ``wrong`` makes the error of what is no JSON object.

    Raises:
        UploadTooLarge: it is larger than ``most`` bytes.
        WrongBodyType: it says that it is no JSON.
        BadQuery, or what ``wrong`` makes: it is no JSON, or no object.
    """
    check_type(request, offered)
    body = await read_body(request, most, instead=instead)
    try:
        document = orjson.loads(body.removeprefix(BOM_UTF8))  # Windows' tools write one; RFC 8259, 8.1
    except orjson.JSONDecodeError as error:
        raise wrong(say("body-not-json", why=error)) from error
    if not isinstance(document, dict):
        raise wrong(say("body-not-object"))
    return document
