"""``python -m bench.items``: features by box, attribute, CQL2, id and deep page; ours, tipg, pygeoapi, the bare SQL.

One database, one run, in turn. Every server answers the same questions with a hundred features; that they do is checked
before anything is measured. ``--scale 1`` (the default) has 300 000 parcels, so that a page can lie 250 000 deep.
"""

import argparse
import json
import os
import random
import statistics
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from bench import workload
from bench.__main__ import load
from bench.cluster import BenchCluster
from bench.item_servers import PAGE, STARTS
from bench.load import Measurement, largest_process, measure
from bench.servers import Server
from bench.table import rows_to_markdown

LAYERS = ("parcels", "pois")
DEEP = 250_000
QUESTIONS = 60
TITLES = {
    "bbox": "100 features in a box",
    "attribute": "100 features by attribute",
    "cql2": "100 features by CQL2, box of 0.1 degrees",
    "narrow": "100 features by CQL2, box of some 0.06 degrees",
    "id": "one feature by id",
    "deep": f"100 features behind {DEEP:,}",
    "first": "page 1",
    "thousandth": "page 1 000",
    "words": "10 features by a word",
}

Questions = Mapping[str, Sequence[Mapping[str, Any]]]


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path(os.environ.get("BENCH_SCRATCH", "data/bench")))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default=",".join(TITLES), help="which rows, divided by commas")
    parser.add_argument("--port", type=int, default=56450)
    asked = parser.parse_args()
    scratch = (asked.scratch / f"scale{asked.scale:g}").resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    workload.make(scratch / "data", asked.scale)
    with BenchCluster(scratch, asked.port) as cluster:
        load(scratch, cluster.dsn, LAYERS)
        count = _prepare(cluster.dsn)
        started: list[Server] = []
        try:
            for offset, start in enumerate(STARTS, 1):
                try:
                    started.append(start(scratch, cluster.dsn, asked.port + offset))
                except FileNotFoundError as missing:
                    print(f"{start.__name__} is left out, {missing.filename} is missing", file=sys.stderr)
            asked_of = questions(count)
            for server in started:
                _check(server, asked_of)
            wanted = [kind for kind in TITLES if kind in asked.only.split(",")]
            rows = [row for kind in wanted for row in _run(kind, asked_of[kind], started, cluster.pid, scratch, asked)]
        finally:
            for server in started:
                server.stop()
    print("\n".join(rows_to_markdown(rows)))
    (scratch / "items.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def questions(count: int) -> Questions:
    """Return what is asked, by kind; always the same for the same number of parcels."""
    rng = random.Random(20261127)
    kinds = [(kind[:4], kind[5:]) for kind in workload.KINDS]

    def box(least: float = 0.035, most: float = 0.08) -> dict[str, float]:
        share = min(1.0, count / 300_000) ** 0.5
        west = workload.WEST + rng.random() * (workload.EAST - workload.WEST - 0.1) * share
        south = workload.SOUTH + rng.random() * (workload.NORTH - workload.SOUTH - 0.1) * share
        side = rng.uniform(least, most)
        return {"w": west, "s": south, "e": west + side, "n": south + side}

    def cql2() -> dict[str, Any]:  # some find more than a page, some a few
        return {**box(0.1, 0.1), "area": rng.choice((20_000, 50_000)), "dlmc": quote(rng.choice(kinds)[1])}

    def narrow() -> dict[str, Any]:
        return {**box(), "area": 20_000, "dlmc": quote(rng.choice(kinds[:3])[1])}

    deep = min(DEEP, count - 20 * PAGE)
    makers: dict[str, Callable[[], Mapping[str, Any]]] = {
        "bbox": box,
        "attribute": lambda: {"dlbm": rng.choice(kinds)[0]},
        "cql2": cql2,
        "narrow": narrow,
        "id": lambda: {"fid": rng.randint(1, count)},
        "deep": lambda: {"offset": deep + rng.randint(0, 10 * PAGE)},
        "first": lambda: {"offset": 0},
        "thousandth": lambda: {"offset": min(1_000 * PAGE, deep)},
        "words": lambda: {"q": quote(rng.choice(("第1723处", "4999", "dichu", "dc", "处", "不存在")))},
    }
    return {kind: [make() for _ in range(QUESTIONS)] for kind, make in makers.items()}


def _prepare(dsn: str) -> int:
    """Make the copy in degrees of WGS 84 that pygeoapi needs to find anything in a box; return how many parcels."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS peers.parcels_4326 AS "
            "SELECT *, ST_SetSRID(geom, 4326) AS shape FROM peers.parcels"
        )
        connection.execute("ALTER TABLE peers.parcels_4326 DROP COLUMN IF EXISTS geom")
        has_key = "SELECT 1 FROM pg_constraint WHERE conrelid = 'peers.parcels_4326'::regclass AND contype = 'p'"
        if not connection.execute(has_key).fetchone():
            connection.execute("ALTER TABLE peers.parcels_4326 ADD PRIMARY KEY (fid)")
        connection.execute("CREATE INDEX IF NOT EXISTS parcels_4326_shape ON peers.parcels_4326 USING gist (shape)")
        connection.execute("ANALYZE peers.parcels_4326")
        found = connection.execute("SELECT count(*) FROM peers.parcels").fetchone()
    return int(found[0]) if found else 0


def _check(server: Server, asked_of: Questions) -> None:
    """Refuse to measure a server that gives something else than what was asked."""
    for kind, url in server.urls.items():
        if kind not in asked_of or kind == "words":
            continue
        with urllib.request.urlopen(server.base + url.format(**asked_of[kind][0]), timeout=300) as answer:
            document = json.load(answer)
        found = len(document["features"]) if "features" in document else 1
        wanted = 1 if kind == "id" else PAGE if kind in ("attribute", "deep", "first", "thousandth") else None
        print(f"{server.name} {kind}: {found} features", file=sys.stderr)
        if not found or (wanted and found != wanted):
            raise SystemExit(f"{server.name} answers {kind} with {found} features")


def _run(
    kind: str, asked_of: Sequence[Mapping[str, Any]], started: Sequence[Server], database: int, scratch: Path,
    asked: argparse.Namespace,
) -> list[dict[str, Any]]:  # fmt: skip
    """Measure one row: every server in turn, forwards and backwards, after a warm-up each."""
    able = [server for server in started if kind in server.urls]
    paths = {server.name: [server.urls[kind].format(**one) for one in asked_of] for server in able}
    found: dict[str, list[Measurement]] = {server.name: [] for server in able}
    for turn in range(asked.rounds + 1):
        for server in able if turn % 2 else reversed(able):
            measured = measure(
                server.base, paths[server.name], [*server.pids, database], connections=asked.connections,
                seconds=asked.seconds, start=turn * 17, scratch=scratch,
            )  # fmt: skip
            if turn:
                found[server.name].append(measured)
    return [_row(kind, server, found[server.name]) for server in able]


def _row(kind: str, server: Server, runs: Sequence[Measurement]) -> dict[str, Any]:
    cpu = [one.cpu_ms for one in runs]
    middle = statistics.median(cpu)
    print(f"{TITLES[kind]}: {server.name} {middle:.3g} ms CPU", file=sys.stderr)
    medians = {
        name: statistics.median(getattr(one, field) for one in runs)
        for name, field in (("per_second", "per_second"), ("p50", "p50"), ("p95", "p95"), ("kb", "kilobytes"))
    }
    noise = (max(cpu) - min(cpu)) / max(middle, 1e-9) / 2
    return {
        "work": TITLES[kind], "server": server.name, "cpu_ms": middle, "noise": noise, **medians,
        "heaviest_kb": 0, "mb": largest_process(server.pids), "errors": sum(one.errors for one in runs),
    }  # fmt: skip


if __name__ == "__main__":
    main()
