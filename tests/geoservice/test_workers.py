"""Several API processes behind one address: a change reaches all of them, and their numbers are one."""

import errno
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import CollectorRegistry, generate_latest

from geoservice import keeping
from geoservice.api.metrics import AllProcesses
from geoservice.api_process import ApiProcess
from geoservice.service import Service
from layers.tables import Statement, run
from layers.versions import touch
from tests import city
from tests.geoservice.test_tiles_api import MIDDLE, _publish
from tests.serving import started
from tests.waiting import PATIENCE_S, until

PATH = "/xyz/shared/15/{1}/{0}.mvt".format(*city.tile_numbers(15, *MIDDLE))


_asked = Counter[str]()


def _ask(address: str) -> tuple[str, str]:
    """Body (text) and ETag, over a connection of its own: any of the processes may answer."""
    _asked[address] += 1
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        return answer.read().decode("utf-8", "replace"), answer.headers.get("ETag", "")


def _total(base: str) -> int:
    return sum(
        int(float(value))
        for value in re.findall(
            r'geoservice_requests_total\{family="tile",status="200"\} (\S+)', _ask(base + "/metrics")[0]
        )
    )


def _counted(base: str, number: int) -> None:
    until(lambda: _total(base) >= number)


def _descendants(process: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = {int(child) for task in tasks for child in task.read_text().split()}
    return children.union(*(_descendants(child) for child in children))


def _lives(process: int) -> bool:
    """Whether a process runs: one that has ended and waits to be asked how does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass(frozen=True)
class Served:
    """Two API processes: their address, the version they serve, and the process that started them."""

    base: str
    version: int
    process: int


@pytest.fixture(scope="module")
def serve(service: Service) -> Iterator[Callable[[], Served]]:
    """Return the server of two API processes, with its worker; started when it is first needed, or was killed."""
    version, running = _publish(service, "shared"), list[Served]()
    environment = os.environ | {
        "GEOSERVICE_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "GEOSERVICE_DATA_DIR": str(service.storage.root.parent),
    }
    command = [sys.executable, "-m", "geoservice", "serve", "--workers", "2", "--port"]
    options = {"env": environment, "stdout": subprocess.DEVNULL}
    with ExitStack() as servers:

        def living() -> Served:
            if not running or not _lives(running[-1].process):
                port, process = servers.enter_context(started(lambda port: [*command, str(port)], **options))
                running.append(Served(f"http://127.0.0.1:{port}", version, process.pid))
                _ask(running[-1].base + PATH)
            return running[-1]

        yield living


@pytest.fixture
def served(serve: Callable[[], Served]) -> Served:
    """The server."""
    return serve()


def test_the_numbers_of_all_processes_are_one_whichever_is_asked(served: Served) -> None:
    base = served.base
    before = _asked[base + PATH]  # by other tests and the fixture: an answer is counted once it has left
    _counted(base, before)
    for _ in range(40):
        _ask(base + PATH)
    _counted(base, before + 40)
    assert {_total(base) - before for _ in range(10)} == {40}


def test_a_process_that_is_just_starting_does_not_keep_the_others_from_telling_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "counter_4490.db").touch()  # made and not yet filled
    registry = CollectorRegistry()
    registry.register(AllProcesses(tmp_path))
    assert generate_latest(registry) == b""


def test_a_change_reaches_every_process(served: Served, service: Service) -> None:
    base, version = served.base, served.version
    old = {_ask(base + PATH)[1] for _ in range(20)}
    assert len(old) == 1
    with service.database.session() as session:
        run(session, Statement(f"DELETE FROM features.v{version} WHERE mod(fid, 2) = 0"))
        touch(session, version)
        session.commit()
    until(lambda: not old & {_ask(base + PATH)[1] for _ in range(20)}, "a process was not told")
    assert len({_ask(base + PATH)[1] for _ in range(20)}) == 1


def _workers(process: int) -> list[int]:
    """The living processes of a server that run its jobs."""
    named = {one: Path(f"/proc/{one}/cmdline") for one in _descendants(process) if _lives(one)}
    return [one for one, file in named.items() if file.exists() and b"geoservice\0work\0" in file.read_bytes()]


def test_a_worker_that_is_killed_is_started_again(served: Served) -> None:
    before = until(lambda: _workers(served.process))
    os.kill(before[0], signal.SIGKILL)
    assert len(until(lambda: set(_workers(served.process)) - set(before))) == 1


def test_a_worker_that_cannot_be_started_for_want_of_memory_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def start() -> "subprocess.Popen[bytes]":
        tried.append(1)
        if len(tried) < 3:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        return subprocess.Popen(["sleep", "600"])

    monkeypatch.setattr(keeping, "_start_worker", start)
    monkeypatch.setattr(keeping, "LOOK_S", 0.01)
    with keeping.kept_running(None):
        until(lambda: len(tried) == 3)
    assert len(tried) == 3


def test_a_server_that_is_killed_leaves_no_process_behind(served: Served) -> None:
    started = _descendants(served.process)
    assert len(started) >= 3  # two API processes and the worker
    os.kill(served.process, signal.SIGKILL)
    until(lambda: not any(_lives(process) for process in started), "some of them live on", pause=0.1)


def test_the_end_of_an_api_process_that_starts_is_heard_of_by_who_waits_for_it() -> None:
    process = ApiProcess(uvicorn.Config("geoservice.commands.serve:make_app", factory=True), [])
    process.start()
    os.kill(process.process.pid or 0, signal.SIGKILL)
    assert process.parent_conn.poll(30)  # at its end, not at the end of the time
    assert not process.is_alive()
