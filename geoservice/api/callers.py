"""Who asks, for every route."""

from starlette.requests import Request

from geoservice.auth import Caller


async def caller_of(request: Request) -> Caller:
    """Return who asks. Raises NotAuthenticated for a token that is not, or no longer, one."""
    caller: Caller = await request.app.state.callers.identify(request.headers.get("authorization"))
    return caller
