"""The process that runs queued jobs, each in a child process of its own, and the child's work."""

import logging
import os
import subprocess
import sys
import time
import uuid
from dataclasses import replace
from typing import Any

from geoservice.errors import DatabaseUnavailable
from geoservice.files.exports import ExportRequest, run_export
from geoservice.jobs import queue
from geoservice.jobs.finishing import finish_version, queue_unfinished
from geoservice.jobs.import_request import ImportRequest
from geoservice.jobs.importing import run_import
from geoservice.jobs.queue import JobRow
from geoservice.service import Service
from importers.batch import Progress
from importers.errors import Cancelled, NothingToImport, VerdictFail
from layers.errors import GeoError, StorageError
from layers.sentences import reason, say
from layers.storage.belonging import settle

POLL_S = 1.0
CANCEL_GRACE_S = 20.0

log = logging.getLogger(__name__)


def work(service: Service, *, until_empty: bool = False) -> None:
    """Run queued jobs one after another, for ever or until none is left. Several workers share one queue.

    A database that goes away is waited for: a worker that ended with it would leave the queue standing.
    """
    away = False
    while True:
        try:
            job_id = _claim(service)
            away = False
            if job_id is not None:
                _run_in_child(service, job_id)
                continue
        except DatabaseUnavailable as error:
            if not away:
                log.warning("no job is taken until the database answers: %s", error)
            away = True
        if until_empty:
            return
        time.sleep(POLL_S)


def _claim(service: Service) -> uuid.UUID | None:
    with service.database.session() as session:
        died = queue.fail_stale(session)
        queue_unfinished(session)
        row = queue.claim(session)
        job_id = row.id if row else None
        session.commit()
    for one in died:
        _drop_sent(service, one)
    return job_id


def _drop_sent(service: Service, job_id: uuid.UUID) -> None:
    """Remove the files that were sent for a job."""
    try:
        service.storage.remove(f"uploads/{job_id}")
    except (OSError, StorageError) as error:
        log.warning("the files sent for job %s stay: %s", job_id, error)


def run_job(service: Service, job_id: uuid.UUID) -> None:
    """Do a claimed job here, in the child process, and write how it ended."""
    with service.database.session() as session:
        row = queue.find(session, job_id)
        kind, request = row.kind, row.request
    report = queue.reporter(service.database, job_id, lambda: Cancelled(say("job-cancelled")))

    def progress(done: float, total: float | None, message: str) -> None:
        report(min(done / total, 1.0) if total else 0.0, message)

    outcome: dict[str, object] = {}
    try:
        work_of = {queue.EXPORT: _export, queue.FINISH: _finished}.get(kind, _import)
        message, outcome = work_of(service, request, job_id, progress)
        state = "done"
    except Cancelled as error:
        state, message = "cancelled", reason(error)
    except GeoError as error:
        state, message, outcome = "failed", reason(error), {"type": type(error).__name__}
        if isinstance(error, VerdictFail | NothingToImport) and error.report is not None:
            outcome["report"] = error.report.id
    _finish(service, job_id, state, message, outcome)
    _drop_sent(service, job_id)


Work = tuple[str, dict[str, object]]
"""What a job says when it is done, and its outcome."""


def _import(service: Service, document: dict[str, Any], job_id: uuid.UUID, progress: Progress) -> Work:
    request = _here(service, ImportRequest.from_json(document), job_id)
    imported = run_import(service, request, progress, whole=False)
    outcome: dict[str, object] = {"report": imported.id, "layer": imported.layer, "version": imported.version}
    verdict = say(f"verdict-{imported.verdict}")
    return say("job-published", layer=request.name, verdict=verdict), outcome


def _here(service: Service, request: ImportRequest, job_id: uuid.UUID) -> ImportRequest:
    """Find the files that were sent, which another machine may have received."""
    sent = f"uploads/{job_id}"
    if not all(sent in file.as_posix() for file in request.files):
        return request
    folder = service.storage.local(sent)
    return replace(request, files=tuple(folder / file.name for file in request.files))


def _export(service: Service, document: dict[str, Any], job_id: uuid.UUID, progress: Progress) -> Work:
    outcome = run_export(service, ExportRequest.from_json(document), job_id, progress)
    return say("job-exported", features=outcome["features"], bytes=outcome["bytes"]), outcome


def _finished(service: Service, document: dict[str, Any], job_id: uuid.UUID, progress: Progress) -> Work:
    name, version = document["name"], int(document["version"])
    finish_version(service, version, progress)
    return say("job-finished", layer=name), {"layer": name, "version": version}


def _run_in_child(service: Service, job_id: uuid.UUID) -> None:
    """Start the child and watch it: a crash is a failed job, a job that does not heed a cancel is ended."""
    if (why := _unfit(service)) is not None:
        _finish(service, job_id, "failed", why, {"type": StorageError.__name__})
        return
    command = [sys.executable, "-m", "geoservice", "run-job", str(job_id), "--parent", str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    asked_at: float | None = None
    try:
        while child.poll() is None:
            time.sleep(POLL_S / 2)
            row = _beat(service, job_id)
            if row is not None and row.cancel and asked_at is None:
                asked_at = time.monotonic()
            if asked_at is not None and time.monotonic() - asked_at > CANCEL_GRACE_S:
                child.kill()
    except BaseException:
        child.kill()
        raise
    finally:
        child.wait()
    if (row := _row(service, job_id)).state == "running":
        state = "cancelled" if row.cancel else "failed"
        log.warning("job %s ended with exit status %s", job_id, child.returncode)
        _finish(service, job_id, state, say("job-ended-with", status=child.returncode), {})
        _drop_sent(service, job_id)


def _unfit(service: Service) -> str | None:
    """Say why the storage cannot be worked in: the child would end without a word when its disk is not there."""
    try:
        with service.database.session() as session:
            settle(session, service.storage)
            return None
    except StorageError as error:
        return reason(error)


def _beat(service: Service, job_id: uuid.UUID) -> JobRow | None:
    """Say that the job lives and return it; None while the database is away, which is the child's to suffer."""
    try:
        with service.database.session() as session:
            row = queue.beat(session, job_id)
            session.commit()
            session.refresh(row)
            session.expunge(row)
            return row
    except DatabaseUnavailable:
        return None


def _row(service: Service, job_id: uuid.UUID) -> JobRow:
    with service.database.session() as session:
        row = queue.find(session, job_id)
        session.expunge(row)
        return row


def _finish(service: Service, job_id: uuid.UUID, state: str, message: str, outcome: dict[str, object]) -> None:
    with service.database.session() as session:
        queue.finish(session, job_id, state, message, outcome)
        session.commit()
