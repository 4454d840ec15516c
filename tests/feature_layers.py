"""Small vector layers made straight in the catalogue, for tests that need features and no importer."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from layers.layer import Column, Layer, LayerSpec, VersionFacts
from layers.level.levels import build_levels
from layers.tables import (
    count_features,
    create_feature_table,
    index_features,
    quote,
    quote_column,
    table_extent,
)
from layers.versions import begin_version, publish
from layers.words import index_words, named_columns

COLUMNS = (
    Column("name", "名称", "text"),
    Column("code", "编码", "text"),
    Column("floors", "层数", "integer"),
    Column("area", "面积", "float"),
    Column("listed", "文物", "boolean"),
    Column("built", "建成", "date"),
    Column("seen", "seen", "timestamp"),
    Column("tags", "tags", "json"),
)


def make_layer(
    session: Session,
    name: str,
    rows: Iterable[Sequence[Any]],
    columns: Sequence[Column] = COLUMNS,
    geometry_type: str = "Point",
    srid: int = 4490,
    words: bool = False,
    levels: bool = False,
    **spec: Any,
) -> Layer:
    """Publish a layer of rows ``(*values, wkt)``; fids count from 1; ``words``: names are found. The caller commits."""
    titles = spec.pop("title", {"zh": name, "en": name})
    draft = begin_version(session, LayerSpec(name, "vector", titles, **spec))
    rows = list(rows)
    heights = {" Z" in row[-1] for row in rows if row[-1]}
    has_z = None if len(heights) > 1 else True in heights
    table = create_feature_table(session, draft.id, columns, srid, z=has_z)
    names = ", ".join(["fid", *(quote_column(column.name) for column in columns), "geom", "mercator"])
    marks = ", ".join(["%s"] * (1 + len(columns)))
    geometry = f"ST_GeomFromText(%s, {srid})"
    mercator = f"ST_Force2D(ST_Transform(ST_SetSRID(ST_GeomFromText(%s, {srid}), 4326), 3857))"
    statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks}, {geometry}, {mercator})"
    values = [(fid, *row, row[-1]) for fid, row in enumerate(rows, start=1)]
    if values:
        connection: Any = session.connection().connection.driver_connection
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)
    index_features(session, table)
    named = named_columns(columns) if words else []
    facts = VersionFacts(
        srid=srid, table=table, geometry_type=geometry_type, columns=tuple(columns),
        words=index_words(session, table, named), named=tuple(column.name for column in named),
        levels=build_levels(session, table, columns, spec.get("style", {})) if levels else (),
    )  # fmt: skip
    extent, count = table_extent(session, table), count_features(session, table)
    return publish(session, draft, facts, extent=extent, feature_count=count)


def buildings() -> list[tuple[Any, ...]]:
    """Twelve points in Shangqiu with every kind of value, quotes, nulls and a feature without geometry."""
    from psycopg.types.json import Jsonb

    def row(i: int) -> tuple[Any, ...]:
        return (
            f"楼{i}" if i % 3 else f'O\'Brien "{i}" Café',
            f"4114{i:02d}" if i != 5 else None,
            i,
            i * 10.5,
            i % 2 == 0 if i != 7 else None,
            f"20{i:02d}-01-15" if i != 9 else None,
            f"2020-{i:02d}-01T08:00:00+08:00",
            Jsonb(["a", "b"][: i % 3]) if i != 3 else None,
            f"POINT({115 + i / 10} {34 + i / 20})" if i != 11 else None,
        )

    return [row(i) for i in range(1, 13)]
