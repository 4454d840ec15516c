"""One measurement: requests sent by wrk for some seconds, and the CPU time that server and database spent on them."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measurement:
    """Rates and costs of one run."""

    requests: int
    per_second: float
    cpu_ms: float
    p50: float
    p95: float
    kilobytes: float
    errors: int


def measure(base: str, paths: Sequence[str], roots: Sequence[int], *, connections: int, seconds: int, start: int,
            scratch: Path) -> Measurement:  # fmt: skip
    """Send requests; CPU milliseconds a request are those of the process trees under ``roots``."""
    file = scratch / "paths.txt"
    file.write_text("\n".join(paths) + "\n", encoding="utf-8")
    before = cpu_seconds(roots)
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "60s",
        "-s",
        str(HERE / "load.lua"),
        base,
    ]
    environment = os.environ | {"BENCH_PATHS": str(file), "BENCH_START": str(start)}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    settle(roots)  # abandoned requests are still this server's cost
    spent = cpu_seconds(roots) - before
    found = json.loads(answer.strip().splitlines()[-1])
    count = max(found["requests"], 1)
    return Measurement(
        count, count / found["seconds"], spent * 1000 / count, found["p50"], found["p95"],
        found["bytes"] / count / 1000, found["errors"],
    )  # fmt: skip


def cpu_seconds(roots: Sequence[int]) -> float:
    """CPU time of the processes under some roots, of those that ended too."""
    parents: dict[int, int] = {}
    times: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            times[int(entry.name)] = sum(int(value) for value in fields[11:15])
    return sum(ticks for pid, ticks in times.items() if _under(pid, parents, set(roots))) / TICK


def largest_process(roots: Sequence[int]) -> float:
    """Resident memory (MB) of the largest of the processes under some roots."""
    parents, resident = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                resident[int(entry.name)] = int((entry / "statm").read_text().split()[1])
            except OSError:
                continue
    pages = max((size for pid, size in resident.items() if _under(pid, parents, set(roots))), default=0)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def settle(roots: Sequence[int], most: float = 30.0) -> None:
    """Wait until the processes are idle."""
    end = time.monotonic() + most
    last = cpu_seconds(roots)
    while time.monotonic() < end:
        time.sleep(0.25)
        now = cpu_seconds(roots)
        if now - last <= 0.03:
            return
        last = now


def _under(pid: int, parents: dict[int, int], roots: set[int]) -> bool:
    while pid > 1:
        if pid in roots:
            return True
        pid = parents.get(pid, 0)
    return False
