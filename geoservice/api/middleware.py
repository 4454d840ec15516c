"""What HTTP asks of every resource, in one thin layer around all routes.

HEAD everywhere GET is, OPTIONS with a true ``Allow``, 405 with the same, a path with and without its last slash, or
with two first ones, alike (a redirect loses some clients), no guessing of content types, no answer to one caller kept
for another, no waiting for ever for a body, and no link to a host that is none (``geoservice.api.addresses``).
"""

import asyncio
import time
from collections.abc import Iterable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.api.addresses import Addresses
from geoservice.api.bodies import MERGE_PATCH
from geoservice.errors import BadHost, BodyTooSlow
from geoservice.problems import geo_error, problem_response
from layers.sentences import say

NOSNIFF = (b"x-content-type-options", b"nosniff")
SLOWEST = 1000
"""Bytes a second that a body must bring on the average, once it has had the time that a pause may take."""


class HttpMiddleware:
    """Wraps the application; a body may pause ``pause_s`` seconds."""

    def __init__(self, app: ASGIApp, addresses: Addresses | None = None, pause_s: float = 30.0) -> None:
        self.app = app
        self.addresses = addresses or Addresses()
        self.pause_s = pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self.addresses.settle(scope)
        except BadHost as error:
            await (await geo_error(Request(scope), error))(scope, receive, send)
            return
        path: str = scope["path"]
        if len(path) > 1 and (path.endswith("/") or path.startswith("//")):  # //x comes of joining "…/" and "/x"
            scope["path"] = f"/{path.strip('/')}"
        method: str = scope["method"]
        if method == "GET":  # what is not done by GET, the router refuses
            await self.app(scope, receive, send)
            return
        await self._other(method, scope, receive, send)

    async def _other(self, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = allowed_methods(scope)
        if not allowed:  # no such path, or one served by a mounted application that knows best
            await self.app(scope, receive, send)
            return
        allow = ", ".join(allowed)
        if method == "OPTIONS":
            headers = {"Allow": allow} | ({"Accept-Patch": MERGE_PATCH} if "PATCH" in allowed else {})
            await Response(status_code=200, headers=headers)(scope, receive, send)
        elif method not in allowed:
            detail = f"{method[:20]} is not done here; this resource takes {allow}"
            await problem_response(405, "Method Not Allowed", detail, headers={"Allow": allow})(scope, receive, send)
        else:
            await self.app(scope, _in_time(receive, self.pause_s), send)


class GuardMiddleware:
    """Tells browsers to take an answer for what its Content-Type says, nothing else, and caches that it depends on who
    asked. It stands outside all others: of what several of them say an answer varies by, each is told once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _guarded(message["headers"])}
            await send(message)

        await self.app(scope, receive, sender)


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    varies, kept = b"", [NOSNIFF]
    for name, value in headers:
        lower = name.lower()
        if lower == b"vary":
            varies += value + b","
        elif lower != NOSNIFF[0]:
            kept.append((name, value))
    return [*kept, (b"vary", _once(varies))]


@lru_cache(maxsize=256)
def _once(varies: bytes) -> bytes:
    """Return header names without those that stand there twice in whatever letters, ``Authorization`` among them."""
    names = [part.strip() for part in varies.split(b",")]
    if b"*" in names:
        return b"*"
    return b", ".join({name.lower(): name for name in (*names, b"Authorization") if name}.values())


class HeadMiddleware:
    """Answers HEAD with what a GET would have as headers, all of them, and without its body.

    The answer ends where its body begins, and who makes the body learns that nobody listens: else a HEAD of a file of
    many GB would read it all. Ranges are GET's alone (RFC 9110, 14.2).
    It stands outside the layer that compresses: that one changes ``Content-Length`` and says ``Content-Encoding``. The
    server keeps its own scope, with HEAD in it: it would break the connection off where a GET lacks its body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        ended = False

        async def sender(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.body":
                message = {"type": message["type"], "body": b"", "more_body": False}
            if not ended:
                ended = message["type"] == "http.response.body"
                await send(message)

        headers = [one for one in scope["headers"] if one[0] != b"range"]
        await self.app({**scope, "method": "GET", "headers": headers}, receive, sender)


class NamedEncodingsMiddleware:
    """Takes ``*`` out of ``Accept-Encoding``: pystac sends it and can read no encoding at all.

    It stands outside the layer that compresses, which then compresses only as a client names.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http" and any(
            name == b"accept-encoding" and b"*" in value for name, value in scope["headers"]
        ):
            scope["headers"] = [
                (name, _named(value) if name == b"accept-encoding" else value) for name, value in scope["headers"]
            ]
        await self.app(scope, receive, send)


def _named(encodings: bytes) -> bytes:
    return b",".join(part for part in encodings.split(b",") if b"*" not in part) or b"identity"


def allowed_methods(scope: Scope) -> list[str]:
    """Return the methods of a path over all routes, OPTIONS, and HEAD beside GET; empty when none has the path."""
    router: Router = scope["app"].router
    found: set[str] = set()
    for route in router.routes:
        found |= _methods(route, scope)
    return sorted({*found, "OPTIONS", *(("HEAD",) if "GET" in found else ())}) if found else []


def _methods(route: BaseRoute, scope: Scope) -> set[str]:
    methods: Iterable[str] = getattr(route, "methods", None) or ()
    if methods and route.matches(scope)[0] != Match.NONE:
        return set(methods)
    return set()


def _in_time(receive: Receive, pause_s: float) -> Receive:
    """Return a receiver that gives up a body which trickles in, so that nobody holds many connections for nothing.

    Raises (when called):
        BodyTooSlow: nothing came for ``pause_s`` seconds, or less than ``SLOWEST`` all in all.
    """
    began, size, whole = time.monotonic(), 0, False

    async def receiver() -> Message:
        nonlocal size, whole
        if whole:  # what comes now is only that the client goes away
            return await receive()
        try:
            async with asyncio.timeout(pause_s):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(say("body-stopped", pause=pause_s)) from None
        size += len(message.get("body", b""))
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        late = time.monotonic() - began - pause_s
        if not whole and late > 0 and size < late * SLOWEST:
            raise BodyTooSlow(say("body-slow", slowest=SLOWEST))
        return message

    return receiver
