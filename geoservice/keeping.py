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

from geoservice.database.cluster import Cluster
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
    worker = _Worker()
    try:
        worker.keep()
        while not done.wait(LOOK_S):
            if cluster is not None:
                _keep_cluster(cluster)
            worker.keep()
    finally:
        worker.stop()


def _keep_cluster(cluster: Cluster) -> None:
    try:
        if cluster.revive():
            log.warning("the private database had ended; it was started again")
    except (DatabaseUnavailable, OSError) as error:
        log.warning("the private database has ended and does not start yet: %s", error)


class _Worker:
    """The worker's process; one that has ended, or could not be started, is started when its pause is over."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._due = time.monotonic()
        self._pause = LOOK_S / 2

    def keep(self) -> None:
        """Look after it, without waiting."""
        if self._process is not None and self._process.poll() is not None:
            log.warning("the worker ended with exit status %s; another starts", self._process.returncode)
            self._process = None
            self._put_off()
        if self._process is None and time.monotonic() >= self._due:
            try:
                self._process, self._began = _start_worker(), time.monotonic()
            except OSError as error:  # no memory, no process: both come back
                log.warning("no worker can be started yet: %s", error)
                self._put_off()

    def _put_off(self) -> None:
        lasted = time.monotonic() - self._began > LONGEST_PAUSE_S
        self._pause = LOOK_S if lasted else min(2 * self._pause, LONGEST_PAUSE_S)
        self._due = time.monotonic() + self._pause

    def stop(self) -> None:
        """End it, kindly first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _start_worker() -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches it through us, once, after the API has stopped taking requests.
    command = [sys.executable, "-m", "geoservice", "work", "--parent", str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
