"""What a server needs beside its API processes, kept running while it serves: its worker and its private database.

The system ends what it likes when memory runs out. A queue that nobody works on and a map without a database would
stand until somebody looks, so both are started again, a worker that ends at once after ever longer pauses.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from geoservice.embedded import Cluster
from geoservice.errors import DatabaseUnavailable

LOOK_S = 2.0
LONGEST_PAUSE_S = 60.0
STOP_S = 30.0

log = logging.getLogger(__name__)


@contextmanager
def kept_running(cluster: Cluster | None) -> Iterator[None]:
    """Run a worker, and keep it and the private cluster, if there is one, running until the end."""
    done = threading.Event()
    # The worker ends with the thread that started it (geoservice.parent), so one thread does all of it.
    thread = threading.Thread(target=_keep, args=(cluster, done), name="keeping")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _keep(cluster: Cluster | None, done: threading.Event) -> None:
    worker, began, pause = _start_worker(), time.monotonic(), LOOK_S
    try:
        while not done.wait(LOOK_S):
            if cluster is not None:
                _keep_cluster(cluster)
            if worker.poll() is not None:
                pause = LOOK_S if time.monotonic() - began > LONGEST_PAUSE_S else min(2 * pause, LONGEST_PAUSE_S)
                log.warning("the worker ended with exit status %s; another starts", worker.returncode)
                if not done.wait(pause - LOOK_S):
                    worker, began = _start_worker(), time.monotonic()
    finally:
        _stop(worker)


def _keep_cluster(cluster: Cluster) -> None:
    try:
        if cluster.revive():
            log.warning("the private database had ended; it was started again")
    except DatabaseUnavailable as error:
        log.warning("the private database has ended and does not start yet: %s", error)


def _start_worker() -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches it through us, once, after the API has stopped taking requests.
    command = [sys.executable, "-m", "geoservice", "work", "--parent", str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(STOP_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
