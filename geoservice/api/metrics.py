"""What the service does, in numbers: Prometheus counters and latencies by family of request, at ``/metrics``.

Families, not paths, are labelled: a label a tile would make a time series a tile. With several API processes the
numbers are added up through a shared folder, as prometheus_client does it (``PROMETHEUS_MULTIPROC_DIR``).
"""

import os
import time
from collections.abc import Iterable
from glob import glob
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.api.counting import COUNTING
from geoservice.api.resources import Resource
from geoservice.parameters import known

FAMILIES = {
    "/tiles/": "tile",
    "/items": "items",
    "/coverage": "coverage",
    "/what-is-here": "analysis",
    "/stac": "stac",
    "/wmts": "wmts",
    "/wfs": "wfs",
    "/imports": "import",
    "/jobs": "job",
}
STORE_FAILURES = Counter("geoservice_tile_store_failures", "Times the shared store of tiles failed")


class MetricsMiddleware:
    """Measures each request; pure ASGI, so that a streamed answer stays streamed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the inner application and count."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        family, began, status, sent = family_of(scope["path"]), time.perf_counter(), 500, 0

        async def measured(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        COUNTING.begin()
        try:
            await self.app(scope, receive, measured)
        finally:
            COUNTING.end(family, status, time.perf_counter() - began, sent)


def family_of(path: str) -> str:
    """Return the family of a path: ``tile``, ``items``, …, ``other``."""
    if path.startswith("/xyz/"):
        return "tile"
    return next((family for part, family in FAMILIES.items() if part in path), "other")


def stop() -> None:
    """Take this process out of what lives now; its counts stay."""
    COUNTING.hand_over()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]


class AllProcesses(Collector):
    """The numbers of all processes, added up out of the files they write into one folder.

    A process that is just starting has made its file and not yet filled it; it has no numbers to tell.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        """Return every metric once."""
        files = [name for name in glob(str(self.folder / "*.db")) if _is_filled(name)]
        metrics: Iterable[Metric] = MultiProcessCollector.merge(files, accumulate=True)  # type: ignore[no-untyped-call]
        return metrics


def _is_filled(name: str) -> bool:
    try:
        return os.path.getsize(name) > 0
    except FileNotFoundError:  # of a process that ended meanwhile
        return False


async def get_metrics(request: Request) -> Response:
    """Answer the numbers in Prometheus' text format; those of other processes as they were a second ago."""
    known(request.query_params, ())
    COUNTING.hand_over()
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        registry.register(AllProcesses(Path(folder)))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


RESOURCE = Resource(routes=(Route("/metrics", get_metrics),))
