"""A private PostgreSQL + PostGIS cluster in the data folder, made of the system's packages.

It listens on a Unix socket only and knows one role, reached by *peer* authentication: no password, no default secret.
PostgreSQL refuses to run as root, so started by root it runs as the ``postgres`` user. Whoever uses the cluster holds a
shared lock on its folder; the last to leave stops it, also after a crash of the others.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from geoservice.database.account import PACKAGES, account, open_way, reachable_folder
from geoservice.errors import DatabaseUnavailable
from layers.sentences import say

ROLE = "geoservice"
NEEDED_MB = 500
MOST_LOG_BYTES = 10_000_000
SOCKET_PATH_LIMIT = 90  # bytes; the kernel allows 107 with the file's own name

CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
random_page_cost = 1.1
jit = off
max_connections = 100
max_locks_per_transaction = 256
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
synchronous_commit = off
max_parallel_workers_per_gather = 2
logging_collector = off
"""
# jit: compiling costs more than any tile. wal_level: a table made and filled in one transaction is not logged twice.
# synchronous_commit: a crash loses the last moments, never consistency.


class Cluster:
    """One private cluster. ``start`` and ``stop`` may be called by any number of processes."""

    def __init__(self, data_dir: Path) -> None:
        self.account = account()
        self.folder = reachable_folder(data_dir.resolve(), self.account)
        self.pgdata = self.folder / "cluster"
        self.socket_dir = self._choose_socket_dir()
        self._users: int | None = None

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the cluster's database."""
        return f"postgresql+psycopg://{ROLE}@/{ROLE}?host={self.socket_dir}"

    def start(self) -> str:
        """Make the cluster if there is none, start it if it does not run, and return its URL.

        Raises:
            DatabaseUnavailable: the packages are missing, the disk is full, or PostgreSQL says no.
        """
        self._make_folders()
        self._users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)
        with _locked(self.folder / "start.lock"):
            if not (self.pgdata / "PG_VERSION").exists():
                self._initialise()
            if not self._running():
                self._run_server()
            self._ensure_database()
        return self.url

    def revive(self) -> bool:
        """Start the server again when it has ended without being stopped; whether it had.

        Raises:
            DatabaseUnavailable: PostgreSQL says no, as long as processes of the one that ended still end.
        """
        if self._answers():
            return False
        with _locked(self.folder / "start.lock"):
            if self._running():
                return False
            self._run_server()
        return True

    def stop(self) -> None:
        """Let go of the cluster; the last one to do so stops the server."""
        if self._users is None:
            return
        descriptor, self._users = self._users, None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # others still use it
        else:
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60")
        finally:
            os.close(descriptor)

    def __enter__(self) -> "Cluster":
        """Start."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self.stop()

    def _make_folders(self) -> None:
        try:
            open_way(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.socket_dir.mkdir(exist_ok=True, mode=0o700)
            if os.geteuid() == 0:
                for folder in (self.folder, self.socket_dir):
                    os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        except OSError as error:
            raise DatabaseUnavailable(say("cluster-folder", folder=str(self.folder), why=error.strerror)) from error
        free = shutil.disk_usage(self.folder).free // 2**20
        if free < NEEDED_MB:
            raise DatabaseUnavailable(say("cluster-room", free=free, folder=str(self.folder), needed=NEEDED_MB))
        owner = self.socket_dir.stat().st_uid
        if owner != self.account.pw_uid:
            raise DatabaseUnavailable(say("socket-foreign", folder=str(self.socket_dir)))

    def _choose_socket_dir(self) -> Path:
        inside = self.folder / "socket"
        if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(f"/tmp/geoservice-{self.account.pw_uid}-{digest}")

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it in when whole: a half-made one is never taken for one."""
        fresh = self.folder / "cluster.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        self._run(
            [
                *(self._program("initdb"), "-D", str(fresh), "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8"),
                *("--auth-local=peer", "--auth-host=reject", "--no-sync"),
            ]
        )
        (fresh / "pg_hba.conf").write_text("local all all peer map=owner\n")
        names = {self.account.pw_name, pwd.getpwuid(os.geteuid()).pw_name}
        (fresh / "pg_ident.conf").write_text("".join(f'owner "{name}" {ROLE}\n' for name in sorted(names)))
        with (fresh / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)
        fresh.rename(self.pgdata)

    def _run_server(self) -> None:
        for stale in self.socket_dir.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        log = self.folder / "postgresql.log"
        if log.exists() and log.stat().st_size > MOST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))  # one before it is kept
        completed = self._pg_ctl("start", "-w", "-t", "60", "-l", str(log), "-o", f"-k '{self.socket_dir}'")
        if completed.returncode != 0:
            said = completed.stderr.strip().splitlines()[-1:]
            tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise DatabaseUnavailable(say("cluster-not-started", folder=str(self.folder), why=" | ".join(said + tail)))

    def _running(self) -> bool:
        return self._pg_ctl("status").returncode == 0

    def _answers(self) -> bool:
        """Whether somebody listens: cheaper than asking ``pg_ctl``."""
        for listening in self.socket_dir.glob(".s.PGSQL.*[0-9]"):
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(listening)) == 0:
                    return True
        return False

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(
                host=str(self.socket_dir), user=ROLE, dbname="postgres", autocommit=True
            ) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (ROLE,)).fetchone()
                if not found:
                    connection.execute(f'CREATE DATABASE "{ROLE}"')
        except psycopg.Error as error:
            raise DatabaseUnavailable(say("cluster-refuses", folder=str(self.folder), why=error)) from error

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run([self._program("pg_ctl"), "-D", str(self.pgdata), *arguments], check=False)

    def _program(self, name: str) -> str:
        for folder in program_folders():
            if (folder / name).exists():
                version = (self.pgdata / "PG_VERSION").read_text().strip() if self.pgdata.exists() else None
                if version and folder.parent.name.isdigit() and folder.parent.name != version:
                    continue  # a cluster is run by the version that made it
                return str(folder / name)
        raise DatabaseUnavailable(say("postgres-missing", name=name, packages=PACKAGES))

    def _run(self, command: list[str], check: bool = True) -> subprocess.CompletedProcess[str]:
        other = (
            {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": ()} if os.geteuid() == 0 else {}
        )
        # Output goes to a file that the server may inherit: waiting for a pipe's end would wait for the server.
        with (self.folder / "commands.log").open("w+") as output:
            completed = subprocess.run(  # type: ignore[call-overload]
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                **other,
            )
            output.seek(0)
            said = output.read()
        if check and completed.returncode != 0:
            raise DatabaseUnavailable(
                say("command-failed", name=Path(command[0]).name, why=" | ".join(said.strip().splitlines()[-3:]))
            )
        return subprocess.CompletedProcess(command, completed.returncode, said, said)


def program_folders() -> list[Path]:
    """Return where PostgreSQL's programs may lie, the newest release first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    on_path = shutil.which("initdb")
    return versions + ([Path(on_path).resolve().parent] if on_path else [])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
