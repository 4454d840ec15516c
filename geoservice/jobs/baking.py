"""``geoservice bake``: which tiles, drawn by whom, kept where.

The work is a list of independent blocks given to an executor: processes of this machine, or the workers of a Dask
cluster when GEOSERVICE_DASK_SCHEDULER names its scheduler. Workers need the database and the storage, nothing else.
"""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

from sqlalchemy import text

from geoservice.database import Database
from geoservice.full_disk import told_when_full
from geoservice.jobs.bake_blocks import BakeRequest, Recipe, draw_block, forget_kitchens
from geoservice.jobs.dask_cluster import dask_workers
from geoservice.jobs.finishing import finish_layers
from geoservice.parent import end_with
from geoservice.service import Service
from geoservice.settings import Settings
from layers.catalogue import find_layer
from layers.layer import Layer
from layers.level.renewal import renew
from layers.sentences import say
from layers.views import ALL
from tiles.archive import shelf
from tiles.archive.archives import Contents
from tiles.archive.baking import BakeWork, Progress, bake
from tiles.archive.blocks import may_hold, plan
from tiles.archive.writers import write_archive
from tiles.errors import BakeFailed, BakeRefused
from tiles.grids import find_grid
from tiles.height import elevation
from tiles.raster import imagery
from tiles.raster.options import RenderOptions

BAKE_LOCK = 4495
"""The advisory lock class that keeps two runs off one archive."""
AHEAD = 2
"""Blocks waiting for each drawing process."""


@dataclass(frozen=True)
class Baked:
    """What came of it: the archive's storage key, size in bytes, and what it holds."""

    key: str
    size: int
    contents: Contents


def bake_layer(service: Service, request: BakeRequest, progress: Progress, processes: int | None = None) -> Baked:
    """Bake, or go on baking what an earlier run left, and put the archive where the service finds it.

    Tiles that no edit has touched since the last archive are taken from it.

    Raises LayerNotFound, UnknownGrid, BakeRefused, BakeFailed, BadRendering, DiskFull,
    and what ``progress`` raises to stop.
    """
    grid = find_grid(service.grids, request.grid)
    finish_layers(service, request.layer, progress)
    with service.database.session() as session:
        if renew(session, request.layer, wait=True):
            session.commit()
        layer = find_layer(session, request.layer, ALL)
        name, form = _name(layer, request)
        todo = plan(layer, grid, request.first, request.last, request.box)
    key = shelf.archive_key(layer.version, grid, name, form)
    path = service.storage.path(key)
    version = layer.version
    contents = Contents(layer.name, version.number, version.revision, grid.id, name, form, todo.limits)
    root = service.storage.root
    with (
        _alone(service.database, key),
        told_when_full(root, lambda free: say("bake-disk-full", root=str(root), free=free)),
        BakeWork(path.with_suffix(shelf.UNFINISHED), json.dumps(contents.to_json())) as work,
    ):
        earlier = shelf.earlier_key(service.storage, version, grid, name, form)
        draw = partial(draw_block, _recipe(service, request, layer, earlier))
        blocks = (block for block in todo.blocks() if may_hold(layer, grid, block))
        with _executor(service.settings, processes) as (executor, count):
            bake(work, blocks, draw, executor, at_once=AHEAD * count, progress=progress, total=todo.count)
        _still_current(service, layer)
        progress(todo.count, todo.count, "writing the archive")
        contents = replace(contents, count=work.count())
        arriving = path.with_name(f".{path.name}")
        arriving.unlink(missing_ok=True)
        write_archive(work, arriving, layer, grid, contents)
        size = arriving.stat().st_size
        service.storage.place(arriving, key)
        work.remove()
    shelf.remove_overtaken(service.storage, version, key)
    return Baked(key, size, contents)


def _name(layer: Layer, request: BakeRequest) -> tuple[str, str]:
    """The archive's name and format. Raises BakeRefused, BadRendering for what the layer's kind cannot be baked as."""
    options = RenderOptions.parse(dict(request.options))
    if request.contours and layer.kind != "elevation":
        raise BakeRefused(say("bake-contours", layer=layer.name, kind=say(f"kind-{layer.kind}")))
    if layer.kind == "vector" or request.contours:
        if request.options:
            raise BakeRefused(say("bake-vector-options"))
        return (shelf.CONTOURS if request.contours else shelf.VECTOR), "mvt"
    if options.format == "tif":
        raise BakeRefused(say("bake-formats"))
    if layer.kind == "elevation":
        elevation.check(layer, options)
    else:
        imagery.wanted_bands(imagery.raster_facts(layer), options)
    return shelf.rendering_name(layer, options), options.format


def _recipe(service: Service, request: BakeRequest, layer: Layer, earlier: str | None) -> Recipe:
    url = service.database.url.render_as_string(hide_password=False)
    return Recipe(
        url,
        service.storage.address,
        service.frame,
        service.settings.grids_dir,
        request,
        layer.version.id,
        layer.version.revision,
        earlier,
    )


@contextmanager
def _executor(settings: Settings, processes: int | None) -> Iterator[tuple[Executor, int]]:
    """Processes of this machine, or Dask's workers; and how many there are. Whatever waits is dropped at the end."""
    if settings.dask_scheduler:
        with dask_workers(settings.dask_scheduler) as workers:
            yield workers
        return
    count = processes or os.cpu_count() or 1
    if count == 1:  # starting another process takes longer than many a small layer
        try:
            with ThreadPoolExecutor(1) as thread:
                yield thread, 1
        finally:
            forget_kitchens()
        return
    begin = partial(_begin_child, os.getpid())
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=begin)
    try:
        yield pool, count
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_child(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the children too; it is their parent that ends them
    end_with(parent)


@contextmanager
def _alone(database: Database, key: str) -> Iterator[None]:
    """Keep other runs off an archive; the lock ends with this process, however it ends."""
    name = {"class": BAKE_LOCK, "key": key}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:class, hashtext(:key))"), name).scalar_one()
        if not taken:
            raise BakeRefused(say("bake-underway"))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:class, hashtext(:key))"), name)


def _still_current(service: Service, layer: Layer) -> None:
    with service.database.session() as session:
        now = find_layer(session, layer.name, ALL).version
    # Tiles edited meanwhile are not answered from the archive: it bears the revision that it was begun at.
    if now.id != layer.version.id:
        raise BakeFailed(say("bake-imported-anew", layer=layer.name))
