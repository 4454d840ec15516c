"""A backup of everything that is imported: the database as one dump, the storage folder as a copy beside it.

The dump is taken first. A file is written before the row that names it is committed, and removed after, so that every
file the dump names was there when it was taken. A later backup into the same folder copies only what is new.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, text

from geoservice import __version__
from geoservice.database import Database
from geoservice.database.cluster import Cluster, program_folders
from geoservice.errors import DatabaseUnavailable
from geoservice.settings import Settings
from layers.errors import StorageError
from layers.models import SCHEMA
from layers.sentences import say
from layers.storage import Storage
from layers.storage.belonging import MARKS, marks_of, part
from layers.storage.bucket import open_storage

DUMP, FACTS, FILES = "database.dump", "backup.json", "storage"
NOT_KEPT = frozenset({"tiles", "exports", "uploads"})
"""Folders of the storage that can be made again, or are only passing through."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds. ``files`` is None where the storage is a bucket, which is not copied."""

    program: str
    frame: str
    taken: str
    database_bytes: int
    files: int | None
    file_bytes: int


def back_up(settings: Settings, folder: Path) -> Backup:
    """Write a backup into a folder, or bring the one in it up to date.

    Raises:
        DatabaseUnavailable: the database cannot be read, or PostgreSQL's ``pg_dump`` is not installed.
        StorageError: the folder cannot be written, or lies in the storage.
    """
    storage = None if "://" in settings.storage_address else settings.storage_root.resolve()
    if storage and folder.resolve().is_relative_to(storage):
        raise StorageError(say("backup-inside", folder=str(folder)))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{DUMP}.new"
        fresh.touch(mode=0o600)
        with _database(settings) as database:
            _run(database.url, "pg_dump", "--format=custom", f"--file={fresh}", "--no-owner", "--no-privileges")
        fresh.replace(folder / DUMP)
        copied = _mirror(storage, folder / FILES) if storage else None
        made = Backup(
            __version__,
            settings.frame,
            datetime.now(UTC).isoformat(timespec="seconds"),
            (folder / DUMP).stat().st_size,
            copied[0] if copied else None,
            copied[1] if copied else 0,
        )
        (folder / FACTS).write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(say("backup-not-written", folder=str(folder), why=error.strerror or str(error))) from error
    return made


def restore(settings: Settings, folder: Path, take_over: bool = False) -> Backup:
    """Bring a backup into a database that holds nothing yet, and its files into the storage; then upgrade the schema.

    With ``take_over`` the storage may be the one that the backup was taken of: the database it belonged to loses it.

    Raises:
        StorageError: there is no whole backup in the folder, the storage is another catalogue's or cannot be written.
        DatabaseUnavailable: the database holds a catalogue already, or refuses.
    """
    try:
        made = Backup(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StorageError(say("no-backup", folder=str(folder))) from error
    with _database(settings) as database:
        with database.session() as session:
            if session.scalar(text("SELECT to_regnamespace(:schema) IS NOT NULL"), {"schema": SCHEMA}):
                raise DatabaseUnavailable(say("restore-not-empty"))
        storage = open_storage(settings.storage_address, settings.storage_root)
        if owners := marks_of(storage):
            if made.files is not None and owners - marks_of(Storage(folder / FILES)):
                raise StorageError(say("storage-foreign", storage=storage.address))
            if not take_over:
                raise StorageError(say("storage-of-backup", storage=storage.address))
        if made.files is not None and not settings.in_bucket:
            try:
                _bring_files(folder / FILES, settings.storage_root)
            except OSError as error:
                raise StorageError(say("cannot-store", key=FILES, why=error.strerror or str(error))) from error
        _run(database.url, "pg_restore", "--single-transaction", "--no-owner", "--no-comments", str(folder / DUMP))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        database.upgrade()
        with database.session() as session:
            part(session, storage)
            session.commit()
    return made


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """Yield the database as it is: neither made nor upgraded, which a restore must come before."""
    if settings.database_url:
        database = Database(settings.database_url, 1)
        try:
            yield database
        finally:
            database.engine.dispose()
        return
    with Cluster(settings.data_dir) as cluster:
        database = Database(cluster.url, 1)
        try:
            yield database
        finally:
            database.engine.dispose()


def _run(url: URL, name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database; its password goes by the environment, unseen by others."""
    program = next((folder / name for folder in program_folders() if (folder / name).exists()), shutil.which(name))
    if program is None:
        raise DatabaseUnavailable(say("program-missing", name=name))
    host = url.query.get("host") or url.host
    where = {"--host": host, "--port": url.port, "--username": url.username, "--dbname": url.database}
    command: Sequence[str] = [str(program), *(f"{key}={value}" for key, value in where.items() if value), *arguments]
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise DatabaseUnavailable(say("program-failed", name=name, why=" | ".join(lines[-3:])))


def _bring_files(source: Path, target: Path) -> None:
    """Copy a backup's files but for the mark: a restore that is cut short may be begun again."""

    def marks(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == MARKS and Path(folder) == source]

    shutil.copytree(source, target, dirs_exist_ok=True, ignore=marks)


def _mirror(source: Path, target: Path) -> tuple[int, int]:
    """Make ``target`` hold the files of ``source``, copying what is new, and return how many and how large they are."""
    count = size = 0
    wanted = set()
    for folder, names, files in os.walk(source):
        inside = Path(folder).relative_to(source)
        names[:] = [name for name in names if inside.parts or name not in NOT_KEPT]
        for name in files:
            here, there = Path(folder) / name, target / inside / name
            try:
                facts = here.stat()
                if name.endswith(".arriving"):
                    continue
                if (
                    not there.exists()
                    or there.stat().st_size != facts.st_size
                    or there.stat().st_mtime < facts.st_mtime
                ):
                    there.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(here, there)
            except FileNotFoundError:  # removed since the dump, which does not name it then
                continue
            wanted.add(there)
            count, size = count + 1, size + facts.st_size
    for old in [path for path in target.rglob("*") if path.is_file() and path not in wanted]:
        old.unlink()
    return count, size
