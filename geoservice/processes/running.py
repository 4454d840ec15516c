"""Executions: at once within a time limit, or as a job of this process that can be followed and dismissed.

An analysis is not queued behind imports: it runs here, a few at a time, its row in the job table telling every process
how far it is. Dismissing sets a flag in the row; the process that runs it cancels the task, and so its statement.
"""

import asyncio
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from geoservice.analysis.asking import Asking, Stopped, too_long
from geoservice.database import Database
from geoservice.errors import Busy, TookTooLong
from geoservice.jobs.queue import PROCESS
from geoservice.processes.process import Inputs, Process
from geoservice.settings import Settings
from layers.errors import BadQuery, GeoError
from layers.sentences import say
from layers.tables import Statement

WATCH_S = 0.5
MOST_WAITING = 50
KEPT = "1 day"
LARGEST_RESULT = 64 * 2**20
INSERT = """
INSERT INTO catalogue.job
    (id, kind, title, department, caller, request, state, progress, message, cancel, beat)
VALUES
    (%(id)s, %(kind)s, %(title)s, '', %(caller)s, %(request)s, 'queued', 0, '', false, now())
"""


@dataclass(frozen=True)
class Execution:
    """One call: the process, its inputs, and what the answer shall look like."""

    process: Process
    inputs: Inputs
    outputs: tuple[str, ...]
    raw: bool


class Runner:
    """Runs executions of one process of the service, ``settings.analysis_threads`` at a time."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.threads = ThreadPoolExecutor(settings.analysis_threads, "analysis")
        self._settings = settings
        self._database = database
        self._slots = asyncio.Semaphore(settings.analysis_threads)
        self._waiting = 0
        self._tasks: dict[uuid.UUID, asyncio.Task[None]] = {}

    async def at_once(self, execution: Execution, asking: Asking) -> Mapping[str, Any]:
        """Run it and return its outputs.

        Raises:
            TookTooLong: it was not done, or not begun, in time.
            Busy: too many wait already.
        """
        seconds = float(self._settings.analysis_seconds)
        self._check_room()
        try:
            async with asyncio.timeout(seconds):
                return await self._in_turn(execution, replace(asking, threads=self.threads, seconds=seconds))
        except TimeoutError as error:
            raise TookTooLong(too_long(seconds)) from error

    async def as_job(self, execution: Execution, asking: Asking, caller: str) -> uuid.UUID:
        """Start it as a job and return the job's id.

        Raises:
            Busy: too many wait already.
        """
        self._check_room()
        job_id = uuid.uuid4()
        request = {
            "process": execution.process.id, "outputs": list(execution.outputs), "raw": execution.raw,
            "view": asking.view.key,
        }  # fmt: skip
        await self._run("DELETE FROM catalogue.job WHERE kind = %(kind)s AND finished < now() - %(kept)s::interval",
                        kind=PROCESS, kept=KEPT)  # fmt: skip
        await self._run(
            INSERT,
            id=job_id, kind=PROCESS, title=execution.process.id, caller=caller, request=Jsonb(request),
        )  # fmt: skip
        task = asyncio.create_task(self._job(job_id, execution, asking))
        self._tasks[job_id] = task
        task.add_done_callback(lambda done: self._tasks.pop(job_id, None))
        return job_id

    async def close(self) -> None:
        """End what is under way; its jobs are told failed."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.threads.shutdown(wait=True)

    def _check_room(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise Busy(say("analyses-wait", count=MOST_WAITING))

    async def _in_turn(self, execution: Execution, asking: Asking, started: Any = None) -> Mapping[str, Any]:
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            if started is not None:
                await started()
            found = await execution.process.run(asking, execution.inputs)
            return {name: value for name, value in found.items() if name in execution.outputs}
        finally:
            self._slots.release()

    async def _job(self, job_id: uuid.UUID, execution: Execution, asking: Asking) -> None:
        """Run a job to its end and write how it ended; a watcher beside it tells progress and heeds a dismissal."""
        seconds = float(self._settings.analysis_job_seconds)
        told = {"share": 0.0, "message": ""}

        def progress(share: float, message: str) -> None:
            told.update(share=share, message=message or told["message"])

        async def started() -> None:
            await self._run("UPDATE catalogue.job SET state = 'running', started = now() WHERE id = %(id)s", id=job_id)

        asking = replace(asking, threads=self.threads, seconds=seconds, progress=progress)
        work = asyncio.create_task(self._in_turn(execution, asking, started))
        watch = asyncio.create_task(self._watch(job_id, work, told))
        try:
            async with asyncio.timeout(seconds):
                outputs = await work
            if len(orjson.dumps(outputs)) > LARGEST_RESULT:
                raise BadQuery(say("result-too-large"))
            await self._finish(job_id, "done", "done", {"outputs": outputs})
        except GeoError as error:
            await self._finish(job_id, "failed", str(error), {"type": type(error).__name__})
        except TimeoutError:
            await self._finish(job_id, "failed", too_long(seconds), {"type": "TookTooLong"})
        except (asyncio.CancelledError, Stopped):
            ours = asyncio.current_task()
            stopping = ours is not None and ours.cancelling() > 0
            state, message = ("failed", "the server was stopped") if stopping else ("cancelled", "dismissed")
            await asyncio.shield(self._finish(job_id, state, message, {}))
        except Exception:
            await self._finish(job_id, "failed", "something went wrong here; the log says what", {})
            raise
        finally:
            work.cancel()
            watch.cancel()

    async def _watch(self, job_id: uuid.UUID, work: "asyncio.Task[Any]", told: Mapping[str, Any]) -> None:
        while not work.done():
            await asyncio.sleep(WATCH_S)
            rows = await self._run(
                "UPDATE catalogue.job SET beat = now(), progress = %(share)s, message = %(message)s "
                "WHERE id = %(id)s AND state IN ('queued', 'running', 'cancelled') RETURNING cancel",
                id=job_id, **told,
            )  # fmt: skip
            if not rows or rows[0][0]:
                work.cancel()

    async def _finish(self, job_id: uuid.UUID, state: str, message: str, outcome: Mapping[str, Any]) -> None:
        await self._run(
            "UPDATE catalogue.job SET state = %(state)s, message = %(message)s, outcome = %(outcome)s, "
            "finished = now(), progress = coalesce(%(progress)s::float, progress) WHERE id = %(id)s",
            id=job_id, state=state, message=message, outcome=Jsonb(dict(outcome)),
            progress=1.0 if state == "done" else None,
        )  # fmt: skip

    async def _run(self, text: str, **params: Any) -> list[tuple[Any, ...]]:
        return await self._database.rows(Statement(text, params))
