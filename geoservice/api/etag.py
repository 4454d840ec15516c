"""ETags made from what an answer depends on, so that 304 is said before anything is computed."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response


def etag(*parts: object) -> str:
    """Return a weak ETag: the same parts give the same meaning, not always the same bytes."""
    digest = hashlib.blake2b(digest_size=12)
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


def not_modified(request: Request, tag: str, **headers: str) -> Response | None:
    """Return the 304 answer if the client has this state already, else None."""
    if not matches(request.headers.get("if-none-match"), tag):
        return None
    return Response(status_code=304, headers={"ETag": tag, **headers})
