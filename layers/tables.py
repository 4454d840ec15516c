"""Feature tables: made, filled, indexed and dropped here; the only place that quotes an identifier.

A feature table has ``fid`` (bigint, primary key), the attributes, ``geom`` in the frame's storage CRS and ``mercator``,
the same geometry in EPSG:3857, which tiles of the default grid read: transforming at every tile would cost a fifth of
it. One table per layer version, in a schema of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.crs.mercator import MERCATOR_SRID
from layers.frame import Bounds
from layers.layer import Column
from layers.models import FEATURES_SCHEMA

SQL_TYPES = {
    "text": "text",
    "integer": "integer",
    "bigint": "bigint",
    "float": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "json": "jsonb",
}

FIRST_STATISTICS = 30
"""Statistics target of the first ANALYZE of a table: 9000 rows sampled."""

RESERVED = frozenset(
    "fid geom mercator exact zoom tile_zoom tile_column tile_row tile_box tile_inside place_asked".split()
)
"""Column names that a feature table, its levels and the statements about a place keep for themselves."""


@dataclass(frozen=True)
class Statement:
    """An SQL text with ``%(name)s`` placeholders and the values bound to them."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


def quote(name: str) -> str:
    """Quote a table's name; ``schema.table`` is quoted part by part."""
    return ".".join(quote_column(part) for part in name.split("."))


def joined_columns(quoted: Sequence[str]) -> str:
    """Return the expression for the text of some text columns with blanks between, NULLs left out.

    An array takes as many columns as a table has; a function no more than a hundred.
    """
    return f"array_to_string(ARRAY[{', '.join(quoted)}]::text[], ' ')"


@lru_cache(maxsize=10_000)
def quote_column(name: str) -> str:
    """Quote one identifier, dots and all.

    Raises:
        ValueError: it holds a null character, which PostgreSQL cannot store, or a percent sign, which would be read as
            a placeholder; importers give columns names without either.
    """
    if "\0" in name or "%" in name:
        raise ValueError(f"{name!r} cannot be an identifier")
    return '"' + name.replace('"', '""') + '"'


def run(session: Session, statement: Statement) -> list[Any]:
    """Run a statement in the session's transaction and return its rows (none for a command)."""
    result = session.connection().exec_driver_sql(statement.text, dict(statement.params))
    return list(result) if result.returns_rows else []


def create_feature_table(
    session: Session, draft_id: int, columns: Sequence[Column], srid: int, *, z: bool | None = False
) -> str:
    """Make the empty feature table of a version; returns its name, ``features.v12``.

    ``z``: whether its geometries have heights; None: some have and some do not. Made and filled in one transaction it
    needs no write-ahead log (``wal_level=minimal``).
    """
    table = f"{FEATURES_SCHEMA}.v{int(draft_id)}"
    attributes = "".join(f", {quote_column(column.name)} {SQL_TYPES[column.type]}" for column in columns)
    kind = "GeometryZ" if z else "Geometry"
    shape = f"geometry({kind}, {int(srid)})" if z is not None else f"geometry CHECK (ST_SRID(geom) = {int(srid)})"
    session.connection().exec_driver_sql(
        f"CREATE TABLE {quote(table)} (fid bigint NOT NULL{attributes}, "
        f"geom {shape}, mercator geometry(Geometry, {MERCATOR_SRID}))"
    )
    return table


def dimension_statement(table: str) -> Statement:
    """Ask how many ordinates the positions of a feature table have; 0 where some have two and some three."""
    statement = (
        "SELECT CASE WHEN atttypmod < 0 THEN 0 ELSE postgis_typmod_dims(atttypmod) END FROM pg_attribute "
        "WHERE attrelid = to_regclass(%(table)s) AND attname = 'geom'"
    )
    return Statement(statement, {"table": table})


@contextmanager
def copy_into(session: Session, table: str, columns: Sequence[Column]) -> Iterator[psycopg.Copy]:
    """Open a binary COPY of ``fid``, the columns, ``geom`` (EWKB), ``mercator`` (EWKB) in the session's transaction."""
    names = ["fid", *(column.name for column in columns), "geom", "mercator"]
    targets = ", ".join(quote_column(name) for name in names)
    connection: Any = session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(table)} ({targets}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        yield copy


def index_features(session: Session, table: str) -> None:
    """Give a filled table its key, its spatial indexes and statistics."""
    connection = session.connection()
    name = table.rpartition(".")[2]
    connection.exec_driver_sql(f"ALTER TABLE {quote(table)} ADD PRIMARY KEY (fid)")
    for column in ("geom", "mercator"):
        index = quote_column(f"{name}_{column}")
        connection.exec_driver_sql(f"CREATE INDEX {index} ON {quote(table)} USING gist ({column})")
    analyse(session, table)


def analyse(session: Session, table: str) -> None:
    """Take a first sample for the planner; autovacuum takes the full one once the version is published."""
    connection = session.connection()
    connection.exec_driver_sql(f"SET LOCAL default_statistics_target = {FIRST_STATISTICS}")
    connection.exec_driver_sql(f"ANALYZE {quote(table)}")
    connection.exec_driver_sql("RESET default_statistics_target")


def drop_table(session: Session, table: str) -> None:
    """Drop a table of a version; a missing one is no error."""
    session.connection().exec_driver_sql(f"DROP TABLE IF EXISTS {quote(table)} CASCADE")


def table_extent(session: Session, table: str) -> Bounds | None:
    """Return the exact box around a table's geometries in its own CRS; None when it has none."""
    row = session.execute(
        text(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) "
            f"FROM (SELECT ST_Extent(geom) e FROM {quote(table)}) t"
        )
    ).one()
    return None if row[0] is None else Bounds(*(float(value) for value in row))


def count_features(session: Session, table: str) -> int:
    """Count a table's rows exactly."""
    return int(session.execute(text(f"SELECT count(*) FROM {quote(table)}")).scalar_one())
