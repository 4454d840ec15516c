"""Versions that were published before their small scales and words were made, finished by workers or at once.

A worker that finds one queues a job for it, so it makes no difference who imported and what was killed since: an
unfinished version is a row of the catalogue, and its job is made when there is none.
"""

import uuid
from collections.abc import Callable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geoservice.jobs import queue
from geoservice.jobs.queue import JobRow, NewJob
from geoservice.service import Service
from layers.finishing import Unfinished, finish, unfinished

Progress = Callable[[float, float | None, str], object]

QUEUE_LOCK = 4498
MOST_TRIES = 3
"""Jobs of a version that may fail; after them it is left to ``geoservice finish``."""
LEFT_ALONE = ("queued", "running", "cancelled")


def queue_unfinished(session: Session) -> None:
    """Queue a job for every unfinished version that has none; the caller commits.

    One that was cancelled, or failed too often, is left alone.
    """
    waiting = unfinished(session)
    if not waiting:
        return
    session.execute(text("SELECT pg_advisory_xact_lock(:class, 0)"), {"class": QUEUE_LOCK})
    for one in waiting:
        states = session.scalars(
            select(JobRow.state).where(
                JobRow.kind == queue.FINISH, JobRow.request["version"].as_integer() == one.version_id
            )
        ).all()
        if len(states) < MOST_TRIES and not any(state in LEFT_ALONE for state in states):
            request = {"version": one.version_id, "name": one.layer}
            queued = NewJob(queue.FINISH, f"finish {one.layer}", one.department, "worker", request)
            queue.put(session, queued, uuid.uuid4())


def finish_version(service: Service, version_id: int, progress: Progress) -> bool:
    """Finish a version and commit; False when nothing was left to do."""

    def told(message: str, share: float) -> None:
        progress(share, 1.0, message)

    with service.database.session() as session:
        done = finish(session, version_id, told)
        session.commit()
        return done


def finish_layers(service: Service, layer: str | None, progress: Progress) -> list[Unfinished]:
    """Finish the unfinished versions of one layer or all; returns them."""
    with service.database.session() as session:
        waiting = unfinished(session, layer)
    return [one for one in waiting if finish_version(service, one.version_id, progress)]
