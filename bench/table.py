"""The rows of a run as one table to read."""

from collections.abc import Sequence
from typing import Any


def rows_to_markdown(rows: Sequence[dict[str, Any]]) -> list[str]:
    """One table; the ratio is the other's CPU over ours, so more than 1 means that ours is cheaper."""
    own = {row["work"]: row["cpu_ms"] for row in rows if row["server"].startswith("ours")}
    heads = ("work", "server", "CPU ms/request", "ours cheaper by", "requests/s", "p50 ms", "p95 ms", "kB sent",
             "heaviest kB", "largest process MB", "errors", "noise")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---|---|" + "--:|" * (len(heads) - 2)]
    for row in rows:
        ratio = row["cpu_ms"] / own[row["work"]] if own.get(row["work"]) else float("nan")
        cells = [f"{row['cpu_ms']:.3g}", f"{ratio:.3g}", *(f"{row[name]:.4g}" for name in ("per_second", "p50", "p95"))]
        cells += [
            f"{row['kb']:.1f}",
            f"{row['heaviest_kb']:.0f}",
            f"{row['mb']:.0f}",
            str(row["errors"]),
            f"±{row['noise']:.0%}",
        ]
        lines.append(f"| {row['work']} | {row['server']} | {' | '.join(cells)} |")
    return lines
