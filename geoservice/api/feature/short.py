"""The short way to features: what stands between a request for items and their answer, and nothing else.

FastAPI's own layers and the search among some hundred routes cost a third of what a page of features takes outside the
database. A GET of items, or of one of them, knows its route by the form of its path; it is counted, guarded and
compressed, and its errors are told, by the very layers that stand around all routes.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.api.feature.items import get_item, get_items

_PLACE, _ITEMS = "collections", "items"


class ShortWay:
    """Answers items; ``around`` puts the layers that every answer goes through around an application."""

    def __init__(self, app: Starlette, around: Callable[[ASGIApp], ASGIApp]) -> None:
        self._app = app
        self._answer = around(self._routed)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a GET of items; False, with nothing done, for all else."""
        if scope["type"] != "http" or scope["method"] != "GET" or _taken_apart(scope["path"]) is None:
            return False
        scope["app"] = self._app
        await self._answer(scope, receive, send)
        return True

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _taken_apart(scope["path"])
        assert found is not None  # no layer changes such a path
        scope["path_params"] = found
        request = Request(scope, receive, send)
        act: Callable[[Request], Awaitable[Response]] = get_item if "fid" in found else get_items
        try:
            response = await act(request)
        except Exception as error:
            response = await self._told(request, error)
        await response(scope, receive, send)

    async def _told(self, request: Request, error: Exception) -> Response:
        """Answer an error as the application would."""
        known: Any = self._app.exception_handlers
        handler = next(known[kind] for kind in type(error).__mro__ if kind in known)
        response: Response = await handler(request, error)
        return response


def _taken_apart(path: str) -> dict[str, str] | None:
    """Return the layer, and the feature's number, of a path of items; None for every other path."""
    parts = path.split("/")
    if not 4 <= len(parts) <= 5 or parts[1] != _PLACE or parts[3] != _ITEMS or parts[0] or not parts[2]:
        return None
    if len(parts) == 4:
        return {"layer": parts[2]}
    return {"layer": parts[2], "fid": parts[4]} if parts[4] else None
