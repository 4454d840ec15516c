"""Runs as a program: imports one file again and again in forked processes and kills each at a random moment.

``python killing.py URL STORAGE FILE KIND KILLS SEED``: kills KILLS at work and prints one JSON object with what
was found after every try.
KIND is vector, finish (a vector layer published first and finished then), drawing, elevation, imagery or mosaic: a
folder of sheets that join those of the layer, again and again.
Forking from a process that has everything imported makes a try cost as much as the import, not a start of Python.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from importers.batch import ImportOptions, ReadOptions
from importers.importing import import_path
from importers.litter import clean_litter
from layers.finishing import finish, unfinished
from layers.frame import SHANGQIU
from layers.layer import LayerKind, LayerSpec
from layers.storage import Storage
from tests.waiting import until

MOST_TRIES = 4
"""Times as many imports as kills are tried: some are done before they can be killed."""
SAID = ImportOptions(read=ReadOptions(heights="1985"))


def bring_in(url: str, storage: Storage, path: Path, kind: str) -> None:
    """Import once more as a version of layer ``victim``."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        name, said = f"victim_{kind}", SAID
        if kind == "mosaic" and session.scalar(
            text("SELECT count(*) FROM catalogue.layer WHERE name = :n"), {"n": name}
        ):
            said = replace(SAID, read=replace(SAID.read, others={"join": "yes"}))
        if kind == "drawing":
            said = replace(SAID, read=replace(SAID.read, crs="EPSG:4509"))
        raster: LayerKind = "elevation" if kind == "elevation" else "imagery"
        spec = LayerSpec(name, "vector" if kind in ("vector", "finish", "drawing") else raster)
        with at_once(kind != "finish"):
            import_path(session, storage, SHANGQIU, path, spec, said, finish_later=kind == "finish")
        session.commit()
        if kind == "finish":
            for left in unfinished(session, name):
                finish(session, left.version_id)
                session.commit()
    engine.dispose()


@contextmanager
def at_once(usual: bool) -> Iterator[None]:
    """Publish also a small layer before it is finished, unless it shall be as usual."""
    with nullcontext() if usual else mock.patch("importers.vector.layer.FINISHED_LATER", 1):
        yield


def look(url: str, storage: Storage, kind: str) -> dict[str, Any]:
    """Say what is there: the served version, the tables, the rows served, files of unpublished drafts."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        _wait_for_rollback(session)
        clean_litter(session, storage)
        session.commit()
        current = session.execute(
            text(
                "SELECT v.id, v.number, v.facts->>'table' FROM catalogue.layer l "
                "JOIN catalogue.version v ON v.id = l.current_id WHERE l.name = :name"
            ),
            {"name": f"victim_{kind}"},
        ).one()
        versions = {row[0] for row in session.execute(text("SELECT id FROM catalogue.version"))}
        unpublished = session.scalar(text("SELECT count(*) FROM catalogue.version WHERE published IS NULL"))
        named = {
            name for row in session.execute(text("SELECT facts FROM catalogue.version")) for name in _tables(row[0])
        }
        tables = {
            f"features.{row[0]}"
            for row in session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'features'"))
        }
        rows = session.scalar(text(f"SELECT count(*) FROM {current[2]}")) if current[2] else None
        listed = (
            "SELECT f.key FROM catalogue.raster_file f JOIN catalogue.version v USING (layer_id) "
            "WHERE v.id = :version AND f.since <= v.id AND (f.until IS NULL OR f.until > v.id)"
        )
        keys = [row[0] for row in session.execute(text(listed), {"version": current[0]})]
    engine.dispose()
    folders = {f"{place}/{name}" for place in ("rasters", "sources", "refused") for name in storage.folders(place)}
    return {
        "version": current[1], "rows": len(keys) if rows is None else rows,
        "lost": [key for key in keys if not storage.path(key).is_file()],
        "unpublished": unpublished, "tables": sorted(tables - named),
        "folders": sorted(name for name in folders if int(name.split("/")[1]) not in versions),
    }  # fmt: skip


def _tables(facts: dict[str, Any]) -> list[str]:
    levels = (level["table"] for level in facts.get("levels") or ())
    return [name for name in (facts.get("table"), facts.get("words"), *levels) if name]


def _wait_for_rollback(session: Session) -> None:
    """Wait until the killed process's server process has noticed and rolled back."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )

    def gone() -> bool:
        found = session.scalar(others)
        session.rollback()
        return not found

    until(gone, "the killed process's server process is still there")


def main() -> None:
    """Import once in peace, take the time, then kill."""
    url, root, file, kind, kills, seed = sys.argv[1:]
    storage, path = Storage(Path(root)), Path(file)
    storage.root.mkdir(parents=True, exist_ok=True)
    bring_in(url, storage, path, kind)
    start = time.monotonic()
    bring_in(url, storage, path, kind)
    usual = time.monotonic() - start
    chance = random.Random(int(seed))
    found = [look(url, storage, kind) | {"killed": False}]
    killed, span = 0, usual
    for _ in range(MOST_TRIES * int(kills)):
        if killed == int(kills):
            break
        child = os.fork()
        if child == 0:
            bring_in(url, storage, path, kind)
            os._exit(0)
        time.sleep(chance.uniform(0, span))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        at_work = os.WIFSIGNALED(status)
        killed += at_work
        # One that was done before its moment came says that an import takes less than this here and now.
        span *= 1.05 if at_work else 0.9
        found.append(look(url, storage, kind) | {"killed": at_work})
    print(json.dumps({"usual": usual, "found": found}))


if __name__ == "__main__":
    main()
