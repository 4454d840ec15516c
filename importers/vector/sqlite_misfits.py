"""Columns of an SQLite table whose values are not of the type that they are declared.

SQLite keeps a text in a column of integers as it is, and a date is any text. GDAL makes 0 of such a text, false of
``true``, and 1 January 1970 or another day of a date that is none.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from importers.batch import ColumnType

_INT32 = (1 << 31) - 1
_DAY = "date(substr({c}, 1, 10), '+0 days') IS NOT substr({c}, 1, 10)"
_MISFIT: Mapping[str, str] = {
    "integer": f"typeof({{c}}) <> 'integer' OR {{c}} NOT BETWEEN -{_INT32 + 1} AND {_INT32}",
    "bigint": "typeof({c}) <> 'integer'",
    "float": "typeof({c}) NOT IN ('real', 'integer')",
    "boolean": "typeof({c}) <> 'integer' OR {c} NOT IN (0, 1)",
    "date": f"typeof({{c}}) <> 'text' OR length({{c}}) <> 10 OR {_DAY}",
    "timestamp": f"typeof({{c}}) <> 'text' OR datetime({{c}}) IS NULL OR {_DAY}",
}
"""What is true of a value that is not of a type. A day that no month has becomes another when something is added."""


def read_only(path: Path) -> sqlite3.Connection:
    """Open a database of somebody else's: nothing is written, and no function of it is run."""
    database = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema=OFF")
    database.text_factory = lambda data: data.decode("utf-8", "replace")
    return database


def misfits(database: sqlite3.Connection, table: str, types: Mapping[str, ColumnType]) -> frozenset[str]:
    """Return the columns of a table, given with their types, that hold a value of another. All are read once.

    Raises:
        sqlite3.Error: the table cannot be read.
    """
    titles = [title for title, kind in types.items() if kind in _MISFIT]
    if not titles:
        return frozenset()
    quoted = {title: '"' + title.replace('"', '""') + '"' for title in titles}
    tests = (f"max({c} IS NOT NULL AND ({_MISFIT[types[title]].replace('{c}', c)}))" for title, c in quoted.items())
    name = '"' + table.replace('"', '""') + '"'
    found = database.execute(f"SELECT {', '.join(tests)} FROM {name}").fetchone()
    return frozenset(title for title, misfit in zip(titles, found, strict=True) if misfit)
