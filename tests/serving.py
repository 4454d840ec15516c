"""Real servers on loopback: ours in a thread of the tests, others in processes of their own."""

import random
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import uvicorn

from geoservice.protocol import TileProtocol
from tests.waiting import until

PORTS = range(15_000, 32_000)
"""Below those that a system gives to whoever connects: one of these could be taken before a server has it."""


@contextmanager
def serving(app: Any, lifespan: Literal["auto", "off"] = "auto") -> Iterator[str]:
    """Serve an application; yields its address. ``lifespan="off"`` for one whose lifespan runs already."""
    listening = socket.socket()  # kept: a port that is found and let go may be another's a moment later
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = uvicorn.Config(app, http=TileProtocol, log_level="warning", lifespan=lifespan)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: running.started or not thread.is_alive(), "the server did not start")
    assert running.started, "the server ended"
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(60)


@contextmanager
def started(command: Callable[[int], Sequence[str]], **options: Any) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Start a server that is told its port; yields the port, once it listens there, and the process, and ends it.

    ``options`` are those of ``Popen``. Who was quicker to take the port makes it end: then it is started on another.
    """
    for _ in range(5):
        port = _free_port()
        process = subprocess.Popen(command(port), **options)
        try:
            until(lambda port=port, one=process: one.poll() is not None or _listens(port), "nothing listens")  # type: ignore[misc]
            if process.poll() is None:
                yield port, process
                return
        finally:
            process.terminate()
            process.wait(120)
    raise AssertionError(f"{command(0)[0]} did not start")


def _free_port() -> int:
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
