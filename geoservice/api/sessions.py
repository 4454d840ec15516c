"""What a route does in a session of the database: in a thread, as one transaction."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from geoservice.following import renew

T = TypeVar("T")


async def in_session(request: Request, act: Callable[[Session], T]) -> T:
    """Run a function of a database session in a thread, and commit."""

    def run() -> T:
        with request.app.state.database.session() as session:
            result = act(session)
            session.commit()
            return result

    return await run_in_threadpool(run)


async def in_catalogue(request: Request, act: Callable[[Session], T]) -> T:
    """Run a function that changes the catalogue, and commit; this process knows of it before the caller is told."""
    result = await in_session(request, act)
    await renew(request.app)
    return result
