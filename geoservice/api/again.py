"""A request is answered once more where a layer it asked for was removed on the way: by what there is now."""

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geoservice.following import renew

_AGAIN = "geoservice.again"


async def answered_again(request: Request) -> Response | None:
    """Read the catalogue anew and return the answer that is made by it; None for a request that was repeated before.

    Only what is read can be repeated: the body of all else has been taken.
    """
    if request.method != "GET" or _AGAIN in request.scope:
        return None
    request.scope[_AGAIN] = True
    await renew(request.app)
    return _Again()


class _Again(Response):
    """Goes through the routes, behind all layers that stand around them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = scope["app"]
        await ExceptionMiddleware(app.router, app.exception_handlers)(scope, receive, send)
