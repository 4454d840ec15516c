"""How many bytes a feature's attributes take in a tile, and which columns are too wide to be in tiles."""

from collections.abc import Sequence
from itertools import accumulate

from sqlalchemy.orm import Session

from layers.crs.mercator import WORLD
from layers.layer import Column
from layers.level.density import FINEST, Density
from layers.level.plan import TILE_BYTES
from layers.tables import Statement, quote, quote_column, run

SAMPLE = 4000
MEASURED = 10_000
"""Bytes of a row up to which a tile of the sample is made to measure it; what is wider is added as it is stored."""
FEW_BYTES = 1_000
"""What a feature's attributes beside the drawn ones may always take in a tile, however many features it holds."""


def columns_too_wide(
    session: Session, table: str, columns: Sequence[Column], drawn: Sequence[Column], density: Density
) -> tuple[str, ...]:
    """Return the columns that tiles are to leave out: who wants them reads the feature.

    From the zoom after ``FINEST`` on tiles hold all columns. Where the fullest of them would be too heavy for that, the
    widest columns that are not ``drawn`` are left out until it fits, or until those that stay take ``FEW_BYTES``.
    """
    total = density.rows
    each = attribute_bytes(session, table, columns, total)
    if density.heaviest(FINEST).features * each <= TILE_BYTES:
        return ()
    of_drawn = attribute_bytes(session, table, drawn, total)
    rest, most = each - of_drawn, max(FEW_BYTES, TILE_BYTES / fullest(session, table, FINEST + 1) - of_drawn)
    width: dict[str, float] = {}
    if rest > most:
        width = {one.name: attribute_bytes(session, table, [one], total) for one in columns if one not in drawn}
    out: list[str] = []
    for name in sorted(width, key=lambda name: -width[name]):
        if rest <= most:
            break
        out.append(name)
        rest -= width[name]
    return tuple(column.name for column in columns if column.name in out)


def attribute_bytes(session: Session, table: str, columns: Sequence[Column], total: int) -> float:
    """Bytes that one feature's id and attributes take in a vector tile, measured on a sample of all ``total``."""
    sample = _sample(table, total)
    widths = sorted(_stored_bytes(session, sample, columns).items(), key=lambda item: item[1])
    sums = accumulate(width for _, width in widths)
    narrow = {name for (name, _), total in zip(widths, sums, strict=True) if total <= MEASURED}
    names = "".join(f", {quote_column(column.name)}" for column in columns if column.name in narrow)
    text = f"""
        SELECT octet_length(ST_AsMVT(t.*, 'l', 4096, 'geom', 'fid')), count(*) FROM
        (SELECT ST_Point(0, 0) AS geom, fid{names} FROM {sample}) AS t"""
    length, count = run(session, Statement(text))[0]
    return float(length or 0) / max(int(count), 1) + sum(width for name, width in widths if name not in narrow)


def _sample(table: str, total: int) -> str:
    """What stands behind FROM: rows of blocks all over the table, for neighbours are alike; always the same."""
    return f"{quote(table)} TABLESAMPLE SYSTEM ({min(100.0, 100 * SAMPLE / max(total, 1))!r}) REPEATABLE (1)"


def _stored_bytes(session: Session, sample: str, columns: Sequence[Column]) -> dict[str, float]:
    """Mean bytes of each column's values as text; long ones are not read for it."""
    if not columns:
        return {}
    names = [quote_column(column.name) for column in columns]
    means = ", ".join(f"coalesce(sum(octet_length({name}::text)), 0) / greatest(count(*), 1.0)" for name in names)
    row = run(session, Statement(f"SELECT {means} FROM {sample}"))[0]
    return {column.name: float(mean) for column, mean in zip(columns, row, strict=True)}


def fullest(session: Session, table: str, zoom: int) -> int:
    """The most features whose boxes have their middle in one tile of a zoom."""
    side = f"{WORLD / 2.0**zoom!r}"
    middle = ", ".join(f"floor((ST_{axis}Min(mercator) + ST_{axis}Max(mercator)) / 2 / {side})" for axis in "XY")
    counted = f"SELECT count(*) AS held FROM {quote(table)} WHERE NOT ST_IsEmpty(mercator) GROUP BY {middle}"
    return int(run(session, Statement(f"SELECT max(held) FROM ({counted}) AS tiles"))[0][0] or 1)
