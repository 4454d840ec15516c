"""GeoPackages, and what GDAL makes of those that other programs wrote.

Columns of types the format does not have (DECIMAL, VARCHAR, UUID…) are read beside GDAL, which leaves them out, and
NUMERIC ones, which it rounds. Where a table holds more or fewer rows than the file's own count says, GDAL's fast way
gives some twice and others never: such a file is read the slow way.
"""

import math
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from importers.batch import ColumnType, FeatureBatch, ReadOptions, Source, SourceColumn, SourceLayer
from importers.errors import UnreadableSource
from importers.vector import arrow
from importers.vector.code_lists import of_geopackage, with_lists
from importers.vector.source import RECIPES, open_recipe
from importers.vector.sqlite_misfits import misfits, read_only
from layers.sentences import Sentence, say

ROW_BY_ROW = {"OGR_GPKG_STREAM_BASE_IMPL": "YES"}
EXACT = 1 << 53
"""Whole numbers up to here are exact as floating point numbers."""
_JSON = re.compile(r"jsonb?", re.IGNORECASE)
_NUMERIC = re.compile(r"(numeric|decimal|number)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class _Beside:
    """The columns of one table that SQLite reads: its primary key and each column with its type with us.

    ``misfit`` are those that hold values of another type than is declared.
    """

    path: Path
    table: str
    key: str
    columns: tuple[SourceColumn, ...]
    misfit: frozenset[str]

    def values(self, first: int, last: int) -> dict[int, tuple[Any, ...]]:
        """Return the columns' values of the rows whose keys are in a range, by key."""
        listed = ", ".join(_quoted(name) for name in (self.key, *(column.title for column in self.columns)))
        where = f"{_quoted(self.key)} BETWEEN ? AND ?"
        with closing(read_only(self.path)) as database:
            found = database.execute(f"SELECT {listed} FROM {_quoted(self.table)} WHERE {where}", (first, last))
            return {row[0]: row[1:] for row in found}


def open_geopackage(path: Path, options: ReadOptions) -> Source:
    """Open a GeoPackage.

    Raises:
        UnreadableSource: it is cut off, or GDAL cannot read it.
    """
    if _cut_off(path):
        raise UnreadableSource(say("database-cut-off", file=path.name))
    recipe = RECIPES["GeoPackage"]
    miscounted = _miscounted(path)
    if miscounted:
        recipe = replace(recipe, config=ROW_BY_ROW)
    source = open_recipe(path, recipe, options, encoding=None, crs=None)
    source = replace(source, layers=tuple(_counted(layer, miscounted.get(layer.name)) for layer in source.layers))
    try:
        with closing(read_only(path)) as database:
            source = replace(source, layers=with_lists(source.layers, of_geopackage(database)))
        found = [_beside(path, layer) for layer in source.layers]
    except sqlite3.Error:
        return source  # GDAL has told what it leaves out
    layers = tuple(_completed(layer, more) if more else layer for layer, more in zip(source.layers, found, strict=True))
    read = {column.title for more in found if more for column in more.columns}
    notes = tuple(note for note in source.notes if not _tells_unread(note, read))
    return replace(source, layers=layers, notes=notes)


def _cut_off(path: Path) -> bool:
    """Say whether a database is shorter than its header claims (https://www.sqlite.org/fileformat2.html, 1.3).

    SQLite reads what is left of it and tells nothing until it comes to a page that is missing. The count of pages holds
    where the change counter is the one that it was written with.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0") or header[24:28] != header[92:96]:
        return False
    size = int.from_bytes(header[16:18], "big")
    page = 65536 if size == 1 else size
    return path.stat().st_size < page * int.from_bytes(header[28:32], "big")


def _miscounted(path: Path) -> dict[str, int]:
    """Return the true number of rows of tables whose number the file states wrongly; nothing of a damaged file."""
    try:
        with closing(read_only(path)) as database:
            stated = database.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents").fetchall()
            counted = (
                (name, database.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0]) for name, _ in stated
            )
            return {
                name: count
                for (name, claim), (_, count) in zip(stated, counted, strict=True)
                if claim not in (None, count)
            }
    except sqlite3.Error:
        return {}


def _counted(layer: SourceLayer, count: int | None) -> SourceLayer:
    if count is None:
        return layer
    return replace(
        layer, claimed=count, facts=(*layer.facts, say("gpkg-miscounted", claimed=layer.claimed, count=count))
    )


def _tells_unread(note: str, read: set[str]) -> bool:
    return isinstance(note, Sentence) and note.code == "column-unread" and note.values["title"] in read


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _beside(path: Path, layer: SourceLayer) -> _Beside | None:
    """Find the columns of a layer's table that GDAL leaves out or rounds; none of a view, whose rows have no key."""
    with closing(read_only(path)) as database:
        described = database.execute(
            "SELECT x.name, x.type, x.pk FROM sqlite_master m, pragma_table_xinfo(m.name) x "
            "WHERE m.type = 'table' AND m.name = ?",
            (layer.name,),
        ).fetchall()
        geometry = database.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer.name,)
        ).fetchall()
        keys = [name for name, kind, key in described if key]
        if len(keys) != 1:
            return None
        types = {column.title: column.type for column in layer.columns}
        apart = {keys[0], *(name for (name,) in geometry)}
        kept = {name: types[name] for name, _, _ in described if name in types and name not in apart}
        misfit = misfits(database, layer.name, kept)
        wanted = [
            SourceColumn(name, _type_of(database, layer.name, name, declared) or types.get(name, "text"))
            for name, declared, _ in described
            if name not in apart
            and (name not in types or name in misfit or (types[name] == "float" and _NUMERIC.fullmatch(declared)))
        ]
    columns = tuple(column for column in wanted if types.get(column.title) != column.type)
    return _Beside(path, layer.name, keys[0], columns, misfit) if columns else None


def _type_of(database: sqlite3.Connection, table: str, name: str, declared: str) -> ColumnType | None:
    """Return the type that keeps every value of a column as it is; None where it holds nothing."""
    if _JSON.fullmatch(declared):
        return "json"
    column = _quoted(name)
    found = database.execute(
        f"SELECT typeof({column}), max(abs(CASE WHEN typeof({column}) = 'integer' THEN {column} END)) "
        f"FROM {_quoted(table)} WHERE {column} IS NOT NULL GROUP BY 1"
    )
    largest = dict(found.fetchall())
    if set(largest) == {"integer"}:
        return "bigint"
    if set(largest) <= {"integer", "real"} and (largest.get("integer") or 0) <= EXACT:
        return "float" if largest else None
    return "text"


def _completed(layer: SourceLayer, beside: _Beside) -> SourceLayer:
    """Return a layer with columns read beside, each where GDAL had it, else behind the others."""
    by_title = {column.title: column for column in (*layer.columns, *beside.columns)}

    def batches() -> Iterator[FeatureBatch]:
        for batch in layer.batches():
            yield _with(batch, beside)

    titles = [column.title for column in beside.columns]
    told = {
        "columns-beside": [title for title in titles if title not in beside.misfit],
        "columns-misfit": [title for title in titles if title in beside.misfit],
    }
    facts = tuple(say(code, columns=", ".join(named)) for code, named in told.items() if named)
    return replace(layer, columns=tuple(by_title.values()), batches=batches, facts=layer.facts + facts)


def _with(batch: FeatureBatch, beside: _Beside) -> FeatureBatch:
    keys = np.asarray(batch.source_ids)
    if not len(keys):
        return batch
    found = beside.values(int(keys.min()), int(keys.max()))
    nothing = (None,) * len(beside.columns)
    rows: Sequence[tuple[Any, ...]] = [found.get(int(key), nothing) for key in keys]
    columns = dict(batch.columns)
    for place, column in enumerate(beside.columns):
        columns[column.title] = _array([row[place] for row in rows], column.type)
    done = {what: n for what, n in batch.done.items() if not _tells_of(what, beside.misfit)}
    return replace(batch, columns=columns, done=done)


def _tells_of(what: str, titles: frozenset[str]) -> bool:
    return isinstance(what, Sentence) and what.values.get("title") in titles


def _array(values: list[Any], kind: ColumnType) -> pa.Array:
    if kind in ("text", "json"):
        values = [None if value is None else _as_text(value) for value in values]
        return arrow.convert(pa.array(values, pa.large_string()), kind)[0]
    if kind == "float":
        values = [None if value is None or math.isnan(value) else float(value) for value in values]
    return pa.array(values, arrow.ARROW_TYPES[kind])


def _as_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
