"""What processes have used: CPU to the nanosecond, memory, and which processes are the database's."""

import time
from pathlib import Path

import psycopg


def cpu(pid: int) -> float:
    """Return the CPU seconds that a process has used, to the nanosecond, those of threads that ended too.

    The number of another process's clock is made as Linux's ``clock_getcpuclockid`` makes it.
    """
    return time.clock_gettime(~pid << 3 | 2)


def resident(pid: int, name: str = "VmRSS") -> float:
    """Return a process's memory in MB (``VmHWM``: the most it ever had)."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def other_backends(connection: psycopg.Connection) -> list[int]:
    """Return the process ids of the database's other connections."""
    rows = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchall()
    return [row[0] for row in rows]


def read(pids: list[int]) -> dict[int, float]:
    """Return the CPU seconds each of the processes has used, of those that live."""
    return {pid: cpu(pid) for pid in pids if _lives(pid)}


def since(before: dict[int, float]) -> float:
    """Return the CPU seconds used since a reading, by those that still live: what others had used is not taken off."""
    return sum(cpu(pid) - early for pid, early in before.items() if _lives(pid))


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
