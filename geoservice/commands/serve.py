"""Commands that run the service: serve, demo, upgrade, work."""

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic_settings import DotEnvSettingsSource
from rich.console import Console

from geoservice.commands.language import either, told
from geoservice.commands.lean import without_pandas
from geoservice.errors import PortTaken
from geoservice.keeping import kept_running
from geoservice.parent import end_with
from geoservice.service import Service, open_service
from geoservice.setting_faults import unknown
from geoservice.settings import Settings
from layers.sentences import say

if TYPE_CHECKING:
    from fastapi import FastAPI

app = typer.Typer()
console = Console(highlight=False)
log = logging.getLogger("geoservice")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on", min=1, max=65535)] = None,
    workers: Annotated[int | None, typer.Option(help="API processes", min=1, max=64)] = None,
) -> None:
    """Serve the map and the API until Ctrl-C, with everything they need."""
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{key: value for key, value in given.items() if value is not None})
    warn_of_unknown()
    check_port(settings)
    end_when_told()
    with open_service(settings) as service:
        read_documents(service)
        serve_until_stopped(service)


@app.command()
def demo(
    serve_after: Annotated[bool, typer.Option("--serve", help="serve the map when the data are in")] = False,
    conformance: Annotated[
        bool, typer.Option("--conformance", help="instead of the city: the fixture of the conformance suites")
    ] = False,
) -> None:
    """Import the demo city: Shangqiu's real data and a synthetic district, each once."""
    from geoservice.demo.run import load, load_conformance

    settings = Settings(**({"frame": "world"} if conformance else {}))
    warn_of_unknown()
    if serve_after:
        check_port(settings)
    end_when_told()
    with open_service(settings) as service:
        read_documents(service)
        (load_conformance if conformance else load)(service, console)
        if serve_after:
            serve_until_stopped(service)


@app.command()
def upgrade() -> None:
    """Bring the database's schema to this version of the program."""
    with open_service(Settings()):
        console.print(either("the schema is up to date", "数据库结构已是最新"))


@app.command()
def work(
    until_empty: Annotated[bool, typer.Option("--until-empty", help="stop when no job is left")] = False,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run queued jobs (the server starts one such process itself)."""
    from geoservice.jobs import worker

    signal.signal(signal.SIGTERM, _interrupt)
    if parent is not None:
        end_with(parent)
    with open_service(Settings()) as service:
        worker.work(service, until_empty=until_empty)


@app.command("run-job", hidden=True)
def run_job(job_id: str, parent: Annotated[int, typer.Option()]) -> None:
    """Run one claimed job; the worker's child does this."""
    from geoservice.jobs import worker

    signal.signal(signal.SIGTERM, _interrupt)
    end_with(parent)
    without_pandas()
    with open_service(Settings()) as service:
        worker.run_job(service, uuid.UUID(job_id))


def warn_of_unknown() -> None:
    """Say which variables of the environment and of ``.env`` are called like settings and are none."""
    for sentence in unknown(
        {*os.environ, *DotEnvSettingsSource(Settings).env_vars}, (*Settings.model_fields, "language")
    ):
        log.warning("%s", told(sentence))


def read_documents(service: Service) -> None:
    """Read what settings name now: an API process that fails on it is started again for ever, an import fails tomorrow.

    Raises:
        BadGrid, BadScaleRules: with the file and what is wrong in it.
    """
    from geoservice.jobs.importing import city_rules  # heavy: GDAL and its kin

    assert service.grids
    city_rules(service.settings)


def check_port(settings: Settings) -> None:
    """Say at once when the port is taken, before minutes of work.

    Raises:
        PortTaken: something listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(say("port-taken", host=settings.host, port=settings.port, why=error.strerror)) from error


def end_when_told() -> None:
    """End in order when told to, or when the terminal is closed: worker and private database are stopped, too.

    uvicorn ends by raising SIGTERM again: as an exception it goes through all that is to be stopped. Who asked for
    SIGHUP to be ignored (nohup) has it so.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))


def serve_until_stopped(service: Service) -> None:
    """Run the API processes and one worker until Ctrl-C."""
    import uvicorn

    from geoservice import api_process

    api_process.use()
    settings = service.settings
    # Children read the environment: they share this database, whoever started it.
    os.environ["GEOSERVICE_DATABASE_URL"] = service.database.url.render_as_string(hide_password=False)
    os.environ["GEOSERVICE_STORAGE_DIR"] = service.storage.address
    os.environ["GEOSERVICE_FRAME"] = settings.frame
    threading.Thread(target=_say_where_once_heard, args=(service,), daemon=True).start()
    with _shared_metrics(settings), kept_running(service.cluster):
        uvicorn.run(
            "geoservice.commands.serve:make_app",
            factory=True,
            http="geoservice.protocol:TileProtocol",
            host=settings.host,
            port=settings.port,
            workers=settings.workers if settings.workers > 1 else None,
            # A process that starts, or draws, on a busy machine does not answer within uvicorn's 5 s: it would be ended
            # and started anew for ever.
            timeout_worker_healthcheck=120,
            log_level="warning",
            access_log=False,
            proxy_headers=False,  # HttpMiddleware reads them: it also knows host and prefix, and whom to believe
            server_header=False,
        )


def make_app() -> "FastAPI":
    """Make what an API process runs; one of several ends with the process that started them."""
    from geoservice.app import create_app

    if (starter := multiprocessing.parent_process()) is not None and starter.pid is not None:
        end_with(starter.pid)
    return create_app()


@contextmanager
def _shared_metrics(settings: Settings) -> Iterator[None]:
    """Let several API processes add up their numbers in a folder that is empty at the start."""
    if settings.workers == 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="geoservice-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _say_where_once_heard(service: Service) -> None:
    """Print the addresses when somebody answers there: who follows one at once shall not be refused."""
    place = service.settings.host, service.settings.port
    while True:
        with suppress(OSError), socket.create_connection(place, 1.0):
            break
        time.sleep(0.05)
    _say_where(service)


def _say_where(service: Service) -> None:
    settings = service.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"http://{host}:{settings.port}"
    names = service.frame.title.get("zh", ""), service.frame.title.get("en", service.frame.name)
    console.print(f"\n[bold]{' '.join(names)}[/]  ({either('Ctrl-C stops everything', '按 Ctrl-C 停止')})")
    for path, what in (
        ("/", either("the map", "地图")),
        ("/collections", either("layers", "图层")),
        ("/api", either("OpenAPI document", "接口说明")),
        ("/conformance", either("OGC conformance", "符合的标准")),
    ):
        console.print(f"  {base}{path:<14} {what}")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
