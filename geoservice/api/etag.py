"""ETags made from what an answer depends on, so that 304 is said before anything is computed."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from geoservice import __version__


def etag(*parts: object) -> str:
    """Return a weak ETag: the same parts give the same meaning, not always the same bytes.

    Another version of the program may say the same otherwise, so its number is one of the parts.
    """
    digest = hashlib.blake2b(__version__.encode(), digest_size=12)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\x1f")
    return f'W/"{digest.hexdigest()}"'


def matches(header: str | None, tag: str) -> bool:
    """Say whether an ``If-None-Match`` header holds the tag (weak comparison)."""
    if not header:
        return False
    plain = tag.removeprefix("W/")
    return any(given.strip().removeprefix("W/") in (plain, "*") for given in header.split(","))


def answer_bytes(request: Request, body: bytes, media_type: str, *, tag: str = "", **headers: str) -> Response:
    """Answer a body with an ETag of its own, or 304. ``tag`` is given where the body tells the time it was made."""
    tag = tag or etag(media_type, body)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", **headers}
    return not_modified(request, tag, **headers) or Response(body, 200, {"ETag": tag, **headers}, media_type)


def not_modified(request: Request, tag: str, **headers: str) -> Response | None:
    """Return the 304 answer if the client has this state already, else None."""
    if not matches(request.headers.get("if-none-match"), tag):
        return None
    return Response(status_code=304, headers={"ETag": tag, **headers})
