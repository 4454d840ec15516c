"""The web application: parts put together, nothing computed.

Reads need no catalogue query: each process keeps the published layers as frozen values in ``app.state.catalogue`` and
renews them when the database says NOTIFY (``geoservice.following``).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from geoservice import __version__, problems
from geoservice.api import (
    conformance,
    coverage,
    imports,
    jobs,
    landing,
    metrics,
    openapi,
    pages,
    processes,
    reports,
    search,
    sheets,
    timeline,
    versions,
    what_is_here,
)
from geoservice.api.addresses import Addresses
from geoservice.api.directory import catalogue, records, stac
from geoservice.api.feature import collections, domains, edits, exports, items
from geoservice.api.feature.representation import JSONFG
from geoservice.api.feature.short import ShortWay
from geoservice.api.links import OPENAPI_JSON, SCHEMA_JSON
from geoservice.api.map import maps, styles, stylesheets, wms
from geoservice.api.middleware import GuardMiddleware, HeadMiddleware, HttpMiddleware, NamedEncodingsMiddleware
from geoservice.api.tile import archives, hot, tile_matrix_sets, tilesets, wmts
from geoservice.api.tile import routes as tiles
from geoservice.api.wfs import service as wfs
from geoservice.auth import Callers
from geoservice.database import Database
from geoservice.errors import DatabaseUnavailable
from geoservice.files.formats import FILE_FORMATS
from geoservice.following import renew
from geoservice.processes.running import Runner
from geoservice.renewing import Renewer
from geoservice.settings import Settings
from layers.catalogue import Catalogue
from layers.sentences import say
from layers.storage.bucket import open_storage
from tiles.grids import offered_grids

COMPRESSED = (
    *(OPENAPI_JSON.partition(";")[0], JSONFG, styles.STYLE_JSON, SCHEMA_JSON, problems.MEDIA_TYPE),
    "application/vnd.ogc.sld+xml",
    *(form.media_type for form in FILE_FORMATS.values() if form.driver in ("KML", "GML", "DXF")),
)  # fmt: skip
"""Text that the compressing layer does not know for text."""

RESOURCES = (
    tiles.RESOURCE,
    items.RESOURCE,
    search.RESOURCE,
    edits.RESOURCE,
    domains.RESOURCE,
    exports.RESOURCE,
    tilesets.RESOURCE,
    tile_matrix_sets.RESOURCE,
    archives.RESOURCE,
    coverage.RESOURCE,
    wmts.RESOURCE,
    wms.RESOURCE,
    wfs.RESOURCE,
    maps.RESOURCE,
    collections.RESOURCE,
    landing.RESOURCE,
    conformance.RESOURCE,
    openapi.RESOURCE,
    styles.RESOURCE,
    stylesheets.RESOURCE,
    catalogue.RESOURCE,
    what_is_here.RESOURCE,
    processes.RESOURCE,
    jobs.RESOURCE,
    imports.RESOURCE,
    versions.RESOURCE,
    timeline.RESOURCE,
    reports.RESOURCE,
    sheets.RESOURCE,
    records.RESOURCE,
    stac.RESOURCE,
    metrics.RESOURCE,
)
"""In the order routes are tried: the hot ones first."""


class Application(FastAPI):
    """FastAPI with the shortest way to a tile, and a short one to features, before it."""

    features: ShortWay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through start and end."""
        if await hot.answer_hot(self.state, scope, receive, send):
            return
        if not await self.features.answer(scope, receive, send):
            await super().__call__(scope, receive, send)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application. With no settings they come from the environment, where a database URL must stand."""
    settings = settings or Settings()
    if not settings.database_url:
        raise DatabaseUnavailable(say("database-url-needed"))
    app = Application(
        title="geoservice", version=__version__, lifespan=_lifespan, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.settings = settings
    app.state.frame = settings.read_frame()
    app.state.database = Database(settings.database_url, settings.database_pool)
    app.state.storage = open_storage(settings.storage_address, settings.storage_root)
    app.state.callers = Callers(app.state.database)
    app.state.grids = offered_grids(app.state.frame, settings.grids_dir)
    app.state.catalogue = Catalogue({})
    app.state.resources = RESOURCES
    for resource in RESOURCES:
        app.router.routes.extend(resource.routes)
    pages.mount(app)
    problems.install(app)
    for media_type in COMPRESSED:
        add_compress_type(media_type)
    around = partial(_around, settings=settings)
    app.add_middleware(around)
    app.features = ShortWay(app, around)
    return app


def _around(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Put the layers that every answer goes through around an application, the outermost last."""
    addresses = Addresses(settings.trusted_proxies, settings.proxy_headers, settings.allowed_hosts)
    app = HttpMiddleware(app, addresses=addresses, pause_s=settings.body_seconds)
    app = CompressMiddleware(metrics.MetricsMiddleware(app), minimum_size=1000)
    app = NamedEncodingsMiddleware(HeadMiddleware(app))
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    app = CORSMiddleware(
        app, allow_origins=origins, allow_credentials="*" not in origins, allow_methods=["*"],
        allow_headers=["*"], expose_headers=hot.EXPOSED,
    )  # fmt: skip
    return GuardMiddleware(app)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    database: Database = app.state.database
    await database.open()
    app.state.reading = asyncio.Lock()  # of the catalogue
    app.state.renewer = Renewer(database)
    listening = await database.listening()  # before the catalogue is read: no change falls between the two
    await renew(app)
    listener = asyncio.create_task(database.follow(listening, partial(renew, app)))
    tiles.start(app)
    app.state.runner = Runner(app.state.settings, database)
    archives.start(app)
    try:
        yield {"kept_answers": app.state.kept_answers}  # for the protocol, which sees no application
    finally:
        await app.state.renewer.close()
        await app.state.runner.close()
        tiles.stop(app)
        metrics.stop()
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        await listening.close()  # where the listener was stopped before it began
        await database.close()
