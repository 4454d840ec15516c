"""What HTTP asks of every resource, in one thin layer around all routes.

HEAD everywhere GET is, OPTIONS with a true ``Allow``, 405 with the same, a path with and without its last slash alike
(a redirect loses some clients), no guessing of content types, and the address a trusted proxy says the user sees.
"""

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.problems import problem_response

_ALWAYS = ("HEAD", "OPTIONS")
NOSNIFF = (b"x-content-type-options", b"nosniff")


class HttpMiddleware:
    """Wraps the application; ``trusted`` are the peers whose ``X-Forwarded-…`` headers are believed."""

    def __init__(self, app: ASGIApp, trusted: str = "127.0.0.1") -> None:
        self.app = app
        self.trusted = _Peers(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if b"x-forwarded-" in b"".join(name for name, _ in scope["headers"]) and self.trusted.hold(scope.get("client")):
            _forwarded(scope)
        send = _unsniffed(send)
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope["path"] = path.rstrip("/") or "/"
        method: str = scope["method"]
        if method == "GET":
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
            await Response(status_code=200, headers={"Allow": allow})(scope, receive, send)
        elif method not in allowed:
            detail = f"{method[:20]} is not done here; this resource takes {allow}"
            await problem_response(405, "Method Not Allowed", detail, headers={"Allow": allow})(scope, receive, send)
        elif method == "HEAD":
            scope["method"] = "GET"
            await self.app(scope, receive, _without_body(send))
        else:
            await self.app(scope, receive, send)


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
    """Return the methods of the path over all routes, HEAD and OPTIONS included; empty when no route has the path."""
    router: Router = scope["app"].router
    found: set[str] = set()
    for route in router.routes:
        found |= _methods(route, scope)
    return sorted({*found, *_ALWAYS}) if found else []


def _methods(route: BaseRoute, scope: Scope) -> set[str]:
    methods: Iterable[str] = getattr(route, "methods", None) or ()
    if methods and route.matches(scope)[0] != Match.NONE:
        return set(methods)
    return set()


def _without_body(send: Send) -> Send:
    """Return a sender that keeps the headers, ``Content-Length`` too, and drops the body."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sender


def _unsniffed(send: Send) -> Send:
    """Return a sender that tells browsers to take every answer for what its Content-Type says, nothing else."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != NOSNIFF[0]]
            message = {**message, "headers": [*kept, NOSNIFF]}
        await send(message)

    return sender


def _forwarded(scope: Scope) -> None:
    """Put what the proxy was asked for into the request: scheme, host, path prefix."""
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", "").split(",")[0].strip()
    if scheme in ("http", "https"):
        scope["scheme"] = scheme
    host = headers.get("x-forwarded-host", "").split(",")[0].strip()
    if host:
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*kept, (b"host", host.encode("latin-1"))]
    prefix = headers.get("x-forwarded-prefix", "").split(",")[0].strip().rstrip("/")
    if prefix.startswith("/"):
        scope["public_prefix"] = prefix


class _Peers:
    """A set of addresses and networks: ``127.0.0.1,10.0.0.0/8`` or ``*``."""

    def __init__(self, text: str) -> None:
        self.everyone = text.strip() == "*"
        parts = [] if self.everyone else [part.strip() for part in text.split(",") if part.strip()]
        self.networks = [ipaddress.ip_network(part, strict=False) for part in parts]

    def hold(self, client: tuple[str, int] | None) -> bool:
        """Say whether a peer is among them; a Unix socket has no address and is ours."""
        if self.everyone or client is None:
            return True
        try:
            address = ipaddress.ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self.networks)
