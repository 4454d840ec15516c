"""What a route does in a session of the database: in a thread, as one transaction."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

T = TypeVar("T")


async def in_session(request: Request, act: Callable[[Session], T]) -> T:
    """Run a function of a database session in a thread, and commit."""

    def run() -> T:
        with request.app.state.database.session() as session:
            result = act(session)
            session.commit()
            return result

    return await run_in_threadpool(run)
