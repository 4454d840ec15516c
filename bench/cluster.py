"""A PostGIS on loopback for one benchmark: every server under test reads the same database."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

CONFIGURATION = """
shared_buffers = 2GB
work_mem = 64MB
maintenance_work_mem = 512MB
effective_cache_size = 8GB
max_connections = 200
random_page_cost = 1.1
jit = off
max_wal_size = 8GB
checkpoint_timeout = 30min
"""


class BenchCluster:
    """Started on entry, stopped on exit; the data stay for the next run."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder / "pg", port
        self.data = self.folder / "data"
        self.bin = Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())

    @property
    def dsn(self) -> str:
        return f"postgresql://bench@127.0.0.1:{self.port}/bench"

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def __enter__(self) -> "BenchCluster":
        if not self.data.exists():
            self.folder.mkdir(parents=True)
            if os.geteuid() == 0:
                shutil.chown(self.folder, "postgres", "postgres")
            self._run("initdb", "-D", str(self.data), "-U", "bench", "--auth=trust", "--locale=C.UTF-8")
            with (self.data / "postgresql.conf").open("a") as file:
                file.write(f"listen_addresses='127.0.0.1'\nunix_socket_directories=''\n{CONFIGURATION}")
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", f"-p {self.port}", "-w", "start"
        )
        with psycopg.connect(self.dsn.removesuffix("bench") + "postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'bench'").fetchone():
                connection.execute("CREATE DATABASE bench")
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
