"""The queue: a job is taken once, tells its progress, heeds a cancel, and is failed when its process dies."""

import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from geoservice.database import Database
from geoservice.errors import JobNotFound
from geoservice.jobs import finishing, queue, worker
from geoservice.jobs.queue import JobRow, NewJob
from geoservice.service import Service
from importers.errors import Cancelled
from layers.catalogue import find_layer
from layers.layer import Column, LayerSpec, SourceFile, VersionFacts
from layers.storage import Storage
from layers.versions import begin_version, publish, restate
from layers.views import ALL
from tests.feature_layers import make_layer


def put(database: Database, title: str = "import wells") -> uuid.UUID:
    job_id = uuid.uuid4()
    with database.session() as session:
        queue.put(session, NewJob("import", title, "geology", "tester", {"name": "wells"}), job_id)
        session.commit()
    return job_id


@pytest.fixture(autouse=True)
def empty_queue(database: Database) -> None:
    with database.session() as session:
        session.execute(text("DELETE FROM catalogue.job"))
        session.commit()


def test_two_workers_never_take_the_same_job(database: Database) -> None:
    first, second = put(database, "1"), put(database, "2")
    with database.session() as one, database.session() as other:
        taken = [queue.claim(one), queue.claim(other)]
        assert [row.id for row in taken if row] == [first, second]
        one.commit()
        other.commit()
        assert queue.claim(one) is None


def test_progress_is_written_and_a_cancel_stops_the_work_at_its_next_step(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "WRITE_EVERY_S", 0.0)
    job_id = put(database)
    with database.session() as session:
        queue.claim(session)
        session.commit()
    report = queue.reporter(database, job_id, lambda: Cancelled("stopped"))
    report(0.25, "reading")
    with database.session() as session:
        row = queue.cancel(session, job_id)
        assert (row.state, row.progress, row.message) == ("running", 0.25, "reading")
        session.commit()
    with pytest.raises(Cancelled):
        report(0.5, "writing")


def test_a_queued_job_is_cancelled_at_once_and_never_taken(database: Database) -> None:
    job_id = put(database)
    with database.session() as session:
        assert queue.cancel(session, job_id).state == "cancelled"
        assert queue.claim(session) is None


def test_a_job_without_a_sign_of_life_is_failed(database: Database) -> None:
    job_id = put(database)
    with database.session() as session:
        queue.claim(session)
        assert queue.fail_stale(session) == []
        session.execute(text("UPDATE catalogue.job SET beat = now() - interval '10 minutes'"))
        assert queue.fail_stale(session) == [job_id]
        assert queue.find(session, job_id).state == "failed"


def test_a_job_that_is_watched_is_not_taken_for_dead_although_it_tells_no_progress(database: Database) -> None:
    job_id = put(database)
    with database.session() as session:
        queue.claim(session)
        session.execute(text("UPDATE catalogue.job SET beat = now() - interval '10 minutes'"))
        assert queue.beat(session, job_id).state == "running"
        assert queue.fail_stale(session) == []


def test_a_worker_waits_for_a_database_that_is_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Service(service.settings, service.frame, Database("postgresql:///x?host=/nonexistent"), service.storage)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(worker.time, "sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        worker.work(away)
    assert pauses == [worker.POLL_S] * 3


def test_a_job_says_that_the_disk_of_the_storage_is_not_there(service: Service, tmp_path: Path) -> None:
    job_id = put(service.database)
    with service.database.session() as session:
        draft = begin_version(session, LayerSpec("archived", "vector"))
        source = SourceFile("plan.dxf", 1, "", f"sources/{draft.id}/plan.dxf")
        publish(session, draft, VersionFacts(4490), extent=None, sources=[source])
        queue.claim(session)
        session.commit()
    unmounted = replace(service, storage=Storage(tmp_path / "unmounted"))
    worker._run_in_child(unmounted, job_id)
    with service.database.session() as session:
        row = queue.find(session, job_id)
        assert row.state == "failed"
        assert "mount its disk" in row.message


def test_an_unknown_job_is_told_so(database: Database) -> None:
    with database.session() as session, pytest.raises(JobNotFound):
        queue.find(session, uuid.uuid4())


def test_an_unfinished_version_gets_one_job_at_a_time_until_it_failed_too_often_or_was_cancelled(
    database: Database,
) -> None:
    with database.session() as session:
        draft = begin_version(session, LayerSpec("large", "vector"))
        publish(session, draft, VersionFacts(4490, unfinished=True), extent=None)

        def queued() -> list[JobRow]:
            finishing.queue_unfinished(session)
            return list(session.scalars(select(JobRow).where(JobRow.kind == queue.FINISH).order_by(JobRow.created)))

        (job,) = queued()
        assert job.request == {"version": draft.id, "name": "large"}
        assert len(queued()) == 1
        for count in range(1, finishing.MOST_TRIES):
            queued()[-1].state = "failed"
            assert len(queued()) == count + 1
        queued()[-1].state = "failed"
        assert len(queued()) == finishing.MOST_TRIES
        for row in queued()[1:]:
            session.delete(row)
        job.state = "cancelled"
        session.flush()
        assert len(queued()) == 1


def test_a_worker_finishes_what_was_published_unfinished(service: Service) -> None:
    with service.database.session() as session:
        layer = make_layer(session, "begun", [("商丘", "POINT(115.6 34.4)")], [Column("name", "name", "text")])
        restate(session, layer.version.id, unfinished=True, words=None)
        finishing.queue_unfinished(session)
        session.commit()
        row = queue.claim(session)
        assert row is not None
        job_id = row.id
        session.commit()
    worker.run_job(service, job_id)
    with service.database.session() as session:
        assert queue.find(session, job_id).state == "done"
        facts = find_layer(session, "begun", ALL).version.facts
        assert not facts.unfinished
        assert facts.words is not None
