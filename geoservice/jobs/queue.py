"""Long work with progress, outcome and log: a table every process reads, claimed row by row.

A job is claimed with ``FOR UPDATE SKIP LOCKED`` and run in a process of its own, so a crash in a file reader is one
failed job. Progress is written at most twice a second; cancelling sets a flag that the next progress call raises on.
"""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from geoservice.database import Database
from geoservice.errors import JobNotFound
from layers.models import Base
from layers.sentences import Sentence, say, stored

PROCESS = "process"
"""The kind of jobs that a server process runs itself (`geoservice.processes.running`); workers take all others."""
EXPORT = "export"
"""The kind of jobs that write a layer to a file."""
FINISH = "finish"
"""The kind of jobs that make small scales and words of a layer served already (`geoservice.jobs.finishing`)."""
WRITE_EVERY_S = 0.5
STALE_AFTER_S = 60


class JobRow(Base):
    """One piece of long work. ``state``: queued, running, done, failed, cancelled.

    ``message`` is English text; ``said`` is the same as a kept sentence (``layers.sentences``), where it is one.
    """

    __tablename__ = "job"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    department: Mapped[str]
    caller: Mapped[str]
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(index=True)
    progress: Mapped[float]
    message: Mapped[str]
    said: Mapped[dict[str, Any] | None]
    cancel: Mapped[bool]
    created: Mapped[datetime] = mapped_column(server_default=func.now())
    started: Mapped[datetime | None]
    beat: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]


@dataclass(frozen=True)
class NewJob:
    """What is asked for: ``request`` is the plain JSON the job's kind understands."""

    kind: str
    title: str
    department: str
    caller: str
    request: dict[str, Any]


def put(session: Session, job: NewJob, job_id: uuid.UUID) -> None:
    """Put a job in the queue under an id of its own; the caller commits."""
    row = JobRow(
        id=job_id, kind=job.kind, title=job.title, department=job.department, caller=job.caller,
        request=job.request, state="queued", progress=0.0, message="", cancel=False,
    )  # fmt: skip
    session.add(row)
    session.flush()


def find(session: Session, job_id: uuid.UUID) -> JobRow:
    """Return a job.

    Raises:
        JobNotFound: there is none of that id.
    """
    row = session.get(JobRow, job_id, populate_existing=True)
    if row is None:
        raise JobNotFound(say("job-none", job=job_id))
    return row


@dataclass(frozen=True)
class Wanted:
    """Which jobs are listed: those of some departments (``*`` is all), and a caller's own analyses.

    ``kinds``, ``states`` and ``processes`` narrow them where given; ``after`` and ``before`` bound when they were made,
    ``shortest_s`` and ``longest_s`` how long they ran.
    """

    departments: frozenset[str]
    caller: str | None = None
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    shortest_s: float | None = None
    longest_s: float | None = None


def recent(session: Session, wanted: Wanted, limit: int = 50) -> list[JobRow]:
    """Return the newest jobs."""
    mine = JobRow.kind.in_((PROCESS, EXPORT)) & (JobRow.caller == wanted.caller)
    seen = true() if "*" in wanted.departments else JobRow.department.in_(wanted.departments) | mine
    ran = func.extract("epoch", func.coalesce(JobRow.finished, func.now()) - JobRow.started)
    conditions: list[ColumnElement[bool]] = [
        column.in_(values)
        for column, values in (
            (JobRow.kind, wanted.kinds),
            (JobRow.state, wanted.states),
            (JobRow.request["process"].astext, wanted.processes),
        )
        if values
    ]
    conditions += [JobRow.created >= wanted.after] if wanted.after is not None else []
    conditions += [JobRow.created <= wanted.before] if wanted.before is not None else []
    conditions += [ran >= wanted.shortest_s] if wanted.shortest_s is not None else []
    conditions += [ran <= wanted.longest_s] if wanted.longest_s is not None else []
    return list(session.scalars(select(JobRow).where(seen, *conditions).order_by(JobRow.created.desc()).limit(limit)))


def forget(session: Session, row: JobRow) -> None:
    """Remove a job that has ended, with its outcome."""
    session.delete(row)
    session.flush()


def cancel(session: Session, job_id: uuid.UUID) -> JobRow:
    """Ask a job to stop: a queued one is cancelled at once, a running one at its next step."""
    row = find(session, job_id)
    if row.state == "queued":
        row.state, row.finished = "cancelled", _now(session)
    row.cancel = True
    session.flush()
    return row


def claim(session: Session) -> JobRow | None:
    """Take the oldest queued job, or none; the caller commits."""
    row = session.scalars(
        select(JobRow)
        .where(JobRow.state == "queued", JobRow.kind != PROCESS)
        .order_by(JobRow.created)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is not None:
        row.state, row.started, row.beat = "running", _now(session), _now(session)
        session.flush()
    return row


def finish(
    session: Session, job_id: uuid.UUID, state: str, message: str, outcome: dict[str, Any] | None = None
) -> None:
    """Write how a job ended."""
    row = find(session, job_id)
    row.state, row.message, row.outcome, row.finished = state, str(message), outcome, _now(session)
    row.said = stored(message) if isinstance(message, Sentence) else None
    if state == "done":
        row.progress = 1.0
    session.flush()


def beat(session: Session, job_id: uuid.UUID) -> JobRow:
    """Give a running job a sign of life, for steps that tell no progress; returns the job."""
    session.execute(text("UPDATE catalogue.job SET beat = now() WHERE id = :id AND state = 'running'"), {"id": job_id})
    return find(session, job_id)


def fail_stale(session: Session) -> list[uuid.UUID]:
    """Fail the jobs whose process has died: no sign of life for a minute. Returns which."""
    died = say("job-died")
    result = session.execute(
        text(
            "UPDATE catalogue.job SET state = 'failed', finished = now(), message = :message, "
            "said = CAST(:said AS jsonb) WHERE (state = 'running' OR (state = 'queued' AND kind = :kind)) "
            "AND beat < now() - make_interval(secs => :age) RETURNING id"
        ),
        {"age": STALE_AFTER_S, "kind": PROCESS, "message": str(died), "said": _said(died)},
    )
    return list(result.scalars())


def reporter(database: Database, job_id: uuid.UUID, cancelled: Callable[[], Exception]) -> Callable[[float, str], None]:
    """Return a function ``(fraction, message)`` that writes progress and raises ``cancelled()`` once asked to stop."""
    last = 0.0

    def report(fraction: float, message: str) -> None:
        nonlocal last
        if time.monotonic() - last < WRITE_EVERY_S:
            return
        last = time.monotonic()
        with database.session() as session:
            stop = session.execute(
                text(
                    "UPDATE catalogue.job SET progress = :fraction, message = :message, "
                    "said = CAST(:said AS jsonb), beat = now() WHERE id = :id RETURNING cancel"
                ),
                {"fraction": fraction, "message": str(message), "said": _said(message), "id": job_id},
            ).scalar_one()
            session.commit()
        if stop:
            raise cancelled()

    return report


def _said(message: str) -> str | None:
    return json.dumps(stored(message)) if isinstance(message, Sentence) else None


def _now(session: Session) -> datetime:
    return session.execute(select(func.now())).scalar_one()
